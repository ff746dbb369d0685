# Everything runs in .venv, which `make setup` fills from requirements-dev.lock (exact versions, with hashes).
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
ONCE ?=
FILE ?=
TOPIC ?= segment.events
FIRST ?= 0
HISTORIES ?= 10000

help: ## Show this help
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ## Install everything into .venv (done by the others when needed)

$(READY): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Python 3.11 or newer is needed; name one with: make PYTHON=/path/to/python3.11 ..."; exit 1; }
	@echo "Setting up .venv (once) ..."
	@$(PYTHON) -m venv .venv || { echo "Python's venv module is missing; on Debian: apt-get install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(READY)

run: $(READY) ## Start Kafka and all roles, send the example events, show what came out (ONCE=1: then end)
	@$(BIN)/segment-worker dev $(if $(ONCE),--once)

send: $(READY) ## Send FILE=events.ndjson into the running system (TOPIC=segment.events)
	@$(BIN)/segment-worker send $(FILE) --topic $(TOPIC)

test: $(READY) ## Run all tests, those on a real Kafka broker included
	@$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder

test-fast: $(READY) ## Run the tests that need no broker
	@$(BIN)/pytest -m "not broker and not slow"

soak: $(READY) ## Run HISTORIES=10000 simulated histories of the workspace, from seed FIRST=0
	@$(BIN)/python -m tests.simulation --first $(FIRST) --histories $(HISTORIES)

bench: $(READY) ## Measure, and write docs/benchmarks.md
	@$(BIN)/python -m tests.bench --report docs/benchmarks.md

lint: $(READY) ## Check style
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

format: $(READY) ## Apply the style
	@$(BIN)/ruff format .

types: $(READY) ## Check types
	@$(BIN)/mypy

schemas: $(READY) ## Write the schemas and examples of internal topics anew from the code
	@$(BIN)/python -m worker.topics.wire

lock: $(READY) ## Write the lock files anew after a change of pyproject.toml
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv>=0.8"
	@$(BIN)/uv pip compile --quiet pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -o requirements.lock
	@$(BIN)/uv pip compile --quiet pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -o requirements-dev.lock

clean: ## Remove .venv, caches and the local Kafka's data
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .local .bench

.PHONY: help setup run send test test-fast soak bench lint format types schemas lock clean
