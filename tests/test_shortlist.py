"""A shortlist: read from a link, side by side, as files that are opened again, and on a page."""

import csv
import datetime as dt
import io
import json
import re
from dataclasses import replace
from decimal import Decimal
from html.parser import HTMLParser

import openpyxl
import pypdf
import pytest
from shapely import Point, box
from streamlit.testing.v1 import AppTest

from geo import comparing, search_wording, shortlist, takeaway
from geo.auth import Actor, Role
from geo.changes import Action
from geo.columns import Filter
from geo.desk import Desk, Edit, Submission
from geo.errors import UsageError
from geo.i18n import LANGUAGES, has, number, t
from geo.io import tables
from geo.reports import shortlist as files
from geo.search import MATCH, Nearness
from geo.services import Planner
from geo.settings import Settings
from geo.shortlist import MOST, Shortlist
from geo.store import Snapshot, open_store
from geo.wishes import Near, Standing, Wish
from geo.zones import Precision, Stage
from pages.ui.shortlist import table

DAY = dt.date(2026, 3, 9)
HOSTILE = "<img src=x onerror=alert(1)>"
FORMULA = "=1+1"
DIEM_THUY, NAM_PHO_YEN = "tn-kcn-diem-thuy", "tn-kcn-nam-pho-yen"
SONG_CONG, QUYET_THANG = "tn-kcn-song-cong-i", "tn-kcn-quyet-thang"
OTHER, UNRULED = "tn-ccn-son-cam-1", "bk-kcn-thanh-binh"
SIX = (DIEM_THUY, NAM_PHO_YEN, SONG_CONG, OTHER, UNRULED, QUYET_THANG)
HANOI = Near(105.85, 21.03, 150, "Hà Nội")
ASKED = Wish(text="linh kiện điện tử", near=HANOI, area_min=Decimal(10))


def with_zones(planner, **changed):
    """The use cases over the register with other fields of some zones, by id."""
    zones = tuple(replace(one, **changed.get(one.id, {})) for one in planner.zones())
    return planner.over(Snapshot("test", zones, tuple(planner.documents()), ()))


@pytest.fixture(scope="module")
def now(planner):
    """The register with hostile names, a zone whose areas are all known, and one without place."""
    return with_zones(
        planner,
        **{
            DIEM_THUY: {"name": HOSTILE, "name_en": None},
            NAM_PHO_YEN: {"name": FORMULA, "name_en": None},
            SONG_CONG: {
                "area_industrial_ha": Decimal("100.5"),
                "area_let_ha": Decimal("40.2"),
                "stage": Stage.OPERATING,
                "location_precision": Precision.SURVEYED,
                "location_radius_km": None,
                "geometry": box(105.85, 21.45, 105.86, 21.46),
            },
            OTHER: {"geometry": None},
        },
    )


@pytest.fixture(scope="module")
def found(now):
    return now.search(ASKED)


@pytest.fixture(scope="module", params=LANGUAGES)
def lang(request):
    return request.param


def side_by_side(now, found, ids, lang="vi"):
    return comparing.compare(found, ids, now.state, lang, now.namer(lang))


def row_of(made, group, label):
    (own,) = [one for one in made.groups if one.key == group]
    return next(row for row in own.rows if row.label == label)


# -- the link


@pytest.mark.parametrize(
    ("asked", "read"),
    [
        ([], Shortlist()),
        (["", " , "], Shortlist()),
        (["b", "a", "b"], Shortlist(("b", "a"))),
        (["b,a", "c d"], Shortlist(("b", "a"), ("c", "d"))),
    ],
    ids=["nothing", "blank", "doubled", "packed"],
)
def test_ids_of_a_link_keep_their_order(asked, read):
    assert shortlist.read(asked, {"a", "b"}) == read


def test_a_link_of_too_many_keeps_the_first_and_says_so():
    ids = [f"z{at}" for at in range(MOST + 7)]
    made = shortlist.read(ids, set(ids))
    assert made == Shortlist(tuple(ids[:MOST]), (), 7)
    (told,) = shortlist.left_out(made, {}, "en")
    assert "at most 50" in told
    assert "last 7" in told


def test_hostile_ids_are_named_short_and_printable():
    made = shortlist.read(["x" * 10_000, "\u202e\x07bad", "'; DROP", *"abcdef"], set())
    assert made.ids == ()
    (told,) = shortlist.left_out(made, {}, "en")
    assert f"{'x' * 40}…, " in told
    assert told.isprintable()
    assert "and 5 more" in told


def test_the_list_is_changed_without_touching_the_old_one():
    ids = ("a", "b", "c")
    assert shortlist.added(ids, "d") == ("a", "b", "c", "d")
    assert shortlist.added(ids, "b") == ids
    full = tuple(map(str, range(MOST)))
    assert shortlist.added(full, "d") == full
    assert shortlist.without(ids, "b") == ("a", "c")
    assert shortlist.raised(ids, "c") == ("a", "c", "b")
    assert shortlist.raised(ids, "a") == shortlist.raised(ids, "gone") == ids


def test_retired_zones_are_told_from_those_that_never_were(tmp_path):
    store = open_store(Settings(var_dir=tmp_path))
    desk = Desk(Planner(Settings(var_dir=tmp_path), store.repository), store.register, None)
    begun = desk.begin(OTHER)
    gone = Submission(Action.RETIRE, "thu hồi", (Edit(OTHER, begun.base_version, None),))
    desk.submit(Actor("an", "An", Role.APPROVER), gone, publish=True)
    made = shortlist.read([OTHER, DIEM_THUY, "never-was"], desk.planner.state.by_id)
    assert (made.ids, made.missing) == ((DIEM_THUY,), (OTHER, "never-was"))
    told = shortlist.left_out(made, store.register.current(made.missing), "vi")
    assert told == [
        t("vi", "shortlist.retired", names="CCN Sơn Cẩm 1"),
        t("vi", "shortlist.unknown", names="never-was"),
    ]


# -- side by side


def test_the_product_is_judged_by_clause_and_no_rule_is_not_allowed(now, found, lang):
    made = side_by_side(now, found, (DIEM_THUY, OTHER, UNRULED), lang)
    states = row_of(made, "asked", t(lang, "shortlist.row.state"))
    wanted = [Standing.LISTED, Standing.OTHER, Standing.UNRULED]
    assert [one.text for one in states.cells] == [
        t(lang, f"search.standing.{one}") for one in wanted
    ]
    assert [one.known for one in states.cells] == [True, True, False]
    phrases = row_of(made, "asked", t(lang, "shortlist.row.phrase"))
    assert "điện tử" in phrases.cells[0].text
    assert phrases.cells[1].lines[0] == t(lang, "shortlist.no_phrase")
    assert phrases.cells[2].text == t(lang, "search.short.unruled")
    clauses = row_of(made, "asked", t(lang, "shortlist.row.clause"))
    assert [one.text for one in clauses.cells] == ["II.3.1", *[t(lang, "shortlist.none")] * 2]
    documents = row_of(made, "asked", t(lang, "field.document"))
    assert documents.cells[0].text == "341/QĐ-UBND"


def test_the_ledger_has_what_is_still_to_let_and_says_what_is_unknown(now, found, lang):
    made = side_by_side(now, found, (SONG_CONG, DIEM_THUY), lang)
    free = row_of(made, "areas", t(lang, "shortlist.row.free"))
    assert free.cells[0].text == f"{number(Decimal('60.3'), lang)} ha"
    assert (free.cells[1].text, free.cells[1].known) == (t(lang, "zone.unknown"), False)
    let = row_of(made, "areas", t(lang, "field.area_let_ha"))
    assert let.cells[0].lines[0] == f"{number(Decimal('40.2'), lang)} ha"
    assert number(Decimal(40), lang) in let.cells[0].lines[1]
    measured = row_of(made, "areas", t(lang, "field.area_measured_ha"))
    assert [one.known for one in measured.cells] == [True, False]


@pytest.mark.parametrize("nearness", [one for one in Nearness if one >= MATCH])
def test_every_nearness_that_counts_has_words(nearness, lang):
    assert has(lang, f"shortlist.near.{nearness.name.lower()}")


def test_rows_differ_where_zones_do_and_nowhere_else(now, found):
    made = side_by_side(now, found, (DIEM_THUY, NAM_PHO_YEN))
    assert row_of(made, "areas", t("vi", "field.area_planned_ha")).differs
    assert not row_of(made, "areas", t("vi", "field.area_let_ha")).differs  # both unknown
    assert not row_of(made, "place", t("vi", "shortlist.row.province_new")).differs
    assert row_of(made, "place", t("vi", "field.district")).differs
    alone = side_by_side(now, found, (DIEM_THUY,))
    assert not any(row.differs for group in alone.groups for row in group.rows)


def test_place_and_distance_carry_their_doubt(now, found, lang):
    made = side_by_side(now, found, (DIEM_THUY, SONG_CONG, OTHER), lang)
    away = row_of(made, "place", t(lang, "shortlist.row.distance"))
    assert f"± {number(Decimal('5.5'), lang)} km" in away.cells[0].text
    assert "±" not in away.cells[1].text  # surveyed
    assert away.cells[2] == comparing.Cell((t(lang, "zone.unknown"),), known=False)
    precision = row_of(made, "place", t(lang, "shortlist.row.precision"))
    assert len(precision.cells[0].lines) == 2
    assert precision.cells[1].lines == (t(lang, "precision.surveyed"),)


def test_every_cell_of_every_group_says_something(now, found, lang):
    made = side_by_side(now, found, SIX[:5], lang)
    assert [one.key for one in made.groups] == [
        *("asked", "areas", "industries", "progress", "place", "verdicts", "sources")
    ]
    for group in made.groups:
        for row in group.rows:
            assert len(row.cells) == 5
            assert all(cell.text.strip() for cell in row.cells), row.label
            assert not any("shortlist." in cell.text for cell in row.cells)


def test_more_than_five_are_counted_and_ids_that_do_not_exist_left_out(now, found):
    made = side_by_side(now, found, ("gone", *SIX))
    assert [one.zone for one in made.heads] == list(SIX[:5])
    assert made.beyond == 1


@pytest.mark.parametrize("text", ["", "qqqq zzzz"], ids=["not asked", "not understood"])
def test_nobody_is_judged_by_a_question_that_was_not_understood(now, text):
    found = now.search(Wish(text=text))
    made = side_by_side(now, found, SIX[:2])
    assert "asked" not in [one.key for one in made.groups]
    state = now.state
    rows = search_wording.rows(
        found, shortlist.hits(found, SIX), state.documents, state.taxonomy, "vi"
    )
    assert {row["state"] for row in rows} == {None}
    told = "\n".join(line for row in rows for line in row["why"])
    assert t("vi", "search.standing.other") not in told


def test_gaps_name_what_an_investor_must_ask_for(now, found):
    (known, unknown) = shortlist.hits(found, (SONG_CONG, UNRULED))
    assert shortlist.gaps(known, "en") == []
    names = shortlist.gaps(unknown, "en")
    assert names == ["Planned area", "Area with an approved detailed plan", "Industrial land",
                     "Land leased", "Industries"]  # fmt: skip


# -- a wish in words


@pytest.mark.parametrize(
    ("wish", "vietnamese"),
    [
        (Wish(), []),
        (Wish(zones=Filter(provinces=("19",), kinds=("KCN",))),
         ["Tỉnh: Thái Nguyên · Khu công nghiệp"]),
        (Wish(area_min=Decimal(10)), ["diện tích quy hoạch: từ 10 ha"]),
        (Wish(area_min=Decimal(10), area_max=Decimal(1500)),
         ["diện tích quy hoạch: 10 ha – 1.500 ha"]),
        (Wish(free_min=Decimal("2.5"), occupancy_max=Decimal(60)),
         ["đất còn cho thuê: từ 2,5 ha", "tỷ lệ lấp đầy: đến 60 %"]),
        (Wish(near=HANOI), ["trong 150 km quanh Hà Nội"]),
        (Wish(near=Near(105.85, 21.03, 30)), ["trong 30 km quanh 21,03; 105,85"]),
        (Wish(within=box(105.8, 21.4, 105.81, 21.41)), ["trong vùng đã vẽ, khoảng 115 ha"]),
        (Wish(units={"provinces-2025": ("19",), "districts-2016": ()}),
         ["tỉnh (2025): tỉnh Thái Nguyên"]),
        (Wish(standings=(Standing.LISTED,), precisions=("surveyed",), known_only=True),
         ["độ chính xác vị trí: theo đo đạc", "trạng thái: Có trong danh mục",
          "chỉ lấy khu, cụm đã biết là đáp ứng"]),
    ],
)  # fmt: skip
def test_filters_in_words(planner, wish, vietnamese):
    assert takeaway.wish_words(planner, wish, "vi") == vietnamese
    english = takeaway.wish_words(planner, wish, "en")
    assert len(english) == len(vietnamese)
    assert not any("." in line and "shortlist" in line for line in english)


# -- files


def book_of(now, found, ids, lang):
    content = files.render(now, found, ids, "xlsx", lang, DAY)
    return openpyxl.load_workbook(io.BytesIO(content))


def sheet_rows(sheet):
    head, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


def pdf_text(content):
    pages = pypdf.PdfReader(io.BytesIO(content)).pages
    return pages, " ".join(" ".join(one.extract_text() for one in pages).split())


def csv_rows(content):
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_the_workbook_has_grounds_with_clause_document_and_words(now, found, lang):
    book = book_of(now, found, SIX, lang)
    search, grounds, figures, comparison = book.worksheets
    words = "\n".join(str(one.value) for row in search.iter_rows() for one in row if one.value)
    day = {"vi": "09/03/2026", "en": "9 Mar 2026"}[lang]
    criterion = takeaway.wish_words(now, ASKED, lang)[0]
    for part in ("linh kiện điện tử", "VSIC 26", now.revision, day, criterion, "341/QĐ-UBND"):
        assert part in words
    rows = sheet_rows(grounds)[:6]
    assert [row[t(lang, "shortlist.column.at")] for row in rows] == [1, 2, 3, 4, 5, 6]
    assert [row[t(lang, "field.name")] for row in rows][:2] == [HOSTILE, FORMULA]
    first = rows[0]
    assert first[t(lang, "shortlist.column.clause")] == "II.3.1"
    assert first[t(lang, "field.document")] == "341/QĐ-UBND"
    assert first[t(lang, "shortlist.column.quote")].startswith("6 KCN Điềm Thụy Phú Bình")
    assert t(lang, "search.standing.listed") in first[t(lang, "shortlist.column.why")]
    unruled = rows[4]
    assert unruled[t(lang, "shortlist.column.state")] == t(lang, "search.short.unruled")
    assert unruled[t(lang, "shortlist.column.clause")] is None
    assert now.revision in grounds.cell(9, 1).value
    assert comparison.max_column == 3 + 5
    assert figures.max_row >= 7


def test_numbers_of_the_workbook_are_numbers_in_the_form_of_the_language(now, found, lang):
    figures = book_of(now, found, (SONG_CONG, UNRULED), lang).worksheets[2]
    head = [one.value for one in figures[1]]
    free = figures.cell(2, head.index(t(lang, "shortlist.column.free")) + 1)
    assert (free.value, free.data_type) == (60.3, "n")
    assert free.number_format == {"vi": "[$-42A]#,##0.0", "en": "[$-409]#,##0.0"}[lang]
    share = figures.cell(2, head.index(t(lang, "shortlist.column.occupancy")) + 1)
    assert share.value == 40
    planned = figures.cell(3, head.index(f"{t(lang, 'field.area_planned_ha')} (ha)") + 1)
    assert planned.value is None


def test_hostile_names_are_texts_in_every_file(now, found):
    ids = SIX[:2]
    grounds = book_of(now, found, ids, "vi").worksheets[1]
    assert (grounds["B3"].value, grounds["B3"].data_type) == (FORMULA, "s")
    _, text = pdf_text(files.render(now, found, ids, "pdf", "vi", DAY))
    assert HOSTILE in text
    rows = csv_rows(files.render(now, found, ids, "csv", "vi", DAY))
    assert [row["name"] for row in rows] == [HOSTILE, tables.safe_cell(FORMULA)]
    assert rows[1]["name"] == "'=1+1"
    made = json.loads(files.render(now, found, ids, "geojson", "vi", DAY))
    assert [one["properties"]["name"] for one in made["features"]] == [HOSTILE, FORMULA]


def test_the_pdf_is_upright_and_has_a_block_a_zone(now, found, lang):
    pages, text = pdf_text(files.render(now, found, SIX, "pdf", lang, DAY))
    assert (float(pages[0].mediabox.width), float(pages[0].mediabox.height)) == (
        pytest.approx(595.28), pytest.approx(841.89),
    )  # fmt: skip
    day = {"vi": "09/03/2026", "en": "9 Mar 2026"}[lang]
    for part in (
        t(lang, "shortlist.report.title"), "linh kiện điện tử", day, now.revision,
        "II.3.1, 341/QĐ-UBND", "Luyện kim, cơ khí, chế tạo máy",
        t(lang, "search.standing.unruled"), t(lang, "shortlist.report.no_permission"),
        t(lang, "field.area_let_ha"), t(lang, "shortlist.report.ask"),
    ):  # fmt: skip
        assert part in text
    for at in range(1, 7):
        assert re.search(rf"\b{at}\. ", text)
    assert "shortlist." not in text


def test_a_block_stays_on_one_page(now, found, lang):
    ids = [zone.id for zone in now.zones()]
    pages, _ = pdf_text(files.render(now, found, ids, "pdf", lang, DAY))
    texts = [one.extract_text() for one in pages]
    label = t(lang, "shortlist.report.record")
    begun = [len(re.findall(r"(?m)^\d+\. ", text)) for text in texts]
    assert begun == [len(re.findall(rf"(?m)^{label}", text)) for text in texts]
    assert sum(begun) == len(ids)


def test_a_quote_longer_than_a_page_loses_no_word(now, found):
    words = " ".join(f"chữ{at}" for at in range(3000))
    zone = now.state.by_id[DIEM_THUY]
    sources = (replace(zone.source, quote=words), *zone.sources[1:])
    grown = with_zones(now, **{DIEM_THUY: {"sources": sources}})
    pages, text = pdf_text(files.render(grown, grown.search(ASKED), (DIEM_THUY,), "pdf", "vi", DAY))
    assert len(pages) > 2
    assert re.findall(r"chữ\d+", text) == words.split()


def test_csv_and_geojson_hold_the_same_lines(now, found, lang):
    rows = csv_rows(files.render(now, found, SIX, "csv", lang, DAY))
    made = json.loads(files.render(now, found, SIX, "geojson", lang, DAY))
    features = made["features"]
    assert [row["zone"] for row in rows] == [one["id"] for one in features] == list(SIX)
    assert (made["as_of"], made["revision"]) == ("2026-03-09", now.revision)
    for row, one in zip(rows, features, strict=True):
        own = one["properties"]
        assert list(own.keys() - row.keys()) == list(row.keys() - own.keys()) == []
        assert (own["as_of"], own["revision"]) == (row["as_of"], row["revision"])
        assert row["as_of"] == "2026-03-09"
        for name in ("state", "phrase", "clause", "document", "quote"):
            assert row[name] == (own[name] or ""), name
        assert "; ".join(own["why"]) == row["why"]
    by_id = {one["id"]: one for one in features}
    listed = by_id[DIEM_THUY]["properties"]
    assert (listed["state"], listed["phrase"], listed["clause"], listed["document"]) == (
        "listed", "điện tử", "II.3.1", "tn-qd-341-2010",
    )  # fmt: skip
    known = by_id[SONG_CONG]["properties"]
    assert (known["area_free_ha"], known["occupancy_pct"]) == (60.3, 40)
    assert by_id[UNRULED]["properties"]["area_planned_ha"] is None
    assert by_id[UNRULED]["properties"]["clause"] is None
    assert by_id[UNRULED]["properties"]["record_clause"] == "II.2"
    assert by_id[OTHER]["geometry"] is None
    assert by_id[SONG_CONG]["geometry"]["type"] == "Polygon"
    lon, lat = by_id[DIEM_THUY]["geometry"]["coordinates"]
    assert Point(lon, lat).distance(now.state.by_id[DIEM_THUY].geometry) < 1e-6


@pytest.mark.parametrize("form", files.FORMS)
@pytest.mark.parametrize("ids", [(), ("gone",), SIX[:1]], ids=["none", "gone", "one"])
def test_short_lists_are_files_too(now, found, ids, form, lang):
    content = files.render(now, found, ids, form, lang, DAY)
    count = sum(one in now.state.by_id for one in ids)
    match form:
        case "xlsx":
            grounds = openpyxl.load_workbook(io.BytesIO(content)).worksheets[1]
            numbers = [one.value for one in grounds["A"][1:] if isinstance(one.value, int)]
            assert numbers == list(range(1, count + 1))
        case "pdf":
            _, text = pdf_text(content)
            assert (t(lang, "report.empty") in text) is (count == 0)
        case "csv":
            assert len(csv_rows(content)) == count
        case "geojson":
            assert len(json.loads(content)["features"]) == count


def test_an_unknown_form_is_refused(now, found):
    with pytest.raises(UsageError) as caught:
        files.render(now, found, SIX, "docx", "vi", DAY)
    assert caught.value.params["known"] == list(files.FORMS)


def test_files_are_named_by_their_day():
    assert files.file_name("pdf", "vi", DAY) == "danh-sach-khu-cum-2026-03-09.pdf"
    assert files.file_name("csv", "en", DAY) == "shortlist-of-zones-2026-03-09.csv"


# -- the table as HTML


class Tags(HTMLParser):
    """The cells with their tag and attributes."""

    def __init__(self):
        super().__init__()
        self.cells, self.tags, self.text = [], [], ""

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, text):
        self.text += text


def parsed(made, **choice):
    tags = Tags()
    tags.feed(table(made, "vi", **choice))
    return tags


def test_the_table_is_one_for_screen_readers_too(now, found):
    made = side_by_side(now, found, SIX[:3])
    tags = parsed(made)
    names = [tag for tag, _ in tags.tags]
    assert names.count("caption") == 1
    scopes = [own["scope"] for tag, own in tags.tags if tag == "th"]
    rows = [row for group in made.groups for row in group.rows]
    assert scopes.count("col") == 1 + 3
    assert scopes.count("row") == len(rows)
    assert scopes.count("rowgroup") == len(made.groups)
    frame = tags.tags[0][1]
    assert (frame["role"], frame["tabindex"]) == ("region", "0")
    assert names.count("td") == 3 * len(rows)
    # differences are told in words as well
    assert tags.text.count(t("vi", "shortlist.differs")) == sum(row.differs for row in rows)


def test_only_rows_that_differ(now, found):
    made = side_by_side(now, found, SIX[:2])
    rows = [row for group in made.groups for row in group.rows]
    tags = parsed(made, only=True)
    assert [tag for tag, _ in tags.tags].count("td") == 2 * sum(row.differs for row in rows)


def test_hostile_names_are_no_tags(now, found):
    tags = parsed(side_by_side(now, found, SIX[:2]))
    assert "img" not in [tag for tag, _ in tags.tags]
    assert HOSTILE in tags.text


# -- on a page


def demo():
    import streamlit as st

    from geo.wishes import Wish
    from pages.ui import shortlist
    from pages.ui.resources import planner_now

    lang = st.query_params.get("lang", "vi")
    planner = planner_now()

    def change(ids):
        st.query_params["zones"] = list(ids)

    found = planner.search(Wish(text="linh kiện điện tử"))
    shortlist.show(planner, found, st.query_params.get_all("zones"), lang, on_change=change)


def page(*ids, lang="vi"):
    app = AppTest.from_function(demo, default_timeout=60)
    app.query_params["lang"] = lang
    app.query_params["zones"] = list(ids)
    return well(app.run())


def well(app):
    assert not app.exception
    return app


def kept(app):
    return list(app.query_params.get("zones", []))


def names(app):
    found = (re.search(r"\*\*(.+?)\*\*", one.value) for one in app.markdown)
    return [one[1].replace("\\", "") for one in found if one]


def test_an_empty_list_says_how_to_begin(lang):
    app = page(lang=lang)
    (told,) = [one.value for one in app.info]
    assert t(lang, "shortlist.add") in told
    assert not app.button


def test_a_zone_is_moved_up_and_taken_off():
    app = page(DIEM_THUY, OTHER, UNRULED)
    assert names(app) == ["KCN Điềm Thụy", "CCN Sơn Cẩm 1", "Khu công nghiệp Thanh Bình"]
    assert app.button(key=f"shortlist-raise-{DIEM_THUY}").disabled
    well(app.button(key=f"shortlist-raise-{UNRULED}").click().run())
    assert kept(app) == [DIEM_THUY, UNRULED, OTHER]
    well(app.button(key=f"shortlist-remove-{DIEM_THUY}").click().run())
    assert kept(app) == [UNRULED, OTHER]
    assert names(app) == ["Khu công nghiệp Thanh Bình", "CCN Sơn Cẩm 1"]


def test_a_cleared_list_comes_back():
    app = page(DIEM_THUY, OTHER)
    well(app.button(key="shortlist-clear").click().run())
    assert kept(app) == []
    assert names(app) == []
    well(app.button(key="shortlist-undo").click().run())
    assert kept(app) == [DIEM_THUY, OTHER]


def test_what_a_link_asks_for_in_vain_is_named():
    app = page("gone-<b>*x*</b>", DIEM_THUY)
    (told,) = [one.value.replace("\\", "") for one in app.warning]
    assert "gone-<b>*x*</b>" in told
    assert names(app) == ["KCN Điềm Thụy"]


@pytest.mark.parametrize("count", [1, 5, 6])
def test_zones_are_compared(count, lang):
    app = page(*SIX[:count], lang=lang)
    assert not [one for one in app.get("html") if "<table>" in one.proto.body]
    well(app.toggle(key="compare").set_value(True).run())
    (shown,) = [one.proto.body for one in app.get("html") if "<table>" in one.proto.body]
    assert shown.count('scope="col"') == 1 + min(count, 5)
    told = [one.value for one in app.info]
    if count == 1:
        assert told == [t(lang, "shortlist.compare_one")]
    elif count == 6:
        assert told == [t(lang, "shortlist.only_first", side=5, count=1)]
    else:
        assert told == []
    if count > 1:
        well(app.toggle(key="differences").set_value(True).run())
        (less,) = [one.proto.body for one in app.get("html") if "<table>" in one.proto.body]
        assert less.count("<tr") < shown.count("<tr")


def test_the_link_holds_the_list_in_its_order():
    app = page(UNRULED, DIEM_THUY)
    (link,) = [one.value for one in app.code]
    assert link.endswith(f"zones={UNRULED}&zones={DIEM_THUY}")
