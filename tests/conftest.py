"""What tests share: the committed data, small records made by hand, and the rule on skipping."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path

import pytest
from shapely import Point

from geo import settings as settings_module
from geo.services import Planner
from geo.zones import Kind, Source, UnitRef, Zone

ROOT = Path(__file__).resolve().parent.parent
SEEDS = Path(os.environ.get("KHUCUM_SEEDS", ROOT.parent / "shared" / "seeds"))


def pytest_sessionfinish(session, exitstatus):
    """In CI nothing may be skipped: a skipped test is a test that did not look."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if os.environ.get("CI") and skipped and exitstatus == 0:
        reporter.write_line(f"{len(skipped)} tests were skipped, which CI does not allow", red=True)
        session.exitstatus = 1


@pytest.fixture(scope="session")
def settings():
    return settings_module.Settings()


@pytest.fixture(scope="session")
def planner(settings):
    """The use cases over the committed data."""
    return Planner(settings)


@pytest.fixture
def feature():
    """A complete GeoJSON feature that is read without issues; changed by path before use."""

    def make(**changes):
        properties = {
            "id": "tn-ccn-thu",
            "kind": "CCN",
            "name": "CCN Thử",
            "province": {"code": "19", "vintage": "2010", "name": "Thái Nguyên"},
            "districts": [{"code": "172", "vintage": "2010", "name": "Phổ Yên"}],
            "area_planned_ha": Decimal("45.4"),
            "location_precision": "commune",
            "location_radius_km": Decimal("3.5"),
            "sources": [{"document": "tn-qd-341-2010", "clause": "II.3.2", "row": 1, "quote": "…"}],
        }
        geometry = changes.pop("geometry", {"type": "Point", "coordinates": [105.87, 21.4]})
        properties |= changes
        kept = {name: value for name, value in properties.items() if value is not DROP}
        return {"type": "Feature", "properties": kept, "geometry": geometry}

    return make


DROP = object()
"""As a value in the `feature` fixture: the property is left out."""


def zone_of(zone_id="tn-ccn-a", area="10", **fields):
    """A zone with given area and the rest as in Thái Nguyên's table of clusters."""
    values = {
        "kind": Kind.CCN,
        "name": zone_id.rsplit("-", 1)[-1].upper(),
        "province": UnitRef("19", "2010", "Thái Nguyên"),
        "districts": (UnitRef("172", "2010", "Phổ Yên"),),
        "sources": (Source("plan", "II.3.2", 1, "…"),),
        "area_planned_ha": None if area is None else Decimal(area),
        "geometry": Point(105.87, 21.4),
        "location_radius_km": Decimal(3),
    }
    return Zone(id=zone_id, **(values | fields))


@pytest.fixture
def make_zone():
    return zone_of
