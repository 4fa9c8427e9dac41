#!/usr/bin/env bash
# three-nodes.sh: PostgreSQL on three nodes of one machine, with Patroni and etcd from Debian's packages: to see and to test
# how a store survives the loss of its primary. docs/high-availability.md says what differs on three machines.
#
#   three-nodes.sh start DIR         makes everything below DIR, prints the store's URL
#   three-nodes.sh primary DIR       name of the node that takes writes (n1, n2, n3)
#   three-nodes.sh kill DIR NODE     ends a node at once, as if its power went
#   three-nodes.sh again DIR NODE    brings it back; it follows the new primary
#   three-nodes.sh stop DIR          ends and removes everything
#
# Needs the packages postgresql, patroni, etcd-server and curl; exit status 77 where one is missing.
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
for need in "$bin/initdb" "$(command -v patroni || true)" "$(command -v etcd || true)" "$(command -v curl || true)"; do
  [ -x "$need" ] || exit 77
done
verb=$1 dir=$2
NODES="n1 n2 n3"

as() { if [ "$(id -u)" = 0 ]; then (cd / && exec setpriv --reuid=postgres --regid=postgres --init-groups "$@"); else "$@"; fi; }
# below the ports that the system gives to outgoing connections, which may take one before its server does
free_port() { local n; while n=$((10000 + RANDOM % 20000)); ! python3 -c "import socket; socket.socket().bind(('127.0.0.1', $n))" 2>/dev/null; do :; done; echo $n; }
port() { cat "$dir/$1.$2"; }   # port NODE pg|api

config() { # what Patroni must know of one node; see docs/high-availability.md for each line
  local node=$1
  cat <<YML
scope: goldenbridge
name: $node
restapi: {listen: "127.0.0.1:$(port "$node" api)", connect_address: "127.0.0.1:$(port "$node" api)"}
etcd3: {host: "127.0.0.1:$(port etcd client)"}
bootstrap:
  dcs:
    ttl: 20
    loop_wait: 2
    retry_timeout: 5
    maximum_lag_on_failover: 0
    synchronous_mode: true
    synchronous_mode_strict: false
    postgresql:
      use_pg_rewind: true
      parameters: {max_connections: 60, wal_level: replica, hot_standby: "on", fsync: "on", full_page_writes: "on"}
  initdb: [{encoding: UTF8}, {locale: C.UTF-8}, data-checksums]
  pg_hba: ["local all all trust", "host all all 127.0.0.1/32 trust", "host replication all 127.0.0.1/32 trust"]
  users: {goldenbridge: {password: unused, options: [login]}}
postgresql:
  listen: 127.0.0.1:$(port "$node" pg)
  connect_address: 127.0.0.1:$(port "$node" pg)
  data_dir: $dir/$node/data
  bin_dir: $bin
  pgpass: $dir/$node/pgpass
  authentication: {superuser: {username: postgres}, replication: {username: replicator}, rewind: {username: postgres}}
  basebackup: [{checkpoint: fast}]
  parameters: {unix_socket_directories: "$dir/$node"}
YML
}

start_node() { (as setsid patroni "$dir/$1/patroni.yml" >>"$dir/$1/patroni.log" 2>&1 & echo $! >"$dir/$1.pid"); }

leader() {
  local node
  for node in $NODES; do
    if curl -fs -m 2 -o /dev/null "http://127.0.0.1:$(port "$node" api)/primary"; then echo "$node"; return 0; fi
  done
  return 1
}
standbys() { # how many follow, by the primary's word
  local node; node=$(leader) || { echo 0; return; }
  as "$bin/psql" -XAtq -h 127.0.0.1 -p "$(port "$node" pg)" -U postgres postgres -c \
    "SELECT count(*) FILTER (WHERE state = 'streaming') + 10 * count(*) FILTER (WHERE sync_state = 'sync') FROM pg_stat_replication" 2>/dev/null || echo 0
}
wait_for() { # seconds, then a command that must succeed
  local limit=$1; shift
  for _ in $(seq 1 $((limit * 5))); do if "$@"; then return 0; fi; sleep 0.2; done
  return 1
}
has_leader() { leader >/dev/null; }
is_whole() { [ "$(standbys)" = 12 ]; }   # two stream, one of them synchronously
processes() { pgrep -f "$dir/$1" || true; }

case $verb in
start)
  mkdir -p "$dir"; chmod 755 "$dir"
  free_port >"$dir/etcd.client"; free_port >"$dir/etcd.peer"
  for node in $NODES; do
    mkdir -p "$dir/$node"; chmod 700 "$dir/$node"
    free_port >"$dir/$node.pg"; free_port >"$dir/$node.api"
    config "$node" >"$dir/$node/patroni.yml"
  done
  mkdir -p "$dir/etcd"; chmod 700 "$dir/etcd"
  [ "$(id -u)" != 0 ] || chown -R postgres: "$dir"/n? "$dir/etcd"
  client=http://127.0.0.1:$(port etcd client) peer=http://127.0.0.1:$(port etcd peer)
  (as setsid etcd --name e1 --data-dir "$dir/etcd/data" --listen-client-urls "$client" --advertise-client-urls "$client" \
    --listen-peer-urls "$peer" --initial-advertise-peer-urls "$peer" --initial-cluster "e1=$peer" >"$dir/etcd.log" 2>&1 &)
  wait_for 20 curl -fs -o /dev/null "$client/health" || { echo "etcd did not start; see $dir/etcd.log" >&2; exit 1; }
  start_node n1
  wait_for 40 has_leader || { tail -5 "$dir/n1/patroni.log" >&2; exit 1; }
  as "$bin/psql" -Xq -h 127.0.0.1 -p "$(port n1 pg)" -U postgres postgres \
    -c "CREATE DATABASE goldenbridge OWNER goldenbridge" >/dev/null
  start_node n2; start_node n3
  wait_for 60 is_whole || { tail -5 "$dir/n2/patroni.log" >&2; exit 1; }
  hosts=$(for node in $NODES; do printf '127.0.0.1:%s,' "$(port "$node" pg)"; done)
  echo "postgres://goldenbridge@${hosts%,}/goldenbridge"
  ;;
primary) leader ;;
kill) # Patroni first, so that it does not start the database again
  for _ in 1 2 3; do kill -9 $(processes "$3/") 2>/dev/null || true; done
  pid=$(head -n 1 "$dir/$3/data/postmaster.pid" 2>/dev/null || true)
  [ -z "$pid" ] || kill -9 "$pid" 2>/dev/null || true
  ;;
again) start_node "$3" ;;
whole) wait_for 60 is_whole ;;
stop)
  kill -9 $(processes "") 2>/dev/null || true
  for node in $NODES; do kill -9 "$(head -n 1 "$dir/$node/data/postmaster.pid" 2>/dev/null)" 2>/dev/null || true; done
  sleep 0.5; rm -rf "$dir"
  ;;
*) sed -n '2,13s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
