"""Fields of a zone as widgets: raw values in, raw values out.

Numbers are text fields, not number fields of the browser: these take a decimal comma for nothing or
for a thousand, depending on the machine, while a text is read here as the reader's language writes
it, and what cannot be read stays on the form as it was typed.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from geo import wording
from geo.i18n import has, issue_text, number, t
from geo.issues import Issue, Severity
from geo.plans import Figure
from geo.services import Planner
from geo.zones import FIELDS, IndustryState, Stage
from geo.zones.fields import BY_NAME, SPECS, Entry, FieldSpec, Group
from pages.ui.markdown import escape

LONGEST = {Entry.TEXT: 300, Entry.NOTE: 4000, Entry.TEXTS: 4000}
DECIMALS = 6
_MARKS = {"vi": (".", ","), "en": (",", ".")}  # thousands, decimal
_ROW = "\ue000"  # stands for the record's name, which a sentence beside a field can do without
_FIRSTS = "_firsts"
_FIRST_DAY = dt.date(1990, 1, 1)
_ICONS = {
    Severity.ERROR: ":red[:material/error:]",
    Severity.WARNING: ":orange[:material/warning:]",
    Severity.INFO: ":gray[:material/info:]",
}


# -- numbers


def readings(text: str, lang: str) -> list[Decimal]:
    """What a text may mean as a number, the reading of the language first; none if it is no number.

    Examples
    --------
    >>> readings("1.160,83", "vi"), readings("45.4", "vi")
    ([Decimal('1160.83')], [Decimal('45.4')])
    >>> readings("1.160", "vi")
    [Decimal('1160'), Decimal('1.160')]
    >>> readings("45,4 ha", "vi")
    []
    """
    thousands, mark = _MARKS[lang]
    found: list[Decimal] = []
    for group, point in ((thousands, mark), (mark, thousands)):
        whole = rf"[1-9][0-9]{{0,2}}(?:\{group}[0-9]{{3}})+|[0-9]+"
        if re.fullmatch(rf"(?:{whole})(?:\{point}[0-9]{{1,{DECIMALS}}})?", text):
            value = Decimal(text.replace(group, "").replace(point, "."))
            if value not in found:
                found.append(value)
    return found


def read_number(text: str, lang: str) -> int | float | str | None:
    """A typed number as a raw value: None where the text is empty, the text where it is none."""
    typed = text.strip()
    if not typed:
        return None
    found = readings(typed, lang)
    return wording.plain(found[0]) if found else typed


def number_text(value: object, lang: str) -> str:
    """A raw number as a person of that language would type it."""
    if isinstance(value, int | float):
        return number(value, lang)
    return "" if value is None else str(value)


# -- what is wrong, beside the field


def field_label(path: str, lang: str) -> str:
    """The name of a field in words; of ``sources[0].quote``, "Căn cứ 1, Trích nguyên văn"."""
    top, _, rest = path.partition("[")
    label = t(lang, f"field.{top}")
    if not rest:
        return label
    at, _, part = rest.partition("].")
    key = f"page.edit.part.{part}"
    item = f"{label} {int(at) + 1}" if at.isdigit() else label
    return f"{item}, {t(lang, key)}" if has(lang, key) else item


def without_codes(text: str) -> str:
    """A finding without the names of fields that are for those who write files."""
    return re.sub(rf" \((?:{'|'.join(FIELDS)})\)", "", text)


def labelled(found: Issue, lang: str) -> Issue:
    """An issue that calls fields by their labels."""
    params = {
        name: t(lang, f"field.{value}") if isinstance(value, str) and value in FIELDS else value
        for name, value in found.params.items()
    }
    label = field_label(found.field, lang) if found.field else None
    return replace(found, field=label, params=params)


def issue_line(found: Issue, lang: str) -> str:
    """An issue as a sentence beside its field, with fields in words."""
    if found.code in ("zone.number_text", "zone.number_comma"):
        return t(lang, "page.edit.unread", value=found.value or "")
    text = issue_text(replace(labelled(found, lang), row=_ROW), lang)
    sentence = re.sub(rf"^\w* ?{_ROW}: ", "", text).replace(_ROW, str(found.row or ""))
    sentence = without_codes(sentence)
    return sentence[:1].upper() + sentence[1:]


def show_issue(found: Issue, lang: str, *, away: bool = False) -> None:
    """An issue under its field; `away` from it, with the part of the form in which it is."""
    colour = "red" if found.severity is Severity.ERROR else "orange"
    text = escape(issue_line(found, lang))
    spec = BY_NAME.get(_top(found))
    if away and spec is not None:
        text = f"**{t(lang, f'page.edit.group.{spec.group}')}:** {text}"
    if found.severity is Severity.INFO:
        st.caption(f"{_ICONS[found.severity]} {text}")
    else:
        st.markdown(f":small[{_ICONS[found.severity]} :{colour}[{text}]]")


def _top(found: Issue) -> str:
    """The field of the form that an issue is about."""
    return re.split(r"[\[.]", found.field or "")[0]


# -- the fields


def first_value(key: str, now: Any) -> Any:
    """The value with which a widget begins: `now` when it is made, and the same ever after.

    A value put into the session's state instead would be lost when a run is broken off before the
    browser has drawn the widget: the browser would then report it as empty.
    """
    firsts: dict[str, Any] = st.session_state.setdefault(_FIRSTS, {})
    if key not in st.session_state or key not in firsts:
        firsts[key] = now
    return firsts[key]


def remove(rows: dict[Any, Any], row: Any) -> None:
    """Take a row out, as a callback of its button."""
    rows.pop(row, None)


@dataclass
class Fields:
    """The widgets of one record.

    Attributes
    ----------
    key
        Begins the keys of all widgets; another key is another form with its own first values.
    base
        The record before the change; None for a new one.
    slots
        Where a field's issues are shown, by field; see :meth:`report`.
    """

    key: str
    lang: str
    planner: Planner
    base: Mapping[str, Any] | None = None
    slots: dict[str, DeltaGenerator] = field(default_factory=dict)

    def group(self, group: Group, raw: dict[str, Any]) -> None:
        """Draw a part of the form and put what is typed into `raw`."""
        for spec in SPECS:
            if spec.group is group:
                value = self.draw(spec, raw.get(spec.name))
                if value is not None or spec.name in raw:
                    raw[spec.name] = value

    def draw(self, spec: FieldSpec, value: Any) -> Any:
        """A field with its meaning and limits beside it.

        Returns
        -------
        Any
            The raw value, None where nothing is entered.
        """
        if spec.entry in (Entry.INDUSTRIES, Entry.SOURCES):
            st.markdown(f"**{escape(self.label(spec))}**")
            st.caption(t(self.lang, f"meaning.{spec.name}"))
            drawn = self._items(spec, value)
            self.slots[spec.name] = st.container()
            return drawn
        left, right = st.columns([6, 5], gap="medium")
        with left:
            drawn = self.entry(spec, value, spec.name)
            self.slots[spec.name] = st.container()
        with right:
            st.caption(self.meaning(spec))
        return drawn

    def label(self, spec: FieldSpec) -> str:
        name = t(self.lang, f"field.{spec.name}")
        unit = f" ({spec.unit})" if spec.entry is Entry.NUMBER else ""
        mark = " *" if spec.required else ""
        return f"{name}{unit}{mark}"

    def meaning(self, spec: FieldSpec) -> str:
        text = t(self.lang, f"meaning.{spec.name}")
        if spec.high is None:
            return text
        return f"{text} {t(self.lang, 'page.edit.limit', high=spec.high, unit=spec.unit)}"

    def entry(self, spec: FieldSpec, value: Any, path: str, label: str = "") -> Any:
        """The widget of a field with a single value."""
        shown = label or self.label(spec)
        match spec.entry:
            case Entry.NUMBER:
                return self.number(path, value, shown, spec.unit)
            case Entry.DATE:
                return self._date(path, value, shown)
            case Entry.CHOICE:
                return self._choice(spec, path, value, shown)
            case Entry.TEXTS:
                return self._lines(path, value, shown)
            case Entry.TARGETS:
                return self._targets(path, value, shown)
            case _:
                return self.text(path, value, shown, spec.entry)

    def report(self, issues: Iterable[Issue]) -> list[Issue]:
        """Show each issue at its field; gives back errors, and those whose field is not drawn.

        The field may be in a part of the form that is not open.
        """
        rest = []
        for found in issues:
            slot = self.slots.get(_top(found))
            if slot is None or found.severity is Severity.ERROR:
                rest.append(found)
            if slot is not None:
                with slot:
                    show_issue(found, self.lang)
        return rest

    # -- one value

    def text(self, path: str, value: Any, label: str, entry: Entry = Entry.TEXT) -> str | None:
        now = "" if value is None else str(value)
        key, first = self._first(path, now)
        most = max(LONGEST[entry], len(first))
        if entry is Entry.NOTE:
            typed = st.text_area(label, first, key=key, max_chars=most, height=90)
        else:
            typed = st.text_input(label, first, key=key, max_chars=most)
        return value if typed == now else typed or None

    def number(self, path: str, value: Any, label: str, unit: str = "") -> int | float | str | None:
        """A number, or the text itself where it cannot be read as one."""
        now = number_text(value, self.lang)
        key, first = self._first(path, now)
        typed = st.text_input(
            label, first, key=key, max_chars=30, placeholder=t(self.lang, "page.edit.unknown")
        )
        known = self.base.get(path) if self.base else None
        found = readings(typed.strip(), self.lang)
        if len(found) > 1 and found[0] != known:
            st.caption(
                ":orange[:material/help:] "
                + escape(
                    t(self.lang, "page.edit.two_readings", read=found[0], other=found[1], unit=unit)
                )
            )
        return value if typed == now else read_number(typed, self.lang)

    def _date(self, path: str, value: Any, label: str) -> str | None:
        key, day = self._first(path, None if value is None else dt.date.fromisoformat(value))
        today = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=1)  # it is later in Vietnam
        typed = st.date_input(
            label,
            value=day,
            key=key,
            min_value=min(_FIRST_DAY, day or _FIRST_DAY),
            max_value=max(today, day or today),
            format="DD/MM/YYYY",
        )
        if day is not None and typed is not None:  # a date that was given cannot be emptied
            st.button(
                t(self.lang, "page.edit.no_date"),
                key=f"{key}:none",
                on_click=lambda: st.session_state.__setitem__(key, None),
                type="tertiary",
                icon=":material/event_busy:",
            )
        return typed.isoformat() if isinstance(typed, dt.date) else None

    def _choice(self, spec: FieldSpec, path: str, value: Any, label: str) -> str | None:
        now = value or (spec.choices[0] if spec.required else "")
        key, first = self._first(path, now)
        unknown = () if spec.required else ("",)
        options = list(dict.fromkeys((*unknown, *spec.choices, first)))
        chosen = st.selectbox(
            label,
            options,
            index=options.index(first),
            key=key,
            format_func=lambda one: self.choice_text(spec, one),
        )
        return chosen or None

    def choice_text(self, spec: FieldSpec, value: str) -> str:
        """A choice in words; the legal states carry their place in the order."""
        if not value:
            return t(self.lang, f"page.edit.none.{spec.name}")
        words = t(self.lang, f"{_FAMILY[spec.name]}.{value}")
        if spec.name == "stage" and value in tuple(Stage):
            return f"{tuple(Stage).index(Stage(value)) + 1}. {words}"
        return words

    def _lines(self, path: str, value: Any, label: str) -> list[str] | None:
        now = "\n".join(value or ())
        key, first = self._first(path, now)
        most = max(LONGEST[Entry.TEXTS], len(first))
        typed = st.text_area(
            label, first, key=key, max_chars=most, height=90,
            placeholder=t(self.lang, "page.edit.a_line_each"),
        )  # fmt: skip
        if typed == now:
            return value  # type: ignore[no-any-return]  # raw values are of any kind
        return [line.strip() for line in typed.splitlines() if line.strip()] or None

    def _targets(self, path: str, value: Any, label: str) -> list[dict[str, Any]] | None:
        """Targets are picked from the plans' figures, so that they cannot differ from them."""
        own = {str(one.get("figure")): one for one in value or ()}
        figures = {
            figure.id: figure
            for document in self.planner.documents()
            for figure in document.figures
            if figure.quantity == "occupancy"
        }
        name = self.planner.namer(self.lang)

        def shown(one: str) -> str:
            if one not in figures:
                return one
            figure = figures[one]
            goal = f"{wording.expected(figure, self.lang)} ({figure.year})"
            return f"{goal} · {wording.scope(figure, self.lang, name)} · {figure.clause}"

        key, first = self._first(path, list(own))
        chosen = st.multiselect(
            label,
            list(dict.fromkeys((*figures, *first))),
            first,
            key=key,
            format_func=shown,
            placeholder=t(self.lang, "page.edit.pick_figures"),
        )
        return [own[one] if one in own else _target(figures[one]) for one in chosen] or None

    # -- lists of objects

    def _items(self, spec: FieldSpec, value: Any) -> list[dict[str, Any]] | None:
        rows_key = f"{self.key}:rows:{spec.name}"
        if rows_key not in st.session_state:
            st.session_state[rows_key] = dict(enumerate(value or ()))
        rows: dict[int, dict[str, Any]] = st.session_state[rows_key]
        drawn: Callable[[str, Mapping[str, Any]], dict[str, Any]] = (
            self._source if spec.entry is Entry.SOURCES else self._industry
        )
        for at, (row, item) in enumerate(list(rows.items()), start=1):
            with st.container(border=True):
                head = st.container(horizontal=True, horizontal_alignment="distribute")
                title = t(self.lang, f"page.edit.item.{spec.name}", at=at)
                head.markdown(f"**{title}**", width="content")
                head.button(
                    t(self.lang, "page.edit.remove"),
                    key=f"{self.key}:remove:{spec.name}:{row}",
                    on_click=remove,
                    args=(rows, row),
                    type="tertiary",
                    icon=":material/delete:",
                )
                new = drawn(f"{spec.name}[{row}].", item)
                rows[row] = {key: entry for key, entry in new.items() if entry not in (None, [])}
        if not rows:
            st.caption(t(self.lang, f"page.edit.empty.{spec.name}"))
        st.button(
            t(self.lang, f"page.edit.add.{spec.name}"),
            key=f"{self.key}:add:{spec.name}",
            on_click=lambda: rows.__setitem__(max(rows, default=-1) + 1, {}),
            icon=":material/add:",
        )
        return list(rows.values()) or None

    def _industry(self, path: str, item: Mapping[str, Any]) -> dict[str, Any]:
        divisions = self.planner.taxonomy.divisions
        left, right = st.columns([3, 2])
        with left:
            phrase = self.text(f"{path}phrase", item.get("phrase"), self._part("phrase"))
        with right:
            clause = self.text(f"{path}clause", item.get("clause"), self._part("clause"))
        with left:
            state = self._state(f"{path}state", item.get("state"))
        with right:
            reading = self.text(f"{path}reading", item.get("reading"), self._part("reading"))
        own = [code for code in item.get("vsic", ()) if isinstance(code, str)]
        vsic_key, first = self._first(f"{path}vsic", own)
        term = self.planner.taxonomy.classify(reading or phrase or "")
        if term is not None and term.divisions and not st.session_state.get(vsic_key, first):
            st.button(
                t(self.lang, "page.edit.use_divisions", codes=list(term.divisions)),
                key=f"{self.key}:suggest:{path}",
                on_click=lambda: st.session_state.__setitem__(vsic_key, list(term.divisions)),
                type="tertiary",
                icon=":material/lightbulb:",
            )
        vsic = st.multiselect(
            self._part("vsic"),
            list(dict.fromkeys((*divisions, *first))),
            first,
            key=vsic_key,
            format_func=self.division,
            placeholder=t(self.lang, "page.edit.pick_divisions"),
        )
        return {**item, "phrase": phrase, "state": state, "clause": clause, "vsic": vsic,
                "reading": reading}  # fmt: skip

    def _state(self, path: str, value: Any) -> str:
        states = [one.value for one in IndustryState]
        key, first = self._first(path, value if value in states else states[0])
        return st.radio(
            self._part("state"),
            states,
            index=states.index(first),
            key=key,
            format_func=lambda one: t(self.lang, f"page.edit.state.{one}"),
            horizontal=True,
        )

    def division(self, code: str) -> str:
        known = self.planner.taxonomy.divisions.get(code)
        if known is None:
            return code
        return f"{code} · {known.name_en if self.lang == 'en' else known.name_vi}"

    def _source(self, path: str, item: Mapping[str, Any]) -> dict[str, Any]:
        documents = {one.id: one for one in self.planner.documents()}
        key, first = self._first(f"{path}document", item.get("document"))
        options = list(dict.fromkeys((*documents, *([first] if first else ()))))

        def shown(one: str) -> str:
            known = documents.get(one)
            return wording.document_name(known, self.lang) if known else one

        document = st.selectbox(
            self._part("document"),
            options,
            index=options.index(first) if first else None,
            key=key,
            format_func=shown,
            placeholder=t(self.lang, "page.edit.pick_document"),
        )
        left, right = st.columns([3, 2])
        with left:
            clause = self.text(f"{path}clause", item.get("clause"), self._part("clause"))
        with right:
            row = self.number(f"{path}row", item.get("row"), self._part("row"))
        quote = self.text(f"{path}quote", item.get("quote"), self._part("quote"), Entry.NOTE)
        return {**item, "document": document, "clause": clause, "row": row, "quote": quote}

    def _part(self, name: str) -> str:
        return t(self.lang, f"page.edit.part.{name}")

    def _first(self, path: str, now: Any) -> tuple[str, Any]:
        """The key of a widget and its first value; a text belongs to the language it is in."""
        key = f"{self.key}:{self.lang}:{path}"
        return key, first_value(key, now)


_FAMILY = {
    "kind": "kind",
    "stage": "stage",
    "subkind": "page.edit.subkind",
}
SCALAR = (Entry.TEXT, Entry.NOTE, Entry.NUMBER, Entry.DATE, Entry.CHOICE)


def is_scalar(name: str) -> bool:
    """Whether a field has a single value that one widget can take."""
    spec = BY_NAME.get(name)
    return spec is not None and spec.entry in SCALAR and spec.group is not Group.PLACE


def _target(figure: Figure) -> dict[str, Any]:
    target = {
        "figure": figure.id,
        "comparator": figure.comparator,
        "low": wording.plain(figure.value),
        "high": wording.plain(figure.high),
        "year": figure.year,
    }
    return {name: value for name, value in target.items() if value is not None}
