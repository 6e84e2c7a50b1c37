"""Commands for boundary sets."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from geo import boundaries
from geo.cli.commands import Commands, report
from geo.i18n import t
from geo.issues import has_errors
from geo.settings import Settings

OPTIONS = (
    *("layer", "code-field", "name-field", "province-field"),
    *("province-code", "type-field", "encoding"),
)


def register(commands: Commands) -> None:
    """Add the commands."""
    group, text = commands.group("boundaries"), commands.text
    build = group.add("build", _build, "boundaries_build")
    build.add_argument("--download-dir", type=Path, help=text("download_dir"))
    group.add("verify", _verify, "boundaries_verify")
    load = group.add("import", _import, "boundaries_import")
    load.add_argument("file", type=Path)
    for name in OPTIONS:
        load.add_argument(f"--{name}", help=text(name.replace("-", "_")))
    load.add_argument("--vintage", required=True, help=text("new_vintage"))
    load.add_argument("--level", choices=("district", "province"), default="district")
    load.add_argument("--source", required=True, help=text("source"))
    load.add_argument("--licence", required=True, help=text("licence"))
    remove = group.add("remove", _remove, "boundaries_remove")
    remove.add_argument("set")


def _build(options: argparse.Namespace, settings: Settings, lang: str) -> int:
    folder = options.download_dir or settings.var_dir / "cache" / "boundaries"
    print(t(lang, "cli.downloading"))
    sources = boundaries.fetch(folder)
    print(t(lang, "cli.building"))
    target = settings.data_dir / "boundaries"
    boundaries.build(sources, target)
    return _verify(options, settings, lang)


def _verify(options: argparse.Namespace, settings: Settings, lang: str) -> int:
    issues = boundaries.verify(settings.data_dir / "boundaries")
    report(issues, lang, sys.stdout)
    if not has_errors(issues):
        print(t(lang, "cli.boundaries_sound"))
    return 1 if has_errors(issues) else 0


def _import(options: argparse.Namespace, settings: Settings, lang: str) -> int:
    made = boundaries.import_boundaries(
        options.file,
        layer=options.layer,
        code_field=options.code_field,
        name_field=options.name_field,
        province_field=options.province_field,
        province_code=options.province_code,
        type_field=options.type_field,
        encoding=options.encoding,
        vintage=options.vintage,
        level=options.level,
        out_dir=settings.data_dir / "boundaries",
        source=options.source,
        licence=options.licence,
        max_mb=settings.max_file_mb,
    )
    report(made.issues, lang, sys.stdout)
    accepted = not has_errors(made.issues)
    key = "cli.import_done" if accepted else "cli.import_refused"
    print(t(lang, key, file=options.file.name, vintage=options.vintage, count=made.features))
    return 0 if accepted else 1


def _remove(options: argparse.Namespace, settings: Settings, lang: str) -> int:
    boundaries.remove_set(settings.data_dir / "boundaries", options.set)
    print(t(lang, "cli.removed", set=options.set))
    return 0
