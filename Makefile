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
PIP := pip -qq --disable-pip-version-check --no-input
# the packages of an extra of pyproject.toml, without installing the project itself again
extra = $(shell $(BIN)/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["$(1)"])')
# two workers: tests of one file stay together, the runs they read are made once for both; in the order of
# tests/conftest.py, not the files of most tests first
PYTEST ?= $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

# some machines switch it off: every start would then compile all it imports, which takes longer than the run
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help setup run test test-unit test-ui test-superset test-spark test-s3 test-team soak bench against scale check pictures raw-sources ui clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-13s %s\n", $$1, $$2 }'

setup: $(STAMP) ## build .venv from the lock file; does nothing when it is up to date

# of $(1) an environment, which takes $(2), with what the locks $(3) name
define install
	@test -n "$(PYTHON)" || { echo "macrotape needs Python 3.11 or later: none was found" >&2; exit 1; }
	@echo "installing into $(1): $(2)"
	@$(1)/bin/python -c '' 2>/dev/null || { rm -rf $(1) && $(PYTHON) -m venv $(1); }
	@# bytecode is made on import, and most modules never are
	@$(1)/bin/python -m $(PIP) install --no-compile --require-hashes $(3)
	@$(1)/bin/python -m $(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@
endef

$(STAMP): requirements.lock pyproject.toml
	$(call install,$(VENV),about a minute,-r requirements.lock)

run: setup ## run everything once on the simulated market, offline
	@$(BIN)/macrotape run --sources sample

test: setup check ## lint, types and every test
	@$(PYTEST) --durations=20

test-unit: setup ## the unit tests: three quarters of a minute
	@$(PYTEST) tests/unit

test-ui: setup ## drive Dagster's pages in Chromium: two minutes, leaves pictures
	@MACROTAPE_TEST_UI=1 $(BIN)/python -m pytest -s tests/e2e/pages/test_dagster_in_chromium.py

test-superset: setup ## install Superset apart, and read a release with it
	@MACROTAPE_TEST_SUPERSET=1 $(BIN)/python -m pytest tests/e2e/clients/test_superset.py

test-team: setup ## one run as docs/deploy has it, recorded in a PostgreSQL of its own
	@$(BIN)/python -m $(PIP) install $(call extra,team)
	@MACROTAPE_TEST_TEAM=1 $(BIN)/python -m pytest tests/integration/test_team_deployment.py

test-s3: setup ## land into a bucket of a local S3 server, installed for it: two minutes
	@$(BIN)/python -m $(PIP) install $(call extra,s3) "moto[server]>=5"
	@MACROTAPE_TEST_S3=1 $(BIN)/python -m pytest tests/integration/test_lake_on_s3.py

test-spark: $(SPARK)/.installed ## build everything on Spark too, and compare cell by cell: needs Java 17, takes half an hour
	@MACROTAPE_TEST_SPARK=1 $(SPARK)/bin/python -m pytest -s tests/spark

# a separate environment: Spark is 1.2 GB that only these tests need
$(SPARK)/.installed: requirements.lock requirements-spark.lock pyproject.toml
	$(call install,$(SPARK),some minutes,-r requirements.lock -r requirements-spark.lock)

soak: setup ## half a year of sessions with faults, many runs killed, every source failing: hours
	@MACROTAPE_SOAK_STEPS=120 MACROTAPE_KILLS=12 MACROTAPE_PLANTS=all MACROTAPE_BLAST=all $(BIN)/python -m pytest -s \
		tests/integration/test_soak.py tests/integration/test_mirror_run.py tests/integration/test_planted_values.py \
		tests/integration/test_blast_radius.py tests/integration/test_killed.py

check: setup ## lint, format, imports and types
	@$(BIN)/ruff check .
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/ruff format --check .
	@$(BIN)/sqlfluff lint --nocolor -q --processes 2 dbt_project/models dbt_project/tests/singular
	@$(BIN)/mypy

bench: setup ## measure everything of docs/performance.md, about a quarter of an hour; BENCH=--write keeps the tables
	@$(BIN)/python -m tests.benchmarks $(BENCH)

against: setup ## the SQL of this checkout against that of COMMIT: builds of both in turns, and which tables are equal
	@$(BIN)/python -m tests.benchmarks.against "$(COMMIT)"

scale: $(SPARK)/.installed ## measure everything of docs/scale.md, on Spark too: a quarter of an hour; SCALE=--write keeps the tables
	@$(SPARK)/bin/python -m tests.benchmarks.scaling $(SCALE)

pictures: setup ## make the pictures of README.md from a run on the simulated market
	@MACROTAPE_HOME=data/pictures $(BIN)/macrotape run --sources sample >/dev/null
	@$(BIN)/python -m tests.support.pictures data/pictures

raw-sources: setup ## write the dbt sources of the raw tables from ingest/registry/raw_tables.py
	@$(BIN)/python -m tests.support.raw_sources

ui: setup ## Dagster's pages on http://127.0.0.1:3000
	@$(BIN)/macrotape ui

clean: ## remove the environment and caches; data stay
	rm -rf $(VENV) $(SPARK) dbt_project/target dbt_project/logs .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
