"""The files that a browser needs for the map: our own and Leaflet's, each with its address.

An address carries a hash of the content, so it may be cached for ever. Addresses are relative to
the root of the server; the map's frame puts ``../`` before them, which also holds behind a base
path.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from geo.settings import ROOT, Settings

STATIC_DIR = ROOT / "static"
TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}

_SHARED = (
    "leaflet.css",
    "khucum-map.css",
    "leaflet.js",
    "khucum-frame.js",
    "khucum-look.js",
    "khucum-gestures.js",
)
FRAMES: dict[str, tuple[str, ...]] = {
    "map": (
        *_SHARED,
        "khucum-workspace.css",
        "khucum-tools.css",
        "proj4.js",
        "geodesic.js",
        "khucum-take.css",
        "khucum-find.css",
        "khucum-table.css",
        "khucum-results.css",
        "khucum-marks.js",
        "khucum-panels.js",
        "khucum-source.js",
        "khucum-address.js",
        "khucum-coordinates.js",
        "khucum-area.js",
        "khucum-measure.js",
        "khucum-tiles.js",
        "khucum-take.js",
        "khucum-table.js",
        "khucum-profile.js",
        "khucum-find.js",
        "khucum-unit.js",
        "khucum-results.js",
        "khucum-map.js",
    ),
    "draw": (
        *_SHARED,
        "khucum-draw.css",
        "khucum-marks.js",
        "khucum-panels.js",
        "khucum-draw.js",
    ),
    "sketch": (*_SHARED, "khucum-sketch.js"),
}
"""Files of each kind of frame, in the order in which they are loaded."""

SHEET = ("khucum-map.css", "khucum-sheet.css", "khucum-sheet.js")
"""Files of a fact sheet."""

VENDOR = {
    "leaflet.js": ("leaflet", "1.9.4", "dist/leaflet.js"),
    "leaflet.css": ("leaflet", "1.9.4", "dist/leaflet.css"),
    "proj4.js": ("proj4", "2.22.0", "dist/proj4.js"),
    "geodesic.js": ("geographiclib-geodesic", "2.2.0", "geographiclib-geodesic.min.js"),
}
"""Package, version and path of each library, as npm installs it and as the CDN has it."""

_CDN = "https://cdn.jsdelivr.net/npm/{}@{}/{}"
_OWN = {name for names in (*FRAMES.values(), SHEET) for name in names} - set(VENDOR)


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
        package, _, file = VENDOR[name]
        path = settings.vendor_dir / package / file
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


def of_frame(kind: str) -> tuple[str, ...]:
    """Names of the files that a kind of frame loads."""
    return FRAMES[kind]


def address(name: str, settings: Settings) -> str:
    """Where a file is: on this server, from its root; else on the CDN, in full."""
    found = find(name, settings)
    return _CDN.format(*VENDOR[name]) if found is None else found.address


def are_local(settings: Settings) -> bool:
    """Whether the map libraries are installed, so that the map needs no other host."""
    return all(find(name, settings) is not None for name in VENDOR)
