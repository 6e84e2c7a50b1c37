"""Reasons that staff give for what an audit has found: kept, dated, signed.

A reason is given for what a finding says at that moment. Once the finding says something else the
reason stays to be read, but the finding is open again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from geo.auth import Role


class Standing(StrEnum):
    HOLDS = "holds"  # given for what the finding says now
    EARLIER = "earlier"  # given for what it said before
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason.

    Attributes
    ----------
    finding, document
        Ids of what it was given for.
    basis
        :attr:`geo.checks.Finding.basis` at that moment.
    actor, signer
        Login and name of the person who gave it; both empty for readers who may not know.
    role
        In which the person gave it.
    withdrawn_at, withdrawn_by
        When it was taken back, and the name of who did; None as long as it stands.
    """

    id: int
    finding: str
    document: str
    basis: str
    text: str
    actor: str
    signer: str
    role: Role
    at: dt.datetime
    withdrawn_at: dt.datetime | None = None
    withdrawn_by: str | None = None

    def standing(self, basis: str) -> Standing:
        """What it is worth for a finding that says what `basis` stands for."""
        if self.withdrawn_at is not None:
            return Standing.WITHDRAWN
        return Standing.HOLDS if self.basis == basis else Standing.EARLIER


def digest(said: object) -> str:
    """SHA-256 of plain values in hexadecimal; equal numbers are the same however written.

    Examples
    --------
    >>> digest(["a", Decimal("50.0")]) == digest(("a", 50))
    True
    """
    return hashlib.sha256(json.dumps(_plain(said), sort_keys=True).encode()).hexdigest()


def _plain(value: object) -> object:
    match value:
        case None | bool() | str():
            return value
        case int() | Decimal():
            text = f"{value:f}"
            return {"number": text.rstrip("0").rstrip(".") if "." in text else text}
        case float():
            return _plain(Decimal(f"{value:.6g}"))  # the last digits differ between machines
        case dt.date():
            return value.isoformat()
        case Mapping():
            return {str(key): _plain(one) for key, one in value.items()}
        case tuple() | list():
            return [_plain(one) for one in value]
        case _:
            raise TypeError(type(value).__name__)
