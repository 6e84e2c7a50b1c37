#!/bin/sh
# The browser tests need Chromium. Install Debian's where that is possible, else say so plainly.
set -eu
for name in chromium chromium-browser google-chrome; do
	if command -v "$name" >/dev/null; then exit 0; fi
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
	echo "Installing Chromium for the browser tests…"
	apt-get update -qq
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-noto-core >/dev/null
else
	echo "Chromium was not found and cannot be installed without root: the browser tests will be skipped."
	echo "Install it with: sudo apt-get install chromium"
fi
