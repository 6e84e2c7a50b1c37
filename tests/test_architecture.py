"""The order of the layers: each module imports only what stands above it."""

import ast
from pathlib import Path

import pytest

from tests.conftest import ROOT

ORDER = [
    "geo.errors",
    "geo.text",
    "geo.garbled",
    "geo.sheets",
    "geo.issues",
    "geo.i18n",
    "geo.settings",
    "geo.auth",
    "geo.reasons",
    "geo.crs",
    "geo.zones",
    "geo.industries",
    "geo.vocabulary",
    "geo.districts",
    "geo.gazetteer",
    "geo.joins",
    "geo.places",
    "geo.columns",
    "geo.search",
    "geo.wishes",
    "geo.spots",
    "geo.reconciling",
    "geo.plans",
    "geo.checks",
    "geo.thematic",
    "geo.audit",
    "geo.io",
    "geo.changes",
    "geo.boundaries",
    "geo.survey",
    "geo.assets",
    "geo.maps",
    "geo.wording",
    "geo.audit_wording",
    "geo.store",
    "geo.state",
    "geo.profile",
    "geo.rows",
    "geo.services",
    "geo.search_wording",
    "geo.shortlist",
    "geo.comparing",
    "geo.people",
    "geo.signin",
    "geo.desk",
    "geo.gaps",
    "geo.journal",
    "geo.placing",
    "geo.takeaway",
    "geo.movements",
    "geo.factsheet",
    "geo.reports",
    "geo.web",
    "geo.serving",
    "geo.cli",
    "geo.__main__",
]
FILES = sorted((ROOT / "geo").rglob("*.py"))


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def layer_of(module: str) -> str | None:
    """The entry of ORDER that a module belongs to."""
    matching = [entry for entry in ORDER if module == entry or module.startswith(f"{entry}.")]
    return matching[0] if matching else None


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found.add(node.module or "")
            if node.module == "geo":
                names = {f"geo.{alias.name}" for alias in node.names}
                found |= names - {"geo.__version__"}
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: module_of(path))
def test_a_module_imports_only_what_stands_above_it(path):
    own = layer_of(module_of(path))
    if module_of(path) == "geo":
        return
    assert own is not None, f"{module_of(path)} has no place in ORDER"
    for name in imports(path):
        if name.startswith("geo."):
            other = layer_of(name)
            assert other is not None, f"{name} has no place in ORDER"
            assert ORDER.index(other) <= ORDER.index(own), f"{own} imports {other}"


def test_every_layer_exists():
    modules = {layer_of(module_of(path)) for path in FILES}
    assert set(ORDER) <= modules


@pytest.mark.parametrize("path", FILES, ids=lambda path: module_of(path))
def test_the_library_knows_nothing_of_streamlit(path):
    for name in imports(path):
        assert name.split(".")[0] not in {"streamlit"}


@pytest.mark.parametrize("path", sorted((ROOT / "pages").glob("*.py")), ids=lambda p: p.name)
def test_every_page_begins_with_the_guard_and_has_another_address(path):
    text = path.read_text("utf-8")
    statements = [
        ast.unparse(node)
        for node in ast.parse(text).body
        if not isinstance(node, ast.Import | ast.ImportFrom)
        and not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        and not isinstance(node, ast.Assign)
    ]
    assert statements[0] == "guard.enter()"
    app = (ROOT / "app.py").read_text("utf-8")
    pages = next(
        ast.literal_eval(node.value)
        for node in ast.parse(app).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "PAGES"
    )
    addresses = {file: address for file, _, _, address, _ in pages}
    assert addresses[path.stem] != path.stem
