"""Reports: the audit of documents as a workbook, a Word file, a page, a PDF, or plain data."""

from __future__ import annotations

import datetime as dt
import json
import re
import threading
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from geo import audit_wording, wording
from geo.audit import Audit
from geo.errors import UsageError
from geo.i18n import t
from geo.io.files import write_atomic
from geo.joins import Total
from geo.journal import VIETNAM
from geo.reports.content import compose
from geo.reports.records import totals, zones_of
from geo.services import Planner

WRITERS = {"xlsx": "workbook", "docx": "word", "html": "page", "pdf": "pdf"}
"""The module that writes each form."""

FORMS = (*WRITERS, "json")
_reading = threading.Lock()


def form_of(path: Path) -> str:
    """The form that a file's ending asks for.

    Raises
    ------
    UsageError
        ``report.form``, listing the endings.
    """
    form = path.suffix.removeprefix(".").lower()
    if form not in FORMS:
        raise UsageError("report.form", value=path.name, known=[f".{one}" for one in FORMS])
    return form


def render(
    planner: Planner, audit: Audit, form: str, lang: str, as_of: dt.date | None = None
) -> bytes:
    """The content of a report's file.

    Parameters
    ----------
    planner
        At the state that the audit was made of: see :meth:`geo.services.Planner.now`.
    form
        One of :data:`FORMS`.
    as_of
        The day of the register that the report speaks of; by default today in Vietnam.
    """
    day = as_of or dt.datetime.now(VIETNAM).date()
    if form == "json":
        made = json.dumps(_plain(planner, audit, lang, day), ensure_ascii=False, indent=1)
        return made.encode()
    made_of = compose(planner, audit, lang, day)
    return writer(WRITERS[form])(made_of)


def writer(module: str) -> Callable[..., bytes]:
    """What a module here writes with, read when it is first asked for: the libraries are large."""
    with _reading:  # of two threads that import at once, one may see half a module
        write: Callable[..., bytes] = import_module(f"geo.reports.{module}").write
    return write


def file_name(
    audit: Audit, form: str, lang: str, as_of: dt.date | None = None, part: str = "whole"
) -> str:
    """A name for a file: what it is, its document or how many, the day.

    Parameters
    ----------
    as_of
        By default today in Vietnam.
    part
        ``whole`` for a report; ``shown`` for findings that were chosen from an audit.

    Examples
    --------
    ``kiem-tra-quy-hoach-tn-qd-341-2010-2026-03-09.docx``
    """
    day = as_of or dt.datetime.now(VIETNAM).date()
    ids = [re.sub(r"[^\w-]+", "-", one.id) for one in audit.documents]
    of = ids[0] if len(ids) == 1 else t(lang, "report.file.several", count=len(ids))
    return f"{t(lang, f'report.file.{part}')}-{of}-{day.isoformat()}.{form}"


def save(
    path: Path, planner: Planner, audit: Audit, lang: str, as_of: dt.date | None = None
) -> None:
    """Write a report as a whole or not at all; the ending of the file chooses the form.

    Raises
    ------
    UsageError
        As :func:`form_of`.
    SetupError
        ``file.not_writable``; an older file stays as it was.
    """
    write_atomic(path, render(planner, audit, form_of(path), lang, as_of))


def _plain(planner: Planner, audit: Audit, lang: str, day: dt.date) -> dict[str, Any]:
    zones = zones_of(planner, audit)
    return {
        "revision": planner.revision,
        "as_of": day.isoformat(),
        **audit_wording.audit_json(audit, lang, planner.namer(lang)),
        "records": [zone.id for zone in zones],
        "totals": {
            key: {code: _total(one) for code, one in found.items()}
            for key, found in totals(planner, zones).items()
        },
    }


def _total(one: Total) -> dict[str, Any]:
    return {
        "zones": one.zones,
        "clusters": one.clusters,
        "area_ha": wording.plain(one.area_ha),
        "area_by_kind": {kind: wording.plain(area) for kind, area in one.area_by_kind.items()},
        "unknown_area": one.unknown_area,
        "shared": one.shared,
        "shared_ha": wording.plain(one.shared_ha),
    }
