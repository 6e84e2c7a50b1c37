"""What tests share: the committed data, small records made by hand, and the rule on skipping."""

from __future__ import annotations

import os
import shutil
import tempfile
from decimal import Decimal
from pathlib import Path

import hypothesis
import pytest
from shapely import Point

from geo import settings as settings_module
from geo.services import Planner
from geo.store import migrate
from geo.store.database import FILE, open_engine
from geo.zones import Kind, Source, UnitRef, Zone
from tests import databases

ROOT = Path(__file__).resolve().parent.parent
SEEDS = Path(os.environ.get("KHUCUM_SEEDS", ROOT.parent / "shared" / "seeds"))


SOAK = bool(os.environ.get("KHUCUM_SOAK"))
"""Whether the tests of reliability run at full size (`make soak`)."""

# the same examples at every run, so that a failure is the change's; `make soak` looks further
hypothesis.settings.register_profile("khucum", deadline=None, derandomize=not SOAK)
hypothesis.settings.load_profile("khucum")


def tries(usual: int) -> int:
    """How many examples to generate."""
    return usual * 30 if SOAK else usual


def pytest_configure(config):
    """No test touches the register of whoever runs it."""
    os.environ.pop("DATABASE_URL", None)
    os.environ["KHUCUM_VAR"] = tempfile.mkdtemp(prefix="khucum-var-")
    config.add_cleanup(lambda: shutil.rmtree(os.environ["KHUCUM_VAR"], ignore_errors=True))


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


@pytest.fixture(scope="session")
def postgres():
    """A private PostgreSQL with PostGIS; every test makes its own database in it."""
    bin_dir = databases.programs()
    if bin_dir is None:
        pytest.skip("PostgreSQL with PostGIS is not installed: see tools/postgres.sh")
    cluster = databases.Cluster(bin_dir)
    yield cluster
    cluster.close()


@pytest.fixture
def postgres_url(postgres):
    """Address of a new PostgreSQL database: PostGIS is in it, the register's tables are not."""
    name = postgres.new_database()
    yield postgres.url(name)
    postgres.drop(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request, tmp_path):
    """Address of a new database without tables, of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'var' / FILE}"
    return request.getfixturevalue("postgres_url")


@pytest.fixture
def engine(store_url):
    """A new, empty register in either kind of database."""
    opened = open_engine(store_url)
    migrate.upgrade(opened)
    yield opened
    opened.dispose()
