# Sourced by the other scripts: sets up .venv from the hashed lock, once for each lock.
#
#   bootstrap runtime    what gatekeeper needs
#   bootstrap dev        that and what its tests need
#
# Uses uv where it is installed, else venv and pip. Prints to standard error only.

here="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
venv="$here/.venv"

find_python() {
  local candidate
  for candidate in ${GATEKEEPER_PYTHON:-} python3.13 python3.12 python3.11 python3 python; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      echo "$candidate"
      return
    fi
  done
  echo "gatekeeper: no Python 3.11 or newer found; install one, or name it in GATEKEEPER_PYTHON" >&2
  return 3
}

install_locked() {  # install_locked LOCK
  if command -v uv >/dev/null 2>&1; then
    uv pip install --quiet --python "$venv/bin/python" --compile-bytecode --require-hashes -r "$1"
  else
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$1"
  fi
}

make_venv() {
  "$venv/bin/python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && return
  rm -rf "$venv"
  local python
  python="$(find_python)" || return 3
  if command -v uv >/dev/null 2>&1; then
    uv venv --quiet --python "$python" "$venv"
  else
    # Debian ships venv apart from Python, and what fails half-way must not look complete.
    "$python" -m venv "$venv" || { rm -rf "$venv"; return 3; }
  fi
}

link_checkout() {  # the package itself, from this checkout; its dependencies are the lock's
  local site
  site="$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')" &&
    echo "$here" >"$site/gatekeeper-checkout.pth" &&
    printf '#!%s -I\nfrom gatekeeper.cli.main import main\n\nmain()\n' "$venv/bin/python" >"$venv/bin/gatekeeper" &&
    chmod +x "$venv/bin/gatekeeper"
}

install_all() {  # install_all runtime|dev
  local lock="$here/requirements.lock"
  [ "$1" = dev ] && lock="$here/requirements-dev.lock"
  echo "gatekeeper: setting up $venv (once; a minute or two)" >&2
  # Chained, because `set -e` does not hold in a function whose result is asked for.
  make_venv && install_locked "$lock" && link_checkout || return 3
  "$venv/bin/python" -m compileall -q "$here/gatekeeper" || true
}

bootstrap() {  # bootstrap runtime|dev
  local stamp wanted
  # The folder counts too: a checkout that was copied or moved must not run the code of the old one.
  wanted="$(cat "$here/requirements.lock" "$here/requirements-dev.lock" "$here/scripts/bootstrap.sh" | cksum) $here"
  # What the tests need includes what gatekeeper needs.
  for stamp in "$venv/.gatekeeper-$1" "$venv/.gatekeeper-dev"; do
    [ -x "$venv/bin/python" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] && return
  done
  install_all "$1" >&2 && echo "$wanted" >"$venv/.gatekeeper-$1" && return
  echo "gatekeeper: setting up failed; see above" >&2
  return 3
}
