"""The profile of a zone in words, and its fact sheet: complete, agreeing, and only text."""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import replace
from decimal import Decimal
from html import unescape

import pytest
from shapely import MultiPolygon, Point, box
from starlette.applications import Starlette
from starlette.testclient import TestClient

from geo import factsheet, profile, web
from geo.auth import ANONYMOUS, Actor, Role
from geo.changes import Action
from geo.crs import distance_km, transformer
from geo.desk import Desk, Edit, Submission
from geo.errors import SetupError
from geo.factsheet import Asked
from geo.i18n import LANGUAGES, t
from geo.services import Planner
from geo.settings import Settings
from geo.store import Snapshot, open_store
from geo.zones import Industry, IndustryState, Precision, Stage

DIEM_THUY = "tn-kcn-diem-thuy"
CLUSTER = "tn-ccn-diem-thuy"
SON_CAM = "tn-ccn-son-cam-1"
HOSTILE = "<img src=x onerror=alert(1)>"
AN = Actor("an", "Nguyễn An", Role.APPROVER)
BINH = Actor("binh", "Trần Bình", Role.EDITOR)


@pytest.fixture
def desk(tmp_path):
    return desk_of(Settings(var_dir=tmp_path))


def desk_of(settings):
    store = open_store(settings)
    return Desk(Planner(settings, store.repository), store.register, store.trouble)


def with_zone(planner, zone_id, **fields):
    """The use cases over the register with one record that is different."""
    state = planner.state
    zones = tuple(replace(zone, **fields) if zone.id == zone_id else zone for zone in state.zones)
    return planner.over(Snapshot("other", zones, tuple(state.documents.values()), ()))


def texts(value):
    """All strings in plain values."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    return [text for one in value for text in texts(one)] if isinstance(value, list) else []


def sheet(desk, zone_id, lang="vi", actor=ANONYMOUS):
    asked = Asked(f"{lang}/{zone_id}", f"/ho-so/{lang}/{zone_id}", lambda: actor)
    return factsheet.answer(desk, asked, desk.planner.settings)


def shown(page):
    """The text of a page as a reader has it."""
    inside = re.sub(r"<[^>]+>", "", page[page.index("<main") :])
    return " ".join(unescape(inside).split())


def one_line(text):
    return " ".join(text.split())


# -- the record


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_profile_is_complete_in_words(planner, lang):
    for zone in planner.zones():
        record = planner.record(zone.id, lang)
        assert record == json.loads(json.dumps(record))
        assert [one["quote"] for one in record["sources"]] == [one.quote for one in zone.sources]
        items = [item for group in record["industries"] for item in group["items"]]
        assert [item["phrase"] for item in items] == [one.phrase for one in zone.industries]
        assert len(record["areas"]) == 5
        assert [row[0] for row in record["units"]][-1] == t(lang, "profile.units_2025")
        left = [one for one in texts(record) if re.fullmatch(r"[a-z]+(\.\w+)+", one)]
        assert left == []


def test_unknown_areas_are_there_and_say_so(planner):
    areas = planner.record("dl-kcn-hoa-phu", "vi")["areas"]
    assert [(one["value"], one["known"]) for one in areas] == [("chưa rõ", False)] * 5
    assert areas[-1]["about"] == "chưa có ranh giới"


def test_the_ledger_gives_the_shares_that_can_be_known(planner):
    half = box(105, 21, 105.001, 21.001)  # some 1.15 ha
    planner = with_zone(
        planner,
        DIEM_THUY,
        area_planned_ha=Decimal(200),
        area_industrial_ha=Decimal(120),
        area_let_ha=Decimal(45),
        let_as_of=dt.date(2026, 6, 30),
        geometry=half,
        location_precision=Precision.SURVEYED,
        location_radius_km=None,
    )
    _, detailed, industrial, let, measured = planner.record(DIEM_THUY, "en")["areas"]
    assert (detailed["known"], detailed["about"]) == (False, None)
    assert (industrial["value"], industrial["about"]) == ("120 ha", "60% of the planned area")
    assert let["about"] == "as of 30 Jun 2026; occupancy 37.5% of industrial land"
    assert measured["value"] == "1.15 ha"
    assert measured["about"] == "0.6% of the planned area"


def test_nothing_is_divided_by_an_area_that_is_unknown_or_zero(planner):
    for industrial in (None, Decimal(0)):
        other = with_zone(planner, DIEM_THUY, area_let_ha=Decimal(5), area_industrial_ha=industrial)
        let = other.record(DIEM_THUY, "vi")["areas"][3]
        assert (let["value"], let["about"]) == ("5 ha", "đến chưa rõ ngày")


def test_zones_of_one_name_name_each_other(planner):
    (cluster,) = planner.record(DIEM_THUY, "vi")["namesakes"]
    assert (cluster["id"], cluster["kind"]) == (CLUSTER, "CCN")
    assert cluster["about"] == "Xã Điềm Thụy (đối chiếu); Phú Bình; Thái Nguyên · 52 ha"
    (zone,) = planner.record(CLUSTER, "en")["namesakes"]
    assert zone["id"] == DIEM_THUY
    assert planner.record("tn-ccn-phu-lac-1", "vi")["namesakes"] == []


def test_of_many_namesakes_those_of_the_province_are_named_and_the_others_counted(planner):
    zones = planner.state.zones
    extra = [
        replace(planner.state.by_id["bt-kcn-tan-duc"], id=f"bt-kcn-{n}", name="KCN Điềm Thụy")
        for n in range(profile.NAMESAKES + 2)
    ]
    documents = tuple(planner.state.documents.values())
    record = planner.over(Snapshot("more", (*extra, *zones), documents, ())).record(CLUSTER, "vi")
    assert record["namesakes"][0]["id"] == DIEM_THUY
    assert len(record["namesakes"]) == profile.NAMESAKES
    assert record["more_namesakes"] == 3


def test_the_verdicts_are_those_that_rest_on_the_zone(planner):
    for zone in planner.zones():
        own = [one for one in planner.state.verdicts if zone.id in one.records]
        told = planner.record(zone.id, "vi")["verdicts"]
        assert [one["status"] for one in told] == [one.status.value for one in own]
        assert [one["clause"] for one in told] == [one.figure.clause for one in own]
    told = {one["what"]: one for one in planner.record(DIEM_THUY, "vi")["verdicts"]}
    total = told["Tổng diện tích · KCN, Thái Nguyên: 3.770 ha (2020)"]
    assert (total["word"], total["document_id"]) == ("Đạt", "tn-qd-341-2010")


@pytest.mark.parametrize(
    ("states", "groups"),
    [
        ([], ["none"]),
        ([IndustryState.STEERED], ["none", "steered"]),
        ([IndustryState.LISTED], ["listed"]),
        ([IndustryState.LISTED, IndustryState.STEERED], ["listed", "steered"]),
    ],
)
def test_listed_steered_and_no_rule_are_never_one(planner, states, groups):
    industries = tuple(Industry("dệt may", state, "II.3", ("13",)) for state in states)
    record = with_zone(planner, DIEM_THUY, industries=industries).record(DIEM_THUY, "en")
    assert [group["state"] for group in record["industries"]] == groups
    for group in record["industries"]:
        for item in group["items"]:
            assert item["english"] == "textile and apparel"
            assert item["divisions"] == [{"code": "13", "name": "Manufacture of textiles"}]
        assert bool(group["items"]) is (group["state"] != "none")


def test_units_are_told_as_in_the_document_in_2016_and_now(planner):
    assert planner.record(SON_CAM, "vi")["units"] == [
        ["Theo văn bản (danh mục 2010)", "Xã Sơn Cẩm (đối chiếu), huyện Phú Lương, "
         "tỉnh Thái Nguyên"],
        ["Năm 2016", "huyện Phú Lương, tỉnh Thái Nguyên"],
        ["Từ 01/7/2025", "Phường Quan Triều (05482), tỉnh Thái Nguyên"],
    ]  # fmt: skip
    bac_kan = planner.record("bk-kcn-thanh-binh", "en")["units"]
    assert bac_kan[-1][1].endswith("tỉnh Thái Nguyên")
    (note,) = planner.record("tn-kcn-nam-pho-yen", "vi")["unit_notes"]
    assert note == "huyện Phổ Yên: Là huyện đến 14/5/2015."


@pytest.mark.parametrize("lang", LANGUAGES)
def test_marks_at_communes_are_explained_where_they_stand(planner, lang):
    seen = set()
    for zone in planner.zones():
        record = planner.record(zone.id, lang)
        for name in ("matched", "guessed"):
            marked = t(lang, f"zone.{name}", name="").strip() in record["place"]
            assert (t(lang, f"profile.{name}") in record["unit_notes"]) is marked, zone.id
            seen.add((name, marked))
    assert len(seen) == 4


def test_occupancy_is_there_and_unknown_until_both_of_its_parts_are_known(planner):
    def occupancy(**fields):
        record = with_zone(planner, DIEM_THUY, **fields).record(DIEM_THUY, "vi")
        return dict(record["facts"])["Tỷ lệ lấp đầy"]

    assert occupancy() == "chưa rõ"
    assert occupancy(area_let_ha=Decimal(5), area_industrial_ha=Decimal(0)) == "chưa rõ"
    assert occupancy(area_let_ha=Decimal(0), area_industrial_ha=Decimal(80)) == "0 %"
    assert occupancy(area_let_ha=Decimal(45), area_industrial_ha=Decimal(120)) == "37,5 %"


def test_documents_have_their_titles_and_dates_each_once(planner):
    (one,) = planner.record(DIEM_THUY, "vi")["documents"]
    assert one["name"] == "341/QĐ-UBND, UBND tỉnh Thái Nguyên"
    assert one["title"].startswith("Quyết định phê duyệt điều chỉnh Quy hoạch")
    assert one["date"] == "văn bản không ghi ngày; năm 2010"
    (other,) = planner.record("dl-kcn-hoa-phu", "en")["documents"]
    assert (other["title"][:4], other["date"]) == ("Plan", "14 Jan 2009")


@pytest.mark.parametrize(
    ("zone_id", "phrase", "vi", "en"),
    [
        ("tn-kcn-tay-pho-yen", "công nghiệp công nghệ sao",
         "đọc là “công nghiệp công nghệ cao”", "read as high-tech, clean industry"),
        ("tn-kcn-yen-binh", "những nhà máy lớn",
         "đọc là “công nghiệp công nghệ cao”", "read as high-tech, clean industry"),
        ("tn-kcn-diem-thuy", "Luyện kim", None, None),
    ],
)  # fmt: skip
def test_a_reading_stands_behind_what_is_written(planner, zone_id, phrase, vi, en):
    for lang, told in (("vi", vi), ("en", en)):
        groups = planner.record(zone_id, lang)["industries"]
        (item,) = [one for own in groups for one in own["items"] if one["phrase"] == phrase]
        assert item["reading"] == told
        if told:
            assert item["english"] is None


def test_a_place_without_a_radius_is_not_said_to_be_exact(planner):
    other = with_zone(planner, DIEM_THUY, location_radius_km=None)
    told = other.record(DIEM_THUY, "vi")["location"]
    assert told["doubt"] == "Vị trí lấy theo xã, chưa đo đạc; chưa rõ có thể lệch bao nhiêu."
    drawn = with_zone(planner, DIEM_THUY, location_precision=Precision.DRAWN)
    assert drawn.record(DIEM_THUY, "vi")["location"]["doubt"] is None


# -- the sheet


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_sheet_says_all_that_the_profile_says(desk, lang):
    for zone in desk.planner.zones():
        status, page = sheet(desk, zone.id, lang)
        assert status == 200
        assert f'<html lang="{lang}">' in page
        record = desk.planner.record(zone.id, lang)
        text = shown(page)
        for group in record["industries"]:
            for item in group["items"]:
                item.pop("divisions")  # the sheet names each division once
        quiet = {record.pop("id"), record.pop("kind"), record["location"].pop("precision")}
        for name in ("state", "status", "document_id", "kind"):
            quiet |= {one[name] for rows in record.values() if isinstance(rows, list)
                      for one in rows if isinstance(one, dict) and name in one}  # fmt: skip
        quiet |= {one["id"] for one in record["namesakes"]}
        if record["english"]:
            quiet.add(record.pop("kind_label"))
        for one in texts(record):
            assert one in quiet or one_line(one) in text, (zone.id, one)


def test_the_sheet_gives_coordinates_no_finer_than_they_are_known(planner):
    def told(lang="vi", **fields):
        other = with_zone(planner, DIEM_THUY, **fields)
        zone = other.state.by_id[DIEM_THUY]
        return factsheet.coordinates(other.state, zone, planner.settings.data_dir, lang)

    point = Point(105.9110, 21.4770)
    (world, place), (system, grid) = told(geometry=point)
    assert (world, place) == ("WGS 84", "21.477, 105.911")
    assert system == "VN-2000, kinh tuyến trục 106°30'"
    assert re.fullmatch(r"X \(bắc\) 2\.37\d\.\d00 m, Y \(đông\) 43\d\.\d00 m", grid)
    surveyed = {"location_precision": Precision.SURVEYED, "location_radius_km": None}
    (_, place), (_, grid) = told("en", geometry=point, **surveyed)
    assert place == "21.477000, 105.911000"
    back = [float(one.replace(",", "")) for one in re.findall(r"[\d,]{6,}", grid)]
    lon, lat = transformer("EPSG:9213").transform(back[1], back[0])
    assert distance_km(lon, lat, point.x, point.y) < 0.001
    assert told(geometry=None) == []


def test_licences_stand_in_the_small_print(desk):
    _, page = sheet(desk, DIEM_THUY)
    body, foot = page.split('<footer class="foot">')
    assert "vietnamadminunits" not in body
    assert "Điểm của xã: vietnamadminunits 1.0.4, giấy phép MIT" in unescape(foot)


def test_the_sheet_names_day_revision_and_the_way_back(desk):
    _, page = sheet(desk, DIEM_THUY, "en")
    assert desk.planner.revision in shown(page)
    assert f'href="../../ban-do?zone={DIEM_THUY}&amp;lang=en"' in page
    assert f'href="../../ho-so/vi/{DIEM_THUY}"' in page
    assert "<script>" not in page
    assert not re.search(r"<[^>]*\s(on\w+|style)=", page)


@pytest.mark.parametrize(
    "rest", ["vi/tn-kcn-khong-co", "fr/x", "", "vi/a/b/c", "vi/<script>", "en/"]
)
def test_an_unknown_address_is_answered_in_words(desk, rest):
    status, page = factsheet.answer(desk, Asked(rest, "/", lambda: ANONYMOUS), Settings())
    lang = "en" if rest.startswith("en/") else "vi"
    assert status == 404
    assert f'<html lang="{lang}">' in page
    assert t(lang, "sheet.not_found.title") in shown(page)
    assert "<script>" not in page
    root = "../" * (rest.count("/") + 1)
    assert f'href="{root}ban-do?lang={lang}"' in page


def test_a_retired_zone_says_so_and_leads_to_its_history(desk):
    begun = desk.begin(SON_CAM)
    gone = Submission(Action.RETIRE, "thu hồi", (Edit(SON_CAM, begun.base_version, None),))
    desk.submit(AN, gone, publish=True)
    status, page = sheet(desk, SON_CAM, "en")
    assert status == 410
    assert "CCN Sơn Cẩm 1 was taken out of the register on" in shown(page)
    assert f"lich-su?zone={SON_CAM}&amp;lang=en" in page


def test_where_viewing_needs_an_account_the_sheet_asks_for_it(tmp_path):
    desk = desk_of(Settings(var_dir=tmp_path, sign_in_required=True))
    status, page = sheet(desk, DIEM_THUY)
    assert status == 401
    assert "KCN Điềm Thụy" not in page
    assert f"auth/sign-in?next=%2Fho-so%2Fvi%2F{DIEM_THUY}&amp;lang=vi" in page
    assert sheet(desk, DIEM_THUY, actor=BINH)[0] == 200


def test_while_nobody_can_say_who_asks_the_sheet_says_why(tmp_path):
    desk = desk_of(Settings(var_dir=tmp_path, sign_in_required=True))

    def nobody_knows():
        raise SetupError("store.none")

    status, page = factsheet.answer(desk, Asked(f"vi/{DIEM_THUY}", "/", nobody_knows), Settings())
    assert status == 503
    assert t("vi", "error.store.none") in shown(page)


def test_without_a_database_the_sheet_still_works(planner, settings):
    status, page = sheet(Desk(planner, None), DIEM_THUY)
    assert status == 200
    assert t("vi", "map.client.profile_no_history") in shown(page)
    assert sheet(Desk(planner, None), "tn-kcn-khong-co")[0] == 404


def hostile_fields():
    return {
        "name": HOSTILE,
        "aliases": ('"><script>alert(1)</script>', "=1+1"),
        "members": ("=HYPERLINK(1)", "{{ 7*7 }}"),
        "industries": (Industry(HOSTILE, IndustryState.LISTED, HOSTILE, ("<b>",)),),
        "location_source": HOSTILE,
        "note_vi": "=cmd|' /C calc'!A0",
        "stage": Stage.PLANNED,
    }


def test_hostile_texts_are_text(planner):
    other = with_zone(planner, DIEM_THUY, **hostile_fields())
    source = replace(other.state.by_id[DIEM_THUY].sources[0], quote=HOSTILE)
    other = with_zone(other, DIEM_THUY, sources=(source,))
    status, page = sheet(Desk(other, None), DIEM_THUY)
    assert status == 200
    assert "<img" not in page
    assert page.count("<script") == 1
    text = unescape(page)
    assert text.count(HOSTILE) >= 6
    for one in ("=1+1", "{{ 7*7 }}", "=cmd|' /C calc'!A0"):
        assert one in text


# -- history


def change(desk, actor, reason, publish=True, **fields):
    begun = desk.begin(SON_CAM)
    edit = Edit(SON_CAM, begun.base_version, {**begun.raw, **fields})
    return desk.submit(actor, Submission(Action.EDIT, reason, (edit,)), publish=publish)


def test_history_names_people_only_to_those_who_have_signed_in(desk):
    proposal = change(desk, BINH, "theo biên bản", publish=False, area_planned_ha=51).proposal
    desk.publish(AN, proposal)
    for actor, people in (
        (ANONYMOUS, "biên tập viên đề xuất, người duyệt công bố"),
        (AN, "binh đề xuất, an công bố"),
    ):
        told = factsheet.history_json(desk, actor, SON_CAM, "vi")
        newest, loaded = told["entries"]
        assert newest["people"] == people
        assert newest["fields"] == "Diện tích quy hoạch"
        assert newest["reason"] == "theo biên bản"
        assert loaded["people"] == "nạp từ tệp dữ liệu"
        assert told["more"] is False
        assert told["editable"] is (actor is AN)


def test_history_shows_the_last_changes_and_that_there_are_more(desk):
    for area in range(51, 51 + factsheet.RECENT):
        change(desk, AN, "sửa", area_planned_ha=area)
    told = factsheet.history_json(desk, ANONYMOUS, SON_CAM, "en")
    revisions = [int(one["revision"]) for one in told["entries"]]
    assert revisions == sorted(revisions, reverse=True)
    assert len(revisions) == factsheet.RECENT
    assert told["more"] is True


@pytest.fixture
def client(desk):
    cookies = {"an": AN}
    routes = web.routes(
        lambda: desk.planner,
        desk.planner.settings,
        who=lambda sent: cookies.get(sent.get("who", ""), ANONYMOUS),
        get_desk=lambda: desk,
    )
    with TestClient(Starlette(routes=routes)) as made:
        yield made


def test_history_is_never_kept_by_a_cache(client):
    answer = client.get(f"/histories/vi/{SON_CAM}.json")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["editable"] is False
    client.cookies.set("who", "an")
    assert client.get(f"/histories/vi/{SON_CAM}.json").json()["editable"] is True
    for path in ("/histories/fr/x.json", "/histories/vi/%3Cx.json", "/histories/vi"):
        assert client.get(path).status_code == 404


def test_the_sheet_is_asked_for_anew_and_sent_only_if_it_has_changed(client, desk):
    first = client.get(f"/ho-so/vi/{SON_CAM}")
    assert first.headers["cache-control"] == "no-cache"
    assert first.headers["content-type"] == "text/html; charset=utf-8"
    assert "script-src 'self'" in first.headers["content-security-policy"]
    again = {"if-none-match": first.headers["etag"]}
    assert client.get(f"/ho-so/vi/{SON_CAM}", headers=again).status_code == 304
    change(desk, AN, "sửa", area_planned_ha=77)
    newer = client.get(f"/ho-so/vi/{SON_CAM}", headers=again)
    assert (newer.status_code, "77 ha" in newer.text) == (200, True)
    for asset in re.findall(r'(?:href|src)="\.\./\.\./(assets/[^"]+)"', first.text):
        assert client.get(f"/{asset}").status_code == 200
    gone = client.get("/ho-so/vi/khong-co")
    assert (gone.status_code, gone.headers["cache-control"]) == (404, "no-store")


# -- the map of the sheet


def sketch_of(planner, zone_id):
    return factsheet.sketch(planner.state, planner.state.by_id[zone_id], "vi")


def test_ten_kilometres_on_the_map_are_as_long_as_its_bar_says():
    frame = factsheet._Frame((105.0, 21.0, 105.4, 21.4), 0, None)
    x, y = frame.px(105.2, 21.2)
    for lon, lat in ((105.3, 21.2), (105.2, 21.3), (105.25, 21.1)):
        there = frame.px(lon, lat)
        long_px = ((there[0] - x) ** 2 + (there[1] - y) ** 2) ** 0.5
        real_km = distance_km(105.2, 21.2, lon, lat)
        assert long_px / frame.px_a_km == pytest.approx(real_km, rel=0.002)


def test_every_zone_has_a_map_that_holds_its_circle_of_doubt(planner):
    for zone in planner.zones():
        made = sketch_of(planner, zone.id)
        x, y = made.place
        assert made.doubt_px <= min(x, factsheet.WIDTH - x, y, factsheet.HEIGHT - y)
        assert made.doubt_km == float(zone.location_radius_km)
        assert made.draws("own")
        assert not made.draws("outline")
        assert made.bar_px <= factsheet.WIDTH / 4
        assert made.unit in [one.text for one in made.labels] or len(zone.districts) > 1
        assert (made.extent_px > 0) is (zone.area_planned_ha is not None)


def test_the_circle_of_the_planned_area_is_as_large_as_the_area(planner):
    made = sketch_of(planner, DIEM_THUY)  # 350 ha
    a_km = made.bar_px / made.bar_km
    assert 3.14159 * (made.extent_px / a_km) ** 2 == pytest.approx(3.5, rel=1e-5)


def test_a_zone_with_a_boundary_is_drawn_with_it(planner):
    parts = MultiPolygon([box(105.9, 21.46, 105.92, 21.48), box(105.93, 21.46, 105.94, 21.47)])
    surveyed = {"location_precision": Precision.SURVEYED, "location_radius_km": None}
    made = sketch_of(with_zone(planner, DIEM_THUY, geometry=parts, **surveyed), DIEM_THUY)
    assert made.draws("outline")
    assert (made.extent_px, made.doubt_px) == (0, 0)
    near = with_zone(planner, DIEM_THUY, geometry=Point(105.92, 21.47), **surveyed)
    assert sketch_of(near, DIEM_THUY).bar_km < sketch_of(planner, DIEM_THUY).bar_km


def test_a_zone_without_a_place_is_shown_in_its_district_without_a_symbol(planner):
    nowhere = with_zone(planner, DIEM_THUY, geometry=None)
    made = sketch_of(nowhere, DIEM_THUY)
    assert (made.place, made.extent_px, made.draws("own")) == (None, 0, True)
    lost = with_zone(planner, DIEM_THUY, geometry=None, districts=())
    assert sketch_of(lost, DIEM_THUY) is None
    status, page = sheet(Desk(lost, None), DIEM_THUY)
    assert (status, t("vi", "sheet.no_place") in page) == (200, True)


def test_paths_keep_holes_and_pass_over_points():
    ring = box(0, 0, 10, 10).difference(box(4, 4, 6, 6))
    assert factsheet.path(ring).count("M") == 2
    assert factsheet.path(Point(1, 1)) == ""
