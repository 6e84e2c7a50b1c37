"""``make bench``: prints the tables of ``docs/performance.md``.

``BENCH_FULL=1`` lets the viewers work for ten minutes instead of one.
"""

from bench import audit, join_and_checks, map_speed, register, search, viewers

join_and_checks.main()
register.main()
audit.main()
search.main()
map_speed.main()
viewers.main()
