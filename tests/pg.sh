#!/bin/sh
# pg.sh: a private PostgreSQL for tests. `pg.sh start DIR` makes a cluster in DIR and prints its URL; `pg.sh stop DIR` ends it.
# `pair`, `failover`, `stop-pair`: the same with a synchronous standby. `crash`, `again`: power off and on.
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
        -o "-c listen_addresses='' -c unix_socket_directories='$dir' -c max_connections=100" start >>"$dir.log" 2>&1
    echo "postgres://goldenbridge@/postgres?host=$dir"
    ;;
stop)
    as "$bin/pg_ctl" -D "$dir/data" -m fast -w stop >/dev/null 2>&1 || true
    rm -rf "$dir" "$dir.log"
    ;;
pair) # a primary and a synchronous standby; the URL names both
    mkdir -p "$dir/a" "$dir/b"
    chmod 755 "$dir"
    chmod 700 "$dir/a" "$dir/b"
    [ "$(id -u)" != 0 ] || chown postgres: "$dir" "$dir/a" "$dir/b"
    as "$bin/initdb" -D "$dir/a/data" -U goldenbridge -A trust -E UTF8 --locale=C.UTF-8 --data-checksums -N >"$dir.log" 2>&1
    as "$bin/pg_ctl" -D "$dir/a/data" -w -t 60 -l "$dir/a/server.log" \
        -o "-c listen_addresses='' -c unix_socket_directories='$dir/a'" start >>"$dir.log" 2>&1
    as "$bin/pg_basebackup" -h "$dir/a" -U goldenbridge -D "$dir/b/data" -R -X stream -c fast \
        -d "host=$dir/a user=goldenbridge application_name=b" >>"$dir.log" 2>&1
    as "$bin/pg_ctl" -D "$dir/b/data" -w -t 60 -l "$dir/b/server.log" \
        -o "-c listen_addresses='' -c unix_socket_directories='$dir/b'" start >>"$dir.log" 2>&1
    as "$bin/psql" -X -q -h "$dir/a" -U goldenbridge postgres -c "ALTER SYSTEM SET synchronous_standby_names = 'b'" \
        -c "SELECT pg_reload_conf()" >>"$dir.log" 2>&1
    echo "postgres://goldenbridge@/postgres?host=$dir/a,$dir/b"
    ;;
failover)
    as "$bin/pg_ctl" -D "$dir/a/data" -m immediate -w stop >/dev/null 2>&1
    as "$bin/psql" -X -q -h "$dir/b" -U goldenbridge postgres -c "ALTER SYSTEM SET synchronous_standby_names = ''" >/dev/null
    as "$bin/pg_ctl" -D "$dir/b/data" -w promote >/dev/null 2>&1
    as "$bin/psql" -X -q -h "$dir/b" -U goldenbridge postgres -c "SELECT pg_reload_conf()" >/dev/null
    ;;
stop-pair)
    as "$bin/pg_ctl" -D "$dir/a/data" -m immediate -w stop >/dev/null 2>&1 || true
    as "$bin/pg_ctl" -D "$dir/b/data" -m immediate -w stop >/dev/null 2>&1 || true
    rm -rf "$dir" "$dir.log"
    ;;
crash)
    as "$bin/pg_ctl" -D "$dir/data" -m immediate -w stop >/dev/null 2>&1
    ;;
again) # syncfs: flushing the files of a hundred test databases one by one takes longer than a minute
    as "$bin/pg_ctl" -D "$dir/data" -w -t 60 -l "$dir/server.log" \
        -o "-c listen_addresses='' -c unix_socket_directories='$dir' -c max_connections=100 -c recovery_init_sync_method=syncfs" start >/dev/null 2>&1
    ;;
esac
