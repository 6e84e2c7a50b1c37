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

OSM = (
    "https://tile.openstreetmap.org/{z}/{x}/{y}.png",
    "© OpenStreetMap contributors, https://www.openstreetmap.org/copyright",
)
"""Tiles of OpenStreetMap with the attribution that they demand."""


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
    count_gaps
        Whether it is counted, without a trace of who asked, what investors search for and do not
        find (``KHUCUM_COUNT_GAPS`` = ``1``).
    vendor_dir
        Map libraries as npm installs them (``KHUCUM_VENDOR``).
    max_file_mb
        Largest zone or boundary file that is read (``KHUCUM_MAX_FILE_MB``).
    language
        Language before the reader has chosen: ``vi`` or ``en`` (``KHUCUM_LANG``).
    tiles_url, tiles_credit
        A basemap that a reader may switch on, as a template ``https://…/{z}/{x}/{y}.png`` or the
        address of a WMS, and its attribution; empty for none (``KHUCUM_TILES``, where ``osm``
        stands for :data:`OSM`, and ``KHUCUM_TILES_CREDIT``).
    tiles_layers
        Where `tiles_url` is that of a WMS, the layers to ask for (``KHUCUM_TILES_LAYERS``).
    """

    data_dir: Path = ROOT / "data"
    var_dir: Path = ROOT / "var"
    database_url: str = field(default="", repr=False)  # may hold a password
    sign_in_required: bool = False
    two_persons: bool = False
    count_gaps: bool = False
    vendor_dir: Path = ROOT / "node_modules"
    max_file_mb: int = 40
    language: str = "vi"
    tiles_url: str = ""
    tiles_credit: str = ""
    tiles_layers: str = ""


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
    tiles_url, tiles_credit, tiles_layers = _basemap(env)
    sign_in = env.get("KHUCUM_SIGN_IN", "optional")
    if sign_in not in ("optional", "required"):
        raise SetupError("settings.sign_in", name="KHUCUM_SIGN_IN", value=sign_in)
    return Settings(
        database_url=env.get("DATABASE_URL", defaults.database_url),
        sign_in_required=sign_in == "required",
        two_persons=_switch(env, "KHUCUM_TWO_PERSONS"),
        count_gaps=_switch(env, "KHUCUM_COUNT_GAPS"),
        data_dir=Path(env.get("KHUCUM_DATA", defaults.data_dir)),
        var_dir=Path(env.get("KHUCUM_VAR", defaults.var_dir)),
        vendor_dir=Path(env.get("KHUCUM_VENDOR", defaults.vendor_dir)),
        max_file_mb=int(size),
        language=language,
        tiles_url=tiles_url,
        tiles_credit=tiles_credit,
        tiles_layers=tiles_layers,
    )


def _switch(env: Mapping[str, str], name: str) -> bool:
    value = env.get(name, "0")
    if value not in ("0", "1"):
        raise SetupError("settings.switch", name=name, value=value)
    return value == "1"


def _basemap(env: Mapping[str, str]) -> tuple[str, str, str]:
    """Address, attribution and WMS layers; the address says which of them must be there."""
    url, credit, layers = (
        env.get(f"KHUCUM_TILES{part}", "").strip() for part in ("", "_CREDIT", "_LAYERS")
    )
    if url == "osm" and not layers:
        return OSM[0], credit or OSM[1], ""
    template = all(f"{{{part}}}" in url for part in "zxy")
    if layers and (template or not url):
        raise SetupError("settings.tiles_layers", name="KHUCUM_TILES_LAYERS", value=layers)
    if url and not (url.startswith(("https://", "http://", "/")) and (template or layers)):
        raise SetupError("settings.tiles", name="KHUCUM_TILES", value=url)
    if url and not credit:
        raise SetupError("settings.tiles_credit", name="KHUCUM_TILES_CREDIT")
    return url, credit, layers
