"""What was searched for and not found: counted without a trace of who asked, for staff to read."""

import csv
import datetime as dt
import io
import json
import threading
from dataclasses import replace
from decimal import Decimal

import pytest
import sqlalchemy as sa

from geo import gaps
from geo import settings as settings_module
from geo.auth import ANONYMOUS, Actor, AuthError, Role
from geo.cli.main import main
from geo.columns import Filter
from geo.desk import Desk
from geo.errors import SetupError
from geo.i18n import LANGUAGES, t
from geo.services import Planner
from geo.settings import Settings
from geo.store import Gap, GapKind, StoreError, backup, health, open_gaps, open_store
from geo.store import gaps as store
from geo.store.database import writing
from geo.vocabulary import SURE
from geo.wishes import Near, Standing, Wish
from tests import databases

NOW = dt.datetime(2026, 10, 31, 18, tzinfo=dt.UTC)
MONTH = "2026-11"  # it is November in Việt Nam
THAI_NGUYEN, DAK_LAK, BAC_KAN = "19", "66", "06"
AN = Actor("an", "Nguyễn An", Role.EDITOR)
BINH = Actor("binh", "Trần Bình", Role.EDITOR, frozenset({THAI_NGUYEN}))
CHI = Actor("chi", "Lê Chi", Role.APPROVER, frozenset({DAK_LAK}))
VIEWER = Actor("vi", "Vi", Role.VIEWER)
SLOT = Gap(MONTH, "", GapKind.NOTHING, "9200")


@pytest.fixture
def desk(tmp_path):
    settings = Settings(var_dir=tmp_path, count_gaps=True)
    opened = open_store(settings)
    return Desk(Planner(settings, opened.repository), opened.register)


def ask(desk, text, counted=None, **wanted):
    found = desk.planner.search(Wish(text=text, **wanted))
    gaps.count(desk, found, set() if counted is None else counted, NOW)
    return found


def kept(desk):
    return {
        (one.province, one.kind.value, one.meaning): asked
        for one, asked in store.recorded(desk.register.engine)
    }


# -- what counts


def test_what_no_plan_permits_is_counted_by_its_codes(desk):
    ask(desk, "casino")
    assert kept(desk) == {("", "nothing", "9200"): 1}


def test_a_zone_that_is_found_is_no_gap(desk):
    assert len(ask(desk, "điện tử"))
    assert len(ask(desk, "điện tử, casino"))
    assert kept(desk) == {}


def test_zones_without_a_rule_are_no_find(desk):
    assert len(ask(desk, "casino", standings=tuple(Standing)))
    assert kept(desk) == {("", "nothing", "9200"): 1}


def test_zones_that_permit_it_but_have_not_the_land(desk):
    ask(desk, "linh kiện điện tử 9000 ha")
    ask(desk, "linh kiện điện tử", area_min=Decimal(9000))
    assert kept(desk) == {("", "land", "2610"): 2}


def test_land_that_is_not_known_is_no_gap(desk):
    found = ask(desk, "linh kiện điện tử", free_min=Decimal(5))
    assert len(found)
    ask(desk, "linh kiện điện tử", free_min=Decimal(5), known_only=True)
    assert kept(desk) == {("", "land", "2610"): 1}


def test_what_only_another_filter_keeps_away_is_no_gap(desk):
    far = Near(109.2, 13.8, 1)
    assert not len(ask(desk, "linh kiện điện tử", near=far))
    assert not len(ask(desk, "linh kiện điện tử", zones=Filter(text="không có tên này")))
    assert kept(desk) == {}


def test_each_reading_has_its_own_reason(desk):
    ask(desk, "xi măng, casino", area_min=Decimal(9000))
    assert kept(desk) == {("", "land", "2394"): 1, ("", "nothing", "9200"): 1}


def test_a_quality_is_counted_by_its_phrase(desk):
    zones = Filter(provinces=(DAK_LAK,))
    ask(desk, "cong nghe cao", zones=zones)
    assert kept(desk) == {(DAK_LAK, "nothing", "cong nghe cao"): 1}


def test_provinces_are_those_of_2016_however_the_search_was_limited(desk):
    merged = desk.planner.bounds.frames["provinces-2016"].loc[BAC_KAN, "province_2025_code"]
    districts = desk.planner.bounds.districts
    code = districts.index[districts["province_code"] == BAC_KAN][0]
    ask(desk, "điện tử", zones=Filter(provinces=(BAC_KAN, DAK_LAK)))
    assert kept(desk) == {(BAC_KAN, "nothing", "26"): 1, (DAK_LAK, "nothing", "26"): 1}
    ask(desk, "casino", units={"provinces-2025": (merged,), "districts-2016": ()})
    assert kept(desk)[THAI_NGUYEN, "nothing", "9200"] == 1
    assert kept(desk)[BAC_KAN, "nothing", "9200"] == 1
    ask(desk, "casino", units={"districts-2016": (code,), "provinces-2025": (merged,)})
    assert kept(desk)[BAC_KAN, "nothing", "9200"] == 2
    assert kept(desk)[THAI_NGUYEN, "nothing", "9200"] == 1
    before = kept(desk)
    elsewhere = Filter(provinces=(DAK_LAK,))
    ask(desk, "casino", units={"districts-2016": (code,)}, zones=elsewhere)
    assert kept(desk) == before


@pytest.mark.parametrize("text", ["qwertyzzz", "chế tạo tên lửa", "🏭🏭", "' OR 1=1 --"])
def test_what_is_not_understood_is_one_number(desk, text):
    ask(desk, text, zones=Filter(provinces=(DAK_LAK,)))
    assert kept(desk) == {("", "unread", ""): 1}


@pytest.mark.parametrize("text", ["", "  ", "10 ha, gần Hà Nội"])
def test_no_product_is_no_question(desk, text):
    ask(desk, text)
    assert kept(desk) == {}


def test_what_is_half_understood_names_no_code(desk):
    found = ask(desk, "thuốc súng hoa cải", zones=Filter(provinces=(BAC_KAN,)))
    assert [one.score < SURE for one in found.question.readings] == [True]
    assert kept(desk) == {("", "unread", ""): 1}


# -- once a session, and only where it is wanted


def test_a_question_counts_once_a_session(desk):
    mine, yours = set(), set()
    for text in ("casino", "Casino ", "sòng bạc", "casino"):
        ask(desk, text, mine)
    ask(desk, "casino", yours)
    for text in ("qwertyzzz", "QWERTYZZZ", "asdfgh jklm"):
        ask(desk, text, mine)
    assert kept(desk) == {("", "nothing", "9200"): 2, ("", "unread", ""): 2}


def test_one_session_cannot_fill_the_list(desk):
    counted = set()
    for number in range(gaps.MOST_COUNTED + 20):
        ask(desk, f"qwerty{number}zzz", counted)
    assert kept(desk) == {("", "unread", ""): gaps.MOST_COUNTED}


def test_off_unless_it_is_switched_on(tmp_path):
    assert settings_module.load({}).count_gaps is False
    assert settings_module.load({"KHUCUM_COUNT_GAPS": "1"}).count_gaps is True
    with pytest.raises(SetupError):
        settings_module.load({"KHUCUM_COUNT_GAPS": "yes"})
    settings = Settings(var_dir=tmp_path)
    opened = open_store(settings)
    off = Desk(Planner(settings, opened.repository), opened.register)
    ask(off, "casino")
    assert kept(off) == {}


def test_nothing_that_was_typed_is_kept(desk, tmp_path):
    typed = ["Casino hoàng gia Zyxwvut", "thuê đất cho Qwertyuiop 0912345678", "sòng bạc"]
    for text in typed:
        ask(desk, text, zones=Filter(provinces=(DAK_LAK,)))
    ask(desk, "Qwertyuiop 0912345678 linh kiện điện tử", near=Near(105.12345, 21.54321, 5, "Lan"))
    assert sum(kept(desk).values())
    desk.register.engine.dispose()
    files = [one for one in tmp_path.rglob("*") if one.is_file()]
    content = b"".join(one.read_bytes() for one in files).lower()
    assert b"9200" in content
    for word in ("casino", "zyxwvut", "qwertyuiop", "0912345678", "sòng bạc", "105.12345"):
        assert word.encode() not in content, word


def test_a_database_that_fails_fails_nobody(desk, monkeypatch):
    def refuse(*_):
        raise StoreError("store.busy", where="r.sqlite")

    counted = set()
    with monkeypatch.context() as broken:
        broken.setattr(store, "add", refuse)
        ask(desk, "casino", counted)
    ask(desk, "casino", counted)  # what was not written may still be
    assert kept(desk) == {("", "nothing", "9200"): 1}
    ask(Desk(desk.planner, None), "casino")


# -- the store, in either kind of database


def test_two_that_count_at_once_both_count(engine):
    gate = threading.Barrier(4)

    def work():
        gate.wait()
        for _ in range(10):
            store.add(engine, [SLOT, replace(SLOT, province=DAK_LAK)])

    threads = [threading.Thread(target=work) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert [asked for _, asked in store.recorded(engine)] == [40, 40]


def test_the_newest_month_and_the_most_asked_for_come_first(engine):
    old, rare = replace(SLOT, month="2026-09"), replace(SLOT, meaning="0111")
    store.add(engine, [old])
    store.add(engine, [old])
    store.add(engine, [rare, SLOT])
    store.add(engine, [SLOT])
    assert store.recorded(engine) == [(SLOT, 2), (rare, 1), (old, 2)]


def test_counts_come_back_from_a_backup(engine, settings, tmp_path):
    databases.fill(engine, settings)
    before = store.recorded(engine)
    backup.backup(engine, tmp_path / "b.zip")
    store.add(engine, [SLOT, before[0][0]])
    backup.restore(tmp_path / "b.zip", engine, replace=True)
    assert [asked for _, asked in before] == [1]
    assert store.recorded(engine) == before
    assert health.check(engine) == []


@pytest.mark.parametrize(
    "wrong", [{"asked": 0}, {"month": "2026-13"}, {"kind": "evil"}], ids=lambda one: next(iter(one))
)
def test_a_count_that_nobody_wrote_is_found(engine, settings, wrong):
    databases.fill(engine, settings)
    with writing(engine) as connection:
        connection.execute(sa.update(store.gaps).values(**wrong))
    (found,) = health.check(engine)
    assert found.code == "gap"
    for lang in LANGUAGES:
        assert "{" not in t(lang, f"health.{found.code}", **found.params)
    assert isinstance(store.recorded(engine), list)


# -- who reads it


def test_staff_read_their_provinces_and_what_names_none(desk):
    ask(desk, "casino")
    for code in (THAI_NGUYEN, DAK_LAK):
        ask(desk, "casino", zones=Filter(provinces=(code,)))

    def seen(actor):
        return {gap.province for gap, _ in gaps.listed(desk, actor)}

    assert seen(AN) == {"", THAI_NGUYEN, DAK_LAK}
    assert seen(BINH) == {"", THAI_NGUYEN}
    assert seen(CHI) == {"", DAK_LAK}
    for nobody in (ANONYMOUS, VIEWER):
        with pytest.raises(AuthError):
            gaps.listed(desk, nobody)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_rows_have_names_in_the_language(desk, lang):
    ask(desk, "trồng lúa", zones=Filter(provinces=(DAK_LAK,)))
    ask(desk, "qwertyzzz")
    ask(desk, "công nghệ cao", zones=Filter(provinces=(DAK_LAK,)))
    found = gaps.listed(desk, AN)
    made = {(row["kind"], *row["codes"]): row for row in gaps.rows(found, desk.planner, lang)}
    rice = made["nothing", "0111"]
    assert rice["name"] == {"vi": "Trồng lúa", "en": "Growing of rice"}[lang]
    assert (rice["province"], rice["province_name"]) == (DAK_LAK, "tỉnh Đắk Lắk")
    assert (made["unread",]["name"], made["unread",]["province"]) == (None, None)
    phrase = made["nothing",]["name"]
    assert phrase == {"vi": "công nghệ cao", "en": "high technology"}[lang]
    content = gaps.csv(found, desk.planner, lang).decode("utf-8-sig")
    heads, *lines = csv.reader(io.StringIO(content))
    assert heads == list(gaps.table(found, desk.planner, lang)[0])
    assert len(lines) == 3
    assert not any("gaps." in cell for line in [heads, *lines] for cell in line)


def test_the_command_lists_what_was_not_found(desk, capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("KHUCUM_VAR", str(tmp_path))
    monkeypatch.setenv("KHUCUM_COUNT_GAPS", "1")
    assert main(["gaps"]) == 0
    assert capsys.readouterr() == (f"{t('vi', 'gaps.none')}\n", "")
    ask(desk, "trồng lúa", zones=Filter(provinces=(DAK_LAK,)))
    ask(desk, "casino")
    assert main(["gaps", "--lang", "en", "--province", "dak lak"]) == 0
    said = capsys.readouterr().out
    assert said == "2026-11 · 1 · No zone permits it · Growing of rice · 0111 · tỉnh Đắk Lắk\n"
    assert main(["gaps", "--format", "json"]) == 0
    assert [row["codes"] for row in json.loads(capsys.readouterr().out)] == [["9200"], ["0111"]]
    monkeypatch.delenv("KHUCUM_COUNT_GAPS")
    assert main(["gaps", "--format", "csv"]) == 0
    out, told = capsys.readouterr()
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [row["codes"] for row in rows] == ["9200", "0111"]
    assert "KHUCUM_COUNT_GAPS=1" in told


def test_without_a_database_there_is_nothing_to_list(tmp_path):
    assert open_gaps(Settings(var_dir=tmp_path / "none")) == []
    assert not (tmp_path / "none").exists()
