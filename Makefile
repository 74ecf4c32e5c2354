# Every target works from a clean clone with git, make and any Python 3; second runs are incremental.
SHELL := /bin/bash
.DEFAULT_GOAL := help
BIN := .venv/bin
READY := .venv/.ready
DEMO := .sop/warehouse.duckdb
# Where SOP_WAREHOUSE names another one, nothing is loaded into it unasked.
WAREHOUSE := $(if $(SOP_WAREHOUSE),,$(DEMO))
UV_VERSION := 0.13.9
UV := $(shell command -v uv 2>/dev/null || echo .tools/bin/uv)
export UV_PYTHON_PREFERENCE ?= system
export UV_CUSTOM_COMPILE_COMMAND := make lock
export DAGSTER_HOME ?= $(CURDIR)/.sop/dagster
# The package and its tests are compiled once, not by each process that begins.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help plan test test-system test-long images mutants chaos ui check audit format docs lock server clean

help: ## Show the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

plan: $(READY) $(WAREHOUSE) ## Plan every scenario and publish the plans
	$(BIN)/sop plan --all

test: $(READY) ## Run the tests that need nothing but Python
	$(BIN)/pytest -m "not system and not long"

# Servers and browsers work in processes of their own: three workers keep two processors busy.
test-system: $(READY) system-tools ## Run the tests that talk to a browser or to servers
	$(BIN)/pytest -m "system and not long" -n 3 -rs

test-long: $(READY) system-tools ## Run the tests that take minutes: backfills, deaths, many companies
	$(BIN)/pytest -m long -n 0 -rs

images: $(READY) system-tools ## Make the README's pictures anew from the UI
	$(BIN)/python -m sop_pipeline_tests.system.make_images

mutants: $(READY) ## Change the planner in small ways and see whether tests notice; ARGS=--help
	$(BIN)/python -m sop_pipeline_tests.mutants $(ARGS)

chaos: $(READY) system-tools ## Kill plans at 50 moments, break services 30 times, look after each
	$(BIN)/python -m sop_pipeline_tests.chaos

ui: $(READY) $(WAREHOUSE) ## Serve the UI at http://127.0.0.1:3000
	$(BIN)/sop ui --port $(or $(PORT),3000)

check: $(READY) ## Lint, types, import contracts
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/pyright
	$(BIN)/lint-imports

audit: $(READY) ## Look for known vulnerabilities of the locked dependencies
	$(BIN)/python .ci/audit.py

format: $(READY) ## Format and mend what can be mended
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

docs: $(READY) ## Write the data dictionary and the tables of the model anew
	$(BIN)/python -m sop_pipeline.schemas.dictionary > docs/data_dictionary.md
	$(BIN)/python -m sop_pipeline_tests.planning.write_model_tables

lock: $(UV) ## Resolve the dependencies anew
	$(UV) pip compile -q --universal --generate-hashes --no-emit-index-url --no-annotate --upgrade \
	  --extra dev pyproject.toml -o requirements.lock
	$(UV) pip compile -q --universal --generate-hashes --no-emit-index-url --no-annotate \
	  --constraint requirements.lock --extra celery pyproject.toml -o requirements-server.lock

server: requirements-server.lock | $(UV) ## Make the environment of a server, without what tests need
	test -x $(BIN)/python || $(UV) venv -q
	$(UV) pip sync -q --compile-bytecode --require-hashes requirements-server.lock
	$(UV) pip install -q --no-deps -e .
	$(BIN)/python -m compileall -q sop_pipeline

clean: ## Remove the environment and the embedded warehouse
	rm -rf .venv .tools .sop

$(DEMO): | $(READY)
	$(BIN)/sop init

# Compiled once, so that no process has to: where it may not write beside the sources, as a service
# or under PYTHONDONTWRITEBYTECODE, each start would take twice as long.
$(READY): requirements.lock pyproject.toml .python-version | $(UV)
	test -x $(BIN)/python || $(UV) venv -q
	$(UV) pip sync -q --compile-bytecode --require-hashes requirements.lock
	$(UV) pip install -q --no-deps -e .
	$(BIN)/python -m compileall -q sop_pipeline
	@touch $@

.tools/bin/uv:
	python3 -m venv .tools
	.tools/bin/pip install -q uv==$(UV_VERSION)

.PHONY: system-tools
system-tools:
	@(for tool in chromium redis-server psql cc; do command -v $$tool >/dev/null || exit 1; done) \
	  || (apt-get update -q && apt-get install -y -q chromium redis-server postgresql gcc libc6-dev)
