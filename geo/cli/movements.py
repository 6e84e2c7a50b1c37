"""The command `python -m geo movements`: the total area between two days."""

from __future__ import annotations

import argparse
import datetime as dt
import json
from pathlib import Path

from geo import journal, movements
from geo.cli.commands import Commands
from geo.desk import Desk
from geo.errors import UsageError
from geo.i18n import t
from geo.io.files import write_atomic
from geo.movements.wording import signed
from geo.people import COMMAND_LINE
from geo.services import Planner
from geo.settings import Settings
from geo.store import Register, migrate
from geo.store.database import database_url, open_engine, sqlite_file
from geo.zones import Kind

FORMS = (".xlsx", ".csv", ".json")
WIDTH = 14
"""Of the column of changes."""


def register(commands: Commands) -> None:
    """Add the command."""
    text = commands.text
    made = commands.add("movements", _movements)
    made.add_argument("--since", help=text("movements_since"))
    made.add_argument("--until", help=text("movements_until"))
    made.add_argument("--province", help=text("province"))
    made.add_argument("--kind", choices=list(map(str, Kind)), help=text("movements_kind"))
    made.add_argument("--format", choices=("text", "json"), default="text")
    made.add_argument("--out", type=Path, help=text("movements_out"))


def _movements(options: argparse.Namespace, settings: Settings, lang: str) -> int:
    since, until = _day(options.since), _day(options.until)
    out: Path | None = options.out
    if out is not None and out.suffix.lower() not in FORMS:  # before anything is worked out
        raise UsageError("movements.form", file=str(out))
    engine = open_engine(database_url(settings))
    try:
        file = sqlite_file(engine)
        if file is not None and not file.exists():
            raise UsageError("movements.no_history")
        migrate.require(engine)
        store = Register(settings, engine)
        planner = Planner(settings, store).now()
        desk = Desk(planner, store)
        province = planner.find_province(options.province) if options.province else None
        view = movements.View(
            (province,) if province else (), (options.kind,) if options.kind else ()
        )
        span = movements.span(desk, since, until, dt.datetime.now(journal.VIETNAM).date())
        found = movements.gather(desk, COMMAND_LINE, span)
        made = movements.account(
            found.then, found.now, found.history, planner.bounds.register, view
        )
        names = journal.names(desk, COMMAND_LINE)
    finally:
        engine.dispose()
    words = movements.Words(planner, lang, COMMAND_LINE, names)
    data = json.dumps(words.json(made, span), ensure_ascii=False, indent=1)
    if out is not None:
        form = out.suffix.lower()
        if form == ".xlsx":
            content = words.workbook(made, span)
        else:
            content = words.csv(made) if form == ".csv" else f"{data}\n".encode()
        write_atomic(out, content)
        print(t(lang, "cli.movements_written", file=str(out)))
    elif options.format == "json":
        print(data)
    else:
        _print(words, made, span)
    return 0


def _print(words: movements.Words, made: movements.Account, span: movements.Span) -> None:
    lang = words.lang
    print(f"{words.period(span)}. {words.view(made.view)}.")
    print(f"\n{words.text('start')}: {words.total(made.start)}")
    names = words.names(made)
    for step in made.steps():
        change = f"{signed(step.change.area_ha, lang)} ha".rjust(WIDTH)
        head = {"step": words.step(step.step), "zones": len(step.zones)}
        print("\n" + t(lang, "cli.movements_step", change=change, **head))
        for one in made.movements:
            if one.step is not step.step:
                continue
            note = words.note(one, names)
            version = one.version
            parts = {
                "change": f"{signed(one.change.area_ha, lang)} ha".rjust(WIDTH),
                "name": words.name(one),
                "zone": one.zone_id,
                "note": f" ({note})" if note else "",
            }
            if version is None:
                print(t(lang, "cli.movements_rest", **parts))
            else:
                parts |= {"revision": str(version.revision), "reason": version.reason or "—"}
                print(t(lang, "cli.movements_row", **parts, people=words.people(one)))
    if not made.movements:
        print(f"\n{words.text('nothing')}")
    print(f"\n{words.text('end')}: {words.total(made.end)}")
    print(f"{words.text('equation')}: {words.sentence(made)}")
    if made.taken_back:
        print(words.taken_back(made))


def _day(text: str | None) -> dt.date | None:
    try:
        return None if text is None else dt.date.fromisoformat(text)
    except ValueError as error:
        raise UsageError("movements.day", value=text) from error
