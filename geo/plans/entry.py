"""One entry of a plan file, read field by field, and numbers as people write them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from geo.plans.record import Operand, Quotient, Sum

LARGEST = 15  # digits before or after the decimal mark
MOST_DECIMALS = 6  # of a row or table

_Choice = TypeVar("_Choice", bound=StrEnum)


def written(text: str) -> list[str]:
    """How a number that came as text may be written in the file.

    Two ways where the text does not tell: "1.160" may be 1160 or 1.160. None where it is no
    number.

    Examples
    --------
    >>> written("1.160,83"), written("1,160.83"), written("1160.83"), written("1.160")
    (['1160.83'], ['1160.83'], ['1160.83'], ['1160', '1.160'])
    """
    plain = "".join(text.split())
    if not re.fullmatch(r"[+-]?\d+(?:[.,]\d+)*", plain, re.ASCII):
        return []
    marks = re.findall(r"[.,]", plain)
    last = max(plain.rfind("."), plain.rfind(","))
    whole = re.sub(r"[.,]", "", plain)
    decimal = f"{re.sub(r'[.,]', '', plain[:last])}.{plain[last + 1 :]}"
    grouped = bool(re.fullmatch(r"[+-]?[1-9]\d{0,2}([.,])\d{3}(?:\1\d{3})*", plain, re.ASCII))
    if not marks:
        return [whole]
    if len(marks) > 1:
        if len(set(marks)) == 1:
            return [whole] if grouped else []
        return [decimal] if marks.count(marks[-1]) == 1 else []
    return [whole, decimal] if grouped else [decimal]


class RefusedError(Exception):
    """An entry that cannot be used: the code of its issue, the field, and what stands there."""

    def __init__(self, code: str, field: str, value: object = None, **params: object) -> None:
        super().__init__(code)
        self.code, self.field, self.value, self.params = code, field, value, params


class Entry:
    """An object of a plan file, read field by field; the first fault refuses it."""

    def __init__(self, raw: Any, known: Iterable[str], path: str = "") -> None:
        self.path = path
        if not isinstance(raw, Mapping):
            raise RefusedError("plan.type", path.rstrip("."), raw, expected="{…}")
        self.raw = raw
        names = tuple(known)
        for name in raw:
            if name not in names:
                raise RefusedError("plan.field_unknown", path + name, choices=names)

    def need(self, name: str, expected: str) -> Any:
        if self.raw.get(name) is None:
            raise RefusedError("plan.field_missing", self.path + name, expected=expected)
        return self.raw[name]

    def refuse(self, name: str, expected: str) -> RefusedError:
        return RefusedError("plan.type", self.path + name, self.raw.get(name), expected=expected)

    def text(self, name: str) -> str | None:
        value = self.raw.get(name)
        if value is not None and not (isinstance(value, str) and value.strip()):
            raise self.refuse(name, '"…"')
        return value

    def required(self, name: str) -> str:
        self.need(name, '"…"')
        return self.text(name) or ""

    def flag(self, name: str, default: bool) -> bool:
        value = self.raw.get(name, default)
        if not isinstance(value, bool):
            raise self.refuse(name, "true, false")
        return value

    def whole(self, name: str, low: int, high: int) -> int:
        value = self.need(name, f"{low}–{high}")
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise self.refuse(name, f"{low}–{high}")
        return value

    def decimals(self) -> int | None:
        return (
            None if self.raw.get("decimals") is None else self.whole("decimals", 0, MOST_DECIMALS)
        )

    def items(self, name: str) -> list[Any]:
        value = self.need(name, "[…]")
        if not isinstance(value, list) or not value:
            raise self.refuse(name, "[…]")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        values = self.items(name)
        if not all(isinstance(one, str) and one.strip() for one in values):
            raise self.refuse(name, '["…"]')
        return tuple(values)

    def one_of(self, name: str, choices: Sequence[str], code: str = "plan.choice") -> str:
        value = self.need(name, ", ".join(choices))
        if value not in choices:
            raise RefusedError(code, self.path + name, value, choices=tuple(choices))
        return str(value)

    def choice(self, name: str, choices: type[_Choice], default: _Choice | None) -> _Choice | None:
        if self.raw.get(name) is None:
            return default
        return choices(self.one_of(name, tuple(choices)))

    def number(self, name: str) -> Decimal:
        value = self.raw.get(name)
        where = self.path + name
        if isinstance(value, str):
            ways = written(value)
            code = "plan.number_text" if ways else "plan.number"
            raise RefusedError(code, where, value, ways=" / ".join(ways))
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise RefusedError("plan.number", where, value)
        exact = Decimal(value)
        if not exact.is_finite() or exact.adjusted() >= LARGEST or -places(exact) < -LARGEST:
            raise RefusedError("plan.number", where, value)
        return exact

    def operand(self, name: str, raw: Any) -> Operand:
        """A figure's id, ``{"sum": […]}`` or ``{"quotients": [{"value", "times"}]}``."""
        where = self.path + name
        if isinstance(raw, str) and raw:
            return raw
        if isinstance(raw, Mapping) and set(raw) == {"sum"} and isinstance(raw["sum"], list):
            return Sum(tuple(self.operand(name, one) for one in raw["sum"]))
        if isinstance(raw, Mapping) and set(raw) == {"quotients"}:
            terms: list[Operand] = []
            for one in raw["quotients"] if isinstance(raw["quotients"], list) else ():
                entry = Entry(one, ("value", "times"), f"{where}.quotients.")
                ends = (entry.operand(end, entry.need(end, "id")) for end in ("value", "times"))
                terms.append(Quotient(*ends))
            if terms:
                return terms[0] if len(terms) == 1 else Sum(tuple(terms))
        raise RefusedError("plan.operand", where, raw)

    def one(self, name: str) -> Operand:
        return self.operand(name, self.need(name, "id"))

    def many(self, name: str) -> tuple[Operand, ...]:
        return tuple(self.operand(name, one) for one in self.items(name))


def places(value: Decimal) -> int:
    """Decimals that a number is written with; 0 for whole ones."""
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
