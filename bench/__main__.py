"""``make bench``: prints the tables of ``docs/performance.md``.

``BENCH_FULL=1`` lets the viewers work for ten minutes instead of one.
"""

from bench import join_and_checks, map_speed, register, viewers

join_and_checks.main()
register.main()
map_speed.main()
viewers.main()
