"""What the table below the map shows, and the route that it comes by."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from geo import rows, web, wording
from geo.auth import ANONYMOUS, Actor, Role
from geo.i18n import LANGUAGES, catalogue
from geo.zones import Kind


def read(planner, lang="vi"):
    return json.loads(planner.rows(lang))


def column(found, name):
    """A column's values, row by row."""
    values = found["columns"][name]
    if isinstance(values, list):
        return values
    return [None if at is None else values["list"][at] for at in values["at"]]


def units(found, layer):
    coded = found["units"][layer]
    return [coded["list"][at].split(",") for at in coded["at"]]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_rows_say_what_the_records_say(planner, lang):
    found, state = read(planner, lang), planner.state
    zones = state.zones
    assert found["id"] == [zone.id for zone in zones]
    assert column(found, "name") == [zone.name for zone in zones]
    english = [zone.name_en for zone in zones] if lang == "en" else None
    assert found["english"] == english
    assert column(found, "kind") == [zone.kind.value for zone in zones]
    assert column(found, "area_planned_ha") == [
        wording.plain(zone.area_planned_ha) for zone in zones
    ]
    assert column(found, "industries") == [
        wording.industries_line(zone, lang, state.taxonomy) if zone.industries else None
        for zone in zones
    ]
    for zone, document in zip(zones, column(found, "document"), strict=True):
        known = state.documents[zone.source.document]
        assert document.startswith(wording.document_short(known, lang))
        assert known.id not in document
        assert zone.source.clause in document


def test_what_no_plan_gives_is_null_and_never_zero(planner):
    found = read(planner)
    missing = [zone.area_planned_ha is None for zone in planner.state.zones]
    assert any(missing)
    assert [area is None for area in column(found, "area_planned_ha")] == missing
    assert 0 not in column(found, "area_planned_ha")
    stages = [zone.stage is None for zone in planner.state.zones]
    assert [stage is None for stage in column(found, "stage")] == stages


def test_districts_have_the_names_of_plan_time_and_guessed_communes_say_so(planner):
    found = read(planner)
    at = found["id"].index("tn-kcn-yen-binh")
    assert column(found, "district")[at] == "huyện Phú Bình, huyện Phổ Yên"
    guessed = [
        any(one.confidence == "low" and one.basis != "stated" for one in zone.communes)
        for zone in planner.state.zones
    ]
    assert any(guessed)
    told = ["(phỏng đoán)" in (text or "") for text in column(found, "communes")]
    assert told == guessed


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        ("vi", "những nhà máy lớn (đọc là “công nghiệp công nghệ cao”)"),
        ("en", "“những nhà máy lớn” (read as high-tech, clean industry)"),
    ],
)
def test_a_reading_is_told_as_one_behind_the_words_of_the_plan(planner, lang, told):
    found = read(planner, lang)
    line = column(found, "industries")[found["id"].index("tn-kcn-yen-binh")]
    assert told in line


def test_a_phrase_without_an_english_term_is_quoted(planner):
    found = read(planner, "en")
    line = column(found, "industries")[found["id"].index("tn-kcn-diem-thuy")]
    assert "“trung tâm đào tạo và thiết kế mẫu mốt thời trang”" in line
    assert "basic metals" in line


def test_rows_come_in_the_order_of_the_plans(planner):
    found = read(planner)
    zones = [planner.state.by_id[found["id"][row]] for row in found["order"]]
    assert sorted(found["order"]) == list(range(len(zones)))
    provinces = list(dict.fromkeys(zone.province.name for zone in zones))
    assert provinces == ["Bắc Kạn", "Bình Thuận", "Đắk Lắk", "Thái Nguyên"]
    thai_nguyen = [zone for zone in zones if zone.province.name == "Thái Nguyên"]
    kinds = [zone.kind for zone in thai_nguyen]
    assert kinds == sorted(kinds, key=[Kind.KCN, Kind.CCN].index)
    clusters = [zone.source.row for zone in thai_nguyen if zone.kind is Kind.CCN]
    assert clusters == sorted(clusters)


def test_rows_of_several_clusters_and_rows_that_cannot_be_divided(planner):
    found = read(planner)
    several = {found["id"][int(row)]: count for row, count in found["several"].items()}
    assert several == {
        zone.id: zone.cluster_count for zone in planner.state.zones if zone.cluster_count > 1
    }
    assert several
    shared = {found["id"][row] for row in found["shared"]}
    assert shared == {part.zone for part in planner.state.parts if part.shared}
    assert "tn-kcn-yen-binh" in shared


@pytest.mark.parametrize("layer", ["districts-2016", "provinces-2016", "provinces-2025"])
def test_rows_name_the_units_in_which_totals_count_them(planner, layer):
    found = read(planner)
    clusters = [found["several"].get(str(row), 1) for row in range(len(found["id"]))]
    counted: Counter[str] = Counter()
    for codes, count in zip(units(found, layer), clusters, strict=True):
        counted.update(dict.fromkeys(codes, count))
    totals = planner.unit_totals(layer, planner.zones())
    assert counted == {code: total.clusters for code, total in totals.items()}


def test_some_rows_are_numbered_by_their_own_order(planner):
    """As a file carries them: only the zones that it shows."""
    some = planner.state.zones[10:20]
    found = json.loads(rows.table(some, planner.state, "vi"))
    assert found["id"] == [zone.id for zone in some]
    assert sorted(found["order"]) == list(range(10))
    assert all(row < 10 for row in found["shared"])
    assert len(units(found, "districts-2016")) == 10


def test_hostile_and_formula_names_stay_as_they_are(planner):
    names = ["<img src=x onerror=alert(1)>", "=1+1", 'a"b\\c</script>']
    some = [
        replace(zone, name=name) for zone, name in zip(planner.state.zones, names, strict=False)
    ]
    found = json.loads(rows.table(some, planner.state, "vi"))
    assert column(found, "name") == names


def test_exact_areas_survive(planner):
    zone = replace(planner.state.zones[0], area_planned_ha=Decimal("1160.83"))
    found = json.loads(rows.table([zone], planner.state, "vi"))
    assert column(found, "area_planned_ha") == [1160.83]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_column_and_layer_has_its_words(planner, lang):
    found, texts = read(planner, lang), catalogue(lang)
    for name in found["columns"]:
        assert f"map.client.col_{name}" in texts
    for layer in found["units"]:
        assert f"map.client.units_of_{layer}" in texts


def client(planner, settings, actor=ANONYMOUS):
    made = web.routes(lambda: planner, settings, who=lambda _: actor)
    return TestClient(Starlette(routes=made))


def test_route_sends_rows_once_for_ever(planner, settings):
    asked = client(planner, settings)
    answer = asked.get(f"/rows/{planner.revision}/en.json")
    assert answer.content == planner.rows("en")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["content-encoding"] == "gzip"
    again = asked.get(
        f"/rows/{planner.revision}/en.json", headers={"if-none-match": answer.headers["etag"]}
    )
    assert (again.status_code, again.content) == (304, b"")
    assert asked.get(f"/rows/{planner.revision}/vi.json").content == planner.rows("vi")
    assert len(gzip.compress(answer.content)) < 10_000


def test_rows_of_another_revision_are_gone(planner, settings):
    answer = client(planner, settings).get("/rows/0000/vi.json")
    assert answer.status_code == 410
    assert answer.json() == {"error": "revision_gone", "revision": planner.revision}
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["fr.json", "vi.csv", "vi", "..%2Fvi.json", "%3Cscript%3E.json"])
def test_unknown_rows_are_not_found(planner, settings, path):
    answer = client(planner, settings).get(f"/rows/{planner.revision}/{path}")
    assert (answer.status_code, answer.json()) == (404, {"error": "not_found"})


def test_rows_are_for_those_who_may_view(planner, settings):
    closed = replace(settings, sign_in_required=True)
    path = f"/rows/{planner.revision}/vi.json"
    assert client(planner, closed).get(path).status_code == 401
    answer = client(planner, closed, Actor("an", "An", Role.VIEWER)).get(path)
    assert answer.status_code == 200
    assert answer.headers["cache-control"].startswith("private")
