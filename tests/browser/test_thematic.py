"""Thematic maps in the browser: measures, legend, old and new units."""

import re

import pytest
from playwright.sync_api import Frame, expect

from tests.browser.conftest import Screen

pytestmark = pytest.mark.browser

UNITS = {"districts-2016": 708, "provinces-2016": 63, "provinces-2025": 34}
LEGEND_WIDTH = 250


def class_rows(frame: Frame) -> list[tuple[str, int]]:
    """Words and counts of the first table of the legend."""
    rows = frame.locator(".legend table").first.locator("tbody tr").all()
    return [
        (row.locator("td").nth(1).inner_text(), int(row.locator("td").nth(2).inner_text()))
        for row in rows
    ]


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize(
    ("measure", "heading"),
    [
        ("planned", "Planned area (ha)"),
        ("count", "Zones and clusters"),
        ("share", "Planned share of all land (%)"),
        ("occupancy", "Occupancy (%)"),
        ("verdicts", "Check results"),
    ],
)
def test_every_unit_is_counted_once_in_the_legend(
    screen: Screen, unit: str, measure: str, heading: str
) -> None:
    frame = screen.open(f"/?lang=en&unit={unit}&measure={measure}")
    assert frame.locator(".legend .heading").inner_text() == heading
    rows = class_rows(frame)
    assert sum(count for _, count in rows) == UNITS[unit]
    assert rows[-1][0] == "no zones or clusters"


def test_unknown_occupancy_is_a_row_of_its_own_and_no_class(screen: Screen) -> None:
    frame = screen.open("/?lang=en&measure=occupancy")
    assert class_rows(frame) == [("occupancy not known", 20), ("no zones or clusters", 688)]
    note = "Without 50 zones whose industrial or let land is not known."
    legend = frame.locator(".legend").inner_text()
    assert note in legend
    assert "No figures yet: every unit with zones is hatched." in legend
    chosen = screen.page.get_by_role("combobox", name="Measure")
    expect(chosen).to_have_value("Occupancy (no data)")


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("/?lang=en", "Without 2,350 ha across several districts"),
        ("/?lang=en&measure=share", "Without 2,350 ha across several districts"),
        ("/?lang=en&measure=count", None),
        ("/?lang=en&unit=provinces-2016", None),
        ("/?lang=en&province=60", None),
    ],
)
def test_the_legend_says_what_is_in_no_districts_colour(
    screen: Screen, address: str, told: str | None
) -> None:
    legend = screen.open(address).locator(".legend").inner_text()
    if told:
        assert told in legend
    else:
        assert "several districts" not in legend


def test_units_whose_zones_a_filter_hides_are_not_said_to_have_none(screen: Screen) -> None:
    frame = screen.open("/?lang=en&province=19")
    assert class_rows(frame)[-1] == ("no zones or clusters that match", 699)
    lines = frame.evaluate(
        "(({ units, view }) => khucum.scene.unitLines("
        "units.all.find(({ at }) => !view.theme.zones[at])))(khucum.scene)"
    )
    assert lines == ["no zones or clusters that match"]


def test_the_choices_speak_the_language_that_was_chosen(screen: Screen) -> None:
    frame = screen.open("/?measure=count&unit=provinces-2025")
    page = screen.page
    expect(page.get_by_role("combobox", name="Chỉ tiêu")).to_have_value("Số khu, cụm")
    page.get_by_role("radio", name="English").or_(
        page.get_by_role("button", name="English")
    ).first.click()
    expect(page.get_by_role("combobox", name="Measure")).to_have_value("Zones and clusters")
    expect(page.get_by_role("combobox", name="Colour by")).to_have_value(
        "34 provinces since 7/2025"
    )
    expect(page.get_by_role("combobox", name="Class breaks")).to_have_value(
        "Natural breaks (Fisher–Jenks)"
    )
    assert "measure=count" in page.url
    frame = screen.map()
    choice = page.get_by_role("combobox", name="Measure")
    choice.evaluate("choice => choice.scrollIntoView({ block: 'center' })")  # a list shuts at once
    choice.click()  # when the field scrolls under it
    page.get_by_role("option", name="Planned area").click()
    frame.wait_for_function("khucum.state.measure === 'planned'", polling=100)


def test_statuses_have_words_and_what_cannot_be_told_a_pattern(screen: Screen) -> None:
    frame = screen.open("/?lang=en&measure=verdicts")
    words = [text for text, _ in class_rows(frame)]
    assert words[:4] == ["Met", "Not met", "Cannot tell", "To review"]
    kinds = frame.evaluate(
        """() => {
            const { style, view } = khucum.scene;
            const ctx = document.createElement("canvas").getContext("2d");
            return style.classFills(ctx, view.theme).map((fill) => fill.constructor.name);
        }"""
    )
    assert kinds == ["String", "String", "CanvasPattern", "String"]
    tip = frame.evaluate("khucum.scene.unitLines(khucum.scene.unit('164')).at(-1)")
    assert re.fullmatch(r"Check results: (Met|Cannot tell)", tip)


def test_the_method_is_chosen_named_and_in_the_address(screen: Screen) -> None:
    frame = screen.open("/?lang=en")
    natural = class_rows(frame)
    assert "Natural breaks (Fisher–Jenks), over all zones" in frame.locator(".legend").inner_text()
    before = frame.evaluate("khucum.state.shownAt")
    choice = screen.page.get_by_role("combobox", name="Class breaks")
    choice.evaluate("choice => choice.scrollIntoView({ block: 'center' })")  # a list shuts at once
    choice.click()  # when the field scrolls under it
    screen.page.get_by_role("option", name="Equal intervals").click()
    frame.wait_for_function("before => khucum.state.shownAt > before", arg=before, polling=100)
    assert "Equal intervals, over all zones" in frame.locator(".legend").inner_text()
    assert class_rows(frame) != natural
    assert "method=equal" in screen.page.url


def test_a_class_means_the_same_under_a_filter(screen: Screen) -> None:
    every = [text for text, _ in class_rows(screen.open("/?measure=count"))]
    some = [text for text, _ in class_rows(screen.open("/?measure=count&province=60"))]
    assert some[:-1] == every[:-1]  # the last row says which units have none to show


def test_the_legend_is_narrow_and_folds_beside_the_side_panel(screen: Screen) -> None:
    frame = screen.open()
    legend = frame.locator(".legend")
    box = legend.bounding_box()
    assert box is not None
    assert box["width"] <= LEGEND_WIDTH
    zone = "khucum.scene.select({kind: 'zone', id: 'tn-kcn-diem-thuy'})"
    frame.evaluate(zone)
    frame.wait_for_function("!document.querySelector('.legend').open", polling=100)
    legend.locator("summary").click()
    frame.evaluate("khucum.scene.select({kind: 'zone', id: 'tn-ccn-diem-thuy'})")
    assert legend.evaluate("legend => legend.open")  # it was opened on demand
    frame.evaluate("khucum.scene.select(null)")
    frame.wait_for_function("document.getElementById('side').hidden", polling=100)
    frame.wait_for_function("document.querySelector('.legend').open", polling=100)


def test_on_a_phone_the_legend_opens_on_demand_below_the_buttons(screen: Screen) -> None:
    screen.page.set_viewport_size({"width": 390, "height": 844})
    frame = screen.open()
    legend = frame.locator(".legend")
    assert not legend.evaluate("legend => legend.open")
    legend.locator("summary").focus()
    screen.page.keyboard.press("Enter")
    frame.wait_for_function("document.querySelector('.legend').open", polling=100)
    own, bar = legend.bounding_box(), frame.locator(".bar").bounding_box()
    assert own is not None
    assert bar is not None
    assert own["y"] >= bar["y"] + bar["height"]


def test_sizes_in_the_legend_are_those_on_the_map(screen: Screen) -> None:
    frame = screen.open("/?province=19")
    told = frame.evaluate(
        """() => {
            const zone = khucum.scene.zones.all.find(({ area }) => area === 350);
            const zoom = khucum.scene.frame.zoom;
            return [khucum.scene.zones.spot(zone, khucum.scene.frame).r,
                    khucum.radius(350) * khucum.zoomFactor(zoom)];
        }"""
    )
    assert told[0] == pytest.approx(told[1])
    width = "document.querySelector('.sizes canvas').width"
    before = frame.evaluate(width)
    frame.evaluate("khucum.scene.map.setZoom(6, {animate: false})")
    assert frame.evaluate(width) < before


@pytest.mark.parametrize("unit", UNITS)
def test_one_total_on_every_set_of_units(screen: Screen, unit: str) -> None:
    screen.open(f"/?lang=en&unit={unit}")
    line = screen.page.locator(".st-key-reconcile summary")
    expect(line).to_contain_text(
        "34 provinces): 4,930.83 ha, of it 2,350 ha across several districts"
    )
    expect(screen.page.locator(".totals")).to_contain_text("4,930.83 ha")


def test_the_details_name_the_zones_whose_unit_changed(screen: Screen) -> None:
    screen.open()
    page = screen.page
    details = page.locator(".st-key-reconcile")
    expect(details.locator("summary")).to_contain_text("2 mục đổi huyện, 10 mục đổi tỉnh")
    assert details.locator("li").count() == 0
    details.locator("summary").click()
    moved = "huyện Phú Lương → thành phố Thái Nguyên: CCN Sơn Cẩm 1, CCN Sơn Cẩm 2"
    expect(details).to_contain_text(moved)
    expect(details).to_contain_text("Bắc Kạn → Thái Nguyên: 1 mục, chưa rõ diện tích")
    expect(details).to_contain_text("2.580,83 ha trong từng huyện + 2.350 ha nằm trên nhiều huyện")
    untold = details.locator("p", has_text="Chưa rõ")
    assert untold.locator("a").count() == int(re.findall(r"\d+", untold.inner_text())[0])
    link = details.get_by_role("link", name="CCN Sơn Cẩm 1", exact=True)
    frame = screen.open(f"/{link.get_attribute('href')}")
    frame.wait_for_function("khucum.state.selected === 'tn-ccn-son-cam-1'", polling=100)


def test_without_a_known_area_there_is_no_sum_to_reconcile(screen: Screen) -> None:
    screen.open("/?province=60")
    line = screen.page.locator(".st-key-reconcile summary")
    expect(line).to_contain_text("chưa rõ diện tích của mục nào")
