"""Khu & Cụm: the register of industrial zones and clusters, and the checks on its plans.

The library knows nothing of the user interface. ``docs/architecture.md`` gives the order of its
modules; ``tests/test_architecture.py`` holds them to it.
"""

__version__ = "0.3.0"
