#!/bin/sh
# pg.sh: a private PostgreSQL for tests. `pg.sh start DIR` makes a cluster in DIR and prints its URL; `pg.sh stop DIR` ends it.
# Exit status 77 where PostgreSQL is not installed. As root it runs as the user postgres, who may not be root.
# SPDX-License-Identifier: Apache-2.0
set -eu
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
[ -n "$bin" ] && [ -x "$bin/initdb" ] || exit 77
dir=$2
as() {
    if [ "$(id -u)" = 0 ]; then (cd / && setpriv --reuid=postgres --regid=postgres --init-groups "$@"); else "$@"; fi
}
case $1 in
start)
    mkdir -p "$dir"
    chmod 700 "$dir"
    [ "$(id -u)" != 0 ] || chown postgres: "$dir"
    as "$bin/initdb" -D "$dir/data" -U goldenbridge -A trust -E UTF8 --locale=C.UTF-8 --data-checksums -N >"$dir.log" 2>&1
    as "$bin/pg_ctl" -D "$dir/data" -w -t 60 -l "$dir/server.log" \
        -o "-c listen_addresses='' -c unix_socket_directories='$dir' -c max_connections=50" start >>"$dir.log" 2>&1
    echo "postgres://goldenbridge@/postgres?host=$dir"
    ;;
stop)
    as "$bin/pg_ctl" -D "$dir/data" -m fast -w stop >/dev/null 2>&1 || true
    rm -rf "$dir" "$dir.log"
    ;;
crash)
    as "$bin/pg_ctl" -D "$dir/data" -m immediate -w stop >/dev/null 2>&1
    ;;
again)
    as "$bin/pg_ctl" -D "$dir/data" -w -t 60 -l "$dir/server.log" \
        -o "-c listen_addresses='' -c unix_socket_directories='$dir' -c max_connections=50" start >/dev/null 2>&1
    ;;
esac
