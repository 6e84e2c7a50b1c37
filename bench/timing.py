"""Timing two ways of one task in turn, so that a drift of the machine meets both alike."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable


def paired(
    ours: Callable[[], object], baseline: Callable[[], object], rounds: int
) -> tuple[float, float, float]:
    """Median seconds of each, and the median of the ratios ours ÷ baseline pair by pair."""
    ours(), baseline()  # warm caches and lazy imports
    pairs = []
    for _ in range(rounds):
        gc.collect()
        pairs.append((_seconds(ours), _seconds(baseline)))
    return (
        statistics.median(a for a, _ in pairs),
        statistics.median(b for _, b in pairs),
        statistics.median(a / b for a, b in pairs),
    )


def _seconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start
