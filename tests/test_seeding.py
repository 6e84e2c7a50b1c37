"""data/ and the database: the first load, following, and the three-way report."""

from __future__ import annotations

import shutil
import sqlite3
from dataclasses import replace
from decimal import Decimal

import pytest

from geo.changes import Action, Change, Item
from geo.errors import DataError
from geo.io import geojson
from geo.settings import Settings
from geo.store import FileRepository, Register, open_reader, open_store, seeding
from geo.store.seeding import Side

ZONE = "tn-ccn-son-cam-1"
OTHER = "tn-ccn-trung-hoi"


@pytest.fixture
def own(tmp_path, settings):
    """Settings with a data folder of the test's own."""
    shutil.copytree(settings.data_dir, tmp_path / "data")
    return Settings(data_dir=tmp_path / "data", var_dir=tmp_path / "var")


def zones_of(settings):
    return {zone.id: zone for zone in FileRepository(settings).snapshot().zones}


def write_data(settings, zones):
    (settings.data_dir / "zones.geojson").write_bytes(geojson.dumps(zones.values()))


def change_data(settings, zone_id=ZONE, **fields):
    zones = zones_of(settings)
    zones[zone_id] = replace(zones[zone_id], **fields)
    write_data(settings, zones)


def opened(settings) -> Register:
    register = open_store(settings).register
    assert register is not None
    return register


def change_register(register, zone_id=ZONE, **fields):
    zone = next(zone for zone in register.snapshot().zones if zone.id == zone_id)
    item = Item(zone_id, zone.version, replace(zone, **fields))
    register.publish(Change(Action.EDIT, "thử", (item,)), "an")


def now(register, zone_id=ZONE):
    return next(zone for zone in register.snapshot().zones if zone.id == zone_id)


def test_a_register_that_nobody_has_edited_follows_data(own):
    opened(own)
    change_data(own, area_planned_ha=Decimal(51))
    register = opened(own)
    assert now(register).area_planned_ha == Decimal(51)
    assert register.revision == 2
    assert geojson.dumps(register.snapshot().zones) == geojson.dumps(
        replace(zone, version=now(register).version) if zone.id == ZONE else zone
        for zone in zones_of(own).values()
    )


def test_an_edited_register_never_follows_by_itself(own):
    change_register(opened(own), OTHER, area_let_ha=Decimal(1))
    change_data(own, area_planned_ha=Decimal(51))
    register = opened(own)
    assert now(register).area_planned_ha == Decimal(50)
    by_id = {one.zone_id: one for one in seeding.compare(register)}
    assert (by_id[ZONE].side, by_id[ZONE].fields) == (Side.DATA, ("area_planned_ha",))
    assert by_id[OTHER].side is Side.REGISTER
    assert not by_id[OTHER].open


def test_what_only_data_has_changed_can_be_taken_over(own):
    register = opened(own)
    change_register(register, ZONE, area_let_ha=Decimal(2))
    change_data(own, area_planned_ha=Decimal(51))
    assert seeding.take(register, "bản mới") == 1
    merged = now(register)
    assert (merged.area_planned_ha, merged.area_let_ha) == (Decimal(51), Decimal(2))
    assert [one.side for one in seeding.compare(register)] == [Side.REGISTER]


def test_a_field_that_both_have_changed_stays_and_is_reported(own):
    register = opened(own)
    change_register(register, ZONE, area_planned_ha=Decimal(52), area_let_ha=Decimal(2))
    change_data(own, area_planned_ha=Decimal(51), name_en="Son Cam Cluster One")
    [found] = seeding.compare(register)
    [conflict] = found.conflicts
    assert (found.side, conflict.field) == (Side.BOTH, "area_planned_ha")
    assert (conflict.base, conflict.mine, conflict.theirs) == (50, 51, 52)
    assert seeding.take(register, "bản mới") == 1
    assert now(register).area_planned_ha == Decimal(52)
    assert now(register).name_en == "Son Cam Cluster One"
    [still] = seeding.compare(register)
    assert [one.field for one in still.conflicts] == ["area_planned_ha"]
    seeding.keep(register, [ZONE])
    [settled] = seeding.compare(register)
    assert settled.side is Side.REGISTER


def test_a_zone_removed_here_and_changed_there_is_a_conflict_both_ways(own):
    register = opened(own)
    change_register(register, OTHER, area_let_ha=Decimal(1))
    register.publish(Change(Action.RETIRE, "bỏ", (Item(ZONE, 1, None),)), "an")
    zones = zones_of(own)
    zones[ZONE] = replace(zones[ZONE], area_let_ha=Decimal(5))
    del zones[OTHER]
    write_data(own, zones)
    found = {one.zone_id: one for one in seeding.compare(register)}
    assert found[ZONE].conflicts
    assert found[OTHER].conflicts
    assert seeding.take(register, "bản mới") == 0
    ids = {zone.id for zone in register.snapshot().zones}
    assert ZONE not in ids
    assert OTHER in ids


def test_zones_that_data_adds_and_removes_come_and_go(own):
    register = opened(own)
    change_register(register, OTHER, area_let_ha=Decimal(1))
    zones = zones_of(own)
    new = replace(zones[ZONE], id="tn-ccn-moi", name="CCN Mới")
    del zones[ZONE]
    write_data(own, {**zones, new.id: new})
    assert seeding.take(register, "bản mới") == 2
    ids = {zone.id for zone in register.snapshot().zones}
    assert "tn-ccn-moi" in ids
    assert ZONE not in ids


def test_an_export_that_comes_back_as_data_is_no_difference(own):
    register = opened(own)
    change_register(register, ZONE, area_let_ha=Decimal(2))
    (own.data_dir / "zones.geojson").write_bytes(geojson.dumps(register.snapshot().zones))
    assert seeding.compare(register) == []
    seeding.take(register, "")
    change_register(register, ZONE, area_let_ha=Decimal(3))
    [found] = seeding.compare(register)
    assert found.side is Side.REGISTER


def test_data_with_errors_is_not_loaded_and_the_files_are_shown(own):
    path = own.data_dir / "zones.geojson"
    path.write_text(path.read_text("utf-8").replace('"kind": "CCN"', '"kind": "XXX"', 1), "utf-8")
    found = open_store(own)
    assert isinstance(found.repository, FileRepository)
    assert found.register is None
    assert isinstance(found.trouble, DataError)
    assert not (own.var_dir / "register.sqlite").exists()


def test_an_edited_register_stays_while_data_has_errors(own):
    change_register(opened(own), ZONE, area_let_ha=Decimal(2))
    (own.data_dir / "zones.geojson").write_text("{", "utf-8")
    assert now(opened(own)).area_let_ha == Decimal(2)


def test_reading_commands_make_nothing_and_see_the_edits(own):
    assert isinstance(open_reader(own), FileRepository)
    assert not own.var_dir.exists()
    register = opened(own)
    assert isinstance(open_reader(own), FileRepository)
    change_register(register, ZONE, area_let_ha=Decimal(2))
    assert isinstance(open_reader(own), Register)


def test_without_a_folder_to_write_to_the_files_are_read(own, tmp_path):
    (tmp_path / "file").write_text("", "utf-8")
    found = open_store(replace(own, var_dir=tmp_path / "file" / "var"))
    assert found.register is None
    assert found.trouble is not None
    assert found.trouble.code == "file.not_writable"
    assert len(found.repository.snapshot().zones) == 50


def test_newer_data_beside_a_database_that_cannot_be_written_is_read_from_the_files(own):
    opened(own).engine.dispose()
    change_data(own, area_planned_ha=Decimal(51))
    with sqlite3.connect(own.var_dir / "register.sqlite") as other:
        other.execute("BEGIN IMMEDIATE")  # somebody holds it and does not let go
        found = open_store(own)
        other.rollback()
    assert found.register is None
    assert found.trouble is not None
    assert found.trouble.code == "store.busy"
    areas = {zone.id: zone.area_planned_ha for zone in found.repository.snapshot().zones}
    assert areas[ZONE] == Decimal(51)
