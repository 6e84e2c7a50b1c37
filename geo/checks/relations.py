"""Whether the figures of a plan fit each other: one function for each kind of relation.

The arithmetic is exact. Every figure has the room of half a unit of its last decimal, which is
carried through as an interval: a relation is not met only where no rounding can explain it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from itertools import pairwise
from typing import Any

from geo.checks import intervals
from geo.checks.findings import (
    Arithmetic,
    Compound,
    Finding,
    Mechanism,
    Remark,
    Step,
    Term,
    Value,
    decimal_of,
    term_of,
    value_of,
)
from geo.checks.intervals import Interval, LostError, UndefinedError
from geo.checks.verdicts import Status
from geo.issues import Responsible
from geo.plans import (
    AtMost,
    Base,
    Definition,
    Document,
    Figure,
    FigureState,
    Growth,
    Hundred,
    Multiple,
    Operand,
    Order,
    Promise,
    Quotient,
    Relation,
    Restatement,
    Share,
    SumOfParts,
    Trend,
)

Figures = Mapping[str, Figure]
_HUNDRED = Fraction(100)


@dataclass(frozen=True, slots=True)
class _Outcome:
    status: Status
    arithmetic: Arithmetic | None
    params: Mapping[str, object] = field(default_factory=dict)
    coarse: Mapping[str, object] | None = None  # what it would be at the row's decimals


def run(documents: Iterable[Document], figures: Figures) -> list[Finding]:
    """All relations of documents, in their order; see :func:`evaluate`.

    A share that fails has the relation that explains it as its `because`; those relations are
    not in the list by themselves.
    """
    found: list[Finding] = []
    for document in documents:
        bases: dict[str, Relation] = {}
        for relation in document.relations:
            if isinstance(relation, Base):
                for pair in relation.pairs:
                    if isinstance(pair.share, str):
                        bases.setdefault(pair.share, relation)
        explained: dict[str, Finding] = {}
        for relation in document.relations:
            if isinstance(relation, Base):
                continue
            one = evaluate(relation, figures)
            base = bases.get(relation.share) if isinstance(relation, Share) else None
            if base is not None and one.as_read is Status.NOT_MET:
                if base.id not in explained:
                    explained[base.id] = evaluate(base, figures)
                one = replace(one, because=explained[base.id])
            found.append(one)
    return found


def evaluate(relation: Relation, figures: Figures) -> Finding:
    """Hold one relation against its figures.

    Returns
    -------
    Finding
        CANNOT_TELL where a figure is lost, with what the others give; TO_REVIEW where a figure
        is doubtful or the relation unsure, with the outcome `as_read`.
    """
    own = [figures[name] for name in relation.figures()]
    remark: Remark | None = None
    try:
        outcome = _outcome(relation, figures)
    except LostError:
        outcome, remark = _Outcome(Status.CANNOT_TELL, _without(relation, figures)), Remark.LOST
    except UndefinedError:
        outcome, remark = _Outcome(Status.CANNOT_TELL, None), Remark.UNDEFINED
    status, params = outcome.status, dict(outcome.params)
    if outcome.coarse is not None:
        remark = Remark.COARSE
        params |= outcome.coarse
    if status is not Status.CANNOT_TELL:
        if any(figure.state is FigureState.DOUBTFUL for figure in own):
            status, remark = Status.TO_REVIEW, Remark.DOUBTFUL
        elif not relation.certain:
            status, remark = Status.TO_REVIEW, Remark.UNSURE
    return Finding(
        id=relation.id,
        mechanism=Mechanism(relation.mechanism),
        document=relation.document,
        clause=relation.clause,
        status=status,
        as_read=outcome.status,
        figures=relation.figures(),
        records=(),
        quotes=tuple(dict.fromkeys(quote for figure in own for quote in figure.quotes)),
        responsible=Responsible.STAFF if remark is Remark.LOST else Responsible.PLANNER,
        arithmetic=outcome.arithmetic,
        remark=remark,
        params=params,
        derived=_derived(outcome.arithmetic, own),
        note_vi=relation.note_vi,
        note_en=relation.note_en,
    )


def _derived(arithmetic: Arithmetic | None, figures: Iterable[Figure]) -> bool:
    """Whether what is held against the others is no figure of the document."""
    stated = arithmetic.stated.source if arithmetic and arithmetic.stated else None
    return any(figure.derived for figure in figures if stated in (None, figure.id))


def _outcome(relation: Relation, figures: Figures) -> _Outcome:
    match relation:
        case SumOfParts():
            return _sum(relation, figures)
        case Hundred():
            return _hundred(relation, figures)
        case Share():
            return _share(relation, figures)
        case Growth():
            return _growth(relation, figures)
        case Multiple():
            return _multiple(relation, figures)
        case Restatement():
            return _restatement(relation, figures)
        case Trend():
            return _trend(relation, figures)
        case Order():
            return _order(relation, figures)
        case Base():
            return _base(relation, figures)
        case Definition():
            return _definition(relation, figures)
        case _:
            raise TypeError(f"{relation.id}: no check for {type(relation).__name__}")


def _step(
    term: Term, found: Interval, unit: str | None, scale: int = 1, years: int | None = None
) -> Step:
    """A step; its numbers are `scale` times those of the interval."""
    low, high = (
        None if end is None else decimal_of(end * scale) for end in (found.low, found.high)
    )
    return Step(term, decimal_of(found.middle * scale), unit, low, high, years)


def _against(step: Step, stated: Figure) -> Arithmetic:
    """A step held against a figure."""
    comparable = step.result is not None and stated.value is not None
    comparable = comparable and stated.comparator in ("=", "~")
    deviation = step.result - stated.stated if comparable and step.result is not None else None
    return Arithmetic((step,), stated.unit, value_of(stated), deviation)


def _unit(operand: Operand, figures: Figures) -> str | None:
    """The unit of an operand that is a figure."""
    return figures[operand].unit if isinstance(operand, str) else None


# -- sums


def _add(parts: Iterable[Operand], figures: Figures) -> tuple[Term, Interval]:
    parts = tuple(parts)
    term = Compound("sum", tuple(term_of(part, figures) for part in parts))
    return term, reduce(Interval.__add__, (intervals.of(part, figures) for part in parts))


def _sum(relation: SumOfParts, figures: Figures) -> _Outcome:
    whole = figures[relation.whole]
    term, found = _add(relation.parts, figures)
    arithmetic = _against(_step(term, found, whole.unit), whole)
    return _Outcome(intervals.agree(found, whole), arithmetic)


def _hundred(relation: Hundred, figures: Figures) -> _Outcome:
    term, found = _add(relation.parts, figures)
    above = found.high is None or found.high >= _HUNDRED
    below = found.low is None or found.low <= _HUNDRED
    step = _step(term, found, "%")
    stated = Value(relation.whole or "", Decimal(100))
    deviation = decimal_of(found.middle - _HUNDRED)
    status = Status.MET if above and below else Status.NOT_MET
    if status is Status.MET and (found.high is None or found.low is None):
        status = Status.CANNOT_TELL
    return _Outcome(status, Arithmetic((step,), "%", stated, deviation))


# -- quotients


def _divide(part: Operand, whole: Operand, figures: Figures) -> tuple[Term, Interval]:
    term = Compound("quotient", (term_of(part, figures), term_of(whole, figures)))
    return term, intervals.of(part, figures) / intervals.of(whole, figures)


def _ratio(start: Operand, end: Operand, figures: Figures) -> tuple[Term, Interval]:
    """How often `end` is `start`; what it was divided by to get `start` needs no division."""
    if isinstance(start, Quotient) and start.value == end:
        return term_of(start.times, figures), intervals.of(start.times, figures)
    return _divide(end, start, figures)


def _coarse(
    status: Status,
    decimals: int | None,
    found: Interval,
    stated: Figure,
    scale: Callable[[Fraction], Fraction],
    result: Decimal | None,
) -> Mapping[str, object] | None:
    """What a figure that is met would be with the decimals of its row, where it is another."""
    if decimals is None or status is not Status.MET or result is None:
        return None
    room = Fraction(1, 2 * 10**decimals)
    if intervals.agree(found, stated, scale, room) is not Status.NOT_MET:
        return None
    return {"decimals": decimals, "rounded": round(result, decimals)}


def _share(relation: Share, figures: Figures) -> _Outcome:
    stated = figures[relation.share]
    term, found = _divide(relation.part, relation.whole, figures)

    def scale(share: Fraction) -> Fraction:
        return share / 100

    step = _step(term, found, "%", 100)
    status = intervals.agree(found, stated, scale)
    coarse = _coarse(status, relation.decimals, found, stated, scale, step.result)
    return _Outcome(status, _against(step, stated), coarse=coarse)


def _growth_step(relation: Growth, figures: Figures) -> tuple[Step, Interval]:
    term, found = _ratio(relation.start, relation.end, figures)
    ends = [None if one is None else _rate(one, relation.years) for one in (found.low, found.high)]
    result = _rate(found.middle, relation.years)
    return Step(term, result, "pct_per_year", ends[0], ends[1], relation.years), found


def _rate(ratio: Fraction, years: int) -> Decimal:
    """Per cent a year; only shown, never compared."""
    if ratio <= 0:
        return Decimal(-100)
    return decimal_of(ratio) ** (1 / Decimal(years)) * 100 - 100


def _growth(relation: Growth, figures: Figures) -> _Outcome:
    stated = figures[relation.rate]
    step, found = _growth_step(relation, figures)

    def scale(rate: Fraction) -> Fraction:
        return max(Fraction(0), 1 + rate / 100) ** relation.years

    status = intervals.agree(found, stated, scale)
    coarse = _coarse(status, relation.decimals, found, stated, scale, step.result)
    return _Outcome(status, _against(step, stated), coarse=coarse)


def _multiple(relation: Multiple, figures: Figures) -> _Outcome:
    stated = figures[relation.times]
    term, found = _ratio(relation.start, relation.end, figures)
    return _Outcome(intervals.agree(found, stated), _against(_step(term, found, "times"), stated))


def _without(relation: Relation, figures: Figures) -> Arithmetic | None:
    """What the other figures give where the one that they are held against is lost."""
    try:
        match relation:
            case SumOfParts():
                stated = figures[relation.whole]
                step = _step(*_add(relation.parts, figures), stated.unit)
            case Share():
                stated = figures[relation.share]
                step = _step(*_divide(relation.part, relation.whole, figures), "%", 100)
            case Growth():
                stated = figures[relation.rate]
                step, _ = _growth_step(relation, figures)
            case Multiple():
                stated = figures[relation.times]
                step = _step(*_ratio(relation.start, relation.end, figures), "times")
            case _:
                return None
    except (LostError, UndefinedError):
        return None
    return _against(step, stated)


# -- comparisons


def _alone(operand: Operand, figures: Figures) -> tuple[Step, Interval]:
    """A figure, or what an operand gives, as a step of its own."""
    found = intervals.of(operand, figures)
    return _step(term_of(operand, figures), found, _unit(operand, figures)), found


def _restatement(relation: Restatement, figures: Figures) -> _Outcome:
    pairs = [_alone(one, figures) for one in relation.quantities]
    found = [interval for _, interval in pairs]
    lows = [one.low for one in found if one.low is not None]
    highs = [one.high for one in found if one.high is not None]
    apart = bool(lows) and bool(highs) and max(lows) > min(highs)
    first, last = pairs[0][0].result, pairs[-1][0].result
    deviation = last - first if len(pairs) == 2 and first is not None and last is not None else None
    arithmetic = Arithmetic(tuple(step for step, _ in pairs), pairs[0][0].unit, None, deviation)
    if not apart and not (lows and highs):
        return _Outcome(Status.CANNOT_TELL, arithmetic)
    return _Outcome(Status.NOT_MET if apart else Status.MET, arithmetic)


def _trend(relation: Trend, figures: Figures) -> _Outcome:
    if relation.wholes:
        quotients = [
            _divide(part, whole, figures)
            for part, whole in zip(relation.parts, relation.wholes, strict=True)
        ]
        steps = [_step(term, one, "%", 100) for term, one in quotients]
        found = [one for _, one in quotients]
    else:
        pairs = [_alone(part, figures) for part in relation.parts]
        steps, found = [step for step, _ in pairs], [one for _, one in pairs]
    rising = found if relation.promise is Promise.RISE else [-one for one in found]
    moves = list(pairwise(rising))
    if any(_below(later.high, sooner.low) for sooner, later in moves):
        status = Status.NOT_MET
    elif all(_below(sooner.high, later.low) for sooner, later in moves):
        status = Status.MET
    else:
        status = Status.CANNOT_TELL
    params = {"promise": relation.promise, "statement": relation.statement}
    return _Outcome(status, Arithmetic(tuple(steps), steps[0].unit), params)


def _below(one: Fraction | None, other: Fraction | None) -> bool:
    return one is not None and other is not None and one < other


def _order(relation: Order, figures: Figures) -> _Outcome:
    """Bounds that figures set themselves are compared as bounds: over 70 is not at least over 80.

    A figure that is open towards the side that is limited may pass it.
    """
    most = isinstance(relation, AtMost)
    (step, found), (other_step, other) = (
        _alone(one, figures) for one in (relation.figure, relation.than)
    )
    arithmetic = Arithmetic((step, other_step), other_step.unit)
    if not most:
        found, other = -found, -other
    # found should be at most other
    reach, limit = found.high if found.low is None else found.low, other.high
    if reach is None or limit is None:
        return _Outcome(Status.CANNOT_TELL, arithmetic)
    if reach > limit:
        return _Outcome(Status.NOT_MET, arithmetic)
    return _Outcome(Status.CANNOT_TELL if found.high is None else Status.MET, arithmetic)


def _base(relation: Base, figures: Figures) -> _Outcome:
    """The whole that most of the shares agree on, and those that imply another."""
    whole = figures[relation.whole]
    implied: list[tuple[Step, Interval]] = []
    for pair in relation.pairs:
        term, found = _divide(pair.part, pair.share, figures)
        implied.append((_step(term, found, whole.unit, 100), found))
    limited = [
        (step, one.low * 100, one.high * 100)
        for step, one in implied
        if one.low is not None and one.high is not None
    ]
    if len(limited) < len(implied):
        return _Outcome(Status.CANNOT_TELL, None)
    point = _commonest([(low, high) for _, low, high in limited])
    best = [one for one in limited if one[1] <= point <= one[2]]
    low, high = max(low for _, low, _ in best), min(high for _, _, high in best)
    least, most = intervals.limits(whole)
    fits = (least is None or high >= least) and (most is None or low <= most)
    apart = [one for one in limited if not one[1] <= point <= one[2]]
    params: dict[str, Any] = {
        "agreeing": len(best),
        "shares": len(limited),
        "low": decimal_of(low),
        "high": decimal_of(high),
        "apart": tuple(step for step, _, _ in apart),
    }
    arithmetic = Arithmetic(
        tuple(step for step, _, _ in limited), whole.unit, value_of(whole), None
    )
    return _Outcome(Status.MET if fits and not apart else Status.NOT_MET, arithmetic, params)


def _commonest(spans: list[tuple[Fraction, Fraction]]) -> Fraction:
    """A point in as many closed spans as possible, the lowest of these: the start of a span."""
    ends = sorted([(low, 0) for low, _ in spans] + [(high, 1) for _, high in spans])
    best, inside, most = ends[0][0], 0, 0
    for point, closing in ends:
        inside += -1 if closing else 1
        if inside > most:
            best, most = point, inside
    return best


def _definition(relation: Definition, figures: Figures) -> _Outcome:
    named = [figures[name] for name in relation.figures()]
    values = [getattr(figure, relation.field) for figure in named]
    params = {
        "field": relation.field,
        "values": tuple((figure.id, value) for figure, value in zip(named, values, strict=True)),
    }
    if None in values:
        return _Outcome(Status.CANNOT_TELL, None, params)
    status = Status.MET if len(set(values)) == 1 else Status.NOT_MET
    return _Outcome(status, None, params)
