"""Reading plan documents: a file that is no document is refused, a faulty entry is left out.

An entry is a figure, a topic or a relation. What is wrong with one is an issue that names file,
entry and field and says how to mend it; the others are used.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, fields
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from geo.errors import DataError
from geo.issues import Issue, issue
from geo.plans.entry import Entry, RefusedError
from geo.plans.record import (
    DENOMINATORS,
    UNITS,
    Document,
    Figure,
    FigureState,
    Method,
    Scope,
    Subject,
    Topic,
    Trend,
)
from geo.plans.relating import read_relation, related
from geo.text import fold_space
from geo.zones import COMPARATORS, Kind, UnitRef

PER = ("zone", "district", "commune", "pooled")

_Made = TypeVar("_Made")
_YEAR = re.compile(r"(\d{4})(?:-(\d{4}))?", re.ASCII)


def load(folder: Path) -> tuple[tuple[Document, ...], list[Issue]]:
    """Read all documents of a folder, in the order of their ids.

    Where the text of a document lies beside it, its quotes are looked for in the text.

    Returns
    -------
    documents, issues
        With all entries that can be used, and what is wrong with the others.

    Raises
    ------
    DataError
        ``plan.format``, naming file and place of the fault; ``plan.duplicate`` where two files
        have one id; ``file.unreadable``.
    """
    read: dict[str, _File] = {}
    issues: list[Issue] = []
    for path in sorted(path for path in folder.glob("*.json") if path.is_file()):
        try:
            raw = json.loads(path.read_text("utf-8-sig"), parse_float=Decimal)
            file = _File(path.name, raw)
        except (ValueError, KeyError, TypeError, AttributeError) as fault:
            raise DataError("plan.format", file=path.name, reason=str(fault)) from fault
        except (ArithmeticError, RecursionError) as fault:
            raise DataError("plan.format", file=path.name, reason="number or nesting") from fault
        except OSError as fault:
            raise DataError("file.unreadable", file=str(path), reason=fault.strerror) from fault
        name = file.document.id
        if name in read:
            raise DataError("plan.duplicate", file=path.name, id=name, first=read[name].name)
        read[name] = file
        issues += file.issues
    files = [read[name] for name in sorted(read)]
    documents, more = related([(file.name, file.document) for file in files])
    issues += more
    for file, document in zip(files, documents, strict=True):
        issues += _beside(folder, file.name, document)
    return tuple(documents), issues


def check_quotes(document: Document, text: str, file: str | None = None) -> list[Issue]:
    """Figures whose quotes, and relations whose statements, are not in the document's text.

    White space and the Unicode form do not matter, everything else does.
    """
    known = fold_space(text)
    quotes = [(one.id, "quotes", quote) for one in document.figures for quote in one.quotes]
    quotes += [
        (one.id, "statement", one.statement) for one in document.relations if isinstance(one, Trend)
    ]
    return [
        issue(
            "plan.quote_missing",
            source=file,
            row=row,
            field=field,
            value=quote,
            file=file or document.id,
            text_file=document.text_file,
        )
        for row, field, quote in quotes
        if fold_space(quote) not in known
    ]


def _beside(folder: Path, name: str, document: Document) -> list[Issue]:
    path = folder / Path(document.text_file).name
    if path.suffix == ".json" or not path.is_file():
        return []
    try:
        return check_quotes(document, path.read_text("utf-8-sig"), name)
    except (OSError, UnicodeDecodeError):
        return [issue("plan.text_unreadable", source=name, file=name, text_file=path.name)]


# -- figures


def _figure(raw: Any, document: str, province: str, topics: Mapping[str, Topic]) -> Figure:
    entry = Entry(raw, [one.name for one in fields(Figure) if one.name != "document"])
    if entry.raw.get("unit") in (None, ""):
        raise RefusedError("plan.unit_missing", "unit", choices=UNITS)
    unit = entry.one_of("unit", UNITS, "plan.unit_unknown")
    comparator = entry.one_of("comparator", COMPARATORS, "plan.comparator")
    state = entry.choice("state", FigureState, FigureState.STATED) or FigureState.STATED
    lost = state is FigureState.LOST
    if lost is not (entry.raw.get("value") is None):
        code = "plan.value_lost" if lost else "plan.value_missing"
        raise RefusedError(code, "value", entry.raw.get("value"))
    value = None if lost else entry.number("value")
    if unit == "date" and value is not None:
        _require_day(entry, value)
    high = None if entry.raw.get("high") is None else entry.number("high")
    ordered = high is not None and value is not None and high >= value
    if (high is not None or comparator == "range") and not (ordered and comparator == "range"):
        raise RefusedError("plan.range", "high", entry.raw.get("high"))
    method = entry.choice("method", Method, None)
    if lost and method:
        raise RefusedError("plan.method_lost", "method", method)
    denominator = entry.text("denominator")
    if method is Method.OCCUPANCY and denominator is not None:
        entry.one_of("denominator", DENOMINATORS)
    return Figure(
        id=entry.required("id"),
        document=document,
        clause=entry.required("clause"),
        quotes=entry.texts("quotes"),
        scope=_scope(entry.need("scope", "{…}"), province, topics),
        quantity=entry.required("quantity"),
        unit=unit,
        comparator=comparator,
        value=value,
        high=high,
        year=_period(entry),
        method=method,
        derived=entry.flag("derived", False),
        denominator=denominator,
        note_vi=entry.text("note_vi"),
        note_en=entry.text("note_en"),
        of=entry.text("of"),
        prices=entry.text("prices"),
        state=state,
    )


def _require_day(entry: Entry, value: Decimal) -> None:
    """Refuse a number that is no day written year-month-day."""
    try:
        dt.datetime.strptime(str(value), "%Y%m%d")
    except ValueError as error:
        raise entry.refuse("value", "20190701") from error


def _scope(raw: Any, province: str, topics: Mapping[str, Topic]) -> Scope:
    entry = Entry(raw, [one.name for one in fields(Scope)], "scope.")
    code = entry.required("province")
    if code != province:
        raise RefusedError("plan.province", "scope.province", code, province=province)
    subject = entry.choice("subject", Subject, Subject.ZONE) or Subject.ZONE
    kinds = entry.raw.get("kinds")
    known = tuple(Kind)
    if not isinstance(kinds, list) or any(kind not in known for kind in kinds):
        raise RefusedError("plan.choice", "scope.kinds", kinds, choices=known)
    if subject is Subject.ZONE and not kinds:
        raise RefusedError("plan.scope_empty", "scope.kinds", choices=known)
    topic = entry.text("topic")
    if topic is not None and topic not in topics:
        raise RefusedError("plan.topic_unknown", "scope.topic", topic, choices=tuple(topics))
    return Scope(
        province=code,
        kinds=tuple(Kind(kind) for kind in kinds),
        subject=subject,
        district=entry.text("district"),
        zones=entry.texts("zones") if entry.raw.get("zones") else (),
        per=entry.one_of("per", PER) if entry.raw.get("per") is not None else None,
        exhaustive=entry.flag("exhaustive", True),
        topic=topic,
    )


def _period(entry: Entry) -> str:
    text = entry.required("year")
    found = _YEAR.fullmatch(text)
    if not found:
        raise RefusedError("plan.year", "year", text)
    if found[2] and found[2] < found[1]:
        raise RefusedError("plan.years_order", "year", text, first=found[1], last=found[2])
    return text


# -- documents


class _File:
    """A plan file: its document with every entry that can be used by itself."""

    def __init__(self, name: str, raw: Any) -> None:
        self.name = name
        self.issues: list[Issue] = []
        values = _checked(raw, Document, "document")
        for key in ("id", "text_file", "year", "period", "title_vi", "title_en"):
            if not isinstance(values[key], str) or not values[key]:
                raise TypeError(f"{key}: not a text")
        if values["date"] is not None:
            dt.date.fromisoformat(values["date"])
        province = UnitRef(**_checked(raw["province"], UnitRef, "province"))
        topics = values.get("topics", {})
        for key, kind in (("figures", list), ("relations", list), ("topics", Mapping)):
            if not isinstance(values.get(key, kind() if kind is list else {}), kind):
                raise TypeError(f"{key}: wrong type")
        known = {
            key: topic
            for key, raw_topic in topics.items()
            for topic in self._read(raw_topic, f"topics.{key}", _topic)
        }
        document = values["id"]
        figures = self._each(
            values["figures"], "figures", lambda one: _figure(one, document, province.code, known)
        )
        relations = self._each(
            values.get("relations", []), "relations", lambda one: read_relation(one, document)
        )
        self.document = Document(
            **{
                **values,
                "province": province,
                "figures": tuple(figures),
                "topics": known,
                "relations": tuple(relations),
            }
        )

    def report(self, row: str, fault: RefusedError) -> None:
        self.issues.append(
            issue(
                fault.code,
                source=self.name,
                row=row,
                field=fault.field,
                value=fault.value,
                file=self.name,
                **fault.params,
            )
        )

    def _read(self, raw: Any, row: str, read: Callable[[Any], _Made]) -> Iterator[_Made]:
        try:
            yield read(raw)
        except RefusedError as fault:
            self.report(row, fault)

    def _each(self, raws: list[Any], name: str, read: Callable[[Any], _Made]) -> list[_Made]:
        """The entries of a list by their ids, or by their place where an id is missing."""
        made: list[_Made] = []
        for at, raw in enumerate(raws, start=1):
            own = raw.get("id") if isinstance(raw, Mapping) else None
            row = own if isinstance(own, str) and own else f"{name}[{at}]"
            made += self._read(raw, row, read)
        return made


def _topic(raw: Any) -> Topic:
    entry = Entry(raw, ("vi", "en"))
    return Topic(entry.required("vi"), entry.required("en"))


def _checked(raw: Any, record: type, where: str) -> dict[str, Any]:
    """The fields of a JSON object, none unknown and none missing."""
    if not isinstance(raw, Mapping):
        raise TypeError(f"{where}: not an object")
    known = {entry.name: entry for entry in fields(record)}
    unknown = sorted(set(raw) - set(known))
    needed = {
        name
        for name, entry in known.items()
        if entry.default is MISSING and entry.default_factory is MISSING
    }
    missing = sorted(needed - set(raw))
    if unknown or missing:
        raise ValueError(f"{where}: unknown fields {unknown}, missing fields {missing}")
    return dict(raw)
