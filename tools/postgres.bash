# Sourced by ./test and ./faults: a PostgreSQL cluster of our own in a temporary directory, thrown away at the end.
# start_postgres sets TEST_POSTGRES; stop_postgres belongs into the EXIT trap of the caller.

postgres_dir= postgres_pid=
# runuser and useradd.
PATH=$PATH:/usr/sbin:/sbin

# PostgreSQL refuses to run as root, so root lends it another user.
as_postgres_user() {
  if [ "$(id -u)" = 0 ]; then runuser -u "$postgres_user" -- "$@"; else "$@"; fi
}

start_postgres() {
  local bin password port try
  bin=$(postgres_bin) || { echo "no PostgreSQL server found" >&2; return 1; }
  postgres_user=$(id -un)
  if [ "$(id -u)" = 0 ]; then
    postgres_user=postgres
    getent passwd "$postgres_user" >/dev/null || useradd --system --shell /usr/sbin/nologin "$postgres_user"
  fi
  # Under /tmp whatever TMPDIR says: the path of a socket may have 107 characters, and the other user must reach it.
  postgres_dir=$(mktemp -d /tmp/sc-postgres.XXXXXX)
  password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  printf '%s\n' "$password" >"$postgres_dir/password"
  [ "$(id -u)" = 0 ] && chown -R "$postgres_user" "$postgres_dir"
  # The locale is that of a usual server, where text does not sort by bytes: what relies on the bytes must say so.
  (cd / && as_postgres_user "$bin/initdb" --pgdata="$postgres_dir/data" --username=tests --pwfile="$postgres_dir/password" \
    --auth-local=password --auth-host=password --encoding=UTF8 --locale=C.UTF-8 --locale-provider=icu --icu-locale=en-US \
    >"$postgres_dir/initdb.log" 2>&1) || { cat "$postgres_dir/initdb.log" >&2; return 1; }
  # fsync stays on: the kill tests are about what reached the disk. Somebody may take the free port first: then again.
  for try in 1 2 3; do
    port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    # In this file the last word wins.
    cat >>"$postgres_dir/data/postgresql.conf" <<CONF
listen_addresses = '127.0.0.1'
port = $port
unix_socket_directories = '$postgres_dir'
max_connections = 300
shared_buffers = 256MB
max_wal_size = 2GB
log_line_prefix = '%m [%p] %d '
CONF
    (cd / && as_postgres_user "$bin/pg_ctl" --pgdata="$postgres_dir/data" --wait --timeout=60 --silent \
      --log="$postgres_dir/log" start) && break
    [ "$try" = 3 ] && { tail -n 20 "$postgres_dir/log" >&2; return 1; }
  done
  postgres_pid=$(head -n 1 "$postgres_dir/data/postmaster.pid")
  export TEST_POSTGRES="postgres://tests:$password@127.0.0.1:$port/postgres"
  echo "PostgreSQL $("$bin/postgres" --version | grep -o '[0-9.]*' | head -n 1) on port $port"
}

# A fast shutdown, by the process id that was kept; the directory goes with it.
stop_postgres() {
  [ -n "$postgres_dir" ] || return 0
  if [ -n "$postgres_pid" ] && kill -INT "$postgres_pid" 2>/dev/null; then
    for _ in $(seq 100); do kill -0 "$postgres_pid" 2>/dev/null || break; sleep 0.1; done
    kill -QUIT "$postgres_pid" 2>/dev/null
  fi
  rm -rf "$postgres_dir"
  postgres_dir= postgres_pid=
}
