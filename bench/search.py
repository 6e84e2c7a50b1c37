"""Searching by product: time and quality against the two passes that a script would make.

``str.contains`` over the phrases of all zones, and rapidfuzz over the same phrases, both without
diacritics and case.
"""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd
from rapidfuzz import fuzz, process

from bench import keystrokes, synthetic
from bench.search_quality import Finds, measure, queries
from geo.io import geojson
from geo.services import Planner
from geo.settings import Settings
from geo.text import fold
from geo.wishes import Wish
from geo.zones import Industry, IndustryState, Zone

SIZE, PHRASES = 5_000, 20
LIKE = 85
"""From which score on rapidfuzz's partial ratio counts as found; the best of 70 to 95."""


def main() -> None:
    planner = Planner(Settings())
    print("\n## Searching by product\n")
    print("| search | part of the labelled queries | recall | precision | forbidden hits |")
    print("| --- | --- | ---: | ---: | ---: |")
    real = planner.state.zones
    for part in ("tune", "held"):
        for name, finds in _ways(planner, real).items():
            found = measure(finds, queries(part))
            shown = f"{found.recall:.3f} | {found.precision:.3f} | {len(found.forbidden)}"
            print(f"| {name} | {part}, {found.queries} | {shown} |")
    print(f"\n| search | {SIZE:,} zones × {PHRASES} phrases, median | p95 | to reach |")
    print("| --- | ---: | ---: | --- |")
    with tempfile.TemporaryDirectory() as folder:
        data = crowded(Path(folder) / "data", SIZE)
        large = Planner(replace(Settings(), data_dir=data))
        for name, finds in _ways(large, large.state.zones).items():
            times = _times(finds, [one.text for one in queries()])
            p95 = statistics.quantiles(times, n=20)[-1]
            target = "≤ 50 ms" if name == "ours" else ""
            shown = f"{statistics.median(times) * 1000:.1f} ms | {p95 * 1000:.1f} ms"
            print(f"| {name} | {shown} | {target} |", flush=True)
        keystrokes.measure(data, large)


def _ways(planner: Planner, zones: Sequence[Zone]) -> dict[str, Finds]:
    table = pd.DataFrame(
        [(zone.id, fold(one.phrase)) for zone in zones for one in zone.industries],
        columns=["zone", "phrase"],
    )
    phrases = table["phrase"].tolist()

    def contains(text: str) -> set[str]:
        if not fold(text):
            return set()
        return set(table["zone"][table["phrase"].str.contains(fold(text), regex=False)])

    def like(text: str) -> set[str]:
        found = process.extract(
            fold(text), phrases, scorer=fuzz.partial_ratio, score_cutoff=LIKE, limit=None
        )
        return {table["zone"].iloc[at] for _, _, at in found}

    planner.search(Wish(text="a"))  # the columns are made once a revision
    return {
        "ours": lambda text: planner.search(Wish(text=text)).ids(),
        "str.contains": contains,
        f"rapidfuzz, partial ratio ≥ {LIKE}": like,
    }


def crowded(folder: Path, size: int) -> Path:
    """A data folder whose zones have so many phrases each, drawn from all that plans use."""
    chance = random.Random(1)  # noqa: S311 - not for secrets
    data = synthetic.write(folder, size)
    planner = Planner(replace(Settings(), data_dir=data))
    terms = list(planner.taxonomy.terms.values())
    states = list(IndustryState)
    zones = [
        replace(
            zone,
            industries=tuple(
                Industry(term.phrase, chance.choice(states), "II", term.divisions)
                for term in chance.sample(terms, PHRASES)
            ),
        )
        for zone in planner.state.zones
    ]
    (data / "zones.geojson").write_bytes(geojson.dumps(zones))
    return data


def _times(finds: Callable[[str], object], asked: list[str]) -> list[float]:
    times = []
    for text in asked:
        start = time.perf_counter()
        finds(text)
        times.append(time.perf_counter() - start)
    return times


if __name__ == "__main__":
    main()
