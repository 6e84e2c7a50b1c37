"""``make bench``: prints the tables of ``docs/performance.md``."""

from bench import join_and_checks, register

join_and_checks.main()
register.main()
