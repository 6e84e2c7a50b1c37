"""The use cases: filters, totals, layers, and what happens when the register changes."""

import json
import shutil
import threading
from dataclasses import replace

import pytest

from geo.columns import Filter
from geo.errors import UsageError
from geo.i18n import LANGUAGES
from geo.io import geojson
from geo.io.files import write_atomic
from geo.services import Planner, count_by_kind
from geo.settings import Settings
from geo.state import UNIT_LAYERS
from tests.conftest import ROOT


@pytest.mark.parametrize(
    ("chosen", "count"),
    [
        (Filter(), 50),
        (Filter(provinces=("19",)), 35),
        (Filter(provinces=("19", "06")), 36),
        (Filter(provinces=("68",)), 0),
        (Filter(kinds=("KCN",)), 18),
        (Filter(provinces=("19",), kinds=("CCN",)), 28),
        (Filter(text="Điềm Thụy"), 2),
        (Filter(text="diem thuy"), 2),
        (Filter(text="DIEM  THUY "), 2),
        (Filter(text="Tân Lập số 2"), 1),
        (Filter(text="(.*"), 50),
        (Filter(text="không có"), 0),
    ],
)
def test_filters(planner, chosen, count):
    assert len(planner.zones(chosen)) == count


def test_counts_by_kind_count_clusters(planner):
    assert count_by_kind(planner.zones()) == {"KCN": 18, "CCN": 33}


@pytest.mark.parametrize("name", ["zones", *UNIT_LAYERS])
def test_layers_are_geojson_whose_position_is_the_index(planner, name):
    features = json.loads(planner.layer(name))["features"]
    if name == "zones":
        assert [feature["properties"]["n"] for feature in features] == list(range(50))
        ids = [feature["properties"]["id"] for feature in features]
        assert ids == sorted(ids)
    else:
        codes = [feature["properties"]["code"] for feature in features]
        assert (
            len(codes) == {"districts-2016": 708, "provinces-2016": 63, "provinces-2025": 34}[name]
        )
        assert all(codes)


def test_an_unknown_layer_lists_the_known_ones(planner):
    with pytest.raises(UsageError) as refusal:
        planner.layer("communes")
    assert refusal.value.params["known"] == ["zones", *UNIT_LAYERS]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_record_is_complete_in_words(planner, lang):
    for zone in planner.zones():
        record = planner.record(zone.id, lang)
        assert record["sources"][0]["quote"] == zone.source.quote
        assert record["location"]["doubt"]
        shown = [item for group in record["industries"] for item in group["items"]]
        assert len(shown) == len(zone.industries)
        assert record["industries"][0]["label"]
        flat = json.dumps(record, ensure_ascii=False)
        for family in ("field.", "zone.", "stage.", "industry.", "kind."):
            assert f'"{family}' not in flat


def test_unknown_areas_are_said_to_be_unknown(planner):
    record = planner.record("dl-kcn-hoa-phu", "vi")
    assert record["areas"][0] == {
        "label": "Diện tích quy hoạch", "value": "chưa rõ", "known": False, "about": None
    }  # fmt: skip
    assert ["Mục tiêu tỷ lệ lấp đầy", "80 – 90 % (2010)"] in record["facts"]


def test_no_record_for_an_unknown_zone_or_language(planner):
    assert planner.record("tn-ccn-khong-co", "vi") is None
    assert planner.record("tn-kcn-nam-pho-yen", "fr") is None


def test_the_map_view_holds_the_chosen_zones_and_what_the_units_hold_of_them(planner):
    columns = planner.state.columns
    view = planner.map_view(columns.accept(Filter(provinces=("19",), kinds=("CCN",))))
    assert view.visible.sum() == 28
    assert len(view.visible) == 50
    codes = list(planner.bounds.frames["districts-2016"].index)
    held = dict(zip(codes, view.theme.sums.area_ha.tolist(), strict=True))
    assert (held["172"], held["643"]) == (179.4, 0)
    new = planner.map_view(columns.accept(Filter()), "provinces-2025")
    codes = list(planner.bounds.frames["provinces-2025"].index)
    zones = dict(zip(codes, new.theme.sums.zones.tolist(), strict=True))
    assert {code: count for code, count in zones.items() if count} == {"19": 36, "66": 5, "68": 9}


@pytest.fixture
def own_data(tmp_path):
    shutil.copytree(ROOT / "data", tmp_path / "data")
    return replace(Settings(), data_dir=tmp_path / "data")


def test_a_changed_register_is_a_new_revision_everywhere(own_data):
    planner = Planner(own_data)
    before = planner.revision
    assert planner.revision == before
    path = own_data.data_dir / "zones.geojson"
    path.write_text(
        path.read_text("utf-8").replace('"name": "KCN Quyết Thắng"', '"name": "KCN Mới"'), "utf-8"
    )
    assert planner.revision != before
    assert planner.state.by_id["tn-kcn-quyet-thang"].name == "KCN Mới"


def test_downloads_hold_the_chosen_zones(planner):
    zones = planner.zones(Filter(provinces=("66",)))
    assert planner.download("csv", zones).count(b"\r\n") == 1 + 5
    assert len(json.loads(planner.download("geojson", zones))["features"]) == 5
    with pytest.raises(UsageError):
        planner.download("exe", zones)


@pytest.mark.parametrize("text", ["Thái Nguyên", "thai nguyen", "tỉnh Thái Nguyên", "19"])
def test_provinces_are_found_by_name_or_code(planner, text):
    assert planner.find_province(text) == "19"


def test_answers_of_one_moment_fit_each_other(own_data):
    planner = Planner(own_data)
    moment = planner.now()
    everything = moment.state.columns.accept(Filter())
    path = own_data.data_dir / "zones.geojson"
    path.write_text(path.read_text("utf-8").replace("tn-kcn-quyet-thang", "tn-kcn-moi"), "utf-8")
    assert moment.map_view(everything).revision == moment.revision != planner.revision
    assert "tn-kcn-quyet-thang" in moment.state.by_id


def test_words_of_records_are_part_of_the_revision(own_data):
    before = Planner(own_data).revision
    path = own_data.data_dir / "industries" / "divisions.csv"
    path.write_text(path.read_text("utf-8").replace("Sản xuất đồ uống", "Đồ uống"), "utf-8")
    assert Planner(own_data).revision != before


def test_a_broken_file_keeps_the_last_good_state(own_data):
    planner = Planner(own_data)
    before = planner.revision
    path = own_data.data_dir / "zones.geojson"
    good = path.read_bytes()
    path.write_bytes(good[:1000])
    assert planner.revision == before
    assert planner.trouble.code == "file.not_json"
    path.unlink()
    assert planner.revision == before
    path.write_bytes(good)
    assert planner.revision == before
    assert planner.trouble is None


def test_readers_meet_no_error_while_the_register_is_replaced(own_data):
    planner = Planner(own_data)
    path = own_data.data_dir / "zones.geojson"
    whole = path.read_bytes()
    zones, _ = geojson.read_zones(path, 40)
    half = geojson.dumps(zones[:20])
    done = threading.Event()
    faults = []

    def read():
        while not done.is_set():
            try:
                now = planner.now()
                now.map_view(now.state.columns.accept(Filter()))
                now.layer("zones")
                now.record("tn-kcn-quyet-thang", "vi")
            except Exception as fault:  # whatever it is, it is what this test is about
                faults.append(fault)
                return

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for turn in range(40):
        write_atomic(path, whole if turn % 2 else half)
    done.set()
    for reader in readers:
        reader.join()
    assert faults == []
