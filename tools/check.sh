#!/usr/bin/env bash
# Format, lint, types, import contracts, migrations, stale generated files. Runs all, then fails if one failed.
set -uo pipefail
cd "$(dirname "$0")/.."
bin="${XIEZHI_VENV:-.venv}/bin"
logs="$(mktemp -d)"
trap 'rm -rf "$logs"' EXIT
names=(); jobs=(); failed=()
step() { # name, command... Steps run side by side; they read the tree and write nothing of each other's.
  names+=("$1"); shift
  "$@" >"$logs/${#names[@]}" 2>&1 &
  jobs+=($!)
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
for n in "${!names[@]}"; do
  if wait "${jobs[$n]}"; then echo "ok    ${names[$n]}"; else echo "FAIL  ${names[$n]}"; cat "$logs/$((n + 1))"; failed+=("${names[$n]}"); fi
done
[ ${#failed[@]} -eq 0 ] && { echo "All checks pass."; exit 0; }
printf 'Failed: %s\n' "${failed[@]}"
exit 1
