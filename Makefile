# make run: a virtual environment, the pinned packages, and Debrief itself.
# make test: every check there is. make faults: kill it a thousand times, and count. make bench: the figures of
# docs/performance.md as JSON lines. make pictures: walk the page and make docs/pictures anew. make pins: resolve the
# pins anew.
PYTHON ?= python3.11
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install

.PHONY: run test faults bench pictures lint pins clean

run: .venv/run
	$(BIN)/debrief run

test: .venv/dev lint
	$(BIN)/python -m pytest

faults: .venv/dev
	FAULTS_AWAY_S=30 FAULTS_PENDING=1000000 $(BIN)/python -m pytest -q -p no:randomly --timeout 300 \
	  tests/acceptance/test_processes.py tests/acceptance/test_many_pending.py tests/acceptance/test_troubles.py \
	  tests/acceptance/test_disk_full.py tests/acceptance/test_time.py tests/acceptance/test_schema.py
	$(BIN)/python -m tests.acceptance.faults $(FAULTS)

bench: .venv/dev
	@$(BIN)/python -m benchmarks

pictures: .venv/dev
	$(BIN)/python -m tests.platforms.pictures

lint: .venv/dev
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .
	$(BIN)/debrief check

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/run: requirements.txt pyproject.toml | .venv/bin/python
	$(PIP) --require-hashes --only-binary :all: -r requirements.txt
	$(PIP) --no-build-isolation --no-deps -e .
	@touch $@

.venv/dev: requirements-dev.txt pyproject.toml | .venv/bin/python
	$(PIP) --require-hashes --only-binary :all: -r requirements-dev.txt
	$(PIP) --no-build-isolation --no-deps -e .
	@touch $@ .venv/run

# Needs uv. Hashes pin the files; no address is recorded.
pins:
	uv pip compile pyproject.toml --extra build --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-annotate --no-header --quiet -o requirements.txt
	uv pip compile pyproject.toml --extra build --extra dev --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-annotate --no-header --quiet -o requirements-dev.txt

clean:
	rm -rf .venv
