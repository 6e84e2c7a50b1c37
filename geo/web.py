"""Routes beside the pages: map layers, records for the popup, files of the map, health.

Layers are addressed by their own revision, records by the register's, and so they never change.
A layer of an older revision is gone (410, with the current one), because the indices that a page
holds would point at other zones; a record is found by its id, so its old address redirects.
Where viewing needs an account, layers and records are for those who have signed in. Handlers are
plain functions and run in the thread pool.
"""

from __future__ import annotations

import gzip
import hashlib
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route, Router
from starlette.types import Receive, Scope, Send

from geo import assets
from geo.auth import ANONYMOUS, Action, Actor, decide, rules_of
from geo.errors import KhuCumError
from geo.i18n import LANGUAGES
from geo.settings import Settings

FOREVER = "public, max-age=31536000, immutable"
PRIVATE = "private, max-age=31536000, immutable"
NEVER = "no-store"
GEOJSON = "application/geo+json"

_ZONE_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,99}")


class Planner(Protocol):
    """What the routes need of :class:`geo.services.Planner`."""

    @property
    def revision(self) -> str: ...

    @property
    def trouble(self) -> KhuCumError | None: ...

    @property
    def layer_names(self) -> Sequence[str]: ...

    def layer_revision(self, name: str) -> str: ...

    def layer(self, name: str) -> bytes: ...

    def now(self) -> Planner: ...

    def record(self, zone_id: str, lang: str) -> Mapping[str, Any] | None: ...

    def counts(self) -> Mapping[str, int]: ...


@dataclass(frozen=True, slots=True)
class _Body:
    """Content ready to send, compressed once."""

    etag: str
    packed: bytes
    media_type: str

    @classmethod
    def of(cls, content: bytes, media_type: str) -> _Body:
        digest = hashlib.sha256(content).hexdigest()[:20]
        return cls(f'W/"{digest}"', gzip.compress(content, 6, mtime=0), media_type)

    def response(self, request: Request, cache: str) -> Response:
        headers = {"ETag": self.etag, "Cache-Control": cache, "Vary": "Accept-Encoding"}
        headers["X-Content-Type-Options"] = "nosniff"
        asked = request.headers.get("if-none-match", "").split(",")
        held = {tag.strip().removeprefix("W/") for tag in asked}
        if self.etag.removeprefix("W/") in held or "*" in held:
            return Response(status_code=304, headers=headers)
        if _takes_gzip(request.headers.get("accept-encoding", "")):
            headers["Content-Encoding"] = "gzip"
            return Response(self.packed, media_type=self.media_type, headers=headers)
        content = gzip.decompress(self.packed)
        return Response(content, media_type=self.media_type, headers=headers)


@dataclass(slots=True)
class _Cache:
    """The newest body of each layer."""

    bodies: dict[str, tuple[str, _Body]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def layer(self, planner: Planner, revision: str, name: str) -> _Body:
        with self.lock:  # one compression, however many viewers arrive at once
            held, body = self.bodies.get(name, ("", None))
            if body is None or held != revision:
                body = _Body.of(planner.layer(name), GEOJSON)
                self.bodies[name] = revision, body
            return body


def _nobody(cookies: Mapping[str, str]) -> Actor:
    return ANONYMOUS


def routes(
    get_planner: Callable[[], Planner],
    settings: Settings,
    base_path: str = "",
    who: Callable[[Mapping[str, str]], Actor] = _nobody,
) -> list[BaseRoute]:
    """The routes to mount beside the pages.

    Parameters
    ----------
    get_planner
        Gives the use cases; called for every request.
    base_path
        ``server.baseUrlPath`` of the installation, with or without slashes.
    who
        Tells by the cookies of a request who sent it; asked only where viewing needs an account.
    """
    cache = _Cache()
    rules = rules_of(settings)
    forever = PRIVATE if rules.sign_in_required else FOREVER
    packed_assets: dict[str, _Body] = {}

    def layer(request: Request) -> Response:
        revision, name = (request.path_params[key] for key in ("revision", "name"))
        planner = get_planner().now()
        if name not in planner.layer_names:
            return _refusal(404, "not_found")
        current = planner.layer_revision(name)
        if revision != current:
            return _refusal(410, "revision_gone", revision=planner.revision)
        body = cache.layer(planner, current, name)
        return body.response(request, forever)

    def record(request: Request) -> Response:
        revision, lang, zone = (request.path_params[key] for key in ("revision", "lang", "zone"))
        if lang not in LANGUAGES or not _ZONE_ID.fullmatch(zone):
            return _refusal(404, "not_found")
        planner = get_planner().now()
        current = planner.revision
        if revision != current:
            # relative, so that it also holds behind a base path or a proxy
            target = f"../../{current}/{lang}/{zone}.json"
            return RedirectResponse(target, 307, {"Cache-Control": NEVER})
        found = planner.record(zone, lang)
        if found is None:
            return _refusal(404, "not_found")
        headers = {"Cache-Control": forever, "X-Content-Type-Options": "nosniff"}
        return JSONResponse(found, headers=headers)

    def asset(request: Request) -> Response:
        found = assets.find(request.path_params["name"], settings)
        if found is None:
            return _refusal(404, "not_found")
        body = packed_assets.get(found.digest)
        if body is None:
            body = packed_assets[found.digest] = _Body.of(found.content, found.media_type)
        current = request.path_params["digest"] == found.digest
        return body.response(request, FOREVER if current else "no-cache")

    def for_viewers(handler: Callable[[Request], Response]) -> Callable[[Request], Response]:
        def answer(request: Request) -> Response:
            if rules.sign_in_required:
                decision = decide(who(request.cookies), Action.VIEW, rules)
                if not decision.allowed:
                    return _refusal(401, decision.reason)
            return handler(request)

        return answer

    def health(request: Request) -> Response:
        planner = get_planner().now()
        if rules.sign_in_required:
            return JSONResponse({"status": "ok"}, headers={"Cache-Control": NEVER})
        state = {
            "status": "ok",
            "revision": planner.revision,
            "trouble": planner.trouble.code if planner.trouble else None,
            "counts": dict(planner.counts()),
            "map_libraries": "local" if assets.are_local(settings) else "remote",
        }
        return JSONResponse(state, headers={"Cache-Control": NEVER})

    base = base_path.strip("/")
    prefix = f"/{base}" if base else ""
    return [
        _mount(f"{prefix}/layers", "/{revision}/{name}.geojson", for_viewers(layer)),
        _mount(f"{prefix}/records", "/{revision}/{lang}/{zone}.json", for_viewers(record)),
        _mount(f"{prefix}/assets", "/{digest}/{name}", asset),
        Route(f"{prefix}/healthz", _answering(health)),
    ]


def _takes_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding header admits gzip (RFC 9110: names in any case, q=0 refuses)."""
    for entry in accepted.lower().split(","):
        name, _, quality = entry.partition(";")
        if name.strip() in ("gzip", "*"):
            return not re.fullmatch(r"q=0(\.0*)?", quality.strip())
    return False


def _mount(prefix: str, path: str, handler: Callable[[Request], Response]) -> Mount:
    router = Router([Route(path, _answering(handler))], redirect_slashes=False, default=_not_found)
    return Mount(prefix, app=router)


def _answering(handler: Callable[[Request], Response]) -> Callable[[Request], Response]:
    """The handler, with 503 and a reason while the register cannot be read."""

    def answer(request: Request) -> Response:
        try:
            return handler(request)
        except KhuCumError as error:
            return _refusal(503, error.code)

    return answer


async def _not_found(scope: Scope, receive: Receive, send: Send) -> None:
    """Streamlit would answer its own page with 200 to whatever we do not know."""
    await _refusal(404, "not_found")(scope, receive, send)


def _refusal(status: int, code: str, **more: str) -> JSONResponse:
    return JSONResponse(
        {"error": code, **more},
        status_code=status,
        headers={"Cache-Control": NEVER, "X-Content-Type-Options": "nosniff"},
    )
