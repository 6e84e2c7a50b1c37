"""What a reader takes away: words, workbook, GeoPackage, and the map in one file."""

import base64
import datetime as dt
import io
import json
import re
from dataclasses import replace
from decimal import Decimal

import fiona
import openpyxl
import pytest
from shapely import MultiPolygon, Point, box

from geo import takeaway
from geo.cli.main import main
from geo.columns import Filter
from geo.errors import SetupError
from geo.i18n import LANGUAGES, number
from geo.io import packages, tables
from geo.settings import Settings
from geo.state import UNIT_LAYERS
from geo.store import Snapshot
from geo.zones import Kind

DAY = dt.date(2026, 3, 9)
HOSTILE = "</script><img src=x onerror=alert(1)>"


def words(planner, chosen=None, lang="vi", layer="districts-2016"):
    chosen = chosen or Filter()
    columns = planner.state.columns
    sums = columns.sums(columns.accept(chosen))
    return takeaway.heading(planner, chosen, sums, layer, lang, DAY)


def with_zones(planner, zones):
    """The use cases over these zones and the committed documents."""
    ordered = tuple(sorted(zones, key=lambda zone: zone.id))
    return planner.over(Snapshot("test", ordered, tuple(planner.documents()), ()))


def polygons(zones):
    """The first zone over the border of two districts, the second in two parts with a hole."""
    first, second, *rest = zones
    over_border = box(105.85, 21.40, 105.95, 21.52)
    holed = box(105.80, 21.60, 105.84, 21.64).difference(box(105.81, 21.61, 105.82, 21.62))
    parts = MultiPolygon([holed, box(105.86, 21.60, 105.88, 21.62)])
    return [replace(first, geometry=over_border), replace(second, geometry=parts), *rest]


@pytest.fixture(scope="module")
def varied(planner):
    """The register with polygons, an unplaced zone, hostile names, and a name of staff."""
    one, other, third, fourth, *rest = polygons(planner.zones())
    return with_zones(
        planner,
        [
            one,
            replace(other, updated_by="Nguyễn Văn Cán Bộ"),
            replace(third, name=HOSTILE, geometry=None),
            replace(fourth, name="=1+1", name_en=None),
            *rest,
        ],
    )


# -- words


@pytest.mark.parametrize(
    ("lang", "shown"),
    [("vi", "Tất cả khu, cụm trong sổ đăng ký"), ("en", "All zones and clusters of the register")],
)
def test_without_a_filter_it_says_that_all_is_there(planner, lang, shown):
    assert words(planner, lang=lang).filters == shown


@pytest.mark.parametrize(
    ("lang", "title", "shown"),
    [
        ("vi", "Khu, cụm công nghiệp: Thái Nguyên",
         ["tên có “sông”", "Tỉnh: Thái Nguyên", "Khu công nghiệp",
          "Giai đoạn: Có trong quy hoạch, chưa rõ"]),
        ("en", "Industrial zones and clusters: Thái Nguyên",
         ["name contains “sông”", "Province: Thái Nguyên", "Industrial zone (KCN)",
          "Stage: Planned, unknown"]),
    ],
)  # fmt: skip
def test_a_filter_in_words(planner, lang, title, shown):
    chosen = Filter(("19",), ("KCN",), ("planned", "unknown"), "sông")
    found = words(planner, chosen, lang)
    assert (found.title, found.filters) == (title, " · ".join(shown))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_heading_names_sums_documents_licence_day_and_revision(planner, lang):
    found = words(planner, lang=lang, layer="provinces-2025")
    for part in ("18", "33", f"{number(Decimal('4930.83'), lang)} ha", "15"):
        assert part in found.totals
    documents, boundaries, made = found.sources
    assert "341/QĐ-UBND" in documents
    assert boundaries == planner.bounds.catalogue.get("provinces-2025").attribution[lang]
    assert "CC BY-SA 4.0" in boundaries
    assert {"vi": "09/03/2026", "en": "9 Mar 2026"}[lang] in made
    assert planner.revision in made


def test_only_the_documents_of_the_chosen_provinces_are_named(planner):
    (named, *_) = words(planner, Filter(("66",))).sources
    assert "04/2009/QĐ-UBND" in named
    assert "341/QĐ-UBND" not in named


# -- workbook


def workbook(planner, lang="vi"):
    content = takeaway.workbook(planner, planner.zones(), words(planner, lang=lang), lang)
    return openpyxl.load_workbook(io.BytesIO(content))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_workbook_has_zones_totals_and_sources(planner, lang):
    zones, totals, sources = workbook(planner, lang)
    header = [cell.value for cell in zones[1]]
    assert len(header) == len(set(header)) == len(tables.COLUMNS)
    assert not any(name.startswith("take.") for name in header)
    assert zones.max_row == 1 + 50
    assert totals.freeze_panes == "D2"
    text = "\n".join(str(row[1]) for row in sources.iter_rows(values_only=True))
    assert header[-1] == {"vi": "Mã", "en": "Id"}[lang]
    for part in ("341/QĐ-UBND", "CC BY-SA 4.0", "vietnamadminunits", planner.revision):
        assert part in text


def test_the_workbook_has_every_column_of_the_csv():
    assert sorted(takeaway.ZONE_COLUMNS) == sorted(tables.COLUMNS)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_code_of_ours_stands_in_a_cell_that_people_read(planner, lang):
    sheet = takeaway.zones_sheet(planner, planner.zones(), lang)
    codes = {
        "matched",
        "stated",
        "high",
        "medium",
        "low",
        "commune_point",
        "commune_mean",
        "district_point",
        "recorded",
        "none_recorded",
        "planned",
        "commune",
        "district",
    }
    codes -= {"matched", "stated", "high", "medium", "low", "recorded"} if lang == "en" else set()
    codes |= {one.id for one in planner.documents()}
    cells = {part for row in sheet.rows for cell in row[:-1] if isinstance(cell, str)
             for part in cell.split("; ")}  # fmt: skip
    assert not cells & codes
    numbers = {row[takeaway.ZONE_COLUMNS.index("document")] for row in sheet.rows}
    assert "341/QĐ-UBND" in numbers


def test_cells_of_zones_are_numbers_dates_words_and_texts(varied):
    let = replace(varied.zones()[0], area_let_ha=Decimal("12.5"), let_as_of=DAY, stage=None)
    planner = with_zones(varied, [let, *varied.zones()[1:]])
    sheet = workbook(planner).worksheets[0]
    at = {name: number for number, name in enumerate(takeaway.ZONE_COLUMNS)}
    cells = {row[-1].value: row for row in sheet.iter_rows(min_row=2)}
    own = cells[let.id]
    assert (own[at["area_let_ha"]].value, own[at["area_let_ha"]].data_type) == (12.5, "n")
    assert own[at["let_as_of"]].value.date() == DAY
    assert own[at["stage"]].value == "chưa rõ"
    third, fourth = varied.zones()[2:4]
    assert cells[third.id][at["name"]].value == HOSTILE
    assert cells[third.id][at["lon"]].value is None
    formula = cells[fourth.id][at["name"]]
    assert (formula.value, formula.data_type) == ("=1+1", "s")


@pytest.mark.parametrize("which", ["planner", "varied"])
def test_every_level_of_the_totals_adds_up_to_the_same_area(which, request):
    planner = request.getfixturevalue(which)
    zones = planner.zones()
    area = planner.area_ha(zones)
    clusters = {kind: sum(z.cluster_count for z in zones if z.kind is kind) for kind in Kind}
    sheet = takeaway.totals_sheet(planner, zones, "vi")
    at = {name: number for number, name in enumerate(takeaway.TOTAL_COLUMNS)}
    start = 0
    for end in sorted(sheet.strong):
        level, total = sheet.rows[start:end], sheet.rows[end]
        start = end + 1
        for name in ("kcn_ha", "ccn_ha", "area_ha"):
            assert sum(row[at[name]] or 0 for row in level) == total[at[name]], name
        assert total[at["area_ha"]] == area
        assert total[at["kcn_ha"]] + total[at["ccn_ha"]] == area
        assert total[at["kcn"]] == clusters[Kind.KCN]
        assert total[at["ccn"]] == clusters[Kind.CCN]
        for row in level:
            parts = [row[at[name]] for name in ("kcn_ha", "ccn_ha")]
            assert sum(part or 0 for part in parts) == (row[at["area_ha"]] or 0)
    assert len(sheet.strong) == len(UNIT_LAYERS)
    assert start == len(sheet.rows)


def test_what_cannot_be_divided_among_districts_has_a_row_of_its_own(planner):
    rows = takeaway.totals_sheet(planner, planner.zones(), "en").rows
    (undivided,) = [row for row in rows if row[2] == "In several districts, boundary unknown"]
    shared = {part.zone for part in planner.state.parts if part.shared}
    assert undivided[8] == planner.area_ha([z for z in planner.zones() if z.id in shared])


# -- GeoPackage


def test_a_geopackage_opens_with_every_column_and_shape(varied, tmp_path):
    path = tmp_path / "khu-cum.gpkg"
    path.write_bytes(takeaway.geopackage(varied, varied.zones()))
    assert fiona.listlayers(path) == ["zones", "districts"]
    with fiona.open(path, layer="zones") as layer:
        assert layer.crs.to_epsg() == 4326
        assert set(tables.COLUMNS) <= set(layer.schema["properties"])
        records = {one["properties"]["id"]: one for one in layer}
    zones = {zone.id: zone for zone in varied.zones()}
    assert list(records) == list(zones)
    for zone_id, record in records.items():
        zone, properties = zones[zone_id], record["properties"]
        assert properties["name"] == zone.name
        area = zone.area_planned_ha
        assert properties["area_planned_ha"] == (None if area is None else float(area))
        assert properties["row"] == zone.source.row
        if zone.geometry is None:
            assert record["geometry"] is None
        else:
            assert record["geometry"]["type"] == zone.geometry.geom_type
    shape = next(one for one in records.values() if one["geometry"]["type"] == "MultiPolygon")
    assert [len(part) for part in shape["geometry"]["coordinates"]] == [2, 1]


def test_districts_in_a_geopackage_hold_their_totals(planner, tmp_path):
    path = tmp_path / "khu-cum.gpkg"
    path.write_bytes(takeaway.geopackage(planner, planner.zones()))
    totals = planner.unit_totals("districts-2016", planner.zones())
    with fiona.open(path, layer="districts") as layer:
        assert len(layer) == 708
        found = {one["properties"]["code"]: one["properties"] for one in layer}
    assert found["172"]["full_name"] == "thị xã Phổ Yên"
    assert found["172"]["area_planned_ha"] == float(totals["172"].area_ha)
    empty = next(code for code in found if code not in totals)
    assert (found[empty]["zones"], found[empty]["area_planned_ha"]) == (None, None)


def test_columns_without_any_value_keep_their_kind(make_zone):
    frame = packages.zones_frame([make_zone(area=None, geometry=Point(105, 21))])
    assert frame["area_planned_ha"].dtype == "float64"
    assert frame["let_as_of"].dtype == "str"
    assert frame[["area_planned_ha", "let_as_of"]].isna().all(axis=None)


# -- the map in one file


def page(planner, chosen=None, lang="vi", layer="districts-2016"):
    chosen = chosen or Filter()
    mask = planner.state.columns.accept(chosen)
    view = takeaway.headed(planner.map_view(mask, layer), words(planner, chosen, lang, layer))
    return takeaway.page(planner, view, planner.state.columns.picked(mask), lang).decode()


def carried(text):
    """The data in a file, out of the call that starts the map."""
    call = re.search(r"khucum\.start\(\w+, (\{.*\})\);", text)
    return json.loads(call[1])["carried"]


@pytest.mark.parametrize("layer", UNIT_LAYERS)
def test_a_file_carries_what_the_server_would_answer_for_its_zones(planner, layer):
    held = carried(page(planner, Filter(("66",)), "en", layer))
    ids = [zone.id for zone in planner.zones(Filter(("66",)))]
    features = held["layers"]["zones"]["features"]
    assert [one["properties"]["id"] for one in features] == ids
    assert [one["properties"]["n"] for one in features] == list(range(5))
    assert base64.b64decode(held["view"]["visible"]) == bytes([0b11111])
    assert held["records"] == {
        one: json.loads(json.dumps(planner.record(one, "en"))) for one in ids
    }
    assert held["rows"]["id"] == ids
    assert {layer, "provinces-2016"} <= set(held["layers"])
    parts = [part["zone"] for unit in held["units"][layer].values() for part in unit["parts"]]
    assert set(parts) == set(ids)
    assert "Thái Nguyên" not in held["view"]["heading"][0]


def test_a_file_names_no_other_host_for_what_it_loads(planner):
    text = page(planner)
    loaded = re.findall(r'(?:src|href)="([^"]*)"', text.split("khucum.start(")[0])
    assert loaded
    assert all(address.startswith("data:text/") for address in loaded)
    styles = [address for address in loaded if address.startswith("data:text/css")]
    assert len(styles) >= 3


def test_hostile_names_stay_texts_in_a_file(varied):
    text = page(varied)
    assert HOSTILE not in text
    assert HOSTILE in [
        one["properties"]["name"] for one in carried(text)["layers"]["zones"]["features"]
    ]


def test_names_of_staff_are_not_in_a_file(varied):
    assert "Cán Bộ" not in page(varied)


def test_a_basemap_is_not_carried(planner):
    online = Settings(
        vendor_dir=planner.settings.vendor_dir, tiles_url="https://x/{z}/{x}/{y}", tiles_credit="©"
    )
    other = planner.now()
    other.settings = online
    assert (
        json.loads(re.search(r"khucum\.start\(\w+, (\{.*\})\);", page(other))[1])["tiles"] is None
    )


def test_without_the_libraries_there_is_no_file(planner, tmp_path):
    other = planner.now()
    other.settings = Settings(vendor_dir=tmp_path)
    with pytest.raises(SetupError) as refusal:
        page(other)
    assert refusal.value.code == "take.libraries"
    assert "leaflet.js" in refusal.value.params["names"]


def test_the_command_line_writes_the_map_too(tmp_path, capsys):
    out = tmp_path / "dak-lak.html"
    assert main(["map", "--province", "Đắk Lắk", "--out", str(out), "--lang", "en"]) == 0
    assert str(out) in capsys.readouterr().out
    assert len(carried(out.read_text("utf-8"))["layers"]["zones"]["features"]) == 5
