"""What the groups of commands share: adding a command, printing issues."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TextIO

from geo.i18n import LANGUAGES, issue_text, t
from geo.issues import Issue, Severity
from geo.settings import Settings

Run = Callable[[argparse.Namespace, Settings, str], int]


@dataclass(frozen=True)
class Commands:
    """Adds commands to a parser, with their texts in a language."""

    lang: str
    into: Any

    def text(self, key: str) -> str:
        return t(self.lang, f"cli.{key}").replace("%", "%%")

    def add(self, name: str, run: Run, key: str | None = None) -> argparse.ArgumentParser:
        """A command; `key` of its text under ``cli`` is its name where not given."""
        about = self.text(key or name)
        made: argparse.ArgumentParser = self.into.add_parser(
            name, help=about, description=about, parents=[common(self.lang)]
        )
        made.set_defaults(run=run)
        return made

    def group(self, name: str) -> Commands:
        """Commands below a command."""
        about = self.text(name)
        made = self.into.add_parser(
            name, help=about, description=about, parents=[common(self.lang)]
        )
        return Commands(self.lang, made.add_subparsers(required=True, metavar=self.text("command")))


def common(lang: str) -> argparse.ArgumentParser:
    """The option that every command has."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--lang", choices=LANGUAGES, help=t(lang, "cli.lang"))
    return parser


def report(
    issues: Sequence[Issue], lang: str, stream: TextIO, least: Severity = Severity.INFO
) -> None:
    """Print issues of at least a severity, one a line."""
    order = list(Severity)
    for one in issues:
        if order.index(one.severity) <= order.index(least):
            print(f"{t(lang, f'severity.{one.severity}')}: {issue_text(one, lang)}", file=stream)
