"""A small, real provider of OpenID Connect for the tests.

Discovery, authorization code with PKCE and nonce, RS256 tokens with published keys, userinfo and
sign-out; it lists its people instead of asking for passwords.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT, SECRET = "khu-cum", "a secret between the two"
PEOPLE = {
    "248289761001": {
        "name": "Trần Minh",
        "preferred_username": "minh.tran",
        "email": "minh@so.example",
    },
    "248289761002": {"name": "<img src=x onerror=alert(1)> *An*", "email": "an@so.example"},
}


@dataclass
class Provider:
    """What has been asked of it, for the tests to look at."""

    address: str
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "1"}))
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    signed_out: list[str] = field(default_factory=list)

    def secrets_file(self, base_path: str = "") -> str:
        """What Streamlit needs to know of it, as ``secrets.toml``."""
        base = f"/{base_path}" if base_path else ""
        return f"""
[auth]
redirect_uri = "http://127.0.0.1:{{port}}{base}/oauth2callback"
cookie_secret = "{secrets.token_hex(32)}"
client_id = "{CLIENT}"
client_secret = "{SECRET}"
server_metadata_url = "{self.address}/.well-known/openid-configuration"
title = "Sở Công Thương"
"""

    def discovery(self, request: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.address,
                "authorization_endpoint": f"{self.address}/authorize",
                "token_endpoint": f"{self.address}/token",
                "userinfo_endpoint": f"{self.address}/userinfo",
                "jwks_uri": f"{self.address}/keys",
                "end_session_endpoint": f"{self.address}/sign-out",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "code_challenge_methods_supported": ["S256"],
                "scopes_supported": ["openid", "profile", "email"],
            }
        )

    def keys(self, request: Request) -> Response:
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})

    def authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256"
        assert asked["nonce"]
        assert "openid" in asked["scope"].split()
        if "as" not in asked:
            links = "".join(
                f'<p><a href="?{urlencode(asked | {"as": subject})}">{subject}</a></p>'
                for subject in PEOPLE
            )
            return HTMLResponse(f"<h1>Who are you?</h1>{links}".replace("&", "&amp;"))
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        back = urlencode({"code": code, "state": asked["state"]})
        return RedirectResponse(f"{asked['redirect_uri']}?{back}", 302)

    async def token(self, request: Request) -> Response:
        form = {
            name: values[0] for name, values in parse_qs((await request.body()).decode()).items()
        }
        asked = self.codes.pop(form["code"], None)  # works once
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        known = f"{CLIENT}:{SECRET}".encode()
        challenge = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if (
            asked is None
            or scheme != "Basic"
            or base64.b64decode(given) != known
            or form["grant_type"] != "authorization_code"
            or form["redirect_uri"] != asked["redirect_uri"]
            or base64.urlsafe_b64encode(challenge).decode().rstrip("=") != asked["code_challenge"]
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": self.address,
            "sub": asked["as"],
            "aud": CLIENT,
            "iat": now,
            "exp": now + 600,
            "nonce": asked["nonce"],
            **PEOPLE[asked["as"]],
        }
        access = secrets.token_urlsafe(16)
        self.tokens[access] = asked["as"]
        return JSONResponse(
            {
                "access_token": access,
                "token_type": "Bearer",
                "expires_in": 600,
                "id_token": jwt.encode({"alg": "RS256", "kid": "1"}, claims, self.key),
            }
        )

    def userinfo(self, request: Request) -> Response:
        subject = self.tokens.get(request.headers.get("authorization", "").partition(" ")[2])
        if subject is None:
            return JSONResponse({"error": "invalid_token"}, 401)
        return JSONResponse({"sub": subject, **PEOPLE[subject]})

    def sign_out(self, request: Request) -> Response:
        token = jwt.decode(request.query_params["id_token_hint"], self.key)
        self.signed_out.append(token.claims["sub"])
        return RedirectResponse(request.query_params["post_logout_redirect_uri"], 302)


@contextmanager
def running() -> Iterator[Provider]:
    """A provider on a free port, in a thread."""
    listening = socket.create_server(("127.0.0.1", 0))
    provider = Provider(f"http://127.0.0.1:{listening.getsockname()[1]}")
    routes = [
        Route("/.well-known/openid-configuration", provider.discovery),
        Route("/keys", provider.keys),
        Route("/authorize", provider.authorize),
        Route("/token", provider.token, methods=["POST"]),
        Route("/userinfo", provider.userinfo),
        Route("/sign-out", provider.sign_out),
    ]
    server = uvicorn.Server(uvicorn.Config(Starlette(routes=routes), log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.should_exit = True
        thread.join(10)
        listening.close()
