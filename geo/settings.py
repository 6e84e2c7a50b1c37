"""Settings of the installation, read once from the environment."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from geo.errors import SetupError

ROOT = Path(__file__).resolve().parent.parent
"""Folder of the project."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What an administrator can set; every name is documented in ``docs/settings.md``.

    Attributes
    ----------
    data_dir
        The register, plans, taxonomy and boundaries (``KHUCUM_DATA``).
    var_dir
        What the program writes: the database unless there is a server, caches (``KHUCUM_VAR``).
    database_url
        Of a PostgreSQL with PostGIS; empty for SQLite in `var_dir` (``DATABASE_URL``).
    sign_in_required
        Whether even viewing needs an account (``KHUCUM_SIGN_IN`` = ``required``).
    two_persons
        Whether a proposal must be published by somebody other than its author
        (``KHUCUM_TWO_PERSONS`` = ``1``).
    vendor_dir
        Map libraries as npm installs them (``KHUCUM_VENDOR``).
    max_file_mb
        Largest zone or boundary file that is read (``KHUCUM_MAX_FILE_MB``).
    language
        Language before the reader has chosen: ``vi`` or ``en`` (``KHUCUM_LANG``).
    tiles_url, tiles_credit
        Template of a basemap that a reader may switch on, ``https://…/{z}/{x}/{y}.png``, and its
        attribution; empty for none (``KHUCUM_TILES``, ``KHUCUM_TILES_CREDIT``).
    """

    data_dir: Path = ROOT / "data"
    var_dir: Path = ROOT / "var"
    database_url: str = field(default="", repr=False)  # may hold a password
    sign_in_required: bool = False
    two_persons: bool = False
    vendor_dir: Path = ROOT / "node_modules"
    max_file_mb: int = 40
    language: str = "vi"
    tiles_url: str = ""
    tiles_credit: str = ""


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings.

    Raises
    ------
    SetupError
        If a value is not of its kind, naming the variable and what it takes.
    """
    env = os.environ if environ is None else environ
    defaults = Settings()
    size = env.get("KHUCUM_MAX_FILE_MB", str(defaults.max_file_mb))
    if not re.fullmatch(r"[0-9]{1,6}", size) or int(size) == 0:
        raise SetupError("settings.number", name="KHUCUM_MAX_FILE_MB", value=size)
    language = env.get("KHUCUM_LANG", defaults.language)
    if language not in ("vi", "en"):
        raise SetupError("settings.language", name="KHUCUM_LANG", value=language)
    tiles = env.get("KHUCUM_TILES", defaults.tiles_url)
    if tiles and not (tiles.startswith(("https://", "http://", "/")) and "{z}" in tiles):
        raise SetupError("settings.tiles", name="KHUCUM_TILES", value=tiles)
    sign_in = env.get("KHUCUM_SIGN_IN", "optional")
    if sign_in not in ("optional", "required"):
        raise SetupError("settings.sign_in", name="KHUCUM_SIGN_IN", value=sign_in)
    two_persons = env.get("KHUCUM_TWO_PERSONS", "0")
    if two_persons not in ("0", "1"):
        raise SetupError("settings.switch", name="KHUCUM_TWO_PERSONS", value=two_persons)
    return Settings(
        database_url=env.get("DATABASE_URL", defaults.database_url),
        sign_in_required=sign_in == "required",
        two_persons=two_persons == "1",
        data_dir=Path(env.get("KHUCUM_DATA", defaults.data_dir)),
        var_dir=Path(env.get("KHUCUM_VAR", defaults.var_dir)),
        vendor_dir=Path(env.get("KHUCUM_VENDOR", defaults.vendor_dir)),
        max_file_mb=int(size),
        language=language,
        tiles_url=tiles,
        tiles_credit=env.get("KHUCUM_TILES_CREDIT", defaults.tiles_credit),
    )
