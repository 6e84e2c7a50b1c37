"""Opening the boundary files that surveyors and provinces send.

GDAL opens far more than these: some formats fetch what they name from the network. So the kind
of a file is told by its first bytes, and GDAL may try the driver of that kind alone.
"""

from __future__ import annotations

import json
import re
import unicodedata
import zipfile
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import fiona
import geopandas as gpd
import pyproj
import shapely
from fiona._err import CPLE_BaseError  # what GDAL raises beside fiona's own errors
from fiona.errors import FionaError
from pyproj.exceptions import ProjError

from geo.errors import DataError, UsageError
from geo.io.crs_member import declared_crs, horizontal
from geo.io.files import file_size
from geo.text import printable

BOUNDARY_DRIVERS = ("GPKG", "ESRI Shapefile", "GeoJSON")
SURVEY_DRIVERS = (*BOUNDARY_DRIVERS, "DXF", "KML")
MAX_LAYERS = 100
SHOWN_LAYERS = 20

_DRIVERS = (
    (b"SQLite format 3\x00", "GPKG"),
    (b"\x00\x00\x27\x0a", "ESRI Shapefile"),
    (b"{", "GeoJSON"),
)
_DXF = re.compile(rb"(?:\s*999\s*?\r?\n[^\n]*\n)*\s*0\s*?\r?\n\s*SECTION\s")
_KML = re.compile(rb"<(?:\w+:)?kml[\s>]")
_DXF_LAYER = "entities"
_CAD_BINARY = ((b"AC10", "file.dwg"), (b"AutoCAD Binary DXF", "file.dxf_binary"))
_SUFFIXES = {
    "GPKG": (".gpkg",),
    "ESRI Shapefile": (".shp",),
    "GeoJSON": (".geojson", ".json"),
    "DXF": (".dxf",),
    "KML": (".kml",),
}
_OUTSIDE = re.compile(r"^(?:[/\\]|[A-Za-z]:)|(?:^|[/\\])\.\.(?:[/\\]|$)")
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_COMPANIONS = (".shx", ".dbf", ".prj", ".cpg")
_OFFLINE = {
    "CPL_VSIL_CURL_ALLOWED_FILENAME": "none",
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": "none",
    "GDAL_HTTP_MAX_RETRY": "0",
    "GDAL_HTTP_TIMEOUT": "1",
    "OGR_SQLITE_ALLOW_EXTERNAL_ACCESS": "NO",
    "OGR_SQLITE_LIST_VIRTUAL_OGR": "NO",
    "OGR_SQLITE_LOAD_EXTENSIONS": "",
    "DXF_INLINE_BLOCKS": "FALSE",  # blocks within blocks can grow without end
}
_FAULTS = (
    FionaError,
    CPLE_BaseError,
    ProjError,
    shapely.errors.ShapelyError,
    zipfile.BadZipFile,
    zlib.error,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    OSError,
    EOFError,
    NotImplementedError,  # a compression that Python does not know
    RuntimeError,
)


@dataclass(frozen=True, slots=True)
class SourceLayer:
    """One layer of a file: what GDAL opens it by, its name, driver and member of an archive."""

    uri: str
    name: str
    driver: str
    member: str | None = None


def read_layer(
    path: Path,
    layer: str | None,
    encoding: str | None,
    max_mb: int,
    drivers: Sequence[str] = BOUNDARY_DRIVERS,
    assumed: pyproj.CRS | None = None,
) -> tuple[gpd.GeoDataFrame, SourceLayer]:
    """The features of a layer in the CRS that the file declares.

    Parameters
    ----------
    path
        GeoJSON, GeoPackage, Shapefile, or a zip archive holding one of them.
    layer
        Its name; needed only where the file holds several. Of a DXF, a layer of the drawing,
        which is in the column ``Layer``.
    encoding
        Of the texts of a Shapefile or DXF; by default as its ``.cpg`` or header says.
    drivers
        The kinds of files that may be opened; :data:`SURVEY_DRIVERS` adds DXF and KML.
    assumed
        The CRS of a file that declares none, as a DXF never does.

    Raises
    ------
    DataError
        The file is missing, too large, unreadable, of another kind, or declares no CRS or one
        that is not known.
    UsageError
        The layer is not there, or must be chosen; the names are in the error.
    """
    size_mb = _unpacked_bytes(path) / 1_000_000
    if size_mb > max_mb:
        raise DataError("file.too_large", file=_name(path), mb=round(size_mb, 1), limit=max_mb)
    layers = list_layers(path, drivers)
    drawing = [one.driver for one in layers] == ["DXF"]
    chosen = _choose(path, layers, None if drawing else layer)
    try:
        frame = _read(path, chosen, encoding, assumed)
    except _FAULTS as error:
        raise _broken(path, error) from error
    if drawing and layer is not None:
        frame = _of_drawing_layer(path, frame, layer)
    if frame.empty:
        raise DataError("file.empty", file=_name(path), layer=printable(chosen.name))
    return frame, chosen


def list_layers(path: Path, drivers: Sequence[str] = BOUNDARY_DRIVERS) -> list[SourceLayer]:
    """The layers of a file, or of every file of these kinds in an archive.

    Raises
    ------
    DataError
        ``file.broken`` when nothing in it can be opened, ``file.kind`` when it is something else,
        ``file.encrypted``, ``file.layers_many``, ``file.zip_path`` for an archive with names that
        lead out of it, ``file.xml_entities``, ``file.dwg``, ``file.dxf_binary``.
    """
    try:
        if _zipped(path):
            return _layers_of_archive(path, drivers)
        with path.open("rb") as stream:
            driver = _driver(stream.read(1024), path, path.suffix, drivers)
        if driver == "KML":
            _refuse_entities(path, path.read_bytes())
        return _layers(str(path.resolve()), driver, path)
    except _FAULTS as error:
        raise _broken(path, error) from error


def _layers_of_archive(path: Path, drivers: Sequence[str]) -> list[SourceLayer]:
    """What can be opened in an archive; other JSON files may lie beside the boundaries."""
    found: list[SourceLayer] = []
    refused: DataError | None = None
    with zipfile.ZipFile(path) as archive:
        if any(_OUTSIDE.search(name) for name in archive.namelist()):
            raise DataError("file.zip_path", file=_name(path))
        members = _members(archive, drivers)
        if len(members) > MAX_LAYERS:
            raise _too_many(path, len(members))
        if any(member.flag_bits & 1 for member in archive.infolist()):
            raise DataError("file.encrypted", file=_name(path))
        for member in members:
            with archive.open(member) as stream:
                head = stream.read(1024)
            uri = f"/vsizip/{{{path.resolve()}}}/{member.filename}"
            try:
                driver = _driver(head, path, PurePosixPath(member.filename).suffix, drivers)
                if driver == "KML":
                    _refuse_entities(path, archive.read(member))
                found += _layers(uri, driver, path, member.filename)
            except (DataError, *_FAULTS) as error:
                refused = error if isinstance(error, DataError) else _broken(path, error)
    if not found:
        raise refused or DataError("file.zip_without", file=_name(path))
    return found


def _members(archive: zipfile.ZipFile, drivers: Sequence[str]) -> list[zipfile.ZipInfo]:
    """The files of these kinds in an archive, without what macOS adds."""
    suffixes = tuple(suffix for driver in drivers for suffix in _SUFFIXES[driver])
    members = (
        member
        for member in archive.infolist()
        if member.filename.lower().endswith(suffixes)
        and not PurePosixPath(member.filename).name.startswith(".")
    )
    return sorted(members, key=lambda member: member.filename)


def _driver(head: bytes, path: Path, suffix: str, drivers: Sequence[str]) -> str | None:
    """The one driver that may open a file which begins like this."""
    driver = _told(head, suffix)
    if "DXF" in drivers and driver is None:
        for mark, code in _CAD_BINARY:
            if head.startswith(mark):
                raise DataError(code, file=_name(path))
    return driver if driver in drivers else None


def _told(head: bytes, suffix: str) -> str | None:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    for mark, driver in _DRIVERS:
        if (start if mark == b"{" else head).startswith(mark):
            return driver if driver != "ESRI Shapefile" or suffix.lower() == ".shp" else None
    if start.startswith(b"<") and _KML.search(start):
        return "KML"
    return "DXF" if _DXF.match(head.removeprefix(b"\xef\xbb\xbf")) else None


def _refuse_entities(path: Path, content: bytes) -> None:
    """An XML file must not name other files, nor texts that grow when they are read."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise DataError("file.not_utf8", file=_name(path), byte=str(error.start + 1)) from error
    if "<!DOCTYPE" in text or "<!ENTITY" in text or "\x00" in text:
        raise DataError("file.xml_entities", file=_name(path))


def _layers(
    uri: str, driver: str | None, path: Path, member: str | None = None
) -> list[SourceLayer]:
    if driver is None:
        raise DataError("file.kind", file=_name(path))
    names: list[str] = []
    with fiona.Env(**_OFFLINE):
        if driver == "DXF":  # its other layer holds the blocks
            with _opened(uri, driver, layer=_DXF_LAYER):
                return [SourceLayer(uri, _DXF_LAYER, driver, member)]
        with _opened(uri, driver) as source:  # the first layer
            names.append(source.name)
        while len(names) <= MAX_LAYERS:
            try:
                with _opened(uri, driver, layer=len(names)) as source:
                    names.append(source.name)
            except ValueError:  # no layer has that number
                return [SourceLayer(uri, name, driver, member) for name in names]
    raise _too_many(path, f"> {MAX_LAYERS}")


def _opened(uri: str, driver: str, **options: Any) -> Any:
    """A layer by one driver alone; fiona has not KML on its own list, GDAL reads it."""
    return fiona.open(
        uri, enabled_drivers=[driver], allow_unsupported_drivers=driver == "KML", **options
    )


def _read(
    path: Path, chosen: SourceLayer, encoding: str | None, assumed: pyproj.CRS | None
) -> gpd.GeoDataFrame:
    member = _crs_member(path, chosen) if chosen.driver == "GeoJSON" else None
    declared = encoding or _declared_encoding(path, chosen)
    vietnamese = declared is not None and "1258" in declared
    with (
        fiona.Env(**_OFFLINE, **_drawing_encoding(path, chosen, encoding)),
        _opened(
            chosen.uri,
            chosen.driver,
            layer=chosen.name,
            encoding="ISO-8859-1" if vietnamese else encoding,
        ) as source,
    ):
        crs = member or _crs(source, path, assumed)
        columns = [*source.schema["properties"], "geometry"]
        frame = gpd.GeoDataFrame.from_features(source, crs=crs, columns=columns)
    return _decode_cp1258(frame) if vietnamese else frame


def _unpacked_bytes(path: Path) -> int:
    """Size of a file and its companions, unpacked."""
    size = file_size(path)
    try:
        if not _zipped(path):
            return size + sum(file_size(part) for part in _companions(path))
        with zipfile.ZipFile(path) as archive:
            return sum(member.file_size for member in archive.infolist())
    except _FAULTS as error:
        raise _broken(path, error) from error


def _zipped(path: Path) -> bool:
    file_size(path)  # refuses pipes and devices before they are opened
    with path.open("rb") as stream:
        return stream.read(4) in _ZIP


def _companions(path: Path) -> list[Path]:
    if path.suffix.lower() != ".shp":
        return []
    named = (path.with_suffix(end) for low in _COMPANIONS for end in (low, low.upper()))
    return [part for part in named if part.exists()]


def _choose(path: Path, layers: list[SourceLayer], wanted: str | None) -> SourceLayer:
    names = [layer.name for layer in layers]
    shown = [printable(name) for name in names[:SHOWN_LAYERS]]
    if len(names) > SHOWN_LAYERS:
        shown.append(f"… (+{len(names) - SHOWN_LAYERS})")
    if wanted is None and len(layers) > 1:
        raise UsageError("file.layer_choice", file=_name(path), layers=shown)
    if wanted is not None and wanted not in names:
        raise UsageError(
            "file.layer_unknown", file=_name(path), layer=printable(wanted), layers=shown
        )
    if wanted is not None and Counter(names)[wanted] > 1:
        raise UsageError("file.layer_twice", file=_name(path), layer=printable(wanted))
    return layers[0] if wanted is None else layers[names.index(wanted)]


def _of_drawing_layer(path: Path, frame: gpd.GeoDataFrame, layer: str) -> gpd.GeoDataFrame:
    names = sorted({str(name) for name in frame["Layer"]})
    if layer not in names:
        shown = [printable(name) for name in names[:SHOWN_LAYERS]]
        raise UsageError(
            "file.layer_unknown", file=_name(path), layer=printable(layer), layers=shown
        )
    return frame[frame["Layer"] == layer]


def _crs(source: Any, path: Path, assumed: pyproj.CRS | None) -> pyproj.CRS:
    """The system that GDAL reports, where it has positions on the ground."""
    try:
        wkt = source.crs_wkt
        crs = pyproj.CRS(wkt) if wkt else assumed
    except (CPLE_BaseError, FionaError, ProjError, ValueError, RecursionError) as error:
        raise DataError("crs.unknown", file=_name(path), got=_readable(error, path)) from error
    if crs is None:
        raise DataError("crs.missing", file=_name(path))
    if not horizontal(crs):
        raise DataError("boundary.crs_unsupported", file=_name(path), crs=printable(crs.name)[:80])
    return crs


def _content(path: Path, layer: SourceLayer) -> bytes:
    if layer.member is None:
        return path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        return archive.read(layer.member)


def _drawing_encoding(path: Path, layer: SourceLayer, encoding: str | None) -> dict[str, str]:
    """The option for the texts of a DXF: many are UTF-8 and say another code page."""
    if layer.driver != "DXF":
        return {}
    try:
        _content(path, layer).decode("utf-8")
    except UnicodeDecodeError:
        return {"DXF_ENCODING": encoding} if encoding else {}
    return {"DXF_ENCODING": "UTF-8"}


def _crs_member(path: Path, layer: SourceLayer) -> pyproj.CRS | None:
    """What a GeoJSON file itself says; GDAL takes WGS 84 for anything it does not know."""
    content = _content(path, layer)
    try:
        document = json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise DataError("file.not_utf8", file=_name(path), byte=str(error.start + 1)) from error
    except json.JSONDecodeError as error:
        raise DataError(
            "file.not_json", file=_name(path), line=str(error.lineno), column=str(error.colno)
        ) from error
    return declared_crs(document.get("crs"), _name(path))


def _declared_encoding(path: Path, layer: SourceLayer) -> str | None:
    """What the ``.cpg`` beside a Shapefile says; null without one."""
    if layer.driver != "ESRI Shapefile":
        return None
    if layer.member is not None:
        member = PurePosixPath(layer.member).with_suffix(".cpg").as_posix()
        with zipfile.ZipFile(path) as archive:
            by_lower = {name.casefold(): name for name in archive.namelist()}
            name = by_lower.get(member.casefold())
            return archive.read(name).decode("ascii", "replace").strip() if name else None
    beside = path.with_suffix(".cpg")
    return beside.read_text("ascii", "replace").strip() if beside.exists() else None


def _decode_cp1258(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Texts of a Vietnamese Windows code page that were read byte by byte.

    GDAL's own conversion of this code page loses the last letter of every text.
    """

    def decode(value: object) -> object:
        if not isinstance(value, str):
            return value
        return unicodedata.normalize("NFC", value.encode("latin-1").decode("cp1258"))

    decoded = frame.rename(columns=decode)
    for name in decoded.columns.drop("geometry"):
        decoded[name] = decoded[name].map(decode, na_action="ignore")
    return decoded


def _name(path: Path) -> str:
    return printable(path.name)[:200]


def _too_many(path: Path, count: int | str) -> DataError:
    return DataError("file.layers_many", file=_name(path), count=count, limit=MAX_LAYERS)


def _broken(path: Path, error: BaseException) -> DataError:
    if isinstance(error, OSError) and error.strerror and not isinstance(error, FionaError):
        return DataError("file.unreadable", file=printable(str(path))[:200], reason=error.strerror)
    return DataError("file.broken", file=_name(path), detail=_readable(error, path))


def _readable(error: BaseException, path: Path) -> str:
    """What a library says of a fault, in one line, without its objects and our folders."""
    text = re.sub(r"<[^<>]*(?:<[^<>]*>)?[^<>]* at 0x[0-9a-f]+>", "", str(error))
    for folder in {str(path.resolve().parent), str(path.parent)} - {"."}:
        text = text.replace(f"{folder}/", "")
    text = " ".join(printable(text).replace("/vsizip/", "").split()).strip(" :")
    return text[:200] or type(error).__name__
