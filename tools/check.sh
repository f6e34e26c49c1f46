#!/usr/bin/env bash
# Format, lint, types, import contracts, migrations, stale generated files. Runs all, then fails if one failed.
set -uo pipefail
cd "$(dirname "$0")/.."
bin="${XIEZHI_VENV:-.venv}/bin"
failed=()
step() { # name, command...
  local name="$1"; shift
  local log; log="$(mktemp)"
  if "$@" >"$log" 2>&1; then echo "ok    $name"; else echo "FAIL  $name"; cat "$log"; failed+=("$name"); fi
  rm -f "$log"
}
python_folders=(); for folder in src tests bench packages tools manage.py; do [ -e "$folder" ] && python_folders+=("$folder"); done
step "format" "$bin/ruff" format --check --quiet "${python_folders[@]}"
step "lint" "$bin/ruff" check --quiet "${python_folders[@]}"
step "types of the kernel" "$bin/mypy" src/xiezhi/kernel
step "import contracts" "$bin/lint-imports" --no-cache
step "migrations" "$bin/python" -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
step "procedures" "$bin/xiezhi" check
step "translations" "$bin/xiezhi" messages --check
step "generated files" "$bin/xiezhi" docs --check
[ ${#failed[@]} -eq 0 ] && { echo "All checks pass."; exit 0; }
printf 'Failed: %s\n' "${failed[@]}"
exit 1
