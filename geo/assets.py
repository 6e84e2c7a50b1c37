"""The files that a browser needs for the map: our own and Leaflet's, each with its address.

An address carries a hash of the content, so it may be cached for ever. Addresses are relative to
the root of the server; the map's frame puts ``../../`` before them, which also holds behind a
base path.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from geo.settings import ROOT, Settings

STATIC_DIR = ROOT / "static"
TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}

OWN_SCRIPTS = ("khucum-look.js", "khucum-marks.js", "khucum-panels.js", "khucum-map.js")
OWN_STYLES = ("khucum-map.css",)
DRAW_SCRIPTS = ("khucum-look.js", "khucum-marks.js", "khucum-panels.js", "khucum-draw.js")
DRAW_STYLES = ("khucum-map.css", "khucum-draw.css")
_OWN = {*OWN_SCRIPTS, *OWN_STYLES, *DRAW_SCRIPTS, *DRAW_STYLES}
VENDOR = {
    "leaflet.js": Path("leaflet/dist/leaflet.js"),
    "leaflet.css": Path("leaflet/dist/leaflet.css"),
}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is served.

    Attributes
    ----------
    digest
        First 16 hex digits of the SHA-256 of `content`.
    """

    name: str
    content: bytes
    digest: str
    media_type: str

    @property
    def address(self) -> str:
        return f"assets/{self.digest}/{self.name}"


_READ: dict[Path, tuple[int, Asset]] = {}


def find(name: str, settings: Settings) -> Asset | None:
    """The asset of that name, or None when it is unknown or not installed.

    Only names of the lists above are known, so that no path from outside reaches the disk.
    """
    if name in VENDOR:
        path = settings.vendor_dir / VENDOR[name]
    elif name in _OWN:
        path = STATIC_DIR / name
    else:
        return None
    try:
        changed = path.stat().st_mtime_ns
    except OSError:
        return None
    known = _READ.get(path)
    if known is None or known[0] != changed:
        content = path.read_bytes()
        digest = hashlib.sha256(content).hexdigest()[:16]
        known = (changed, Asset(name, content, digest, TYPES[path.suffix]))
        _READ[path] = known
    return known[1]


def are_local(settings: Settings) -> bool:
    """Whether the map libraries are installed, so that the map needs no other host."""
    return all(find(name, settings) is not None for name in VENDOR)
