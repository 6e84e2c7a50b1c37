"""Taking a province's own boundaries as a new vintage: whole, or not at all."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from geo import __version__
from geo.boundaries import coverage, rules
from geo.boundaries.build import DISTRICT_FIELDS
from geo.boundaries.files import (
    collection_text,
    feature_line,
    is_null,
    units_text,
    write_catalogue,
)
from geo.boundaries.lock import writing
from geo.boundaries.matching import split_type
from geo.boundaries.sources import sha256
from geo.boundaries.verify import IMPORT_TOLERANCE_HA
from geo.crs import VIETNAM_BOUNDS, WGS84, area_ha, to_wgs84
from geo.districts import (
    CATALOGUE_FILE,
    LEVELS,
    UNITS_FILE,
    Unit,
    UnitRegister,
    load_boundaries,
    load_sets,
    plain_name,
)
from geo.errors import DataError, SetupError, UsageError
from geo.io.files import write_atomic
from geo.io.vector import read_layer
from geo.issues import Issue, capped, has_errors, issue
from geo.text import broken, printable, strip_marks

DECIMALS = 7  # 1 cm, as surveyed
VINTAGE_PATTERN = re.compile("[0-9]{4}(-[a-z0-9]+)*")
MAX_VINTAGE_LETTERS = 60
ISSUES_PER_CODE = 20

MAX_FIELDS_SHOWN = 50
CODE_FIELDS = ("code", "ma", "ma_huyen", "mahuyen", "maquanhuyen", "ma_tinh", "matinh")
NAME_FIELDS = ("name", "ten", "ten_huyen", "tenhuyen", "tenquanhuyen", "ten_tinh", "tentinh")


@dataclass(frozen=True, slots=True)
class Report:
    """What an import found.

    Attributes
    ----------
    set_id
        Id of the set, ``districts-<vintage>`` or ``provinces-<vintage>``.
    accepted
        Whether it was written; false leaves the folder as it was.
    file, sha256, layer, crs
        What was read.
    features
        Units in it.
    issues
        The findings, the first 20 of each code; an error among them refuses the whole.
    """

    set_id: str
    accepted: bool
    file: str
    sha256: str
    layer: str
    crs: str
    features: int
    issues: tuple[Issue, ...]


def import_boundaries(
    file: Path,
    *,
    vintage: str,
    out_dir: Path,
    source: str,
    licence: str,
    layer: str | None = None,
    code_field: str | None = None,
    name_field: str | None = None,
    type_field: str | None = None,
    province_field: str | None = None,
    province_code: str | None = None,
    level: str = "district",
    encoding: str | None = None,
    max_mb: int = 40,
    actor: str | None = None,
    now: dt.datetime | None = None,
) -> Report:
    """Check a file of boundaries and add it to the catalogue as a new vintage.

    Parameters
    ----------
    file
        GeoJSON, GeoPackage or Shapefile, zipped or not, in any CRS that it declares.
    vintage
        Year of the unit list that it draws, ``2020`` or ``2020-khao-sat``.
    source, licence
        Who made it and under which terms it may be used; shown with the map.
    code_field, name_field
        By default the usual names are tried.
    province_field, province_code
        GSO code of the province (of 2016) by feature, or one for all. Districts need either:
        zones are joined to units within their province, and the shapes are held against it.
    encoding
        Of a Shapefile without ``.cpg``, for example ``cp1258``.

    Returns
    -------
    Report
        With ``accepted`` false and the reasons when anything is wrong; then nothing is written.

    Raises
    ------
    DataError
        The file cannot be read at all, or declares no CRS.
    UsageError
        Vintage, layer or field that does not exist or must be chosen.
    """
    set_id = _new_set_id(out_dir, level, vintage)
    for name, value in (("source", source), ("licence", licence)):
        if not value.strip():
            raise UsageError("boundary.credit_required", field=name)
        if broken(value):
            raise UsageError("boundary.credit_broken", field=name, value=printable(value)[:100])
    if level == "district" and province_field is None and province_code is None:
        options = ["--province-field", "--province-code"]
        raise UsageError("boundary.province_required", options=options)
    raw, chosen = read_layer(file, layer, encoding, max_mb)
    fields = [name for name in raw.columns if name != "geometry"]
    code = _field(code_field, fields, CODE_FIELDS, "code_field")
    name = _field(name_field, fields, NAME_FIELDS, "name_field")
    for wanted in (type_field, province_field):
        if wanted is not None and wanted not in fields:
            raise _no_field(wanted, fields)

    digits = 3 if level == "district" else 2
    codes, padded = _codes(raw[code], digits, file.name)
    if province_field is not None:
        provinces = _codes(raw[province_field], 2, file.name)[0]
    else:
        provinces = [province_code] * len(raw)
    kinds = raw[type_field] if type_field else [None] * len(raw)
    described = [_describe(text, kind) for text, kind in zip(raw[name], kinds, strict=True)]
    frame = gpd.GeoDataFrame(
        {
            "code": codes,
            "vintage": vintage,
            "name": [name for name, _ in described],
            "type": [kind for _, kind in described],
            "province_code": provinces,
        },
        geometry=shapely.force_2d(raw.geometry.to_numpy()),
        crs=raw.crs,
    )
    frame.index = pd.Index(_labels(codes), name="unit")
    frame, placing = _place(frame, file.name)
    register = UnitRegister.load(out_dir)
    issues = [*padded, *placing]
    if not placing:
        frame, found = _check(frame, file.name, level, register, out_dir)
        issues += found
    accepted = not has_errors(issues)
    crs_name = pyproj.CRS(raw.crs).name
    report = Report(
        set_id,
        accepted,
        printable(file.name),
        sha256(file),
        printable(chosen.name),
        crs_name,
        len(frame),
        tuple(capped(issues, ISSUES_PER_CODE)),
    )
    if accepted:
        at = (now or dt.datetime.now(dt.UTC)).astimezone(dt.UTC)
        log = {
            "file": report.file,
            "sha256": report.sha256,
            "layer": report.layer,
            "crs": report.crs,
            "actor": printable(actor) if actor else actor,
            "code_version": __version__,
            "at": at.isoformat(timespec="seconds"),
        }
        credit = {"source": source.strip(), "licence": licence.strip()}
        with writing(out_dir):
            _new_set_id(out_dir, level, vintage)  # nobody was faster
            _write(frame, register, level, set_id, credit, log, out_dir)
    return report


def remove_set(folder: Path, set_id: str) -> None:
    """Take an imported set out of the catalogue, then delete its files.

    Raises
    ------
    UsageError
        ``boundary.set_unknown``, or ``boundary.set_fixed`` for the project's own sets.
    SetupError
        ``boundary.busy``, or ``file.not_writable`` when a file cannot be deleted.
    """
    with writing(folder):
        catalogue = load_sets(folder)
        entry = catalogue.get(set_id)
        if not entry.imported:
            raise UsageError("boundary.set_fixed", set=printable(set_id))
        others = [other for other in catalogue if other.id != set_id]
        write_catalogue(folder, [other.record for other in others])
        used = {name for other in others for name in (other.file, other.units)}
        for name in {entry.file, entry.units} - used - {UNITS_FILE, CATALOGUE_FILE, None}:
            _delete(folder, str(name))


def _delete(folder: Path, name: str) -> None:
    """Delete a file of the folder itself, never one that a name leads out to."""
    path = folder / name
    if not plain_name(name) or not (path.is_file() or path.is_symlink()):
        return
    try:
        path.unlink()
    except OSError as error:
        raise SetupError("file.not_writable", file=str(path), reason=error.strerror) from error


def _new_set_id(folder: Path, level: str, vintage: str) -> str:
    if level not in LEVELS:
        raise UsageError("boundary.level", level=level, levels=list(LEVELS))
    if not VINTAGE_PATTERN.fullmatch(vintage) or len(vintage) > MAX_VINTAGE_LETTERS:
        raise UsageError("boundary.vintage", vintage=printable(vintage)[:100])
    if UnitRegister.load(folder).of(vintage, level) or load_sets(folder).find(level, vintage):
        raise UsageError("boundary.vintage_exists", vintage=vintage, level=level)
    return f"{level}s-{vintage}"


def _field(given: str | None, fields: Sequence[str], usual: Iterable[str], option: str) -> str:
    if given is not None:
        if given not in fields:
            raise _no_field(given, fields)
        return given
    by_lower = {name.casefold(): name for name in fields}
    for name in usual:
        if name in by_lower:
            return by_lower[name]
    raise UsageError("boundary.field_choice", option=option, fields=_shown(fields))


def _no_field(wanted: str, fields: Sequence[str]) -> UsageError:
    return UsageError("boundary.field_unknown", field=printable(wanted), fields=_shown(fields))


def _shown(fields: Sequence[str]) -> list[str]:
    return [printable(name) for name in fields[:MAX_FIELDS_SHOWN]]


def _codes(column: pd.Series, digits: int, source: str) -> tuple[list[str | None], list[Issue]]:
    """Codes as text; spreadsheets and Shapefiles make numbers of them and lose leading zeros."""
    codes: list[str | None] = []
    issues = []
    for row, value in enumerate(column, start=1):
        if pd.isna(value) or not str(value).strip():
            codes.append(None)
            continue
        text = re.sub(r"\.0+$", "", str(value).strip())
        code = text.zfill(digits) if re.fullmatch("[0-9]+", text) else text
        if code != text:
            issues.append(
                issue("boundary.code_padded", source=source, row=row, value=text, read_as=code)
            )
        codes.append(code)
    return codes, issues


def _describe(name: object, kind: object) -> tuple[str | None, str | None]:
    """Name and type of a unit; a name that begins with its type gives both."""
    if is_null(name) or not str(name).strip():
        return None, None
    text = unicodedata.normalize("NFC", " ".join(str(name).split()))
    try:
        found, text = split_type(text)
    except ValueError:
        found = ""
    if not is_null(kind):
        found = unicodedata.normalize("NFC", str(kind)).strip().casefold()
    return text, found or None


def _labels(codes: Sequence[str | None]) -> list[str]:
    """What a finding calls a feature: its code, or its place in the file where that is no key."""
    times = Counter(codes)
    unique = {code for code in codes if code and times[code] == 1}
    return [code if code in unique else f"#{row}" for row, code in enumerate(codes, start=1)]


def _place(frame: gpd.GeoDataFrame, source: str) -> tuple[gpd.GeoDataFrame, list[Issue]]:
    """`frame` in EPSG:4326, and whether its axes are the wrong way round."""
    try:
        placed = _to_wgs84(frame, source)
    except pyproj.exceptions.ProjError as error:
        raise DataError(
            "boundary.crs_unsupported", file=source, crs=pyproj.CRS(frame.crs).name
        ) from error
    if _in_vietnam(placed):
        return placed, []
    turned = frame.set_geometry(shapely.transform(frame.geometry, lambda xy: xy[:, ::-1]))
    try:
        swapped = _in_vietnam(_to_wgs84(turned, source))
    except pyproj.exceptions.ProjError:
        swapped = False
    return placed, [issue("boundary.swapped", source=source, field="geometry")] if swapped else []


def _to_wgs84(frame: gpd.GeoDataFrame, source: str) -> gpd.GeoDataFrame:
    return to_wgs84(frame, source)


def _in_vietnam(frame: gpd.GeoDataFrame) -> bool:
    drawn = frame.geometry[~(frame.geometry.isna() | frame.geometry.is_empty)]
    if drawn.empty:
        return True
    bounds = drawn.total_bounds
    if not np.isfinite(bounds).all():
        return False
    return rules.within(shapely.box(*bounds), VIETNAM_BOUNDS)


def _check(
    frame: gpd.GeoDataFrame, source: str, level: str, register: UnitRegister, folder: Path
) -> tuple[gpd.GeoDataFrame, list[Issue]]:
    """`frame` with its coordinates rounded, as it would be written, and what is wrong with it."""
    issues = [*rules.check_codes(frame, source, level), *rules.check_names(frame, source)]
    known = {unit.code for unit in register.of("2016", "province")}
    for label, code in frame["province_code"].items():
        if pd.isna(code):
            if level == "district":
                issues.append(issue("boundary.province_missing", source=source, row=str(label)))
        elif code not in known:
            issues.append(
                issue(
                    "boundary.province_unknown",
                    source=source,
                    row=str(label),
                    value=code,
                )
            )
    if faults := list(rules.check_shapes(frame, source)):
        return frame, [*issues, *faults]
    frame = frame.set_geometry([coverage.rounded(shape, DECIMALS) for shape in frame.geometry])
    collapsed = frame.geometry[~frame.geometry.is_valid | (shapely.area(frame.geometry) == 0)]
    if not collapsed.empty:
        faults = [
            issue("boundary.geometry_rounded", source=source, row=str(label), decimals=DECIMALS)
            for label in collapsed.index
        ]
        return frame, [*issues, *faults]
    issues += rules.check_coverage(frame, source, IMPORT_TOLERANCE_HA)
    issues += _check_place(frame, source, level, folder)
    return frame, issues


def _check_place(frame: gpd.GeoDataFrame, source: str, level: str, folder: Path) -> Iterable[Issue]:
    """Held against the provinces of 2016; those since 2025 against their own."""
    vintage = str(frame["vintage"].iloc[0])
    recent = level == "province" and vintage[:4] >= "2025"
    provinces = load_boundaries(folder, "provinces-2025" if recent else "provinces-2016")
    column = "code" if level == "province" else "province_code"
    declared = {str(label): str(code) for label, code in frame[column].dropna().items()}
    return rules.check_provinces(frame, source, declared, provinces)


def _write(
    frame: gpd.GeoDataFrame,
    register: UnitRegister,
    level: str,
    set_id: str,
    credit: Mapping[str, str],
    log: Mapping[str, str | None],
    folder: Path,
) -> None:
    """Features first, codes next, the catalogue last: only that makes the set exist."""
    vintage = str(frame["vintage"].iloc[0])
    frame = frame.sort_values("code")
    areas_ha = area_ha(frame.geometry)
    units = [_unit(row, level, vintage, register) for row in frame.to_dict("records")]
    lines = [
        feature_line(_properties(unit, areas_ha[unit.code]), shape, DECIMALS)
        for unit, shape in zip(units, frame.geometry, strict=True)
    ]
    attribution = f"{credit['source']}; {credit['licence']}"
    head = {"licence": credit["licence"], "attribution": attribution}
    path = folder / f"{set_id}.geojson"
    units_file = f"units-{set_id}.csv"
    write_atomic(path, collection_text(set_id, head, lines).encode())
    write_atomic(folder / units_file, units_text(units).encode())
    entry = {
        "id": set_id,
        "file": path.name,
        "level": level,
        "vintage": vintage,
        "crs": WGS84,
        "features": len(lines),
        "sha256": sha256(path),
        **credit,
        "attribution": {"vi": attribution, "en": attribution},
        "changes": [f"{log['crs']} to {WGS84}", f"coordinates rounded to {DECIMALS} decimals"],
        "units": units_file,
        "import": log,
    }
    write_catalogue(folder, [*(other.record for other in load_sets(folder)), entry])


def _unit(row: dict[str, object], level: str, vintage: str, register: UnitRegister) -> Unit:
    name, code = str(row["name"]), str(row["code"])
    kind = str(row["type"]) if not is_null(row["type"]) else None
    typed = kind is None or name.casefold().startswith(kind)
    province = str(row["province_code"]) if not is_null(row["province_code"]) else None
    old_province = code if level == "province" else province
    return Unit(
        vintage=vintage,
        level=level,
        code=code,
        name=name,
        full_name=name if typed else f"{kind} {name}",
        type=kind,
        province_code=province,
        province_2025_code=register.province_2025(old_province) if old_province else None,
        boundary_vintage=vintage,
        boundary_code=code,
    )


def _properties(unit: Unit, area_of_it_ha: float) -> dict[str, object]:
    values: dict[str, object] = {
        "code": unit.code,
        "vintage": unit.vintage,
        "name": unit.name,
        "type": unit.type,
        "full_name": unit.full_name,
        "name_ascii": strip_marks(unit.name),
        "province_code": unit.province_code,
        "province_2025_code": unit.province_2025_code,
        "area_km2": round(area_of_it_ha / 100, 2),
        "match": "import",
    }
    return {name: values.get(name) for name in DISTRICT_FIELDS}
