"""Reading of zone records: every fault is an issue with row and field, nothing is guessed."""

import unicodedata
from decimal import Decimal

import pytest
from shapely import Polygon

from geo.issues import Severity, has_errors
from geo.zones import AREA_LIMIT_HA, FIELDS, Precision, Stage, parse, parse_all, properties
from tests.conftest import DROP

SQUARE = [[105.8, 21.4], [105.9, 21.4], [105.9, 21.5], [105.8, 21.5], [105.8, 21.4]]
BOW_TIE = [[105.8, 21.4], [105.9, 21.5], [105.9, 21.4], [105.8, 21.5], [105.8, 21.4]]


def polygon(ring):
    return {"type": "Polygon", "coordinates": [ring]}


def nested(depth):
    coordinates = [105.8, 21.4]
    for _ in range(depth):
        coordinates = [coordinates]
    return {"type": "Polygon", "coordinates": coordinates}


def test_a_good_record_has_no_issue(feature):
    zone, issues = parse(feature())
    assert issues == []
    assert zone.area_planned_ha == Decimal("45.4")
    assert zone.location_precision is Precision.COMMUNE
    assert zone.area_let_ha is None
    assert zone.stage is None


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        pytest.param({"id": DROP}, "zone.id_missing", "id", id="missing id"),
        pytest.param({"id": "CCN Thử"}, "zone.id_malformed", "id", id="malformed id"),
        pytest.param({"kind": "KKT"}, "zone.choice", "kind", id="unknown kind"),
        pytest.param({"name": ""}, "zone.field_missing", "name", id="no name"),
        pytest.param({"name": 7}, "zone.field_type", "name", id="name not text"),
        pytest.param(
            {"area_planned_ha": -1}, "zone.number_negative", "area_planned_ha", id="negative area"
        ),
        pytest.param(
            {"area_planned_ha": "nhiều"}, "zone.number_text", "area_planned_ha", id="text area"
        ),
        pytest.param(
            {"area_planned_ha": "45,4"}, "zone.number_comma", "area_planned_ha", id="comma decimal"
        ),
        pytest.param(
            {"area_planned_ha": float("nan")}, "zone.number_text", "area_planned_ha", id="NaN"
        ),
        pytest.param(
            {"area_planned_ha": True}, "zone.field_type", "area_planned_ha", id="boolean area"
        ),
        pytest.param(
            {"area_planned_ha": AREA_LIMIT_HA + 1},
            "zone.number_huge",
            "area_planned_ha",
            id="square metres for hectares",
        ),
        pytest.param({"districts": []}, "zone.field_missing", "districts", id="no district"),
        pytest.param(
            {"districts": ["172"]}, "zone.field_type", "districts", id="district as bare code"
        ),
        pytest.param(
            {"districts": [{"code": "172", "name": "Phổ Yên"}]},
            "zone.field_missing",
            "districts[0].vintage",
            id="code without vintage",
        ),
        pytest.param({"province": DROP}, "zone.field_missing", "province", id="no province"),
        pytest.param({"sources": DROP}, "zone.field_missing", "sources", id="no source"),
        pytest.param(
            {"occupancy_targets": [{"figure": "f", "comparator": ">", "year": "2020"}]},
            "zone.field_missing",
            "occupancy_targets[0].low",
            id="target without a value",
        ),
        pytest.param({"stage": "xong"}, "zone.choice", "stage", id="unknown stage"),
        pytest.param({"let_as_of": "14/6/2026"}, "zone.date", "let_as_of", id="date not ISO"),
        pytest.param(
            {"location_radius_km": DROP},
            "zone.radius_missing",
            "location_radius_km",
            id="doubt without radius",
        ),
        pytest.param(
            {"geometry": polygon(SQUARE)},
            "zone.precision_geometry",
            "location_precision",
            id="polygon of commune precision",
        ),
        pytest.param(
            {"geometry": {"type": "Point", "coordinates": [100.5, 13.7]}},
            "zone.geometry_outside",
            "geometry",
            id="point in Bangkok",
        ),
        pytest.param(
            {"geometry": {"type": "Point", "coordinates": [21.4, 105.87]}},
            "zone.geometry_swapped",
            "geometry",
            id="coordinates swapped",
        ),
        pytest.param(
            {"geometry": {"type": "Point", "coordinates": [432100.0, 2367800.0]}},
            "zone.geometry_projected",
            "geometry",
            id="metres without CRS",
        ),
        pytest.param(
            {"geometry": polygon(BOW_TIE)}, "zone.geometry_invalid", "geometry", id="bow tie"
        ),
        pytest.param(
            {"geometry": {"type": "Polygon", "coordinates": []}},
            "zone.geometry_empty",
            "geometry",
            id="empty polygon",
        ),
        pytest.param(
            {"geometry": {"type": "Point", "coordinates": ["a", "b"]}},
            "zone.geometry_unreadable",
            "geometry",
            id="coordinates are text",
        ),
        pytest.param(
            {"geometry": {"type": "LineString", "coordinates": [[105.8, 21.4], [105.9, 21.5]]}},
            "zone.geometry_type",
            "geometry",
            id="line",
        ),
        pytest.param({"geometry": 5}, "zone.geometry_unreadable", "geometry", id="not a geometry"),
        pytest.param(
            {"geometry": {"type": "Point", "coordinates": [10**400, 1]}},
            "zone.geometry_unreadable",
            "geometry",
            id="coordinate beyond all floats",
        ),
        pytest.param(
            {"geometry": nested(900)}, "zone.geometry_unreadable", "geometry", id="endless nesting"
        ),
        pytest.param({"province": {}}, "zone.field_missing", "province", id="empty province"),
        pytest.param({"kind": "  "}, "zone.field_missing", "kind", id="blank kind"),
        pytest.param(
            {"location_precision": " "},
            "zone.field_missing",
            "location_precision",
            id="blank precision",
        ),
        pytest.param({"name": "\u200b\u200b"}, "zone.field_missing", "name", id="invisible name"),
        pytest.param({"name": "X\ud800Y"}, "zone.text_broken", "name", id="lone surrogate"),
        pytest.param({"name": "CCN\x00"}, "zone.text_broken", "name", id="NUL"),
        pytest.param(
            {"version": Decimal("1e9999999")}, "zone.number_huge", "version", id="endless version"
        ),
        pytest.param({"version": 1.5}, "zone.number_whole", "version", id="half a version"),
        pytest.param(
            {"location_radius_km": Decimal("1e30")},
            "zone.number_huge",
            "location_radius_km",
            id="radius beyond the country",
        ),
    ],
)
def test_a_fault_refuses_the_record_and_names_row_and_field(feature, changes, code, field):
    zone, issues = parse(feature(**changes), source="zones.geojson", row=7)
    assert zone is None
    errors = [(one.code, one.field) for one in issues if one.severity is Severity.ERROR]
    assert errors == [(code, field)]
    assert issues[0].source == "zones.geojson"
    assert issues[0].row == 7


def test_comma_decimal_says_what_the_number_would_be_and_that_cures_it(feature):
    _, issues = parse(feature(area_planned_ha="1.160,83"))
    assert issues[0].params["mended"] == "1160.83"
    zone, cured = parse(feature(area_planned_ha=Decimal(issues[0].params["mended"])))
    assert cured == []
    assert zone.area_planned_ha == Decimal("1160.83")


@pytest.mark.parametrize("raw", [None, 5, "text", [], {"type": "Feature"}, {"properties": None}])
def test_what_is_not_a_feature_is_an_issue(raw):
    zone, issues = parse(raw, row=3)
    assert zone is None
    assert [(one.code, one.row) for one in issues] == [("zone.not_a_feature", 3)]


def test_decomposed_name_is_composed_and_said_so(feature):
    decomposed = unicodedata.normalize("NFD", "CCN Thử")
    zone, issues = parse(feature(name=decomposed))
    assert zone.name == "CCN Thử"
    assert [(one.code, one.value) for one in issues] == [("zone.text_nfc", decomposed)]


@pytest.mark.parametrize("name", ["Th¸i Nguyªn", "ThÃ¡i NguyÃªn", "Th?i Nguy?n", "123"])
def test_a_name_from_a_wrong_code_page_is_a_warning(feature, name):
    zone, issues = parse(feature(name=name))
    assert zone is not None
    assert [one.code for one in issues] == ["zone.name_garbled"]


def test_unknown_field_is_reported_and_the_record_kept(feature):
    zone, issues = parse(feature(dien_tich=5))
    assert zone is not None
    assert [(one.code, one.field) for one in issues] == [("zone.field_unknown", "dien_tich")]


def test_missing_geometry_keeps_the_record(feature):
    zone, issues = parse(feature(geometry=None))
    assert zone.geometry is None
    assert [one.code for one in issues] == ["zone.geometry_missing"]


def test_polygon_of_a_survey_is_taken(feature):
    zone, issues = parse(feature(geometry=polygon(SQUARE), location_precision="surveyed"))
    assert issues == []
    assert zone.geometry.equals(Polygon(SQUARE))
    assert not zone.is_point


def test_of_two_records_with_one_id_the_first_is_used_and_others_are_untouched(feature):
    rows = [feature(name="Một"), feature(name="Hai"), feature(id="tn-ccn-khac"), feature(id=DROP)]
    zones, issues = parse_all(rows, source="f")
    assert [zone.name for zone in zones] == ["Một", "CCN Thử"]
    assert [(one.code, one.row) for one in issues] == [
        ("zone.id_duplicate", 2),
        ("zone.id_missing", 4),
    ]
    assert issues[0].params["first"] == 1


@pytest.mark.parametrize(
    ("areas", "part", "whole"),
    [
        ({"area_detailed_ha": 46}, "area_detailed_ha", "area_planned_ha"),
        ({"area_industrial_ha": 46}, "area_industrial_ha", "area_planned_ha"),
        (
            {"area_industrial_ha": 30, "area_let_ha": 31, "let_as_of": "2026-06-14"},
            "area_let_ha",
            "area_industrial_ha",
        ),
    ],
)
def test_area_ledger_warns_when_a_part_exceeds_its_whole(feature, areas, part, whole):
    zone, issues = parse(feature(**areas))
    assert zone is not None
    assert [(one.code, one.field, one.params["whole"]) for one in issues] == [
        ("zone.ledger", part, whole)
    ]


def test_let_area_needs_its_cut_off_date(feature):
    _, issues = parse(feature(area_let_ha=5))
    assert [one.code for one in issues] == ["zone.let_without_date"]
    assert not has_errors(issues)


def test_properties_read_back_as_the_same_zone(feature):
    zone, _ = parse(
        feature(
            stage="planned",
            members=["A", "B"],
            area_let_ha=Decimal("1.25"),
            let_as_of="2026-06-14",
            industries=[{"phrase": "điện tử", "state": "listed", "clause": "II", "vsic": ["26"]}],
            communes=[{"name": "Đắc Sơn", "basis": "stated", "confidence": "stated"}],
        )
    )
    again, issues = parse({"properties": properties(zone), "geometry": zone.geometry})
    assert issues == []
    assert again == zone
    assert again.stage is Stage.PLANNED
    assert again.cluster_count == 2


def test_unknown_areas_are_written_as_null(feature):
    zone, _ = parse(feature(area_planned_ha=None))
    written = properties(zone)
    assert written["area_planned_ha"] is None
    assert list(written) == [name for name in FIELDS if name in written]
