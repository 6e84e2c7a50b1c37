#!/bin/sh
# The tests of the store run a real PostgreSQL with PostGIS. Install Debian's where that is
# possible, else say so plainly. Nothing is started here: the tests start a server of their own.
set -eu
for folder in "$(dirname "$(readlink -f "$(command -v initdb)")")" /usr/lib/postgresql/*/bin; do
	if [ -x "$folder/initdb" ] && [ -f "$("$folder/pg_config" --sharedir 2>/dev/null)/extension/postgis.control" ]; then
		exit 0
	fi
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
	echo "Installing PostgreSQL and PostGIS for the tests of the store…"
	apt-get update -qq
	# only the programs are wanted, no server that starts with the machine
	settings=/etc/postgresql-common/createcluster.d/khu-cum.conf
	mkdir -p "$(dirname $settings)"
	trap 'rm -f $settings' EXIT
	echo "create_main_cluster = false" >$settings
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql postgresql-postgis >/dev/null
else
	echo "PostgreSQL with PostGIS was not found and cannot be installed without root: its tests will be skipped."
	echo "Install it with: sudo apt-get install postgresql postgresql-postgis"
fi
