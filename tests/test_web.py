"""Routes: what may be cached, what is refused, and that nothing falls through to Streamlit."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from geo import assets, web
from geo.errors import DataError
from geo.settings import Settings

FOREVER = "public, max-age=31536000, immutable"


class FakePlanner:
    """One zone at one revision; counts how often a layer is made."""

    layer_names = ("zones", "districts-2016")

    def __init__(self) -> None:
        self.revision = "aa11"
        self.made = 0

    trouble = None

    def now(self) -> FakePlanner:
        return self

    def layer_revision(self, name: str) -> str:
        return self.revision if name == "zones" else "d1d1"

    def layer(self, name: str) -> bytes:
        self.made += 1
        return json.dumps({"layer": name, "revision": self.revision}).encode()

    def record(self, zone_id: str, lang: str) -> Mapping[str, Any] | None:
        return {"id": zone_id, "title": "Điềm Thụy"} if zone_id == "tn-kcn-diem-thuy" else None

    def counts(self) -> Mapping[str, int]:
        return {"zones": 1}


@pytest.fixture
def planner() -> FakePlanner:
    return FakePlanner()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    for package, _, file in assets.VENDOR.values():
        path = tmp_path / package / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"/* {path.name} */", "utf-8")
    (tmp_path / "secret.js").write_text("secret", "utf-8")
    return Settings(vendor_dir=tmp_path)


@pytest.fixture
def client(planner: FakePlanner, settings: Settings) -> Iterator[TestClient]:
    routes = web.routes(lambda: planner, settings)
    with TestClient(Starlette(routes=routes), follow_redirects=False) as made:
        yield made


def test_layer_is_compressed_once_and_cached_for_ever(
    client: TestClient, planner: FakePlanner
) -> None:
    first = client.get("/layers/aa11/zones.geojson")
    second = client.get("/layers/aa11/zones.geojson")
    assert first.json() == {"layer": "zones", "revision": "aa11"}
    assert first.headers["cache-control"] == FOREVER
    assert first.headers["content-encoding"] == "gzip"
    assert first.headers["content-type"] == "application/geo+json"
    assert first.headers["x-content-type-options"] == "nosniff"
    assert first.headers["vary"] == "Accept-Encoding"
    assert second.content == first.content
    assert planner.made == 1


def test_layer_for_a_reader_without_gzip(client: TestClient) -> None:
    answer = client.get("/layers/aa11/zones.geojson", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in answer.headers
    assert answer.json()["layer"] == "zones"


def test_known_layer_is_not_sent_again(client: TestClient) -> None:
    etag = client.get("/layers/aa11/zones.geojson").headers["etag"]
    again = client.get("/layers/aa11/zones.geojson", headers={"if-none-match": f'"x", {etag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)


def test_old_revision_is_gone_and_names_the_current_one(
    client: TestClient, planner: FakePlanner
) -> None:
    client.get("/layers/aa11/zones.geojson")
    planner.revision = "bb22"
    old = client.get("/layers/aa11/zones.geojson")
    assert old.status_code == 410
    assert old.json() == {"error": "revision_gone", "revision": "bb22"}
    assert old.headers["cache-control"] == "no-store"
    assert client.get("/layers/bb22/zones.geojson").json()["revision"] == "bb22"


def test_boundaries_stay_when_the_register_changes(
    client: TestClient, planner: FakePlanner
) -> None:
    before = client.get("/layers/d1d1/districts-2016.geojson")
    planner.revision = "bb22"
    after = client.get("/layers/d1d1/districts-2016.geojson")
    assert (before.status_code, after.status_code, planner.made) == (200, 200, 1)


@pytest.mark.parametrize(
    ("accepted", "packed"),
    [
        ("gzip", True),
        ("br, GZIP;q=0.5", True),
        ("*", True),
        ("gzip;q=0", False),
        ("notgzip", False),
    ],
)
def test_gzip_only_for_those_who_take_it(client: TestClient, accepted: str, packed: bool) -> None:
    answer = client.get("/layers/aa11/zones.geojson", headers={"accept-encoding": accepted})
    assert ("content-encoding" in answer.headers) is packed


def test_strong_tag_matches_too(client: TestClient) -> None:
    etag = client.get("/layers/aa11/zones.geojson").headers["etag"].removeprefix("W/")
    again = client.get("/layers/aa11/zones.geojson", headers={"if-none-match": etag})
    assert again.status_code == 304


@pytest.mark.parametrize(
    "path", ["/layers/aa11/zones.geojson", "/records/aa11/vi/tn-kcn-diem-thuy.json", "/healthz"]
)
def test_while_the_register_cannot_be_read_every_route_says_so(
    settings: Settings, path: str
) -> None:
    def broken() -> FakePlanner:
        raise DataError("file.not_json", file="zones.geojson", line="1", column="2")

    with TestClient(Starlette(routes=web.routes(broken, settings))) as client:
        answer = client.get(path)
    assert (answer.status_code, answer.json()) == (503, {"error": "file.not_json"})
    assert answer.headers["cache-control"] == "no-store"


def test_record(client: TestClient, planner: FakePlanner) -> None:
    found = client.get("/records/aa11/vi/tn-kcn-diem-thuy.json")
    assert found.json() == {"id": "tn-kcn-diem-thuy", "title": "Điềm Thụy"}
    assert found.headers["cache-control"] == FOREVER
    planner.revision = "bb22"
    moved = client.get("/records/aa11/vi/tn-kcn-diem-thuy.json")
    assert (moved.status_code, moved.headers["cache-control"]) == (307, "no-store")
    followed = client.get("/records/aa11/vi/tn-kcn-diem-thuy.json", follow_redirects=True)
    assert followed.url.path == "/records/bb22/vi/tn-kcn-diem-thuy.json"
    assert followed.json()["title"] == "Điềm Thụy"


@pytest.mark.parametrize(
    "path",
    [
        "/layers/aa11/nope.geojson",
        "/layers/aa11/fr/zones.geojson",
        "/layers/aa11/zones.json",
        "/layers/",
        "/layers/aa11/..%2F..%2Fetc%2Fpasswd",
        "/records/aa11/vi/no-such-zone.json",
        "/records/aa11/fr/tn-kcn-diem-thuy.json",
        "/records/aa11/vi/BAD.json",
        "/records/aa11/vi/a%27%20OR%201=1.json",
        "/records/aa11/vi/%3Cscript%3E.json",
        f"/records/aa11/vi/{'a' * 5000}.json",
        "/assets/x/jquery.js",
        "/assets/x/secret.js",
        "/assets/x/..%2Fsecret.js",
        "/assets/x/%2e%2e/secret.js",
        "/assets/x/%2Fetc%2Fpasswd",
        "/assets/leaflet.js",
    ],
)
def test_unknown_paths_answer_404_as_json(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.json() == {"error": "not_found"}
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("leaflet.js", "text/javascript; charset=utf-8"),
        ("leaflet.css", "text/css; charset=utf-8"),
        ("khucum-map.js", "text/javascript; charset=utf-8"),
        ("khucum-map.css", "text/css; charset=utf-8"),
    ],
)
def test_assets_by_their_content(
    client: TestClient, settings: Settings, name: str, media_type: str
) -> None:
    found = assets.find(name, settings)
    assert found is not None
    answer = client.get(f"/{found.address}")
    assert answer.content == found.content
    assert answer.headers["content-type"] == media_type
    assert answer.headers["cache-control"] == FOREVER
    assert client.get(f"/assets/other/{name}").headers["cache-control"] == "no-cache"


def test_changed_asset_gets_a_new_address(settings: Settings) -> None:
    before = assets.find("leaflet.js", settings)
    library = settings.vendor_dir / "leaflet" / "dist" / "leaflet.js"
    library.write_text("/* newer */", "utf-8")
    after = assets.find("leaflet.js", settings)
    assert before is not None
    assert after is not None
    assert before.address != after.address
    assert after.content == b"/* newer */"


def test_health(client: TestClient) -> None:
    answer = client.get("/healthz")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json() == {
        "status": "ok",
        "revision": "aa11",
        "trouble": None,
        "counts": {"zones": 1},
        "map_libraries": "local",
    }


def test_health_of_a_broken_register(settings: Settings) -> None:
    def broken() -> FakePlanner:
        raise DataError("file.not_found", file="zones.geojson")

    with TestClient(Starlette(routes=web.routes(broken, settings))) as client:
        answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (503, {"error": "file.not_found"})


@pytest.mark.parametrize("base_path", ["khu-cum", "/khu-cum/"])
def test_base_path(planner: FakePlanner, settings: Settings, base_path: str) -> None:
    routes = web.routes(lambda: planner, settings, base_path)
    with TestClient(Starlette(routes=routes)) as client:
        assert client.get("/khu-cum/healthz").status_code == 200
        assert client.get("/khu-cum/layers/aa11/zones.geojson").status_code == 200
        planner.revision = "bb22"
        moved = client.get("/khu-cum/records/aa11/vi/tn-kcn-diem-thuy.json")
    assert moved.url.path == "/khu-cum/records/bb22/vi/tn-kcn-diem-thuy.json"


def test_compressed_bytes_do_not_depend_on_the_clock() -> None:
    first, second = (web._Body.of(b"same", "text/plain").packed for _ in range(2))
    assert first == second
    assert gzip.decompress(first) == b"same"
