# `make` lists what there is to make. Everything runs from .venv, which `make setup` builds from requirements.lock.

SHELL := /bin/bash
.DEFAULT_GOAL := help

# the first of these that is Python 3.11 or later
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
SPARK := .venv-spark
PIP := $(BIN)/python -m pip -qq --disable-pip-version-check --no-input
# two workers: tests of one file stay together, the runs they read are made once for both; in the order of
# tests/conftest.py, not the files of most tests first
PYTEST ?= $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

# some machines switch it off: every start would then compile all it imports, which takes longer than the run
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help setup run test test-unit test-ui test-superset test-spark test-team soak bench scale check ui clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-13s %s\n", $$1, $$2 }'

setup: $(STAMP) ## build .venv from the lock file; does nothing when it is up to date

$(STAMP): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "macrotape needs Python 3.11 or later: none was found" >&2; exit 1; }
	@echo "installing into $(VENV): about a minute"
	@$(BIN)/python -c '' 2>/dev/null || { rm -rf $(VENV) && $(PYTHON) -m venv $(VENV); }
	@# bytecode is made on import, and most modules never are
	@$(PIP) install --no-compile --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

run: setup ## run everything once on the simulated market, offline
	@$(BIN)/macrotape run --sources sample

test: setup check ## lint, types and every test
	@$(PYTEST)

test-unit: setup ## the tests that take seconds
	@$(PYTEST) -m "not slow"

test-ui: setup ## drive Dagster's pages in Chromium: two minutes, leaves pictures
	@MACROTAPE_TEST_UI=1 $(BIN)/python -m pytest -s tests/pages/test_dagster_in_chromium.py

test-superset: setup ## install Superset apart, and read a release with it
	@MACROTAPE_TEST_SUPERSET=1 $(BIN)/python -m pytest tests/clients/test_superset.py

test-team: setup ## one run as docs/deploy has it, recorded in a PostgreSQL of its own
	@$(PIP) install "$$($(BIN)/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["team"])')"
	@MACROTAPE_TEST_TEAM=1 $(BIN)/python -m pytest tests/integration/test_team_deployment.py

test-spark: $(SPARK)/.installed ## build everything on Spark too, and compare cell by cell: needs Java 17, takes a quarter of an hour
	@MACROTAPE_TEST_SPARK=1 $(SPARK)/bin/python -m pytest -s tests/spark

# an environment of its own, with everything of the other: Spark is 1.2 GB that nobody else needs
$(SPARK)/.installed: requirements.lock requirements-spark.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "macrotape needs Python 3.11 or later: none was found" >&2; exit 1; }
	@echo "installing Spark into $(SPARK): some minutes"
	@$(SPARK)/bin/python -c '' 2>/dev/null || { rm -rf $(SPARK) && $(PYTHON) -m venv $(SPARK); }
	@$(SPARK)/bin/python -m pip -qq --disable-pip-version-check --no-input install --no-compile --require-hashes -r requirements.lock -r requirements-spark.lock
	@$(SPARK)/bin/python -m pip -qq --disable-pip-version-check --no-input install --no-deps --no-build-isolation --editable .
	@touch $@

soak: setup ## half a year of sessions with faults, and many runs killed: an hour or two
	@MACROTAPE_SOAK_STEPS=120 MACROTAPE_KILLS=12 $(BIN)/python -m pytest -s tests/integration/test_soak.py tests/integration/test_mirror_run.py

check: setup ## lint, format and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/sqlfluff lint --nocolor -q dbt_project/models/staging dbt_project/models/marts dbt_project/tests/singular
	@$(BIN)/mypy

bench: setup ## measure everything of docs/performance.md, about a quarter of an hour; BENCH=--write keeps the tables
	@$(BIN)/python -m tests.benchmarks $(BENCH)

scale: $(SPARK)/.installed ## measure everything of docs/scale.md, on Spark too: half an hour; SCALE=--write keeps the tables
	@$(SPARK)/bin/python -m tests.benchmarks.scaling $(SCALE)

ui: setup ## Dagster's pages on http://127.0.0.1:3000
	@$(BIN)/macrotape ui

clean: ## remove the environment and caches; data stay
	rm -rf $(VENV) $(SPARK) dbt_project/target dbt_project/logs .pytest_cache .mypy_cache .ruff_cache
