"""Both languages share one set of keys; numbers and dates in each language's form."""

import ast
import datetime as dt
import re
import string
from decimal import Decimal

import pytest

from geo import checks, plans, zones
from geo.i18n import LANGUAGES, LOCALE_DIR, catalogue, date, has, number, t
from geo.issues import CATALOGUE, Responsible, Severity
from tests.conftest import ROOT

SOURCES = [*(ROOT / "geo").rglob("*.py"), *(ROOT / "pages").rglob("*.py"), ROOT / "app.py"]


def test_both_languages_have_the_same_files_and_keys():
    files = {lang: {path.name for path in (LOCALE_DIR / lang).iterdir()} for lang in LANGUAGES}
    assert files["vi"] == files["en"]
    assert set(catalogue("vi")) == set(catalogue("en"))


def test_both_texts_of_a_key_take_the_same_parts():
    for key, vietnamese in catalogue("vi").items():
        parts = [
            {name for _, name, _, _ in string.Formatter().parse(text) if name}
            for text in (vietnamese, catalogue("en")[key])
        ]
        if not key.startswith("map.client."):
            assert parts[0] == parts[1], key


def literal_keys():
    """Keys that are written out in a call of t(…)."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id == "t"
                and len(node.args) > 1
            ):
                yield path, node.args[1]


def test_every_key_in_the_code_has_a_text():
    seen = 0
    for path, argument in literal_keys():
        if isinstance(argument, ast.Constant):
            seen += 1
            assert has("vi", argument.value), f"{path.name}: {argument.value}"
        elif isinstance(argument, ast.JoinedStr):
            pattern = "".join(
                re.escape(part.value) if isinstance(part, ast.Constant) else ".+"
                for part in argument.values
            )
            assert any(re.fullmatch(pattern, key) for key in catalogue("vi")), (path.name, pattern)
    assert seen > 40


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_member_of_a_family_has_a_text(lang):
    families = {
        "issue": CATALOGUE,
        "severity": Severity,
        "responsible": Responsible,
        "kind": zones.Kind,
        "stage": zones.Stage,
        "precision": zones.Precision,
        "industry": zones.IndustryState,
        "field": (*zones.AREA_FIELDS, "name", "kind", "stage"),
        "status": checks.Status,
        "subject": plans.Subject,
        "unit": plans.UNITS,
        "mechanism": checks.Mechanism,
        "finding.remark": checks.Remark,
        "finding.field": plans.Definition.FIELDS,
    }
    for family, members in families.items():
        for member in members:
            assert has(lang, f"{family}.{member}"), f"{family}.{member}"


def test_every_reason_and_missing_part_of_a_verdict_has_a_text():
    text = (ROOT / "geo" / "checks" / "methods.py").read_text("utf-8")
    reasons = set(re.findall(r'^\s+"([a-z_]+)",\n', text, re.MULTILINE))
    for key in catalogue("vi"):
        if key.startswith(("check.reason.", "check.why.")):
            assert f'"{key.rsplit(".", 1)[1]}"' in text, f"{key} is used nowhere"
    assert all(has("vi", f"check.reason.{one}") for one in reasons if "_" in one and one[0] != "_")
    for name in re.findall(r'Missing\(None, "([a-z_]+)"\)', text):
        assert has("vi", f"missing.{name}"), name


def test_every_error_code_in_the_code_has_a_text():
    codes = set()
    for path in SOURCES:
        codes |= set(
            re.findall(
                r'(?:DataError|UsageError|SetupError)\(\s*"([a-z0-9_.]+)"', path.read_text("utf-8")
            )
        )
    assert len(codes) > 30
    for code in codes:
        assert has("vi", f"error.{code}"), code


@pytest.mark.parametrize(
    ("value", "vi", "en"),
    [
        (Decimal("1160.83"), "1.160,83", "1,160.83"),
        (3770, "3.770", "3,770"),
        (Decimal("45.40"), "45,4", "45.4"),
        (0, "0", "0"),
        (-1.5, "-1,5", "-1.5"),
        (Decimal("1E+3"), "1.000", "1,000"),
        (None, "—", "—"),
    ],
)
def test_numbers_in_each_language(value, vi, en):
    assert number(value, "vi") == vi
    assert number(value, "en") == en


def test_dates_in_each_language():
    day = dt.date(2009, 1, 14)
    assert (date(day, "vi"), date(day, "en")) == ("14/01/2009", "14 Jan 2009")


def test_a_key_without_a_text_comes_back_as_itself():
    assert t("vi", "no.such.key") == "no.such.key"
