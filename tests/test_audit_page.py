"""The audit on its page: counts, order, filters, links, charts, files, in both languages."""

import csv
import datetime as dt
import io
import json
import re
import shutil
from dataclasses import replace
from decimal import Decimal

import docx
import openpyxl
import pandas as pd
import pypdf
import pytest
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.testing.v1 import AppTest

from geo import audit_wording
from geo.audit import Audit
from geo.checks import Mechanism, Status
from geo.i18n import LANGUAGES, number, t
from geo.io import tables as files
from geo.journal import VIETNAM
from pages.ui import audit_charts, charts, resources
from pages.ui.findings import CSV_COLUMNS, MARKS, Reader, is_total, leftover
from tests.conftest import ROOT

TN = "tn-qd-341-2010"
SUM = "tn-f213:sum"


def open_audit(lang="vi", **query):
    """A browser of its own, at the page."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    app.query_params["lang"] = lang
    for name, value in query.items():
        app.query_params[name] = value
    return well(app.switch_page("pages/plan_checks.py").run())


def well(app):
    assert not app.exception
    return app


def plain(elements):
    return [str(one.value).replace("\\", "") for one in elements]


def cards(app):
    """The first line of each card: its status, mechanism, subject."""
    return [text for text in plain(app.markdown) if re.match(r":\w+-badge\[", text)]


@pytest.fixture(scope="module")
def reader_of(planner):
    def make(lang="vi", **choice):
        return Reader(planner, planner.audit(**choice), lang, planner.namer(lang))

    return make


@pytest.fixture(scope="module")
def found(reader_of):
    audit = reader_of().audit
    return {one.id: one for one in (*audit.findings, *audit.derived)}


# -- at a glance


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_counts_are_those_of_the_audit(lang, planner):
    audit = planner.audit()
    shown = [one.value for one in open_audit(lang).metric]
    counts = [audit.counts()[status] for status in MARKS]
    parts = (audit.unchecked, audit.lost, audit.inferred)
    wanted = [len(audit.stated), *counts, *map(len, parts)]
    assert shown == [number(one, lang) for one in wanted]


@pytest.mark.parametrize(
    "query", [{"document": TN}, {"province": "19"}], ids=["document", "province"]
)
def test_a_document_and_a_province_are_counted_alone(query, planner):
    counts = planner.audit(documents=[TN]).counts()
    shown = [one.value for one in open_audit(**query).metric]
    assert shown[1:5] == [number(counts[status], "vi") for status in MARKS]


def test_the_table_of_documents_adds_up_to_the_totals(planner):
    app = open_audit()
    table = next(text for text in plain(app.markdown) if text.startswith("| Văn bản"))
    rows = [line.strip("| ").split(" | ")[1:] for line in table.splitlines()[2:]]
    assert len(rows) == len(planner.documents())
    sums = [sum(int(row[at]) for row in rows) for at in range(7)]
    assert [number(one, "vi") for one in sums] == [one.value for one in app.metric][:7]


# -- the list


def test_what_is_not_met_comes_first_and_what_is_met_is_folded():
    app = open_audit()
    assert plain(app.subheader) == [t("vi", "page.checks.totals"), "Không đạt (34)"]
    assert len(cards(app)) == 12
    assert all("Không đạt" in one for one in cards(app))
    met = next(one for one in app.expander if "kết quả đạt" in one.label)
    assert not met.proto.expanded


def test_more_findings_come_by_a_click_in_the_order_of_urgency():
    app = open_audit()
    for count in (24, 36, 48):
        well(app.button(key="more").click().run())
        assert len(cards(app)) == count
    assert plain(app.subheader)[1:] == ["Không đạt (34)", "Cần xem xét (45)"]


def test_the_arithmetic_and_who_mends_it_stand_on_the_card():
    app = open_audit(find="tn-r120")
    assert "6.700 ÷ 30.000 = 22,33 %, văn bản ghi 23,33 %: lệch 1 điểm %." in plain(
        app.markdown
    )[-1]  # fmt: skip
    assert "Người xử lý: cơ quan lập quy hoạch." in plain(app.caption)


def test_the_sum_of_28_rows_is_seen_without_a_click():
    labels = [one.label.replace("\\", "") for one in open_audit().expander]
    assert any("Cộng 28 dòng được 1.160,83 ha, khớp với 1.160,83 ha" in one for one in labels)


# -- filters


def test_a_status_a_mechanism_and_a_text_are_in_the_link():
    app = open_audit(document=TN)
    app.button_group(key="status").set_value(["not_met"]).run()
    app.multiselect(key="mechanism").set_value(["share"]).run()
    well(app.text_input(key="find").set_value("VLXD").run())
    assert [one.split("] ")[1] for one in cards(app)] == [
        "**Tỷ trọng** · CN sản xuất VLXD, Giá trị sản xuất (2010)",
        "**Tỷ trọng** · CN sản xuất VLXD, Giá trị sản xuất (2015)",
    ]
    assert dict(app.query_params) == {
        "document": TN, "status": "not_met", "find": "VLXD", "mechanism": "share"
    }  # fmt: skip
    again = open_audit(document=TN, status="not_met", find="VLXD", mechanism="share")
    assert cards(again) == cards(app)


def test_the_met_ones_are_cards_where_they_alone_are_asked_for():
    app = open_audit(status="met", mechanism="trend")
    assert len(cards(app)) == 3
    assert not [one for one in app.expander if "kết quả đạt" in one.label]


def test_an_empty_list_names_the_filter_to_loosen():
    app = open_audit(status="not_met", mechanism="law")
    text = plain(app.info)[0]
    assert text == (
        "Không có kết quả nào khớp với bộ lọc. Bỏ điều kiện “Kết quả” thì có 6 kết quả. "
        "Bỏ điều kiện “Cách kiểm tra” thì có 34 kết quả."
    )


def test_where_no_single_filter_helps_the_list_says_so():
    app = open_audit(status="not_met", mechanism="law", find="không có chữ này")
    assert plain(app.info)[0].endswith(t("vi", "page.checks.loosen_all"))


def test_what_is_left_without_a_filter_is_counted(found):
    tests = {
        "status": lambda one: one.status is Status.NOT_MET,
        "law": lambda one: one.mechanism is Mechanism.LAW,
        "share": lambda one: one.mechanism is Mechanism.SHARE,
    }
    own = found.values()
    assert leftover(tests, own) == {"law": 9}
    assert leftover(dict(list(tests.items())[:2]), own) == {"status": 6, "law": 34}


def test_a_province_leaves_only_its_documents_to_choose():
    app = open_audit(document=TN)
    well(app.button_group(key="province").set_value(["66"]).run())
    assert app.button_group(key="document").value == []
    assert dict(app.query_params) == {"province": "66"}


@pytest.mark.parametrize(
    "query",
    [
        {"document": "'; DROP TABLE"},
        {"mechanism": "<script>"},
        {"rules": "never"},
        {"rules": "date", "rules_day": "32/13/2010"},
        {"rules": "date", "rules_day": "0001-01-01"},
        {"find": "\x00" * 5000},
        {"view": "everything"},
    ],
)
def test_nonsense_in_the_address_is_left_out(query):
    assert open_audit(**query).metric[1].value != ""


# -- the day of the law


def test_the_law_of_another_day_is_applied_and_stays_in_the_link():
    law = {"mechanism": "law", "find": "trung hoi"}
    assert not cards(open_audit(**law))
    app = open_audit(rules="date", rules_day="2024-05-02", **law)
    assert len(cards(app)) == 1
    assert "Quy định áp dụng: 02/05/2024." in plain(app.caption)
    assert app.query_params["rules_day"] == "2024-05-02"
    well(app.button_group(key="rules").set_value("plan").run())
    assert not cards(app)
    assert "rules_day" not in app.query_params


def test_without_a_day_the_page_asks_for_one_and_says_what_holds():
    app = open_audit(rules="date")
    assert t("vi", "page.checks.rules_no_day") in plain(app.caption)
    well(app.date_input(key="rules_day-day").set_value(dt.date(2024, 5, 2)).run())
    assert app.query_params["rules_day"] == "2024-05-02"


# -- a link to a finding


def test_a_link_opens_its_finding_first_with_quotes_figures_and_clause():
    app = open_audit(finding="tn-r120", status="to_review")
    assert plain(app.subheader)[0] == t("vi", "page.checks.first")
    assert "**Tỷ trọng** · CN sản xuất VLXD" in cards(app)[0]
    texts = plain(app.markdown)
    assert "> GTSXCN (giá CĐ) Tỷ đồng 2.733 6.700 10.000" in texts
    assert any("| II.2.4 | Tỷ trọng: CN sản xuất VLXD | 2015 | 23,33 % | tn-f177 |" in one
               for one in texts)  # fmt: skip
    links = [one.proto.url for one in app.get("link_button")]
    assert links[0] == "?finding=tn-r120&lang=vi"
    well(app.button(key="close").click().run())
    assert plain(app.subheader)[0] != t("vi", "page.checks.first")
    assert "finding" not in app.query_params


def test_a_link_to_a_sum_shows_its_rows_with_the_map():
    app = open_audit(finding=SUM)
    rows = next(one.value for one in app.dataframe if len(one.value) == 28)
    assert sum(Decimal(str(one)) for one in rows["Diện tích quy hoạch (ha)"]) == Decimal("1160.83")
    assert all(one.startswith("./?q=") for one in rows["Bản đồ"])
    assert any("Cộng 28 dòng: 1.160,83 ha · văn bản ghi 1.160,83 ha · chênh lệch 0 ha" in one
               for one in plain(app.markdown))  # fmt: skip


def test_a_link_to_a_finding_that_is_gone_says_so():
    app = open_audit(finding="tn-r0")
    assert [one.value for one in app.warning] == [t("vi", "page.checks.gone")]


HOSTILE = "![x](http://evil.example/x.png) <b>[y](http://evil.example)</b> :red[z] $a$ | = -"


def test_markdown_in_a_plan_is_letters_in_the_details_too(tmp_path, monkeypatch):
    data = shutil.copytree(ROOT / "data", tmp_path / "data")
    path = data / "plans" / f"{TN}.json"
    plan = json.loads(path.read_text("utf-8"))
    for topic in plan["topics"].values():
        topic |= {"vi": HOSTILE}
    for figure in plan["figures"]:
        figure |= {"clause": HOSTILE, "quotes": [HOSTILE], "note_vi": HOSTILE}
    path.write_text(json.dumps(plan), "utf-8")
    monkeypatch.setenv("KHUCUM_DATA", str(data))
    monkeypatch.setenv("KHUCUM_VAR", str(tmp_path / "var"))
    resources.forget()
    try:
        raw = []
        for query in ({"finding": "tn-r120"}, {"finding": SUM}, {"view": "charts"}):
            app = open_audit(**query)
            for kind in ("markdown", "caption", "subheader"):
                raw += [str(one.value) for one in getattr(app, kind)]
            raw += [one.label for one in app.expander]
        assert any(text.startswith("> ") and "evil" in text for text in raw)
        assert any(text.startswith("| ") and "evil" in text for text in raw)
        for text in raw:
            assert not re.search(r"(?<!\\)!\[|(?<!\\)\]\(|<b>", text), text
    finally:
        resources.forget()


# -- charts


def pictures(reader):
    return {one.key: one for one in audit_charts.pictures(reader, reader.audit.findings)}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_chart_has_words_and_a_table_and_is_drawn(lang):
    app = open_audit(lang, view="charts")
    tables = [one for one in app.expander if one.label == t(lang, "page.checks.chart.table")]
    drawn = app.get("vega_lite_chart")
    assert len(app.subheader) == len(tables) == len(drawn) >= 6
    assert all(one.proto.alt for one in drawn)


def test_the_waterfall_begins_each_row_where_the_last_ended(reader_of):
    rows = pictures(reader_of(documents=[TN]))[SUM].rows
    parts, end = rows.iloc[:-2], rows.iloc[-2:]
    assert len(parts) == 28
    assert list(parts["Từ"])[1:] == list(parts["Đến"])[:-1]
    assert list(end["Khoản mục"]) == ["Cộng các dòng", "Văn bản ghi"]
    assert list(end["Đến"]) == [1160.83, 1160.83]


def test_a_total_that_cannot_be_added_up_is_not_drawn(reader_of):
    reader = reader_of(documents=["dl-qd-04-2009"])
    totals = [one for one in reader.audit.findings if is_total(one)]
    assert [one.status for one in totals] == [Status.CANNOT_TELL]
    assert list(audit_charts.waterfall(reader, totals[0])) == []


def test_sectors_are_drawn_by_year_with_the_total_that_the_document_states(reader_of):
    made = pictures(reader_of(documents=[TN]))
    rows = next(one.rows for one in made.values() if "II.2.1–II.2.8" in one.about)
    sums = rows.groupby("Năm")["Con số"].sum().to_dict()
    stated = rows.groupby("Năm")["Tổng văn bản ghi"].first().to_dict()
    assert sums == {"2010": 12500, "2015": 30500, "2020": 66000}
    assert stated == {"2010": 12200, "2015": 30000, "2020": 66000}


def test_a_sum_that_does_not_hold_is_marked_on_the_chart(reader_of):
    made = pictures(reader_of(documents=[TN]))
    chart = next(one.chart for one in made.values() if "II.2.1–II.2.8" in one.about)
    assert list(chart.layer[2].data["label"]) == ["12.500 ≠ 12.200", "30.500 ≠ 30.000", "66.000"]


def test_stated_stands_beside_recomputed_furthest_apart_first(reader_of):
    rows = pictures(reader_of(documents=[TN]))["apart-share"].rows
    assert list(rows["Chênh lệch"])[:2] == [1.47, -1.0]
    assert rows.iloc[1][["Văn bản ghi", "Tính lại"]].tolist() == [23.33, 22.33]


def test_a_lost_rate_has_only_what_the_other_figures_give(reader_of):
    rows = pictures(reader_of(documents=[TN]))["apart-growth"].rows
    lost = rows[rows["Khoản mục"].str.contains("tn-r143")].iloc[0]
    assert pd.isna(lost["Văn bản ghi"])
    assert lost["Tính lại"] == 24.65


def test_targets_are_by_milestone_and_what_is_not_known_stays_unknown(reader_of):
    rows = pictures(reader_of())["targets"].rows
    assert list(rows["Năm"]) == sorted(rows["Năm"])
    assert set(rows["Thực hiện"]) == {"chưa biết"}
    assert "> 100 %" in set(rows["Chỉ tiêu"])


def test_an_actual_occupancy_is_drawn_beside_its_target(reader_of):
    reader = reader_of(documents=["bt-nq-tu-13"])
    one = next(one for one in reader.audit.findings if one.id == "bt-f048:occupancy")
    known = replace(one, verdict=replace(one.verdict, actual=Decimal("72.5")))
    made = next(audit_charts.targets(reader, [known]))
    assert made.rows["Thực hiện"].tolist() == ["72,5 %"]
    assert made.chart.data["reached"].tolist() == [72.5]


def test_parts_of_one_year_only_are_no_chart_over_the_years(reader_of):
    reader = reader_of(documents=["dl-qd-04-2009"])
    assert sum(one.mechanism is Mechanism.SUM and one.arithmetic is not None
               for one in reader.audit.findings) == 6  # fmt: skip
    assert list(audit_charts.sectors(reader, reader.audit.findings)) == []


def test_without_anything_to_draw_the_charts_say_so():
    app = open_audit(view="charts", mechanism="identity")
    assert [one.value for one in app.info] == [t("vi", "page.checks.chart.none")]


def test_no_two_series_share_a_colour():
    assert len(set(charts.COLOURS)) == len(charts.COLOURS) == 8


# -- files


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_csv_has_what_is_shown_in_the_language(lang, reader_of, found):
    reader = reader_of(lang)
    text = reader.csv([found["tn-r120"], found[SUM]]).decode("utf-8-sig")
    first, second = csv.DictReader(io.StringIO(text))
    heads = {name: t(lang, f"page.checks.columns.{name}") for name in CSV_COLUMNS}
    assert list(first) == list(heads.values())
    assert first[heads["message"]] == audit_wording.sentence(
        found["tn-r120"], reader.audit.figures, lang, reader.name
    )
    assert first[heads["status"]] == t(lang, "status.not_met")
    assert len(second[heads["records"]].split(files.LIST_MARK)) == 28


def test_no_text_of_a_plan_is_a_formula_in_the_csv(reader_of, found):
    hostile = replace(found["tn-r120"], quotes=("=HYPERLINK(1)",), note_vi="+1", clause="@a")
    row = next(csv.DictReader(io.StringIO(reader_of().csv([hostile]).decode("utf-8-sig"))))
    assert (row["Trích nguyên văn"], row["Ghi chú"], row["Mục"]) == (
        "'=HYPERLINK(1)", "'+1", "'@a"
    )  # fmt: skip


def test_the_json_has_the_findings_that_are_shown_and_the_counts_of_all(reader_of, found):
    reader = reader_of()
    made = json.loads(reader.json([found["tn-r120"], found["tn-f214:sum"]]))
    assert [one["id"] for one in made["findings"]] == ["tn-r120"]
    assert [one["id"] for one in made["derived"]] == ["tn-f214:sum"]
    counts = {status.value: count for status, count in reader.audit.counts().items()}
    assert made["counts"] == counts


@pytest.fixture
def offered(monkeypatch):
    """Gives the buttons of a page: by key the file's name, and a call that makes the file."""
    known = {}
    register = MediaFileManager.add_deferred

    def add_deferred(self, make, mimetype, coordinates, file_name=None, **more):
        file_id = register(self, make, mimetype, coordinates, file_name, **more)
        known[file_id] = file_name, make
        return file_id

    monkeypatch.setattr(MediaFileManager, "add_deferred", add_deferred)

    def buttons(app):
        found = {}
        for one in app.get("download_button"):
            found[one.proto.id.split("-", 2)[2]] = known[one.proto.deferred_file_id]
        return found

    return buttons


def words_of(form, content):
    """All text of a report's file, opened with what people open it with."""
    stream = io.BytesIO(content)
    if form == "docx":
        opened = docx.Document(stream)
        cells = [cell.text for one in opened.tables for cell in one._cells]
        return "\n".join([*(one.text for one in opened.paragraphs), *cells])
    if form == "xlsx":
        sheets = openpyxl.load_workbook(stream).worksheets
        rows = (row for one in sheets for row in one.iter_rows(values_only=True))
        return "\n".join(str(cell) for row in rows for cell in row)
    if form == "pdf":
        return "\n".join(one.extract_text() for one in pypdf.PdfReader(stream).pages)
    return content.decode("utf-8")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_reports_have_the_documents_the_day_and_the_totals_of_the_page(lang, offered, planner):
    query = {"document": TN, "rules": "date", "rules_day": "2024-05-02", "status": "not_met"}
    app = open_audit(lang, **query)
    found = offered(app)
    forms = ("docx", "pdf", "xlsx", "html", "json")
    assert list(found) == [*(f"report-{form}" for form in forms), "shown-csv", "shown-json"]
    audit = planner.audit(documents=[TN], day=dt.date(2024, 5, 2))
    figures, *counts = [one.value for one in app.metric][:5]
    assert counts == [number(audit.counts()[status], lang) for status in MARKS]
    today = dt.datetime.now(VIETNAM).date().isoformat()
    what = {"vi": "kiem-tra-quy-hoach", "en": "plan-audit"}[lang]
    for form in forms:
        name, make = found[f"report-{form}"]
        assert name == f"{what}-{TN}-{today}.{form}"
        text = words_of(form, make())
        if form == "json":
            made = json.loads(text)
            assert made["counts"] == {one.value: n for one, n in audit.counts().items()}
            assert (made["day"], made["documents"]) == ("2024-05-02", [TN])
            continue
        assert {"vi": "02/05/2024", "en": "2 May 2024"}[lang] in text
        assert t(lang, "report.whole") in text
        assert figures in text
        plain_text = " ".join(re.sub(r"<[^>]+>", " ", text).split())
        row = [t(lang, "report.total"), *counts, number(len(audit.findings), lang)]
        assert " ".join(row) in plain_text


def test_the_files_of_what_is_shown_follow_the_filters(offered):
    app = open_audit(document=TN, status="not_met", mechanism="share")
    name, make = offered(app)["shown-csv"]
    assert name.startswith(f"ket-qua-kiem-tra-{TN}-")
    rows = list(csv.DictReader(io.StringIO(make().decode("utf-8-sig"))))
    assert len(rows) == len(cards(app)) == 8
    assert {row["Cách kiểm tra"] for row in rows} == {"Tỷ trọng"}


def test_a_report_can_be_taken_where_the_filters_leave_nothing(offered):
    found = offered(open_audit(status="not_met", mechanism="law"))
    assert list(found)[:2] == ["report-docx", "report-pdf"]
    assert not [one for one in found if one.startswith("shown")]


def test_no_file_is_made_before_somebody_asks(offered, monkeypatch):
    def made(*arguments):
        raise AssertionError("a report was made")

    monkeypatch.setattr("geo.reports.render", made)
    assert len(offered(open_audit())) == 7


# -- words


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_finding_says_what_it_is_about_in_words(lang, reader_of):
    reader = reader_of(lang)
    audit: Audit = reader.audit
    for one in (*audit.findings, *audit.derived):
        assert "quantity." not in reader.about(one) + reader.sentence(one)


def test_a_text_is_found_in_names_quotes_and_clauses_without_its_marks(reader_of, found):
    reader = reader_of()
    assert reader.mentions("diem thuy")(found["tn-kcn-diem-thuy:cross_list:II.2.3.a"])
    assert reader.mentions("gtsxcn")(found["tn-r120"])
    assert not reader.mentions("diem thuy")(found["tn-r120"])
