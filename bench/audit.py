"""The audit against the same sums in floats, its reports, and its page in a real browser.

The baseline is what an analyst's script would do: sums, quotients and powers of floats, each held
against the stated figure with the room of its rounding. It has no exact arithmetic, no lost or
doubtful figures, no quotes, no law, no names, and no explanation of what does not hold.
"""

from __future__ import annotations

import io
import statistics
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

import pypdf
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from bench import plans
from bench.browser import ARGUMENTS, CHROMIUM, NEVER, PATIENCE_MS, WINDOW, opened, watch
from bench.serving import BARE, OURS, running
from bench.timing import paired
from geo import checks, reports
from geo.audit import Audit, Material, audit
from geo.checks import Context, Mechanism, Status, law
from geo.checks.verdicts import tolerance
from geo.districts import UnitRegister, load_boundaries
from geo.plans import (
    AtMost,
    Document,
    Growth,
    Hundred,
    Method,
    Operand,
    Relation,
    Restatement,
    Share,
    Sum,
    SumOfParts,
)
from geo.services import Planner
from geo.settings import Settings
from geo.zones import Zone

REAL_S, MADE_UP_S, SHOWN_S = 0.5, 5, 1
DOCUMENTS = (31, 63, 126)
"""Half, all, and twice the provinces of 2016."""

OPENINGS = {"cold browser, median": 4, "warm browser, median": 12}
FINDING = '[class*="st-key-card-"]'


def main() -> None:
    planner = Planner(Settings()).now()
    _audits(planner)
    _reports(planner)
    _page(planner.settings)


def _audits(planner: Planner) -> None:
    print("\n## The audit\n")
    print("| task | documents | zones | figures | ours (s) | floats (s) | ratio | to reach |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |")
    state, units, rules = planner.state, planner.bounds.register, planner.rulebook
    documents, zones = list(state.documents.values()), list(state.zones)
    real = partial(whole, documents, zones, rules, units, state.context)
    _row("the real plans", documents, zones, real, f"≤ {REAL_S} s", 15)
    districts = load_boundaries(planner.settings.data_dir / "boundaries", "districts-2016")
    for count in DOCUMENTS:
        documents, zones = plans.made_up(count, districts)
        ours = partial(whole, documents, zones, rules, units, Context())
        found = ours().by_mechanism()
        assert found[Mechanism.SHARE][Status.NOT_MET] == count * plans.WRONG_SHARES
        assert not found[Mechanism.SUM][Status.NOT_MET]
        target = f"≤ {MADE_UP_S} s" if count == DOCUMENTS[1] else "in proportion"
        _row("made-up plans", documents, zones, ours, target, 3)


def whole(
    documents: Sequence[Document],
    zones: Sequence[Zone],
    rules: law.Rulebook,
    units: UnitRegister,
    context: Context,
) -> Audit:
    """All that an audit takes, from figures and records on."""
    verdicts = checks.run(documents, zones, context)
    by_id = {document.id: document for document in documents}
    return audit(Material(by_id, zones, verdicts, rules, units))


def _row(
    task: str,
    documents: Sequence[Document],
    zones: Sequence[Zone],
    ours: Callable[[], object],
    target: str,
    rounds: int,
) -> None:
    mine, base, ratio = paired(ours, partial(floats, documents, zones), rounds)
    figures = sum(len(document.figures) for document in documents)
    sizes = f"{len(documents):,} | {len(zones):,} | {figures:,}"
    print(f"| {task} | {sizes} | {mine:.3f} | {base:.4f} | {ratio:.1f} × | {target} |", flush=True)


# -- the same in floats


def floats(documents: Iterable[Document], zones: Iterable[Zone]) -> int:
    """How many figures are off by more than their rounding."""
    area: dict[str, float] = {}
    total: dict[tuple[str, str], float] = {}
    for zone in zones:
        own = area[zone.id] = float(zone.area_planned_ha or 0)
        key = zone.source.document, zone.kind.value
        total[key] = total.get(key, 0.0) + own
    off = 0
    for document in documents:
        known = [(one, one.value) for one in document.figures if one.value is not None]
        values = {one.id: float(value) for one, value in known}
        rooms = {one.id: float(tolerance(value)) for one, value in known}
        for relation in document.relations:
            try:
                off += _off(relation, values, rooms)
            except (KeyError, ZeroDivisionError):  # a lost figure
                continue
        for one, _ in known:
            if one.method is Method.SUM_OF_AREAS:
                kinds = ((document.id, kind) for kind in one.scope.kinds)
                parts = [area.get(name, 0.0) for name in one.scope.zones] or [
                    total.get(key, 0.0) for key in kinds
                ]
                off += abs(sum(parts) - values[one.id]) > rooms[one.id]
    return off


def _off(relation: Relation, values: Mapping[str, float], rooms: Mapping[str, float]) -> bool:
    def work(one: Operand) -> float:
        if isinstance(one, str):
            return values[one]
        if isinstance(one, Sum):
            return sum(map(work, one.parts))
        return work(one.value) / work(one.times)

    match relation:
        case SumOfParts():
            apart = sum(map(work, relation.parts)) - values[relation.whole]
            return abs(apart) > rooms[relation.whole]
        case Hundred():
            return abs(sum(map(work, relation.parts)) - 100) > 0.5
        case Share():
            share = 100 * work(relation.part) / work(relation.whole)
            return abs(share - values[relation.share]) > rooms[relation.share]
        case Growth():
            times = work(relation.end) / work(relation.start)
            rate: float = 100 * (times ** (1 / relation.years) - 1)
            return abs(rate - values[relation.rate]) > rooms[relation.rate]
        case Restatement():
            return len({work(one) for one in relation.quantities}) > 1
        case AtMost():
            return work(relation.figure) > work(relation.than)
        case _:
            return False


# -- reports


def _reports(planner: Planner) -> None:
    print("\n## Reports\n")
    print("| form | documents | findings | s | KB | pages |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    first = next(one.id for one in planner.documents() if len(one.figures) > 200)
    for documents in ([first], []):
        found = planner.audit(documents=documents)
        for form in reports.FORMS:
            reports.render(planner, found, form, "vi")  # reads the library of the form
            began = time.perf_counter()
            made = reports.render(planner, found, form, "vi")
            spent = time.perf_counter() - began
            pages = f"{len(pypdf.PdfReader(io.BytesIO(made)).pages)}" if form == "pdf" else ""
            count = len(found.findings) + len(found.derived)
            sizes = f"{len(found.documents)} | {count} | {spent:.2f} | {len(made) / 1000:,.0f}"
            print(f"| {form} | {sizes} | {pages} |", flush=True)


# -- the page


def _page(settings: Settings) -> None:
    if CHROMIUM is None:
        print("\nThe page of the audit was not measured: no Chromium on this machine.")
        return
    print("\n## The first finding in Chromium\n")
    print("| visit | ours | bare Streamlit page | to reach |")
    print("| --- | ---: | ---: | --- |")
    with (
        sync_playwright() as playwright,
        running(OURS, settings.data_dir) as ours,
        running(BARE, settings.data_dir) as bare,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        addresses = (f"{ours.address}/kiem-tra?lang=vi", bare.address)
        _visits("first of a server, cold browser", [[_cold(browser, one)] for one in addresses], "")
        for task, count in OPENINGS.items():
            cold = task.startswith("cold")
            contexts = [_context(browser) for _ in addresses]
            times: list[list[float]] = [[], []]
            for _ in range(count):
                for address, context, found in zip(addresses, contexts, times, strict=True):
                    found.append(_cold(browser, address) if cold else _visit(context, address))
            for context in contexts:
                context.close()
            target = "" if cold else f"≤ {SHOWN_S} s"
            _visits(task, [found[1:] for found in times], target)  # the first fills the cache
        browser.close()


def _context(browser: Browser) -> BrowserContext:
    context = browser.new_context(viewport=WINDOW)
    context.add_init_script(watch(f"window.benchElement = {FINDING!r};"))
    return context


def _cold(browser: Browser, address: str) -> float:
    """A visit with an empty cache."""
    context = _context(browser)
    spent = _visit(context, address)
    context.close()
    return spent


def _visit(context: BrowserContext, address: str) -> float:
    page = context.new_page()
    spent = opened(page, address)
    page.close()
    return spent


def _visits(task: str, times: Sequence[Sequence[float]], target: str) -> None:
    shown = [statistics.median(found) for found in times]
    words = [f"{one:.2f} s" if one != NEVER else f"not in {PATIENCE_MS // 1000} s" for one in shown]
    print(f"| {task} | {' | '.join(words)} | {target} |", flush=True)


if __name__ == "__main__":
    main()
