"""The command line: ``python -m geo``, one file a group of commands.

Thin over the use cases. Exit status: 0 done, 1 a check is not met or something is refused, 2 bad
usage or nothing readable.
"""

from geo.cli.main import main

__all__ = ["main"]
