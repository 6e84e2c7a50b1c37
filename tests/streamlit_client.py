"""Asks a running server for a page as Streamlit's own frontend does, without a browser."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from google.protobuf import text_format
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect


@dataclass
class Drawn:
    """What a page shows: kinds of elements in protobuf's names, and all their content."""

    kinds: set[str] = field(default_factory=set)
    text: str = ""


def draw(address: str, page: str, cookies: Mapping[str, str] | None = None) -> Drawn:
    """What the server sends for a page.

    Parameters
    ----------
    page
        What stands behind the base path in the address.
    """
    parts = urlsplit(address)
    headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in (cookies or {}).items())}
    stream = f"ws://{parts.netloc}{parts.path}/_stcore/stream"
    wanted = BackMsg()
    wanted.rerun_script.page_name = page
    wanted.rerun_script.context_info.url = f"{address}/{page}"
    drawn = Drawn()
    with connect(
        stream,
        subprotocols=["streamlit"],  # type: ignore[list-item]
        additional_headers=headers,
        proxy=None,
        max_size=None,
        open_timeout=30,
    ) as socket:
        socket.send(wanted.SerializeToString())
        while True:
            content = socket.recv(timeout=60)
            assert isinstance(content, bytes)
            message = ForwardMsg.FromString(content)
            kind = message.WhichOneof("type")
            if kind == "delta":
                element = message.delta.new_element.WhichOneof("type")
                drawn.kinds |= {element} if element else set()
                drawn.text += text_format.MessageToString(message.delta, as_utf8=True)
            elif kind == "script_finished":
                return drawn
