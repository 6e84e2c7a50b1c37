"""What all sessions of a server share."""

from __future__ import annotations

from functools import cache

from geo import settings
from geo.services import Planner


@cache
def get_settings() -> settings.Settings:
    return settings.load()


@cache
def get_planner() -> Planner:
    """The use cases; made at the first call, then shared by pages and routes."""
    return Planner(get_settings())
