"""The entry: options, language, errors without a traceback."""

from __future__ import annotations

import argparse
import io
import os
import re
import sys
from collections.abc import Sequence

from geo import serving
from geo import settings as settings_module
from geo.cli import boundaries, database, movements, people, reading, searching
from geo.cli.commands import Commands, common
from geo.errors import KhuCumError, UsageError
from geo.i18n import error_text, number, t
from geo.settings import Settings


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; errors go to standard error in the chosen language, without a traceback."""
    lang = "vi"
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal without Vietnamese letters
    try:
        settings = settings_module.load()
        lang = settings.language
        options = _parser(lang).parse_args(arguments)
        lang = options.lang or lang
        status: int = options.run(options, settings, lang)
        if sys.stdout is not None:
            sys.stdout.flush()
        return status
    except KhuCumError as error:
        print(error_text(error, lang), file=sys.stderr)
        return 2
    except OSError as fault:
        # the reader (head, less) has gone or the disk is full; the interpreter must not try again
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(fault, BrokenPipeError):
            print(t(lang, "cli.output_failed", reason=fault.strerror), file=sys.stderr)
        return 2


def _parser(lang: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m geo", description=t(lang, "cli.about"), parents=[common(lang)]
    )
    into = parser.add_subparsers(required=True, metavar=t(lang, "cli.command"))
    commands = Commands(lang, into)
    for group in (reading, searching, movements, boundaries, database, people):
        group.register(commands)
    serve = commands.add("serve", _serve)
    port = os.environ.get("PORT", "8501")
    serve.add_argument("--port", default=port, help=commands.text("port"))
    serve.add_argument("--address", default="", help=commands.text("address"))
    return parser


def _serve(options: argparse.Namespace, settings: Settings, lang: str) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", options.port) or not 0 < int(options.port) < 65536:
        raise UsageError("serve.port", value=options.port)
    plan = serving.prepare(int(options.port), options.address, settings)
    for key in plan.warnings:
        print(t(lang, f"serving.{key}"), file=sys.stderr)
    if plan.trouble is not None:
        reason = error_text(plan.trouble, lang)
        print(t(lang, "serving.read_only", reason=reason), file=sys.stderr)
    if plan.first_admin is not None:
        print(t(lang, "serving.first_admin", link=plan.first_admin))
    print(t(lang, "cli.serving", url=plan.url, zones=number(plan.zones, lang)), flush=True)
    return serving.run(plan)
