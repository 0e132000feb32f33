# Grid+ hub. Users need `make demo` and `make test`; both prepare what they need by themselves.
SHELL := /bin/bash
.DEFAULT_GOAL := help
BIN := .venv/bin
STAMP := .venv/.ready
unexport PYTHONDONTWRITEBYTECODE
# hundreds of processes are started by the tests: each would compile everything anew

help:  ## This list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

setup: $(STAMP) servers  ## Everything demo and test need, servers' software included

$(STAMP): tools/setup.sh requirements.lock pyproject.toml client/pyproject.toml $(wildcard plugins/*/pyproject.toml)
	@tools/setup.sh python

.PHONY: help setup servers demo test check lint types imports unit client plugins downstream contracts docs connected drill faults mutants bench measure audit vendor pictures lock clean

servers: $(STAMP)
	@tools/setup.sh servers

demo: $(STAMP)  ## Simulated departments, hub and pages, until Ctrl-C (ARGS="--store … --bus …")
	@$(BIN)/gridplus demo $(ARGS)

test: setup check  ## Everything CI runs: lint, types, imports, all tests, connected ones too
	@# much of it waits: a third process has room on two cores
	@$(BIN)/pytest -q -n 3 --dist worksteal -m "not connected and not slow and not drill" --durations=10
	@$(BIN)/pytest -q -n 3 --dist loadgroup -m "slow and not connected and not drill" --durations=10
	@$(BIN)/pytest -q -n 3 --dist loadgroup -m "connected and not drill" --durations=10

check: lint types imports  ## lint, types and imports together

lint: $(STAMP)  ## ruff
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: $(STAMP)  ## mypy, strict
	@$(BIN)/mypy

imports: $(STAMP)  ## import directions of the house
	@$(BIN)/lint-imports --no-cache

unit: $(STAMP)  ## The inner loop: rooms, store and bus; no worker, no server, under 30 s
	@HYPOTHESIS_PROFILE=quick $(BIN)/pytest -q -n 2 -m "not connected and not slow and not drill" --durations=10 tests/unit \
		--ignore=tests/unit/run --ignore=tests/unit/cli --ignore=tests/unit/demo

client: $(STAMP)  ## Tests of the departments' client
	@$(BIN)/pytest -q client

plugins: $(STAMP)  ## Tests of the adapters and their simulators
	@$(BIN)/pytest -q plugins

downstream: $(STAMP)  ## Plugins as they were written long ago, on the hub of today
	@$(BIN)/pytest -q tests/downstream

contracts: $(STAMP)  ## Tests of the schema and of the demo pack
	@$(BIN)/pytest -q tests/contracts tests/unit/schema && $(BIN)/gridplus pack check && $(BIN)/gridplus pack coverage && $(BIN)/gridplus contract check

docs: $(STAMP)  ## Regenerates the reference pages
	@$(BIN)/gridplus docs

connected: setup  ## Tests on a real Kafka, PostgreSQL and Mosquitto
	@$(BIN)/pytest -q -m connected

drill: setup  ## Heavy and slow checks that make test leaves out; the drills at full size, with their table (FULL=1: a million records)
	@$(BIN)/pytest -q -m drill
	@GRIDPLUS_DRILL_KILLS=$${GRIDPLUS_DRILL_KILLS:-20} GRIDPLUS_DRILL_RECORDS=$(if $(FULL),1000000,20000) \
		$(BIN)/pytest -q -p no:warnings tests/drills -m "slow"

faults: $(STAMP)  ## Breaks the code on purpose, in copies: each fault must be found by its test
	@$(BIN)/python -m tests.drills.faults

mutants: $(STAMP)  ## Changes the code of the pure rooms and of access: do their tests notice? (ROOM=place; ARGS="--all", "--write")
	@$(BIN)/python tools/mutants.py $(ROOM) $(ARGS)

bench: setup  ## Speed of the whole journey by stage (ARGS="--events N --rate R --store … --bus … --workers K")
	@$(BIN)/gridplus bench $(ARGS)

measure: $(STAMP)  ## Quality on the real data in ../shared/data (or GRIDPLUS_DATA)
	@$(BIN)/gridplus measure $(ARGS)

audit: $(STAMP)  ## Known vulnerabilities of the locked packages (exit 3 where unknown), and build/sbom.cdx.json
	@$(BIN)/python -m tools.sbom
	@$(BIN)/python tools/audit.py

pictures: setup  ## Screenshots of every page: desktop, phone, wall; light and dark (DIR=build/pictures)
	@$(BIN)/python -m tests.browser.pictures $(or $(DIR),build/pictures)

vendor: $(STAMP)  ## Fetches what is vendored for browsers again, by npm, and compares (ARGS=--write renews it)
	@$(BIN)/python tools/vendor.py $(ARGS)

lock: $(STAMP)  ## Renews the file of third-party versions
	@$(BIN)/uv lock && $(BIN)/uv export --all-packages --no-emit-workspace --no-header -q > requirements.lock

clean:  ## Removes what setup and tests made
	@rm -rf .venv .gridplus .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist mutants
