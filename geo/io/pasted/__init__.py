"""Tables that people paste or upload to change many zones: Excel, CSV, a piece of the clipboard.

Columns are known by their headers and rows by the zone's id or name. An empty cell leaves the
register as it is; unknown is written out (``—``, ``chưa biết``). What has two readings is asked
about or refused, never guessed.
"""

from geo.io.pasted.columns import EDITABLE, column_label
from geo.io.pasted.reading import Entered, Pasted, Question, read
from geo.io.pasted.source import MAX_MB, MAX_ROWS, Source, load
from geo.io.pasted.template import template
from geo.io.pasted.values import (
    FIRST_DAY,
    choice_of,
    date_readings,
    is_unknown,
    number_readings,
    rounded,
)

__all__ = [
    "EDITABLE",
    "FIRST_DAY",
    "MAX_MB",
    "MAX_ROWS",
    "Entered",
    "Pasted",
    "Question",
    "Source",
    "choice_of",
    "column_label",
    "date_readings",
    "is_unknown",
    "load",
    "number_readings",
    "read",
    "rounded",
    "template",
]
