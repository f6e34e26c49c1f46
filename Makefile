# Xiezhi 獬豸. `make run` starts an office on this machine; `make test` proves it.
SHELL := /bin/bash
VENV ?= .venv
BIN := $(VENV)/bin
export XIEZHI_VENV := $(VENV)

.PHONY: help env env-run system run test check soak bench screens docs lock clean

help: ## what can be made here
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

env: ## create .venv and node_modules from the locks (nothing to do when nothing changed)
	@tools/env.sh test

env-run:
	@tools/env.sh run

system: ## install the Debian packages that tests use, or say what is missing
	@tools/system.sh

run: env-run ## start everything: PostgreSQL, web and worker; Ctrl-C stops it
	@$(BIN)/xiezhi up $(ARGS)

test: env system ## everything that must pass (ARGS="-k name" for a part)
	@$(BIN)/python -m pytest -n 2 --dist worksteal $(ARGS)

check: env system ## format, lint, types, import contracts, migrations, stale generated files
	@tools/check.sh

soak: env system ## the long fault and load runs at full counts
	@XIEZHI_SOAK=1 $(BIN)/xiezhi soak $(ARGS)

bench: env ## benchmarks; figures go to bench/RESULTS.md
	@$(BIN)/xiezhi bench $(ARGS)

screens: env system ## take the screenshots of the documentation
	@$(BIN)/xiezhi screens $(ARGS)

docs: env ## write the generated documentation anew
	@$(BIN)/xiezhi docs

lock: ## compile the hashed locks from pyproject.toml (needs uv)
	@requirements/compile.sh

clean: ## remove caches; data in .xiezhi stays
	@rm -rf .mypy_cache .ruff_cache .import_linter_cache .hypothesis htmlcov .coverage build
