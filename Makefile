# `make help` lists what there is. Everything that Kreishaus keeps lies under KREISHAUS_HOME.
.DEFAULT_GOAL := help
.PHONY: help environments run up down docs superset test test-full test-all attack history scale soak fuzz pictures lint lint-python lint-sql format clean lock

PYTHON ?= python3.11
VENV := .venv
SUPERSET := .venv-superset
BIN := $(VENV)/bin
export KREISHAUS_HOME ?= $(CURDIR)/var
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# A test run starts hundreds of processes; each would compile our modules anew.
unexport PYTHONDONTWRITEBYTECODE
# Four processes share the tests, file by file, in the order of tests/conftest.py: on two cores, as
# nights, databases and disks are waited for.
PYTEST := $(BIN)/pytest --numprocesses 4 --dist loadfile --no-loadscope-reorder

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(VENV)/runtime: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	.ci/install $(VENV) requirements.lock
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/development: $(VENV)/runtime requirements-dev.lock
	.ci/install $(VENV) requirements-dev.lock
	@touch $@

environments: $(VENV)/development $(SUPERSET)/ready ## every package for development and for Superset

run: $(VENV)/runtime ## one whole night: sources, checks, marts, publishing; then a summary
	@$(BIN)/kreishaus run

up: $(VENV)/runtime ## the same, left running, with the Airflow page to look at
	@$(BIN)/kreishaus up

down: $(VENV)/runtime ## stop what `make up` left running
	@$(BIN)/kreishaus down

docs: $(VENV)/runtime ## the catalogue: a site about every table, its sources and methods
	@$(BIN)/kreishaus docs

# Superset asks for older versions of what Kreishaus depends on: an environment of its own.
$(SUPERSET)/ready: requirements-superset.lock
	$(PYTHON) -m venv $(SUPERSET)
	.ci/install $(SUPERSET) requirements-superset.lock
	@touch $@

superset: $(VENV)/runtime $(SUPERSET)/ready ## the dashboards, with a database of their own, until Ctrl-C
	@$(BIN)/python -m dashboards.local

test: $(VENV)/development ## every check: formats, types, SQL, all tests
	@$(MAKE) --no-print-directory lint
	$(PYTEST) -m "not full and not long"

test-full: $(VENV)/development $(SUPERSET)/ready ## what needs PostgreSQL, Superset or a browser
	$(PYTEST) -m full

test-all: $(VENV)/development $(SUPERSET)/ready ## `test` and `test-full` in one go: one night is made for both
	@$(MAKE) --no-print-directory lint
	$(PYTEST) -m "not long"

attack: $(VENV)/development ## attack on homes: all dates, 200 workbooks full of gaps, each rule switched off (an hour)
	$(BIN)/pytest -m long tests/integration/test_homes_attack.py tests/integration/test_homes_with_gaps.py tests/integration/test_homes_rules_off.py

history: $(VENV)/development ## ten simulated years against a first week, and a home of earlier code built anew (minutes)
	$(BIN)/pytest -m long tests/unit/kreishaus/store/test_flat_in_history.py tests/integration/test_upgrade.py

scale: $(VENV)/development ## a generated Germany in small: what must hold of it, and in how much memory (minutes)
	$(BIN)/pytest -m long tests/integration/test_germany.py

soak: $(VENV)/development ## hundreds of kills at random, with readers watching (hours): docs/reliability.md
	PYTHONPATH=tests/helpers $(BIN)/python tests/soak/soak.py

fuzz: $(VENV)/development ## thousands of damaged files for every parser (an hour and more)
	KREISHAUS_FUZZ_INPUTS=$${KREISHAUS_FUZZ_INPUTS:-5000} $(BIN)/pytest tests/fuzz --numprocesses 2 --hypothesis-show-statistics

pictures: $(VENV)/development $(SUPERSET)/ready ## the pictures of README and docs anew (minutes)
	PYTHONPATH=tests/helpers:tests/e2e $(BIN)/python tests/pictures/take.py

lint: $(VENV)/development ## formats, lint rules, types, imports between rooms, old words, SQL
	@$(MAKE) --no-print-directory --jobs 2 --output-sync=target lint-sql lint-python

lint-python:
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python .ci/old_words.py

lint-sql:
	$(BIN)/sqlfluff lint --disable-progress-bar dbt_project/models dbt_project/tests

format: $(VENV)/development ## put files into form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: ## resolve the lock files anew (needs uv)
	uv pip compile --quiet --generate-hashes --no-header --no-strip-extras --python-version 3.11 --extra build pyproject.toml -o requirements.lock
	uv pip compile --quiet --generate-hashes --no-header --no-strip-extras --python-version 3.11 --extra build --extra production pyproject.toml -c requirements.lock -o requirements-production.lock
	uv pip compile --quiet --generate-hashes --no-header --no-strip-extras --python-version 3.11 --extra build --extra production --extra dev pyproject.toml -c requirements-production.lock -o requirements-dev.lock
	uv pip compile --quiet --generate-hashes --no-header --no-strip-extras --python-version 3.11 dashboards/requirements.in -o requirements-superset.lock
	echo uv | uv pip compile --quiet --generate-hashes --no-header --no-strip-extras --python-version 3.11 - -o requirements-uv.lock

clean: ## remove the environment and everything under KREISHAUS_HOME
	rm -rf $(VENV) $(SUPERSET) "$(KREISHAUS_HOME)" build *.egg-info .import_linter_cache .mypy_cache .ruff_cache .pytest_cache
