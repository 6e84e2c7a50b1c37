"""Routes beside the pages: map layers, rows of the table, records, files of the map, health.

Layers are addressed by their own revision, records by the register's, and so they never change.
A layer of an older revision is gone (410, with the current one), and so are the table's rows,
because the indices that a page holds would point at other zones; a record is found by its id, so
its old address redirects. Where viewing needs an account, all of these are for those who have
signed in. Handlers are plain functions and run in the thread pool.
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
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route, Router
from starlette.types import Receive, Scope, Send

from geo import assets, factsheet, maps
from geo.auth import ANONYMOUS, Action, Actor, decide, rules_of
from geo.desk import Desk
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

    def rows(self, lang: str) -> bytes: ...

    def find(self, text: str, lang: str) -> Sequence[Mapping[str, Any]]: ...

    def unit(self, layer: str, code: str, lang: str) -> Mapping[str, Any] | None: ...

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
    """The newest body of each layer, and of the table's rows in each language."""

    bodies: dict[str, tuple[str, _Body]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, name: str, revision: str, make: Callable[[], _Body]) -> _Body:
        with self.lock:  # one compression, however many viewers arrive at once
            held, body = self.bodies.get(name, ("", None))
            if body is None or held != revision:
                body = make()
                self.bodies[name] = revision, body
            return body


def _nobody(cookies: Mapping[str, str]) -> Actor:
    return ANONYMOUS


def routes(
    get_planner: Callable[[], Planner],
    settings: Settings,
    base_path: str = "",
    who: Callable[[Mapping[str, str]], Actor] = _nobody,
    get_desk: Callable[[], Desk] | None = None,
) -> list[BaseRoute]:
    """The routes to mount beside the pages.

    Parameters
    ----------
    get_planner
        Gives the use cases; called for every request.
    base_path
        ``server.baseUrlPath`` of the installation, with or without slashes.
    who
        Tells by the cookies of a request who sent it; asked where viewing needs an account, and
        for the history, which names people only to those who have signed in.
    get_desk
        Gives the use cases of editing; without it there are no histories and no fact sheets.
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
        body = cache.get(name, current, lambda: _Body.of(planner.layer(name), GEOJSON))
        return body.response(request, forever)

    def rows(request: Request) -> Response:
        revision, lang = (request.path_params[key] for key in ("revision", "lang"))
        if lang not in LANGUAGES:
            return _refusal(404, "not_found")
        planner = get_planner().now()
        current = planner.revision
        if revision != current:  # its numbers would be those of other zones
            return _refusal(410, "revision_gone", revision=current)
        name = f"rows {lang}"
        body = cache.get(name, current, lambda: _Body.of(planner.rows(lang), "application/json"))
        return body.response(request, forever)

    def told(found: object, revision: str, planner: Planner, target: str) -> Response:
        """An answer of one revision; `target`, relative for a base path, is that of the newest."""
        if found is None:
            return _refusal(404, "not_found")
        if revision != planner.revision:
            return RedirectResponse(target, 307, {"Cache-Control": NEVER})
        headers = {"Cache-Control": forever, "X-Content-Type-Options": "nosniff"}
        return JSONResponse(found, headers=headers)

    def record(request: Request) -> Response:
        revision, lang, zone = (request.path_params[key] for key in ("revision", "lang", "zone"))
        if lang not in LANGUAGES or not _ZONE_ID.fullmatch(zone):
            return _refusal(404, "not_found")
        planner = get_planner().now()
        target = f"../../{planner.revision}/{lang}/{zone}.json"
        return told(planner.record(zone, lang), revision, planner, target)

    def find(request: Request) -> Response:
        revision, lang = (request.path_params[key] for key in ("revision", "lang"))
        if lang not in LANGUAGES:
            return _refusal(404, "not_found")
        planner = get_planner().now()
        found = planner.find(request.query_params.get("q", ""), lang)
        target = f"../{planner.revision}/{lang}.json?{request.url.query}"
        return told({"found": found}, revision, planner, target)

    def unit(request: Request) -> Response:
        names = ("revision", "lang", "layer", "code")
        revision, lang, layer_name, code = (request.path_params[key] for key in names)
        planner = get_planner().now()
        found = planner.unit(layer_name, code, lang) if lang in LANGUAGES else None
        target = f"../../../{planner.revision}/{lang}/{layer_name}/{code}.json"
        return told(found, revision, planner, target)

    def frame(request: Request) -> Response:
        kind, lang = (request.path_params[key] for key in ("kind", "lang"))
        if kind not in maps.STARTS or lang not in LANGUAGES:
            return _refusal(404, "not_found")
        page = maps.frame_page(kind, lang, settings)
        return _Body.of(page.encode(), "text/html; charset=utf-8").response(request, "no-cache")

    def asset(request: Request) -> Response:
        found = assets.find(request.path_params["name"], settings)
        if found is None:
            return _refusal(404, "not_found")
        body = packed_assets.get(found.digest)
        if body is None:
            body = packed_assets[found.digest] = _Body.of(found.content, found.media_type)
        current = request.path_params["digest"] == found.digest
        return body.response(request, FOREVER if current else "no-cache")

    def history(request: Request) -> Response:
        lang, zone = (request.path_params[key] for key in ("lang", "zone"))
        if get_desk is None or lang not in LANGUAGES or not _ZONE_ID.fullmatch(zone):
            return _refusal(404, "not_found")
        found = factsheet.history_json(get_desk(), who(request.cookies), zone, lang)
        # it names people, and to whom depends on who asks
        headers = {"Cache-Control": NEVER, "X-Content-Type-Options": "nosniff"}
        return JSONResponse(found, headers=headers)

    def sheet(request: Request) -> Response:
        if get_desk is None:
            return _refusal(404, "not_found")
        here = factsheet.Asked(
            request.path_params["rest"], request.url.path, lambda: who(request.cookies)
        )
        status, page = factsheet.answer(get_desk(), here, settings)
        if status != 200:
            return HTMLResponse(page, status, {"Cache-Control": NEVER, **factsheet.HEADERS})
        body = _Body.of(page.encode(), "text/html; charset=utf-8")
        made = body.response(request, "private, no-cache" if rules.sign_in_required else "no-cache")
        made.headers.update(factsheet.HEADERS)
        return made

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
        _mount(f"{prefix}/rows", "/{revision}/{lang}.json", for_viewers(rows)),
        _mount(f"{prefix}/find", "/{revision}/{lang}.json", for_viewers(find)),
        _mount(f"{prefix}/units", "/{revision}/{lang}/{layer}/{code}.json", for_viewers(unit)),
        _mount(f"{prefix}/histories", "/{lang}/{zone}.json", for_viewers(history)),
        _mount(f"{prefix}/ho-so", "/{rest:path}", sheet),
        _mount(f"{prefix}/frames", "/{kind}.{lang}.html", frame),
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
