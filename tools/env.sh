#!/usr/bin/env bash
# Create .venv from the hashed locks and install the front-end packages. `tools/env.sh run` takes what running needs,
# `tools/env.sh test` adds the tools of development. Nothing happens when nothing changed.
set -euo pipefail
cd "$(dirname "$0")/.."
kind="${1:-run}"
venv="${XIEZHI_VENV:-.venv}"

python="${PYTHON:-}"
if [ -z "$python" ]; then
  for name in python3 python3.13 python3.12 python3.11; do
    if command -v "$name" >/dev/null 2>&1 && "$name" -c 'import sys; raise SystemExit(sys.version_info < (3, 11))' 2>/dev/null; then
      python="$name"; break
    fi
  done
fi
[ -n "$python" ] || { echo "Python 3.11 or newer is needed. On Debian: apt-get install python3 python3-venv" >&2; exit 1; }

fingerprint() { cat "$@" | sha256sum | cut -d' ' -f1; }

# Python. The test lock holds everything the run lock holds, so its stamp serves for both.
want="$(fingerprint "requirements/$kind.txt" pyproject.toml packages/*/pyproject.toml)"
stamp="$venv/.stamp-$kind"
if [ "$(cat "$stamp" 2>/dev/null)" != "$want" ]; then
  if [ ! -x "$venv/bin/python" ]; then
    "$python" -m venv "$venv" || { echo "Creating $venv failed. On Debian: apt-get install python3-venv" >&2; exit 1; }
  fi
  echo "Installing Python packages from requirements/$kind.txt ..."
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "requirements/$kind.txt"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index --editable .
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index \
    --editable packages/verify --editable packages/witness
  echo "$want" > "$stamp"
  if [ "$kind" = test ]; then fingerprint requirements/run.txt pyproject.toml packages/*/pyproject.toml > "$venv/.stamp-run"; fi
fi

# Compiled once, also where the environment forbids Python to keep what it compiles: every program starts half a second sooner.
"$venv/bin/python" -m compileall -q src/xiezhi

# Catalogs of translations, compiled from the texts in the sources.
if [ -n "$(find src -name django.po -exec sh -c '[ ! -e "${1%.po}.mo" ] || [ "$1" -nt "${1%.po}.mo" ]' _ {} \; -print -quit)" ]; then
  "$venv/bin/xiezhi" messages --compile
fi

# Front-end packages, served as they are; for tests also an EVM node (the ledger's anchoring).
packages() { # folder, what it is
  local want
  want="$(fingerprint "$1/package.json" "$1/package-lock.json")"
  if [ "$(cat "$1/node_modules/.stamp" 2>/dev/null)" != "$want" ]; then
    usable() { command -v npm >/dev/null 2>&1 && [ "$(node -p 'process.versions.node.split(".")[0] >= 18' 2>/dev/null)" = true ]; }
    export PATH="$PATH:$PWD/$venv/bin"
    if ! usable; then
      echo "No Node 18 or newer here: installing it from a wheel ..."
      "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/node.txt
      export PATH="$PWD/$venv/bin:$PATH"
    fi
    echo "Installing $2 ..."
    (cd "$1" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) && echo "$want" > "$1/node_modules/.stamp"
  fi
}
if [ -f package-lock.json ]; then packages . "front-end packages"; fi
if [ "$kind" = test ] && [ -f tests/anchor/package-lock.json ]; then
  packages tests/anchor "an EVM node for tests" || echo "Not installed: the ledger's anchoring is left out of the tests." >&2
fi
