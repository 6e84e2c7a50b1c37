"""Whether two records are of one place, and whether one record is of two.

Names are compared as people read them: "Hàm Kiệm I" is "Hàm Kiệm 1", "Hoà Phú" is "Hòa Phú",
while "Phú Lạc 1" and "Phú Lạc 2" are two. Places are compared only where they were surveyed or
drawn: points of one commune coincide because they are the commune's.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
import shapely

from geo.crs import geometry_area_ha
from geo.districts import UnitRegister
from geo.issues import Issue, issue
from geo.text import strip_marks
from geo.zones import Precision, Zone

LEAST_OVERLAP_HA = 0.01
"""Overlaps of less than 100 m² are the noise of two surveys of one border."""

NEIGHBOURS = 10
"""In a group of like records each is held against so many before it, so that no file is slow."""

_SHORTEST = 6
_SAME_PLACE_DECIMALS = 5  # about a metre, as the register writes places
_TYPE_WORDS = re.compile(
    r"(?:kcn|ccn|(?:khu|c[ụu]m)(?:\s+(?:cn|c[ôo]ng\s+nghi[ệe]p))?)(?![^\W_])\W*", re.IGNORECASE
)
_SUBKINDS = re.compile(r"^(?:do thi|cang|che xuat|lang nghe) ")
_ROMAN = re.compile(r"x{0,3}(?:ix|iv|v?i{0,3})")
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_APOSTROPHES = re.compile("['’‘ʼ`´]")
_COUNTERS = (["so"], ["giai", "doan"])


@dataclass(frozen=True, slots=True)
class Name:
    """What there is to compare in a name.

    Attributes
    ----------
    words
        Without the words for zone and cluster and without numbers; marks are kept, the tone of
        a word behind it so that it does not matter above which vowel it is written.
    core
        Letters without marks, nor the words for a kind of zone such as "cảng".
    numbers
        Its numbers and single letters; Roman ones as Arabic.
    marked
        Whether it is written with Vietnamese marks at all.
    """

    words: str
    core: str
    numbers: tuple[str, ...]
    marked: bool


@lru_cache(maxsize=100_000)
def read_name(text: str) -> Name:
    """The parts of a name.

    Examples
    --------
    >>> read_name("KCN Hàm Kiệm I") == read_name("Khu công nghiệp Hàm Kiệm 1")
    True
    >>> read_name("CCN Phú Lạc 2").numbers
    ('2',)
    """
    plain = unicodedata.normalize("NFKC", _APOSTROPHES.sub("", text)).strip()
    kind_words = _TYPE_WORDS.match(plain)
    written = re.findall(r"\d+|[^\W\d_]+", plain[kind_words.end() :] if kind_words else plain)
    # "Vi Hương" begins with a word, "KCN VI" is nothing but its number
    kinds = [_number(token, roman=at > 0 or len(written) == 1) for at, token in enumerate(written)]
    tokens = [token.casefold() for token in written]
    letters = [
        token
        for at, (token, number) in enumerate(zip(tokens, kinds, strict=True))
        if number is None and not _counts(tokens, kinds, at)
    ]
    words = " ".join(_toned(token) for token in letters)
    unmarked = strip_marks(" ".join(letters))
    core = _SUBKINDS.sub("", unmarked).replace(" ", "")
    return Name(words, core, tuple(n for n in kinds if n is not None), words != unmarked)


def _number(token: str, roman: bool) -> str | None:
    """A number or single letter as it is compared; None for a word."""
    if token.isdecimal():
        digits = "".join(str(unicodedata.decimal(digit)) for digit in token)
        return digits.lstrip("0") or "0"
    letters = token.casefold()
    # "Tường Vi" ends with a word, "Tường VI" and "tường vi" with a number
    if roman and _ROMAN.fullmatch(letters) and (token.isupper() or token.islower()):
        values = [{"i": 1, "v": 5, "x": 10}[letter] for letter in letters]
        signs = [1 if a >= b else -1 for a, b in pairwise(values)]
        return str(sum(v * s for v, s in zip(values, [*signs, 1], strict=True)))
    return letters if len(letters) == 1 else None


def _counts(tokens: Sequence[str], kinds: Sequence[str | None], at: int) -> bool:
    """Whether a word only announces a number: "số 1", "giai đoạn 2"."""
    bare = [strip_marks(token) for token in tokens]
    return any(
        bare[start : start + len(counter)] == counter and any(kinds[start + len(counter) :][:1])
        for counter in _COUNTERS
        for start in range(max(0, at - len(counter) + 1), at + 1)
    )


def _toned(word: str) -> str:
    spread = unicodedata.normalize("NFD", word)
    tones = "".join(mark for mark in spread if mark in _TONES)
    return "".join(letter for letter in spread if letter not in _TONES) + tones


def _same(one: Name, other: Name) -> bool:
    if one.numbers != other.numbers or not (one.core or one.numbers):
        return False
    if one.words == other.words:
        return True
    typed_bare = not (one.marked and other.marked)
    return typed_bare and strip_marks(one.words) == strip_marks(other.words)


def _near(one: Name, other: Name) -> bool:
    """The same but for marks or a word such as "cảng", or for one letter of a longer name."""
    if one.numbers != other.numbers or not one.core:
        return False
    if one.core == other.core:
        return True
    longer = min(len(one.core), len(other.core)) >= _SHORTEST
    return longer and not _shortened(one.core).isdisjoint(_shortened(other.core))


@lru_cache(maxsize=100_000)
def _shortened(core: str) -> frozenset[str]:
    """The word and all that is left of it without one letter.

    Two words that share one of these differ by a letter changed, added, dropped or moved.
    """
    return frozenset([core, *(core[:at] + core[at + 1 :] for at in range(len(core)))])


def duplicates(zone: Zone, others: Iterable[Zone], register: UnitRegister) -> list[Issue]:
    """Hold a record against all others; those with its own id are passed over.

    Parameters
    ----------
    register
        Tells which provinces of different lists are one.

    Returns
    -------
    list of Issue
        ``identity.same_name`` in one province and kind; ``identity.near_name`` likewise;
        ``identity.kinds_share_name`` for a zone and a cluster; ``identity.several_names`` where
        a name is that of several and the record has no members; ``identity.same_place`` and
        ``identity.overlap`` for surveyed or drawn places. Each names the `other`.
    """
    found = _several(zone)
    for other in others:
        if other.id != zone.id:
            found += _compare(zone, other, register)
    return found


def all_pairs(zones: Sequence[Zone], register: UnitRegister) -> list[Issue]:
    """What :func:`duplicates` finds among many zones, each pair once, under its later record.

    Of more than ten records with like names, or at one place, each is held against the ten
    before it: every one is found, not every pair.
    """
    found = [one for zone in zones for one in _several(zone)]
    pairs = {*_name_pairs(zones, register), *_place_pairs(zones)}
    for first, second in sorted(pairs, key=lambda pair: (pair[1], pair[0])):
        found += _compare(zones[second], zones[first], register)
    return found


def _compare(zone: Zone, other: Zone, register: UnitRegister) -> list[Issue]:
    return [*_name_issues(zone, other, register), *_place_issues(zone, other)]


# -- names


def _names(zone: Zone) -> list[tuple[str, bool]]:
    """The names of a record; true for those that are its own and not only another spelling."""
    own = [(name, True) for name in (zone.name, *zone.members)]
    return own + [(name, False) for name in zone.aliases]


def _name_issues(zone: Zone, other: Zone, register: UnitRegister) -> list[Issue]:
    if not _one_province(zone, other, register):
        return []
    code = None
    shown = (zone.name, other.name)
    for name, own in _names(zone):
        for other_name, others_own in _names(other):
            # two zones may well have been called by one loose name ("KCN Sông Công")
            if not (own or others_own):
                continue
            one, two = read_name(name), read_name(other_name)
            if _same(one, two):
                code = "same_name" if zone.kind is other.kind else "kinds_share_name"
                return [_pair_issue(code, zone, other, "name", name, other_name)]
            if zone.kind is other.kind and code is None and _near(one, two):
                code, shown = "near_name", (name, other_name)
    return [_pair_issue(code, zone, other, "name", *shown)] if code else []


def _pair_issue(
    code: str, zone: Zone, other: Zone, field: str, value: str, other_name: str, **more: Any
) -> Issue:
    return issue(
        f"identity.{code}",
        row=zone.id,
        field=field,
        value=value,
        other=other.id,
        other_name=other_name,
        **more,
    )


def _province_now(zone: Zone, register: UnitRegister) -> tuple[str, ...]:
    ref = zone.province
    unit = register.get(ref.code, ref.vintage, "province")
    now = unit.province_2025_code if unit else None
    return ("2025", now) if now else (ref.vintage, ref.code)


def _one_province(zone: Zone, other: Zone, register: UnitRegister) -> bool:
    """Whether two records are of one province.

    Those of lists before 2025 by their code, which no province changed; a record of a list
    before 2025 and one of 2025 by the province that holds the territory now.
    """
    if (zone.province.vintage == "2025") == (other.province.vintage == "2025"):
        return zone.province.code == other.province.code
    return _province_now(zone, register) == _province_now(other, register)


def _name_pairs(zones: Sequence[Zone], register: UnitRegister) -> Iterator[tuple[int, int]]:
    """Positions of records whose names may be the same or near."""
    alike: dict[Hashable, list[int]] = {}
    close: dict[Hashable, dict[str, list[int]]] = {}
    for at, zone in enumerate(zones):
        where = _province_now(zone, register)
        for text, _ in _names(zone):
            name = read_name(text)
            if not (name.core or name.numbers):
                continue
            alike.setdefault((where, name.numbers, name.core), []).append(at)
            if len(name.core) >= _SHORTEST:
                for left in _shortened(name.core):
                    cores = close.setdefault((where, zone.kind, name.numbers, left), {})
                    cores.setdefault(name.core, []).append(at)
    for group in alike.values():
        yield from _neighbours(group)
    for cores in close.values():
        if len(cores) > 1:
            yield from _neighbours([at for group in cores.values() for at in group])


def _neighbours(group: Sequence[int]) -> Iterator[tuple[int, int]]:
    for end, at in enumerate(group):
        for before in group[max(0, end - NEIGHBOURS) : end]:
            if before != at:
                yield min(before, at), max(before, at)


_SEVERAL = re.compile(
    r"(?:\d|\b[ivx]+|\b[^\W\d_])\s*[,;&+]\s*(?:số\s+)?(?:\d|[ivx]+\b|[^\W\d_]\b)|\w\W+và\W+\w"
)


def _several(zone: Zone) -> list[Issue]:
    """A name that counts ("số 1 và 2") or joins two ("A và B") on a record without members.

    A dash joins the two halves of one name (Đu – Động Đạt) and is no sign.
    """
    if zone.members:
        return []
    text = unicodedata.normalize("NFC", zone.name).casefold()
    if not _SEVERAL.search(text):
        return []
    return [issue("identity.several_names", row=zone.id, field="name", value=zone.name)]


# -- places


def _exact_place(zone: Zone) -> Hashable | None:
    """What two records have in common when one place was copied; None where it is not exact."""
    shape = zone.geometry
    if shape is None or zone.location_precision not in (Precision.SURVEYED, Precision.DRAWN):
        return None
    if zone.is_point:
        (lon, lat), *_ = shapely.get_coordinates(shape).round(_SAME_PLACE_DECIMALS).tolist()
        return lon, lat
    return bytes(shapely.to_wkb(shapely.normalize(shape)))


def _place_issues(zone: Zone, other: Zone) -> list[Issue]:
    if zone.geometry is None or other.geometry is None or zone.is_point is not other.is_point:
        return []
    if not zone.is_point and not shapely.intersects(zone.geometry, other.geometry):
        return []
    place = _exact_place(zone)
    if place is not None and place == _exact_place(other):
        return [_pair_issue("same_place", zone, other, "geometry", zone.name, other.name)]
    if zone.is_point:
        return []
    parts = shapely.get_parts(shapely.intersection(zone.geometry, other.geometry))
    overlap = sum(geometry_area_ha(part) for part in parts if part.geom_type == "Polygon")
    if overlap < LEAST_OVERLAP_HA:
        return []
    smaller = min(geometry_area_ha(zone.geometry), geometry_area_ha(other.geometry))
    return [
        _pair_issue(
            "overlap",
            zone,
            other,
            "geometry",
            zone.name,
            other.name,
            overlap_ha=round(overlap, 2),
            share_pct=round(overlap / smaller * 100, 1),
        )
    ]


def _place_pairs(zones: Sequence[Zone]) -> Iterator[tuple[int, int]]:
    """Positions of records at exactly one place, and of polygons that meet.

    Of polygons that are the same one stands for all, so that copies do not multiply.
    """
    exact: dict[Hashable, list[int]] = {}
    for at, zone in enumerate(zones):
        place = _exact_place(zone)
        if place is not None:
            exact.setdefault(place, []).append(at)
    for group in exact.values():
        yield from _neighbours(group)
    drawn = [group[0] for group in exact.values() if not zones[group[0]].is_point]
    shapes = np.array([zones[at].geometry for at in drawn], dtype=object)
    tree = shapely.STRtree(shapes)
    left, right = tree.query(shapes, predicate="intersects")
    for a, b in zip(left.tolist(), right.tolist(), strict=True):
        if a < b:
            yield drawn[a], drawn[b]
