#!/bin/sh
# Installs what the machine tests need from Debian: a second reader of workbooks, psql and a server of another
# version, a browser, git, a real S3 server, and pip for the peers of the benchmarks.
set -eu
missing=""
/usr/bin/python3 -c "import openpyxl, xlrd" 2>/dev/null || missing="python3 python3-openpyxl python3-xlrd"
python3 -c "import ensurepip, venv" 2>/dev/null || missing="$missing python3-venv"
command -v chromium >/dev/null || missing="$missing chromium"
command -v psql >/dev/null || missing="$missing postgresql-client"
for one in ceph-mon ceph-osd radosgw; do command -v "$one" >/dev/null || missing="$missing $one"; done
command -v git >/dev/null || missing="$missing git"
ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || missing="$missing postgresql"
[ -z "$missing" ] && exit 0
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# shellcheck disable=SC2086
apt-get install -y -qq --no-install-recommends $missing >/dev/null
