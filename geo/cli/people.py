"""The commands `python -m geo user …`: people and their rights."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager

from geo.auth import Role, rules_of
from geo.cli.commands import Commands
from geo.errors import UsageError
from geo.i18n import t
from geo.people import COMMAND_LINE, People
from geo.services import Planner
from geo.settings import Settings
from geo.store import FileRepository
from geo.store.opening import prepare


def register(commands: Commands) -> None:
    """Add the commands."""
    group, text = commands.group("user"), commands.text
    group.add("list", _list, "user_list")
    add = group.add("add", _add, "user_add")
    reset = group.add("reset", _reset, "user_reset")
    disable = group.add("disable", _disable, "user_disable")
    enable = group.add("enable", _enable, "user_enable")
    for one in (add, reset, disable, enable):
        one.add_argument("login")
    add.add_argument("--name", default="", help=text("user_name"))
    add.add_argument(
        "--role", choices=list(map(str, Role)), default="viewer", help=text("user_role")
    )
    add.add_argument("--province", action="append", metavar="CODE", help=text("user_province"))
    here = f"http://localhost:{os.environ.get('PORT', '8501')}"
    for one in (add, reset):
        one.add_argument("--url", default=here, help=text("user_url"))


@contextmanager
def _people(settings: Settings) -> Iterator[People]:
    engine = prepare(settings).engine
    try:
        yield People(engine, rules_of(settings))
    finally:
        engine.dispose()


def _list(options: argparse.Namespace, settings: Settings, lang: str) -> int:
    with _people(settings) as people:
        users = people.users(COMMAND_LINE)
    for user in users:
        provinces = sorted(user.provinces) if user.provinces is not None else None
        line = t(
            lang,
            "cli.user_line",
            login=user.login,
            name=user.name,
            role=t(lang, f"role.{user.role}"),
            provinces=provinces if provinces is not None else t(lang, "cli.user_all"),
            state=t(lang, f"page.people.state_{user.state}"),
        )
        print(line)
    if not users:
        print(t(lang, "cli.user_none"))
    return 0


def _add(options: argparse.Namespace, settings: Settings, lang: str) -> int:
    if options.province:
        bounds = Planner(settings, FileRepository(settings)).bounds
        for code in set(options.province) - set(bounds.frames["provinces-2016"].index):
            raise UsageError("people.province_unknown", value=code)
    with _people(settings) as people:
        link = people.add_user(
            COMMAND_LINE,
            options.login,
            options.name or options.login,
            Role(options.role),
            options.province,
            options.url,
        )
    return _print_link(link, options.login, lang)


def _reset(options: argparse.Namespace, settings: Settings, lang: str) -> int:
    with _people(settings) as people:
        link = people.reset(COMMAND_LINE, options.login, options.url)
    return _print_link(link, options.login, lang)


def _print_link(link: str, login: str, lang: str) -> int:
    print(t(lang, "page.people.link", login=login))
    print(link)
    return 0


def _disable(options: argparse.Namespace, settings: Settings, lang: str) -> int:
    with _people(settings) as people:
        people.disable(COMMAND_LINE, options.login)
    print(t(lang, "page.people.disabled", login=options.login))
    return 0


def _enable(options: argparse.Namespace, settings: Settings, lang: str) -> int:
    with _people(settings) as people:
        people.enable(COMMAND_LINE, options.login)
    print(t(lang, "page.people.enabled", login=options.login))
    return 0
