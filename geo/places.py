"""Finding places by what people type: zones, provinces, districts and communes, old and new.

One ranking over all of them. Names are folded once: those of units and communes when the first
question comes, those of zones when their records change.
"""

from __future__ import annotations

import heapq
import re
import threading
from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import geopandas as gpd
from shapely import Point

from geo.districts import Unit, UnitRegister
from geo.gazetteer import NEW, Commune, Gazetteer
from geo.i18n import ha, t
from geo.text import fold, fold_space, name_key
from geo.zones import Kind, Zone

LIMIT = 12
LONGEST = 100
"""Letters of a question; nothing has a longer name, so more finds nothing."""

DISTRICTS, OLD_PROVINCES, NEW_PROVINCES = "districts-2016", "provinces-2016", "provinces-2025"
OLD_VINTAGE, NEW_VINTAGE = "2016", "2025"

_NAMED = 3
_SHORTEST_SLIP = 5
_KEPT = 4  # results that zones leave to units of the very name
_ZONE, _PROVINCE, _DISTRICT, _COMMUNE = range(4)

_ZONE_TYPES = {"kcn": "kcn", "ccn": "ccn", "khu công nghiệp": "kcn", "cụm công nghiệp": "ccn"}
_UNIT_TYPES = (
    "xã",
    "phường",
    "thị trấn",
    "đặc khu",
    "huyện",
    "quận",
    "thị xã",
    "thành phố",
    "tỉnh",
)
_SHORT = {"tt": "thi tran", "đk": "dac khu", "dk": "dac khu", "tx": "thi xa", "tp": "thanh pho"}
_DOTTED = {"x.": "xa", "p.": "phuong", "h.": "huyen", "q.": "quan", "t.": "tinh"}

_folded = lru_cache(maxsize=4096)(fold)

_TYPES = {
    **_ZONE_TYPES,
    **{fold(words): kind for words, kind in _ZONE_TYPES.items()},
    **{words: fold(words) for words in _UNIT_TYPES},
    **{fold(words): fold(words) for words in _UNIT_TYPES},
    **_SHORT,
    **_DOTTED,
}
"""Type words as people write them, with and without diacritics, to their folded form."""

_ZONE_PREFIX = re.compile(
    r"^(?P<type>khu công nghiệp|cụm công nghiệp|kcn|ccn)\b[\s–-]*(?=\S)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class _Entry:
    """Something that can be found.

    Attributes
    ----------
    family
        Its place among equals: zones before provinces, districts and communes.
    names
        Without type words, the main one first.
    keys, words, marked
        All names as :func:`geo.text.name_key`, as folded words and as written in lower case,
        each between line breaks.
    types
        Folded type words that it has or had.
    around
        Folded words of its names and of all units that it lies in, each after a blank.
    home
        Code of the province of 2025 that it lies in; empty for one that has none.
    tell
        Gives the answer in a language; the name is the one that was met.
    """

    family: int
    names: tuple[str, ...]
    keys: str
    words: str
    marked: str
    types: frozenset[str]
    around: str
    home: str
    order: tuple[str, ...]
    tell: Callable[[str, str], dict[str, Any]] = field(repr=False)

    @classmethod
    def of(
        cls,
        family: int,
        names: Iterable[str],
        types: Iterable[str],
        around: Iterable[str],
        home: str,
        order: Sequence[str],
        tell: Callable[[str, str], dict[str, Any]],
    ) -> _Entry:
        all_names = tuple(dict.fromkeys(names))
        words = [_folded(name) for name in all_names]
        kinds = frozenset(map(_folded, types))
        near = " ".join(dict.fromkeys(" ".join([*kinds, *words, *map(_folded, around)]).split()))
        return cls(
            family,
            all_names,
            _lines(map(name_key, all_names)),
            _lines(words),
            _lines(fold_space(name).casefold() for name in all_names),
            kinds,
            f" {near}",
            home,
            (words[0], *order),
            tell,
        )


_Ranked = tuple[tuple[Any, ...], _Entry]


def _lines(texts: Iterable[str]) -> str:
    return "\n".join(["", *texts, ""])


class Finder:
    """Search over the zones of a register, its units and the communes.

    Parameters
    ----------
    register
        Units of every vintage.
    frames
        Boundaries by layer name, in EPSG:4326, indexed by code.
    folder
        Where the gazetteer of communes is; it is read with the first question.
    """

    def __init__(
        self, register: UnitRegister, frames: Mapping[str, gpd.GeoDataFrame], folder: Path
    ) -> None:
        self._register, self._frames, self._folder = register, frames, folder
        self._lock = threading.Lock()
        self._zones: dict[str, tuple[Zone, _Entry]] = {}
        self._revision: str | None = None
        self._entries: list[_Entry] = []
        self._planned: frozenset[str] = frozenset()

    def search(
        self, text: str, lang: str, revision: str, zones: Sequence[Zone]
    ) -> list[dict[str, Any]]:
        """At most :data:`LIMIT` places by name, best first; whatever is typed, never an error.

        Diacritics, case and type words need not fit; after a comma may stand a unit in which the
        place lies. Zones whose name holds the whole words come first, but never push out all
        units of that very name; then whole names, names that begin so, those in which a word
        begins so, those that hold the letters. Among equals go first the diacritics and the type
        as typed, then provinces and what lies in a province that has zones. Only where nothing
        fits, all words in any order and single slips of the hand are tried.

        Parameters
        ----------
        revision, zones
            Of the register; what was prepared for a revision is kept.

        Returns
        -------
        list of dict
            ``kind`` (``zone``, ``province``, ``district``, ``commune``), ``name``, ``line``
            (where it is and what became of it) and where it is: ``id``, ``sign`` and ``point``
            (longitude, latitude, or null) of a zone; ``code``, ``layers`` and ``bounds`` (west,
            south, east, north) of a unit; ``code``, ``vintage``, ``point`` and ``radius_km`` of a
            commune.

        Raises
        ------
        DataError
            Where the gazetteer cannot be read.
        """
        wanted = _Query(text) if len(text) <= LONGEST else None
        if wanted is None or not wanted.key:
            return []
        entries, planned = self._prepared(revision, zones)
        found = _matching(entries, wanted, planned)
        return [self._answer(entry, wanted, lang) for entry in found]

    def relations(self, layer: str, code: str, lang: str) -> list[str]:
        """Sentences on what a unit of a layer was and became, and what its boundary leaves out."""
        if layer == DISTRICTS:
            return self._district_relations(code, lang)
        if layer == NEW_PROVINCES:
            unit = self._register.get(code, NEW_VINTAGE, "province")
            parts = self._parts_of.get(code, [])
            if unit is None:
                return []
            if _unchanged(unit, parts):
                return [t(lang, "find.relation.same")]
            return [t(lang, "find.relation.made_of", units=[one.full_name for one in parts])]
        old = self._register.get(code, OLD_VINTAGE, "province")
        new = self._became(old)
        if old is None or new is None:
            return []
        parts = self._parts_of[new.code]
        if _unchanged(new, parts):
            return [t(lang, "find.relation.same")]
        others = [one.full_name for one in parts if one.code != code]
        if not others:
            return [t(lang, "find.relation.renamed", unit=new.full_name)]
        return [t(lang, "find.relation.merged", unit=new.full_name, others=others)]

    # -- what can be found

    def _prepared(
        self, revision: str, zones: Sequence[Zone]
    ) -> tuple[list[_Entry], frozenset[str]]:
        """Everything that can be found, and the provinces of 2025 that have zones."""
        with self._lock:
            if self._revision != revision:
                known = self._zones
                self._zones = {
                    zone.id: held
                    if (held := known.get(zone.id)) and held[0] is zone
                    else (zone, self._zone(zone))
                    for zone in zones
                }
                own = [entry for _, entry in self._zones.values()]
                self._entries = own + self._fixed
                self._planned = frozenset(entry.home for entry in own)
                self._revision = revision
            return self._entries, self._planned

    @cached_property
    def _gazetteer(self) -> Gazetteer:
        return Gazetteer.load(self._folder)

    @cached_property
    def _fixed(self) -> list[_Entry]:
        """Provinces, districts, communes; one that nothing befell in 2025 is there once."""
        old = [self._old_province(unit) for unit in self._register.of(OLD_VINTAGE, "province")]
        new = [self._new_province(unit) for unit in self._register.of(NEW_VINTAGE, "province")]
        districts = [self._district(unit) for unit in self._register.of(OLD_VINTAGE)]
        communes = [self._commune(entry) for entry in self._gazetteer if not self._kept(entry)]
        made = [*old, *new, *districts, *communes]
        return [entry for entry in made if entry is not None]

    def _zone(self, zone: Zone) -> _Entry:
        province = self._register.get(zone.province.code, zone.province.vintage, "province")
        units = [self._register.get(ref.code, ref.vintage) for ref in zone.districts]
        within = [unit.full_name for unit in units if unit] or [ref.name for ref in zone.districts]
        main = province.full_name if province else zone.province.name
        now = self._became(province)
        moved = now.full_name if now and province and now.name != province.name else None

        def tell(lang: str, met: str) -> dict[str, Any]:
            place = ", ".join([*within, main])
            area = zone.area_planned_ha
            line = [
                place if moved is None else t(lang, "find.line.moved", place=place, unit=moved),
                t(lang, "find.line.no_area") if area is None else ha(area, lang),
            ]
            if met in zone.members:
                line.append(t(lang, "find.line.holds", name=met))
            elif met in zone.aliases or met == zone.name_en:
                line.append(t(lang, "find.line.also", name=met))
            return {
                "kind": "zone",
                "id": zone.id,
                "sign": zone.kind.value,
                "name": zone.name,
                "line": line,
                "point": _point(zone),
            }

        return _Entry.of(
            _ZONE,
            (_bare(name) for name in _zone_names(zone)),
            [zone.kind.value],
            [*within, *(ref.name for ref in zone.districts), main, moved or ""],
            now.code if now else zone.province.code,
            (str(list(Kind).index(zone.kind)), main, *within, zone.id),
            lambda lang, met: tell(lang, _written(zone, met)),
        )

    def _old_province(self, unit: Unit) -> _Entry | None:
        new = self._became(unit)
        if new is None or _unchanged(new, self._parts_of[new.code]):
            return None  # the one of 2025 stands for both

        def line(lang: str) -> list[str]:
            now = t(lang, "find.line.part_of", unit=new.full_name)
            return [t(lang, "find.line.old_province"), now]

        return self._unit_entry(_PROVINCE, unit, [OLD_PROVINCES], line, order="1")

    def _new_province(self, unit: Unit) -> _Entry | None:
        parts = self._parts_of.get(unit.code, [])
        same = _unchanged(unit, parts)
        layers = [OLD_PROVINCES, NEW_PROVINCES] if same else [NEW_PROVINCES]

        def line(lang: str) -> list[str]:
            if same:
                return [t(lang, "find.line.same")]
            held = t(lang, "find.line.was", units=[part.full_name for part in parts])
            return [t(lang, "find.line.new_province"), held]

        return self._unit_entry(_PROVINCE, unit, layers, line, order="0")

    def _district(self, unit: Unit) -> _Entry | None:
        province = self._register.get(unit.province_code or "", OLD_VINTAGE, "province")
        now = self._became(province)
        others = self._other_names.get(unit.code, [])

        def line(lang: str) -> list[str]:
            where = province.full_name if province else ""
            if now and province and now.name != province.name:
                where = t(lang, "find.line.moved", place=where, unit=now.full_name)
            named = [t(lang, "find.line.in_year", name=name, year=year) for name, year in others]
            return [where, *named]

        around = [one.full_name for one in (province, now) if one]
        return self._unit_entry(_DISTRICT, unit, [DISTRICTS], line, others, around)

    def _unit_entry(
        self,
        family: int,
        unit: Unit,
        layers: list[str],
        line: Callable[[str], list[str]],
        others: Sequence[tuple[str, str]] = (),
        around: Sequence[str] = (),
        order: str = "",
    ) -> _Entry | None:
        """A province or district; None where no boundary stands for it."""
        frame = self._frames[layers[-1]]
        code = unit.boundary_code
        if code is None or code not in frame.index:
            return None
        bounds = [round(float(edge), 5) for edge in frame.geometry.at[code].bounds]

        def tell(lang: str, met: str) -> dict[str, Any]:
            return {
                "kind": "district" if family == _DISTRICT else "province",
                "code": code,
                "layers": layers,
                "name": _capital(unit.full_name),
                "line": line(lang),
                "bounds": bounds,
            }

        split = [_type_and_name(name) for name, _ in others]
        return _Entry.of(
            family,
            [_type_and_name(unit.name)[1], *(name for _, name in split)],
            [unit.type or "", *(kind for kind, _ in split)],
            [unit.full_name, *around],
            self._home(unit.province_code),
            (order, *around, unit.code),
            tell,
        )

    def _commune(self, entry: Commune) -> _Entry:
        new = entry.vintage == NEW
        others = self._gazetteer.was(entry.code) if new else self._gazetteer.became(entry.code)

        def tell(lang: str, met: str) -> dict[str, Any]:
            where = ", ".join(_inside(part) for part in (entry.district, entry.province) if part)
            same = new and len(others) == 1 and self._kept(others[0])
            if same:
                relation = t(lang, "find.line.formerly_in", unit=_inside(others[0].district or ""))
            else:
                relation = t(
                    lang,
                    "find.line.was" if new else "find.line.part_of",
                    **{"units" if new else "unit": _some(others, lang)},
                )
            return {
                "kind": "commune",
                "code": entry.code,
                "vintage": entry.vintage,
                "name": entry.full_name,
                "line": [where, relation],
                "point": [entry.lon, entry.lat],
                "radius_km": float(entry.radius_km),
            }

        context = {
            part for one in (entry, *others) for part in (one.district, one.province) if part
        }
        order = ("" if new else "1", entry.province, entry.district or "", entry.code)
        home = entry.province_code if new else self._home(entry.province_code)
        around = sorted(context)
        return _Entry.of(_COMMUNE, [entry.name], [entry.type], around, home, order, tell)

    def _kept(self, entry: Commune) -> bool:
        """Whether a commune of 2024 simply went on: one of the same name holds it alone."""
        became = () if entry.vintage == NEW else self._gazetteer.became(entry.code)
        return (
            len(became) == 1
            and became[0].full_name == entry.full_name
            and len(self._gazetteer.was(became[0].code)) == 1
        )

    # -- what became of units

    def _became(self, province: Unit | None) -> Unit | None:
        code = province.province_2025_code if province else None
        return self._register.get(code, NEW_VINTAGE, "province") if code else None

    def _home(self, province: str | None) -> str:
        """Code of the province of 2025 that holds one of 2016; empty where there is none."""
        new = self._became(self._register.get(province or "", OLD_VINTAGE, "province"))
        return new.code if new else ""

    @cached_property
    def _parts_of(self) -> dict[str, list[Unit]]:
        """The provinces of 2016 by the one of 2025 that holds them."""
        parts: dict[str, list[Unit]] = {}
        for unit in self._register.of(OLD_VINTAGE, "province"):
            parts.setdefault(unit.province_2025_code or "", []).append(unit)
        return parts

    @cached_property
    def _other_names(self) -> dict[str, list[tuple[str, str]]]:
        """Other names that a district of 2016 had, each with the year of the list, by code."""
        own = {unit.code: unit for unit in self._register.of(OLD_VINTAGE)}
        found: dict[str, dict[str, str]] = {code: {} for code in own}
        for unit in sorted(self._register, key=lambda one: one.vintage):
            if unit.level == "district" and unit.vintage != OLD_VINTAGE and unit.boundary_code:
                found[unit.boundary_code].setdefault(unit.full_name, unit.vintage)
        shares = Counter(
            (entry.district, entry.province, entry.district_2016)
            for entry in self._gazetteer
            if entry.district and entry.district_2016
        )
        main: dict[tuple[str, str], str] = {}  # of that name, else the one with most communes
        for (district, province, code), _ in shares.most_common():
            same = _bare_key(str(district)) == _bare_key(own[str(code)].full_name)
            if same or (district, province) not in main:
                main[str(district), province] = str(code)
        for (district, _), code in main.items():
            found[code].setdefault(_inside(district), "2024")
        return {
            code: [
                (name, year)
                for name, year in names.items()
                if fold(name) != fold(own[code].full_name)
            ]
            for code, names in found.items()
        }

    def _district_relations(self, code: str, lang: str) -> list[str]:
        unit = self._register.get(code, OLD_VINTAGE)
        if unit is None:
            return []
        lines = [
            t(lang, "find.relation.in_year", name=name, year=year)
            for name, year in self._other_names.get(code, [])
        ]
        province = self._register.get(unit.province_code or "", OLD_VINTAGE, "province")
        if now := self._became(province):
            lines.append(t(lang, "find.relation.district_now", unit=now.full_name))
        note = unit.note if lang == "vi" else unit.note_en
        return [*lines, note] if note else lines

    def _answer(self, entry: _Entry, wanted: _Query, lang: str) -> dict[str, Any]:
        met = next((name for name in entry.names if wanted.met(name)), entry.names[0])
        told = entry.tell(lang, met)
        parts = [part for part in told["line"] if part]
        return {**told, "line": " · ".join(parts)}


def _matching(entries: Sequence[_Entry], wanted: _Query, planned: frozenset[str]) -> list[_Entry]:
    """The best entries of the first way of looking that finds any."""
    needle = wanted.needle
    hits = [entry for entry in entries if needle in entry.keys]
    if len(wanted.key) == 2:  # within words two letters are almost everywhere
        hits = [entry for entry in hits if wanted.begins_word(entry)]
    ranked = [(wanted.rank(entry, planned), entry) for entry in hits if wanted.fits(entry)]
    if not ranked:
        longest = f" {max(wanted.loose, key=len)}"
        near = [entry for entry in entries if longest in entry.around]
        loose = (entry for entry in near if wanted.all_words(entry.around))
        ranked = [((0, entry.family, entry.order), entry) for entry in loose]
    if not ranked and len(wanted.key) >= _SHORTEST_SLIP:
        head, tail = wanted.halves
        like = [entry for entry in entries if head in entry.keys or tail in entry.keys]
        slips = (entry for entry in like if wanted.slips(entry.keys) and wanted.fits(entry))
        ranked = [((0, entry.family, entry.order), entry) for entry in slips]
    best = _best(ranked, LIMIT)
    namesakes = _best((one for one in ranked if wanted.is_unit(one[1])), _KEPT)
    others = [one for one in best if one not in namesakes]
    both = [*others[: LIMIT - len(namesakes)], *namesakes]
    return [entry for _, entry in _best(both, LIMIT)]


def _best(ranked: Iterable[_Ranked], count: int) -> list[_Ranked]:
    return heapq.nsmallest(count, ranked, key=lambda one: one[0])


class _Query:
    """What somebody typed, taken apart: type, name, units after a comma."""

    def __init__(self, text: str) -> None:
        name, *context = fold_space(text).split(",")
        self.whole_key = name_key(name)
        self.type, bare = _type_and_name(name)
        self.key = name_key(bare)
        self.needle = self.key if len(self.key) > 1 else f"\n{self.key}"  # one letter begins a name
        self.whole_words = _folded(name)
        self.words = _folded(bare)
        self.marked = bare.strip().casefold()
        self.loose = fold(text).split()
        self.context = [words for part in context if (words := fold(part))]
        self.zones = self.type in ("kcn", "ccn")
        size = len(self.key) // 2 - 1  # a slip leaves the head or the tail as it is
        self.halves = f"\n{self.key[:size]}", f"{self.key[-size:]}\n"

    def begins_word(self, entry: _Entry) -> bool:
        return f"\n{self.key}" in entry.keys or f" {self.words}" in entry.words

    def met(self, name: str) -> bool:
        return self.key in name_key(name)

    def is_name(self, entry: _Entry) -> bool:
        return f"\n{self.key}\n" in entry.keys or f"\n{self.whole_key}\n" in entry.keys

    def is_unit(self, entry: _Entry) -> bool:
        """Whether it is a province, district or commune of just that name."""
        return entry.family != _ZONE and self.is_name(entry)

    def is_zone(self, entry: _Entry) -> bool:
        """Whether it is a zone in whose name the words stand as they are."""
        names = entry.words.split("\n") if entry.family == _ZONE else ()
        return any(f" {self.words} " in f" {words} " for words in names)

    def rank(self, entry: _Entry, planned: Container[str]) -> tuple[Any, ...]:
        if self.is_name(entry):
            rank = 0
        elif f"\n{self.words}" in entry.words or f"\n{self.key}" in entry.keys:
            rank = 1
        else:
            rank = 2 if f" {self.words}" in entry.words else 3
        other_family = bool(self.type) and self.zones != (entry.family == _ZONE)
        unmarked = self.marked not in entry.marked
        other_type = bool(self.type) and self.type not in entry.types
        whole = f"\n{self.whole_key}" not in entry.keys  # "tinh bien": Tịnh Biên, not a tỉnh
        last = other_family and whole
        away = entry.family != _PROVINCE and entry.home not in planned
        best = last, not self.is_zone(entry), rank
        return *best, unmarked, other_type and whole, away, entry.family, entry.order

    def fits(self, entry: _Entry) -> bool:
        return all(
            f" {word}" in entry.around for context in self.context for word in context.split()
        )

    def all_words(self, around: str) -> bool:
        return all(f" {word}" in around for word in self.loose)

    def slips(self, keys: str) -> bool:
        return any(
            abs(len(key) - len(self.key)) <= 1 and _one_slip(key, self.key)
            for key in keys.split("\n")
        )


def _one_slip(name: str, typed: str) -> bool:
    """Whether one letter was left out, added, changed, or exchanged with its neighbour."""
    while name and typed and name[0] == typed[0]:
        name, typed = name[1:], typed[1:]
    while name and typed and name[-1] == typed[-1]:
        name, typed = name[:-1], typed[:-1]
    if len(name) <= 1 and len(typed) <= 1:
        return True
    return len(name) == 2 and name == typed[::-1]


def _type_and_name(text: str) -> tuple[str, str]:
    """``thị xã Phổ Yên`` → ``thi xa`` and ``Phổ Yên``; without a type word, or with nothing after
    it, the type is empty."""
    spaced = re.sub(r"^([^\W\d]{1,2})\.\s*", r"\1. ", text.strip())
    spaced = re.sub(r"^([pqPQ])\s?(?=\d)", r"\1. ", spaced)
    words = spaced.split()
    for size in (3, 2, 1):
        start = " ".join(words[:size]).casefold()
        kind = _TYPES.get(start) or _TYPES.get(start.rstrip("."))
        if kind and len(words) > size:
            return kind, " ".join(words[size:])
    return "", text.strip()


def _zone_names(zone: Zone) -> Iterable[str]:
    return (zone.name, *zone.aliases, *zone.members, *([zone.name_en] if zone.name_en else []))


def _bare(name: str) -> str:
    return _ZONE_PREFIX.sub("", fold_space(name))


def _written(zone: Zone, bare: str) -> str:
    return next((name for name in _zone_names(zone) if _bare(name) == bare), zone.name)


def _point(zone: Zone) -> list[float] | None:
    if zone.geometry is None:
        return None
    middle: Point = zone.geometry if zone.is_point else zone.geometry.representative_point()
    return [round(middle.x, 6), round(middle.y, 6)]


def _unchanged(new: Unit, parts: Sequence[Unit]) -> bool:
    return [part.full_name for part in parts] == [new.full_name]


def _bare_key(name: str) -> str:
    return name_key(_type_and_name(name)[1])


def _inside(name: str) -> str:
    """A name with its type as it stands within a sentence."""
    return name[:1].lower() + name[1:]


def _capital(name: str) -> str:
    return name[0].upper() + name[1:]


def _some(communes: Sequence[Commune], lang: str) -> str:
    names = [_inside(commune.full_name) for commune in communes]
    listed = ", ".join(names[:_NAMED])
    if len(names) <= _NAMED:
        return listed
    return t(lang, "find.line.and_more", names=listed, count=len(names) - _NAMED)
