"""Opening the boundary files that surveyors and provinces send."""

from __future__ import annotations

import unicodedata
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import fiona
import geopandas as gpd
import pyproj
from fiona.errors import FionaError

from geo.errors import DataError, UsageError

SUFFIXES = (".shp", ".gpkg", ".geojson", ".json")


@dataclass(frozen=True, slots=True)
class SourceLayer:
    """One layer of a file: what GDAL opens it by, and its name."""

    uri: str
    name: str


def read_layer(
    path: Path, layer: str | None, encoding: str | None, max_mb: int
) -> tuple[gpd.GeoDataFrame, SourceLayer]:
    """The features of a layer in the CRS that the file declares.

    Parameters
    ----------
    path
        GeoJSON, GeoPackage, Shapefile, or a zip archive holding one of them.
    layer
        Its name; needed only where the file holds several.
    encoding
        Of a Shapefile's texts; by default as its ``.cpg`` says.

    Raises
    ------
    DataError
        The file is missing, too large, unreadable, or declares no CRS.
    UsageError
        The layer is not there, or must be chosen; the names are in the error.
    """
    if not path.is_file():
        raise DataError("file.not_found", file=str(path))
    size_mb = _unpacked_bytes(path) / 1_000_000
    if size_mb > max_mb:
        raise DataError("file.too_large", file=path.name, mb=round(size_mb, 1), limit=max_mb)
    chosen = _choose(path, list_layers(path), layer)
    declared = encoding or _declared_encoding(path, chosen)
    vietnamese = declared is not None and "1258" in declared
    try:
        with fiona.open(
            chosen.uri, layer=chosen.name, encoding="ISO-8859-1" if vietnamese else encoding
        ) as source:
            crs = _crs(source.crs_wkt, path)
            columns = [*source.schema["properties"], "geometry"]
            frame = gpd.GeoDataFrame.from_features(source, crs=crs, columns=columns)
        if vietnamese:
            frame = _decode_cp1258(frame)
    except (FionaError, ValueError, UnicodeError, LookupError) as error:
        raise DataError("file.broken", file=path.name, detail=str(error)) from error
    if frame.empty:
        raise DataError("file.empty", file=path.name, layer=chosen.name)
    return frame, chosen


def list_layers(path: Path) -> list[SourceLayer]:
    """The layers of a file, or of every boundary file in an archive.

    Raises
    ------
    DataError
        ``file.broken`` when nothing in it can be opened.
    """
    try:
        uris = _members(path) if zipfile.is_zipfile(path) else [str(path)]
        found = [SourceLayer(uri, name) for uri in uris for name in fiona.listlayers(uri)]
    except (FionaError, ValueError, OSError, zipfile.BadZipFile) as error:
        raise DataError("file.broken", file=path.name, detail=str(error)) from error
    if not found:
        raise DataError("file.broken", file=path.name, detail="no layer")
    return found


def _members(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        names = sorted(archive.namelist())
    return [f"zip://{path}!{name}" for name in names if name.lower().endswith(SUFFIXES)]


def _unpacked_bytes(path: Path) -> int:
    if not zipfile.is_zipfile(path):
        return path.stat().st_size
    with zipfile.ZipFile(path) as archive:
        return sum(member.file_size for member in archive.infolist())


def _choose(path: Path, layers: list[SourceLayer], wanted: str | None) -> SourceLayer:
    names = [layer.name for layer in layers]
    if wanted is None and len(layers) > 1:
        raise UsageError("file.layer_choice", file=path.name, layers=names)
    if wanted is not None and wanted not in names:
        raise UsageError("file.layer_unknown", file=path.name, layer=wanted, layers=names)
    return layers[0] if wanted is None else layers[names.index(wanted)]


def _crs(wkt: str, path: Path) -> pyproj.CRS:
    if not wkt:
        raise DataError("crs.missing", file=path.name)
    return pyproj.CRS(wkt)


def _declared_encoding(path: Path, layer: SourceLayer) -> str | None:
    """What the ``.cpg`` beside a Shapefile says; null without one."""
    if not layer.uri.lower().endswith(".shp"):
        return None
    if layer.uri.startswith("zip://"):
        member = PurePosixPath(layer.uri.partition("!")[2]).with_suffix(".cpg").as_posix()
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
