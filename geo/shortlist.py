"""A shortlist of zones: read from a link, and changed."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from geo.i18n import t
from geo.store import Version
from geo.wishes import Found, Hit
from geo.zones import AREA_FIELDS

MOST = 50
"""Zones of a shortlist."""

_MOST_NAMED, _LONGEST_SHOWN = 5, 40


@dataclass(frozen=True, slots=True)
class Shortlist:
    """The zones that a link asks for.

    Attributes
    ----------
    ids
        Those in the register, each once, in the order of the link.
    missing
        Ids that the register does not have now.
    beyond
        How many ids after the first :data:`MOST` were left out.
    """

    ids: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    beyond: int = 0


def read(asked: Iterable[str], known: Collection[str]) -> Shortlist:
    """The shortlist of a link.

    Parameters
    ----------
    asked
        Any texts; each may hold several ids with commas or spaces between them.
    known
        The ids of the register.

    Examples
    --------
    >>> read(["b,a", "b", "gone"], {"a", "b"})
    Shortlist(ids=('b', 'a'), missing=('gone',), beyond=0)
    """
    distinct = dict.fromkeys(one for text in asked for one in re.split(r"[,;\s]+", text) if one)
    taken = list(distinct)[:MOST]
    return Shortlist(
        tuple(one for one in taken if one in known),
        tuple(one for one in taken if one not in known),
        len(distinct) - len(taken),
    )


def left_out(listed: Shortlist, versions: Mapping[str, Version], lang: str) -> list[str]:
    """What of a link could not be followed, and why, in sentences.

    Parameters
    ----------
    versions
        The newest version of those missing ids that ever were in the register.
    """
    groups: dict[str, list[str]] = {"retired": [], "unusable": [], "unknown": []}
    for one in listed.missing:
        version = versions.get(one)
        if version is None:
            groups["unknown"].append(_brief(one))
        else:
            name = str(version.after.get("name") or one)
            groups["retired" if version.retired else "unusable"].append(_brief(name))
    told = [
        t(lang, f"shortlist.{reason}", names=_some(names, lang))
        for reason, names in groups.items()
        if names
    ]
    if listed.beyond:
        told.append(t(lang, "shortlist.beyond", most=MOST, count=listed.beyond))
    return told


def _brief(text: str) -> str:
    plain = "".join(letter if letter.isprintable() else " " for letter in text)
    return plain if len(plain) <= _LONGEST_SHOWN else plain[:_LONGEST_SHOWN] + "…"


def _some(names: Sequence[str], lang: str) -> str:
    named = list(names[:_MOST_NAMED])
    if more := len(names) - len(named):
        named.append(t(lang, "shortlist.more", count=more))
    return ", ".join(named)


def added(ids: Sequence[str], zone_id: str) -> tuple[str, ...]:
    """The list with a zone at its end; one that is full, or has it, stays as it is."""
    return tuple(ids) if zone_id in ids or len(ids) >= MOST else (*ids, zone_id)


def without(ids: Sequence[str], zone_id: str) -> tuple[str, ...]:
    """The list without a zone."""
    return tuple(one for one in ids if one != zone_id)


def raised(ids: Sequence[str], zone_id: str) -> tuple[str, ...]:
    """The list with a zone one place nearer to its head.

    Examples
    --------
    >>> raised(["a", "b", "c"], "c")
    ('a', 'c', 'b')
    """
    changed = list(ids)
    at = changed.index(zone_id) if zone_id in changed else 0
    if at:
        changed[at - 1 : at + 1] = changed[at], changed[at - 1]
    return tuple(changed)


def hits(found: Found, ids: Iterable[str]) -> list[Hit]:
    """Zones explained, whether or not the search finds them; unknown ids are left out."""
    return [hit for hit in map(found.hit, ids) if hit is not None]


def gaps(hit: Hit, lang: str) -> list[str]:
    """What the register does not know of a zone, by name; an investor has to ask for it."""
    zone = hit.zone
    names = [f"field.{name}" for name in AREA_FIELDS if getattr(zone, name) is None]
    if zone.stage is None:
        names.append("field.stage")
    if not zone.industries:
        names.append("field.industries")
    names += [f"search.criterion.{one}" for one in hit.unknown if one in ("near", "within")]
    return [t(lang, one) for one in names]
