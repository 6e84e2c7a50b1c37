"""The command line, run as a user runs it: real processes, exit status, both languages."""

import csv
import io
import json
import os
import shutil
import subprocess
import sys

import geopandas as gpd
import pytest
from shapely import box

from geo.changes import Action
from geo.desk import Desk, Edit, Submission
from geo.people import COMMAND_LINE
from geo.services import Planner
from geo.settings import Settings
from geo.store import open_store
from tests.conftest import ROOT

WANTED = {
    "id", "document", "clause", "scope", "quantity", "unit", "comparator", "expected", "actual",
    "status", "deviation", "records", "missing", "message",
}  # fmt: skip


def geo(*arguments, data=None, **environ):
    env = {**os.environ, "PYTHONIOENCODING": "utf-8", **environ}
    if data is not None:
        env["KHUCUM_DATA"] = str(data)
    return subprocess.run(
        [sys.executable, "-m", "geo", *arguments],
        cwd=ROOT,
        env=env,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=120,
    )


@pytest.fixture
def data(tmp_path):
    """A copy of the committed data that a test may spoil."""
    return shutil.copytree(ROOT / "data", tmp_path / "data")


def spoil(data, old, new):
    path = data / "zones.geojson"
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), "utf-8")


def test_check_is_met_with_the_landed_data():
    done = geo("check", "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    rows = json.loads(done.stdout)
    assert len(rows) == 29
    assert all(set(row) >= WANTED for row in rows)
    assert {row["status"] for row in rows} == {"met", "cannot_tell"}
    by_id = {row["id"]: row for row in rows}
    kcn, ccn = by_id["tn-f211"], by_id["tn-f213"]
    assert (kcn["expected"], kcn["actual"], kcn["deviation"], kcn["status"]) == (
        3770, 3770, 0, "met",
    )  # fmt: skip
    assert (ccn["expected"], ccn["actual"], ccn["deviation"]) == (1160.83, 1160.83, 0)
    assert len(ccn["records"]) == 28


def test_one_hectare_more_fails_and_names_total_and_deviation(data):
    spoil(data, '"area_planned_ha": 16.63', '"area_planned_ha": 17.63')
    done = geo("check", "--format", "json", "--lang", "en", data=data)
    assert done.returncode == 1
    failed = {row["id"]: row for row in json.loads(done.stdout) if row["status"] == "not_met"}
    assert set(failed) == {"tn-f213", "tn-f215"}  # the province and Sông Công
    assert (failed["tn-f213"]["actual"], failed["tn-f213"]["deviation"]) == (1161.83, 1)
    assert "1,161.83 ha" in failed["tn-f213"]["message"]
    assert "1 ha more" in failed["tn-f213"]["message"]
    assert "tn-ccn-nguyen-gon" in failed["tn-f213"]["records"]


def test_a_row_ten_times_too_large_is_found_out(data):
    spoil(data, '"area_planned_ha": 45.4', '"area_planned_ha": 454')
    done = geo("check", "--lang", "vi", data=data)
    assert done.returncode == 1
    assert "Sẽ khớp nếu Cụm cảng Đa Phúc 2 là 45,4 ha" in done.stdout


def test_a_bad_row_is_reported_and_the_others_are_checked(data):
    spoil(data, '"area_planned_ha": 45.4', '"area_planned_ha": "45,4"')
    done = geo("check", data=data)
    assert done.returncode == 0  # nothing is held against the plan while a row is not used
    assert 'area_planned_ha là "45,4" viết với dấu phẩy thập phân' in done.stderr
    assert "45.4" in done.stderr
    assert "có bản ghi bị lỗi, không dùng được" in done.stdout
    assert "3.770 ha" in done.stdout


@pytest.mark.parametrize("province", ["Thái Nguyên", "thai nguyen", "19"])
def test_a_province_by_name_or_code(province):
    done = geo("check", "--province", province, "--format", "json")
    assert {row["document"] for row in json.loads(done.stdout)} == {"tn-qd-341-2010"}


@pytest.mark.parametrize("document", ["tn-qd-341-2010", "341/QĐ-UBND"])
def test_a_document_by_id_or_number(document):
    done = geo("check", "--document", document, "--format", "json")
    assert len(json.loads(done.stdout)) == 18


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["check", "--province", "Atlantis"], "Atlantis"),
        (["check", "--document", "x"], "dl-qd-04-2009"),
        (["check", "--format", "xml"], "xml"),
        (["summary", "--by", "commune"], "commune"),
        (["validate"], "file"),
        ([], "LỆNH"),
        (["serve", "--port", "abc"], "abc"),
        (["serve", "--port", "70000"], "70000"),
    ],
)
def test_bad_usage_exits_2_with_a_message_and_no_traceback(arguments, words):
    done = geo(*arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "Không có tệp"),
        (b"{", "không phải JSON hợp lệ: dòng 1"),
        (b"\xff\xfe", "không phải UTF-8"),
    ],
)
def test_an_unreadable_register_is_one_clear_line(data, content, words):
    path = data / "zones.geojson"
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    done = geo("check", data=data)
    assert done.returncode == 2
    assert words in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_summary_by_province_in_each_form():
    rows = json.loads(geo("summary", "--format", "json").stdout)
    by_unit = {row["unit"]: row for row in rows}
    assert by_unit["19"]["area_ha"] == 4930.83
    assert (by_unit["19"]["zones"], by_unit["19"]["clusters"]) == (35, 36)
    assert (by_unit["60"]["area_ha"], by_unit["60"]["unknown_area"]) == (None, 9)
    table = list(csv.DictReader(io.StringIO(geo("summary", "--format", "csv").stdout)))
    assert [row["unit"] for row in table] == [row["unit"] for row in rows]
    assert "4,930.83 ha" in geo("summary", "--lang", "en").stdout
    assert "4.930,83 ha" in geo("summary", "--lang", "vi").stdout


def test_summary_by_district_and_by_the_new_provinces():
    districts = {
        row["unit"]: row
        for row in json.loads(geo("summary", "--by", "district", "--format", "json").stdout)
    }
    assert districts["172"]["area_ccn_ha"] == 179.4
    assert districts["172"]["shared_ha"] == districts["173"]["shared_ha"] == 2350
    new = json.loads(geo("summary", "--vintage", "2025", "--format", "json").stdout)
    assert {row["unit"]: row["clusters"] for row in new} == {"19": 37, "66": 5, "68": 9}


def test_validate_accepts_the_register_and_refuses_faults(data):
    good = geo("validate", str(data / "zones.geojson"))
    assert good.returncode == 0
    assert good.stdout.endswith("50 bản ghi dùng được, 7 vấn đề.\n")
    assert good.stdout.count("Thông tin:") == 7  # phrases that map to no VSIC division
    spoil(data, '"code": "165", "vintage": "2010", "name": "Sông Công", "basis": "stated"}\n  ],\n'
                '  "communes": [\n    {"name": "Xã Bá Xuyên"',
          '"code": "999", "vintage": "2010", "name": "Sông Công", "basis": "stated"}\n  ],\n'
          '  "communes": [\n    {"name": "Xã Bá Xuyên"')  # fmt: skip
    before = (data / "zones.geojson").read_bytes()
    bad = geo("validate", str(data / "zones.geojson"), "--format", "json")
    assert bad.returncode == 1
    (found,) = [one for one in json.loads(bad.stdout) if one["severity"] == "error"]
    assert (found["code"], found["row"], found["value"]) == (
        "zone.unit_unknown", "tn-ccn-ba-xuyen", "999",
    )  # fmt: skip
    assert (data / "zones.geojson").read_bytes() == before


def test_a_code_of_the_wrong_vintage_says_where_it_does_exist(data):
    spoil(
        data,
        '"province": {"code": "06", "vintage": "2011"',
        '"province": {"code": "06", "vintage": "2025"',
    )
    done = geo("validate", str(data / "zones.geojson"), "--lang", "en")
    assert done.returncode == 1
    assert "not in the list of 2025, only in: 2011, 2016" in done.stdout


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_a_terminal_without_vietnamese_letters_gets_an_answer(encoding):
    done = geo("check", PYTHONIOENCODING=encoding)
    assert (done.returncode, done.stderr) == (0, "")
    assert "3.770 ha" in done.stdout


def test_a_full_disk_is_a_message():
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "geo", "check", "--format", "json"],
            cwd=ROOT, stdout=full, stderr=subprocess.PIPE, encoding="utf-8", timeout=60,
        )  # fmt: skip
    assert done.returncode == 2
    assert "Không ghi được kết quả" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_province_without_a_plan_is_refused():
    done = geo("check", "--province", "Hà Nội")
    assert done.returncode == 2
    assert "Lâm Đồng" in done.stderr


def test_boundaries_are_verified():
    done = geo("boundaries", "verify")
    assert (done.returncode, done.stdout) == (0, "Các tệp ranh giới đạt mọi quy tắc.\n")


def test_settings_that_make_no_sense_are_refused():
    done = geo("check", KHUCUM_MAX_FILE_MB="nhiều")
    assert done.returncode == 2
    assert "KHUCUM_MAX_FILE_MB" in done.stderr
    assert geo("check", KHUCUM_LANG="fr").returncode == 2


def test_help_is_in_the_reader_s_language():
    assert "quy hoạch" in geo("--help").stdout
    assert "register" in geo("--help", KHUCUM_LANG="en").stdout


def squares(tmp_path, crs="EPSG:4326", codes=("901", "902")):
    """Two neighbouring squares near Thái Nguyên as a GeoPackage."""
    frame = gpd.GeoDataFrame(
        {"ma": list(codes), "ten": ["huyện Tây", "huyện Đông"]},
        geometry=[box(105.8, 21.4, 105.9, 21.5), box(105.9, 21.4, 106.0, 21.5)],
        crs="EPSG:4326",
    )
    path = tmp_path / "huyen.gpkg"
    frame.to_crs(crs).to_file(path, driver="GPKG")
    return path


IMPORT = ("--province-code", "19", "--code-field", "ma", "--name-field", "ten",
          "--vintage", "2020-thu",
          "--source", "Sở thử", "--licence", "nội bộ")  # fmt: skip


def test_boundaries_of_a_province_are_imported_as_a_new_vintage(tmp_path, data):
    path = squares(tmp_path, "EPSG:9213")
    done = geo("boundaries", "import", str(path), *IMPORT, data=data)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Đã nhập 2 đơn vị" in done.stdout
    assert (data / "boundaries" / "districts-2020-thu.geojson").exists()
    assert geo("boundaries", "verify", data=data).returncode == 0
    again = geo("boundaries", "import", str(path), *IMPORT, data=data)
    assert again.returncode == 2
    removed = geo("boundaries", "remove", "districts-2020-thu", data=data)
    assert removed.returncode == 0
    assert not (data / "boundaries" / "districts-2020-thu.geojson").exists()


def test_bad_boundaries_are_refused_whole(tmp_path, data):
    before = {path.name: path.read_bytes() for path in (data / "boundaries").glob("*.*")}
    path = squares(tmp_path, codes=("901", "901"))
    done = geo("boundaries", "import", str(path), *IMPORT, data=data)
    assert done.returncode == 1
    assert "901" in done.stdout
    assert "Không nhập huyen.gpkg" in done.stdout
    after = {path.name: path.read_bytes() for path in (data / "boundaries").glob("*.*")}
    assert after == before


# -- the register over time


@pytest.fixture
def edited(tmp_path):
    """The folder of a register in which one area was adjusted and one zone retired."""
    settings = Settings(var_dir=tmp_path)
    store = open_store(settings)
    desk = Desk(Planner(settings, store.repository), store.register)
    for action, reason, change in (
        (Action.ADJUST, "QĐ 12/QĐ-UBND", {"area_planned_ha": 51.25}),
        (Action.RETIRE, "thu hồi", None),
    ):
        begun = desk.begin("tn-ccn-son-cam-1" if change else "tn-ccn-kim-son")
        raw = None if change is None else {**begun.raw, **change}
        edits = (Edit(begun.zone_id, begun.base_version, raw),)
        desk.submit(COMMAND_LINE, Submission(action, reason, edits), publish=True)
    store.register.engine.dispose()
    return tmp_path


def test_movements_go_from_one_total_to_the_other(edited):
    done = geo("movements", "--format", "json", KHUCUM_VAR=str(edited))
    assert (done.returncode, done.stderr) == (0, "")
    made = json.loads(done.stdout)
    assert made["start"] == {"area_ha": 4930.83, "unknown_area": 15, "records": 50}
    assert made["end"] == {"area_ha": 4912.08, "unknown_area": 15, "records": 49}
    assert [(one["step"], one["area_ha"]) for one in made["steps"]] == [
        ("resized", 1.25),
        ("removed", -20),
    ]
    assert made["steps"][0]["zones"][0]["reason"] == "QĐ 12/QĐ-UBND"


def test_movements_are_told_in_words_and_limited_to_a_province_and_kind(edited):
    choice = ("--province", "thai nguyen", "--kind", "CCN", "--lang", "en")
    done = geo("movements", *choice, KHUCUM_VAR=str(edited))
    assert (done.returncode, done.stderr) == (0, "")
    assert "1,160.83 + 1.25 − 20 = 1,142.08 ha" in done.stdout
    assert "Province: Thái Nguyên · Industrial cluster" in done.stdout
    other = geo("movements", "--province", "dak lak", "--lang", "en", KHUCUM_VAR=str(edited))
    assert "nothing changed the total" in other.stdout


@pytest.mark.parametrize("form", ["xlsx", "csv", "json"])
def test_movements_are_written_to_a_file(edited, tmp_path, form):
    out = tmp_path / f"ra.{form}"
    done = geo("movements", "--out", str(out), "--lang", "vi", KHUCUM_VAR=str(edited))
    assert (done.returncode, done.stdout) == (0, f"Đã ghi {out}.\n")
    content = out.read_bytes()
    assert content[:2] == {"xlsx": b"PK", "csv": b"\xef\xbb", "json": b"{\n"}[form]
    if form == "csv":
        rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
        assert [row["Chênh lệch (ha)"] for row in rows] == ["", "1.25", "-20", ""]
        assert [row["Tổng sau đó (ha)"] for row in rows] == [
            *("4930.83", "4932.08", "4912.08", "4912.08"),
        ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--since", "2026-13-01"), "“2026-13-01” is not a day"),
        (("--since", "2001-01-01"), "The register began on"),
        (("--until", "2999-01-01"), "is yet to come"),
        (("--province", "Atlantis"), "Atlantis"),
        (("--out", "ra.pdf"), "must end in .xlsx, .csv or .json"),
    ],
)
def test_movements_refuse_what_cannot_be_meant(edited, arguments, said):
    done = geo("movements", *arguments, "--lang", "en", KHUCUM_VAR=str(edited))
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_movements_without_a_database_say_so_and_make_none(tmp_path):
    done = geo("movements", "--lang", "en", KHUCUM_VAR=str(tmp_path / "nothing"))
    assert done.returncode == 2
    assert "There is no database" in done.stderr
    assert not (tmp_path / "nothing").exists()
