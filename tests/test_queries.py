"""The labelled queries are sound as data; what a finder makes of them is tested with the finder."""

import csv
from collections import Counter

import pytest

from geo.io import geojson
from tests.conftest import ROOT

FOLDER = ROOT / "tests" / "queries"
FORMS = ("vi", "plain", "en", "slip", "order", "code", "product", "nothing")
COLUMNS = ["id", "query", "form", "divisions", "must", "may", "part", "note"]


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        return reader.fieldnames, list(reader)


HEADER, ROWS = rows_of(FOLDER / "labelled.csv")
DIVISIONS = {row["code"] for row in rows_of(ROOT / "data" / "industries" / "divisions.csv")[1]}
ZONES = {
    zone.id: zone for zone in geojson.read_zones(ROOT / "data" / "zones.geojson", max_mb=40)[0]
}

each_row = pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])


def parts(cell):
    return cell.split(";") if cell else []


def test_columns_and_number():
    assert HEADER == COLUMNS
    assert len(ROWS) >= 120


@pytest.mark.parametrize("column", ["id", "query"])
def test_nothing_stands_twice(column):
    assert [value for value, n in Counter(row[column] for row in ROWS).items() if n > 1] == []


@each_row
def test_a_row_is_whole(row):
    assert row["query"].strip() == row["query"] != ""
    assert row["form"] in FORMS
    assert row["part"] in ("tune", "held")


@each_row
def test_divisions_are_those_of_the_vocabulary(row):
    divisions = parts(row["divisions"])
    assert len(set(divisions)) == len(divisions)
    assert [d for d in divisions if d not in DIVISIONS] == []
    if row["form"] != "nothing" and not divisions:
        assert row["note"], "a query without a division says why"


@each_row
def test_zones_have_a_recorded_industry_and_stand_once(row):
    zones = parts(row["must"]) + parts(row["may"])
    assert len(set(zones)) == len(zones)
    assert [z for z in zones if z not in ZONES or not ZONES[z].industries] == []


@each_row
def test_only_nothing_has_no_zone_that_must_come_up(row):
    assert (row["must"] == "") == (row["form"] == "nothing")


@pytest.mark.parametrize("form", FORMS)
def test_two_fifths_of_every_form_are_held(form):
    mine = [row["part"] for row in ROWS if row["form"] == form]
    assert mine.count("held") == round(0.4 * len(mine)) > 0


def test_every_zone_with_an_industry_is_asked_for():
    asked = {zone for row in ROWS for zone in parts(row["must"])}
    assert asked == {zone.id for zone in ZONES.values() if zone.industries}


def test_code_queries_carry_a_number_and_plain_ones_no_diacritic():
    for row in ROWS:
        if row["form"] == "code":
            assert any(c.isdigit() for c in row["query"]), row["id"]
        if row["form"] in ("plain", "en"):
            assert row["query"].isascii(), row["id"]
