"""The documentation names what there is."""

import re

from tests.conftest import ROOT
from tests.test_architecture import ORDER


def test_every_setting_is_documented():
    code = (ROOT / "geo" / "settings.py").read_text("utf-8")
    documented = (ROOT / "docs" / "settings.md").read_text("utf-8")
    for name in set(re.findall(r'"(KHUCUM_[A-Z_]+)"', code)):
        assert f"| `{name}` |" in documented, name


def test_every_layer_is_documented():
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    for module in ORDER:
        if module != "geo.__main__":
            path = module.replace(".", "/")
            assert f"`{path}.py`" in text or f"`{path}/`" in text, module


def test_the_readme_has_the_two_commands_and_its_links_lead_somewhere():
    text = (ROOT / "README.md").read_text("utf-8")
    assert "make run" in text
    assert "make test" in text
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (ROOT / target).exists(), target


def test_ci_runs_the_readme_s_test_command():
    assert "make test" in (ROOT / ".ci" / "run").read_text("utf-8")
