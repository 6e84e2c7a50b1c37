"""Findings in words and JSON: one sentence each, with the arithmetic written out."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, getcontext
from typing import Any

from geo.audit import Audit
from geo.checks import Compound, Finding, Mechanism, Remark, Status, Step, Term, Value, law
from geo.i18n import VIETNAM, date, has, issue_text, number, t
from geo.plans import Figure
from geo.reasons import Reason, Standing
from geo.wording import ZoneName, amount, plain, signed, verdict_sentence

_OPERATORS = {"sum": " + ", "quotient": " ÷ ", "difference": " − "}
_AGAINST = (Mechanism.SUM, Mechanism.SHARE, Mechanism.GROWTH, Mechanism.MULTIPLE)
_ROUND = 2
"""Decimals of a quotient; those of the stated figure, where it has more."""


def sentence(finding: Finding, figures: Mapping[str, Figure], lang: str, name: ZoneName) -> str:
    """A finding in the reader's language.

    Parameters
    ----------
    figures
        By id, for the clauses in which one number stands twice.
    name
        Names of records.

    Examples
    --------
    ``6.700 ÷ 30.000 = 22,33 %, văn bản ghi 23,33 %: lệch 1 điểm %.``
    """
    if finding.verdict is not None:
        return verdict_sentence(finding.verdict, lang, name)
    if finding.issue is not None:
        return " ".join([issue_text(finding.issue, lang), *law.doubts(finding.issue, lang)])
    words = [t(lang, f"finding.{_key(finding)}", **_parts(finding, figures, lang, name))]
    if finding.remark is not None:
        words.append(t(lang, f"finding.remark.{finding.remark}", **_remark(finding, lang)))
    if finding.because is not None:
        words.append(sentence(finding.because, figures, lang, name))
    return " ".join(words)


def _key(finding: Finding) -> str:
    """Key of the sentence of a finding, under ``finding``."""
    outcome = finding.as_read.value
    arithmetic = finding.arithmetic
    match finding.mechanism:
        case Mechanism.LEDGER | Mechanism.IDENTITY:
            key = f"{finding.mechanism}.{finding.params['entry']}.{outcome}"
            answered = f"{key}_answered"  # there is one where a sentence misses a reason
            return answered if finding.answered and has("vi", f"finding.{answered}") else key
        case _ if finding.remark in (Remark.LOST, Remark.UNDEFINED):
            return "recomputed" if arithmetic is not None else "not_recomputed"
        case one if one in _AGAINST and arithmetic is not None:
            exact = arithmetic.deviation is not None or finding.as_read is Status.CANNOT_TELL
            return f"against.{outcome}" if exact else f"bound.{outcome}"
        case _:
            return f"{finding.mechanism}.{outcome}"


def _parts(
    finding: Finding, figures: Mapping[str, Figure], lang: str, name: ZoneName
) -> dict[str, Any]:
    """What the sentence of a finding takes."""
    parts: dict[str, Any] = dict(finding.params)
    parts["zone"] = ", ".join(name(record) for record in finding.records)
    for key in ("whole", "part"):
        if key in parts:
            parts[key] = t(lang, f"missing.{parts[key]}")
    if finding.mechanism is Mechanism.LEDGER:
        parts["missing"] = [t(lang, f"missing.{one}") for one in parts.get("missing", ())]
    if finding.mechanism is Mechanism.CROSS_LIST:
        parts["clause"] = finding.clause
        certain = finding.status in (Status.NOT_MET, Status.TO_REVIEW)
        parts["missing_phrases"] = (*parts["missing"], *(() if certain else parts["unmapped"]))
        for key in ("listed", "held", "open", "missing_phrases"):  # phrases hold commas
            parts[key] = "; ".join(parts[key])
    if finding.mechanism is Mechanism.DEFINITION:
        values = dict.fromkeys(value for _, value in parts["values"])
        parts["field"] = t(lang, f"finding.field.{parts['field']}")
        parts["values"] = "; ".join(_defined(value, lang) for value in values)
    arithmetic = finding.arithmetic
    if arithmetic is None:
        return parts
    if finding.mechanism is Mechanism.BASE:
        unit = arithmetic.unit or ""
        parts["apart"] = "; ".join(_implied(one, lang) for one in parts["apart"])
        parts["low"] = number(_rounded(parts["low"], 0), lang)
        parts["high"] = amount(_rounded(parts["high"], 0), unit, lang)
    stated = arithmetic.stated
    places = _ROUND if stated is None else max(_ROUND, _decimals(stated.value))
    shown = [step_words(one, lang, places) for one in arithmetic.steps]
    if finding.mechanism is Mechanism.RESTATEMENT:
        clauses = [_clause(one.term, figures) for one in arithmetic.steps]
        shown = [f"{one} ({where})" for one, where in zip(shown, clauses, strict=True)]
    arrow = " → " if finding.mechanism is Mechanism.TREND else "; "
    parts["steps"] = arrow.join(shown)
    parts["first"], parts["last"] = shown[0], shown[-1]
    if stated is not None:
        parts["stated"] = _value(stated, arithmetic.unit, lang)
    if arithmetic.deviation is not None:
        deviation = _rounded(abs(arithmetic.deviation), places)
        if arithmetic.unit in ("%", "pct_per_year"):
            parts["deviation"] = f"{number(deviation, lang)} {t(lang, 'finding.points')}"
        else:
            parts["deviation"] = amount(deviation, arithmetic.unit or "", lang)
    return parts


def _remark(finding: Finding, lang: str) -> dict[str, Any]:
    unit = finding.arithmetic.unit if finding.arithmetic else None
    rounded = finding.params.get("rounded")
    shown = amount(rounded, unit or "", lang) if isinstance(rounded, Decimal) else ""
    return {"rounded": shown, "decimals": finding.params.get("decimals", "")}


def _defined(value: str | None, lang: str) -> str:
    if value is None:
        return t(lang, "finding.no_value")
    key = f"finding.value.{value}"
    return t(lang, key) if has(lang, key) else value


def _implied(step: Step, lang: str) -> str:
    """``1.485 ÷ 12,45 % → 11.919 – 11.937``: the whole that a share implies."""
    ends = (step.low, step.high)
    low, high = (number(None if end is None else _rounded(end, 0), lang) for end in ends)
    return f"{term_words(step.term, lang)} % → {low} – {high}"


def _clause(term: Term, figures: Mapping[str, Figure]) -> str:
    """The clauses of the figures in a term."""
    if isinstance(term, Value):
        return figures[term.source].clause if term.source in figures else ""
    return "; ".join(dict.fromkeys(_clause(one, figures) for one in term.terms))


def _rounded(value: Decimal, places: int) -> Decimal:
    """A number with so many decimals; one of more digits than a `Decimal` rounds stays."""
    return round(value, places) if value.adjusted() + places < getcontext().prec - 1 else value


def _decimals(value: Decimal | None) -> int:
    exponent = 0 if value is None else value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _value(value: Value, unit: str | None, lang: str) -> str:
    if value.value is None:
        return t(lang, "finding.lost_value")
    if unit is None:
        return signed(value.comparator, value.value, value.high, lang)
    if value.high is not None:
        return f"{number(value.value, lang)} – {amount(value.high, unit, lang)}"
    return signed(value.comparator, None, None, lang) + amount(value.value, unit, lang)


def term_words(term: Term, lang: str, *, inside: bool = False) -> str:
    """A term as it is written: ``2.178 + 1.485``, ``6.700 ÷ 30.000``."""
    if isinstance(term, Value):
        if term.value is None:
            return t(lang, "finding.lost_value")
        return signed(term.comparator, term.value, term.high, lang)
    words = _OPERATORS[term.operation].join(
        term_words(one, lang, inside=True) for one in term.terms
    )
    return f"({words})" if inside else words


def step_words(step: Step, lang: str, places: int = _ROUND) -> str:
    """A step with its result: ``6.700 ÷ 30.000 = 22,33 %``.

    Parameters
    ----------
    places
        Decimals of the result of a quotient; sums are written out.
    """
    if isinstance(step.term, Value) and step.years is None:
        return _value(step.term, step.unit, lang)
    words = term_words(step.term, lang)
    result = step.result
    exact = isinstance(step.term, Compound) and step.term.operation != "quotient"
    exact = exact and all(isinstance(one, Value) for one in _terms(step.term))
    if result is not None and not (exact and step.years is None):
        result = _rounded(result, places)
    if step.years is not None:
        base = f"({words})" if isinstance(step.term, Compound) else words
        words = f"{base}^(1/{step.years}) − 1"
    shown = number(result, lang) if step.unit is None else amount(result, step.unit, lang)
    return f"{words} = {shown}"


def _terms(term: Term) -> tuple[Term, ...]:
    return term.terms if isinstance(term, Compound) else (term,)


# -- reasons of staff


def reason_lines(finding: Finding, lang: str) -> list[str]:
    """The reasons given for a finding, those that hold first; withdrawn ones are left out.

    Examples
    --------
    ``“Giai đoạn 2 chưa lập quy hoạch chi tiết” (Lê Chi, người duyệt, 20/11/2026)``
    """
    basis = finding.basis
    return [
        t(lang, f"reason.{wanted}", text=" ".join(one.text.split()), signature=_signed(one, lang))
        for wanted in (Standing.HOLDS, Standing.EARLIER)
        for one in finding.reasons
        if one.standing(basis) is wanted
    ]


def _signed(reason: Reason, lang: str) -> str:
    """Who gave a reason and on which day; the role only, where names are left out."""
    return t(
        lang,
        "reason.signed" if reason.signer else "reason.unsigned",
        name=reason.signer,
        role=t(lang, f"role.{reason.role}"),
        day=date(reason.at.astimezone(VIETNAM).date(), lang),
    )


def _reason_json(reason: Reason, basis: str) -> dict[str, Any]:
    return {
        "text": reason.text,
        "by": reason.signer or None,
        "role": reason.role.value,
        "at": reason.at.isoformat(),
        "standing": reason.standing(basis).value,
    }


# -- JSON


def term_json(term: Term) -> dict[str, Any]:
    if isinstance(term, Value):
        return {
            "source": term.source,
            "value": plain(term.value),
            "comparator": term.comparator,
            "high": plain(term.high),
        }
    return {"operation": term.operation, "terms": [term_json(one) for one in term.terms]}


def finding_json(
    finding: Finding, figures: Mapping[str, Figure], lang: str, name: ZoneName
) -> dict[str, Any]:
    """A finding as plain data; numbers as numbers, the message in the language."""
    arithmetic = finding.arithmetic
    return {
        "id": finding.id,
        "mechanism": finding.mechanism.value,
        "document": finding.document,
        "clause": finding.clause,
        "status": finding.status.value,
        "as_read": finding.as_read.value,
        "remark": finding.remark.value if finding.remark else None,
        "message": sentence(finding, figures, lang, name),
        "note": finding.note_en if lang == "en" else finding.note_vi,
        "responsible": finding.responsible.value,
        "figures": list(finding.figures),
        "records": list(finding.records),
        "quotes": list(finding.quotes),
        "because": finding.because.id if finding.because else None,
        "open": finding.open,
        "reasons": [
            _reason_json(one, finding.basis) for one in finding.reasons if not one.withdrawn_at
        ],
        "arithmetic": None
        if arithmetic is None
        else {
            "steps": [
                {
                    "term": term_json(one.term),
                    "result": plain(one.result),
                    "low": plain(one.low),
                    "high": plain(one.high),
                    "unit": one.unit,
                    "years": one.years,
                }
                for one in arithmetic.steps
            ],
            "stated": term_json(arithmetic.stated) if arithmetic.stated else None,
            "deviation": plain(arithmetic.deviation),
            "unit": arithmetic.unit,
        },
    }


def audit_json(audit: Audit, lang: str, name: ZoneName) -> dict[str, Any]:
    """An audit as plain data."""
    figures = audit.figures
    return {
        "documents": [document.id for document in audit.documents],
        "day": audit.day.isoformat() if audit.day else None,
        "stated": len(audit.stated),
        "inferred": len(audit.inferred),
        "unchecked": [one.id for one in audit.unchecked],
        "lost": [one.id for one in audit.lost],
        "counts": {status.value: count for status, count in audit.counts().items()},
        "open": {status.value: count for status, count in audit.open_counts().items()},
        "answered": len(audit.answered),
        "mechanisms": {
            mechanism.value: {status.value: count for status, count in own.items()}
            for mechanism, own in audit.by_mechanism().items()
        },
        "findings": [finding_json(one, figures, lang, name) for one in audit.findings],
        "derived": [finding_json(one, figures, lang, name) for one in audit.derived],
    }
