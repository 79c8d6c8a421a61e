# All that is needed on a fresh machine is make and a Python of 3.11 or newer.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.PHONY: help run history test demo check static soak clients browser year bench lock wheel places clean

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input --quiet
ENOUGH := import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))

help:
	@echo "make run     fetch ICE's lists, store them, and say what changed"
	@echo "make history  fetch past lists from the Internet Archive (about 40 minutes; stop it at any time)"
	@echo "make demo    the service shown on made-up lists, without the network"
	@echo "make test    every check and every test, but those of minutes"
	@echo "make browser what the browser tests need is installed (Debian, Ubuntu; as root)"
	@echo "make soak    the tests of minutes: kills, faults, fuzzing, other people's programs"
	@echo "make clients those programs: newsboat, SpamAssassin, Postfix, pandas, DuckDB, generators of clients (Debian, Ubuntu; as root)"
	@echo "make check   the checks and the quick tests"
	@echo "make bench   the measurements of benchmarks/"
	@echo "make year    a year of polls at speed, compared with the truth (an hour; YEAR='--polls 4' for minutes)"
	@echo "make lock    rebuild requirements*.lock        make audit   known weaknesses of what they name"
	@echo "make wheel   dist/*.whl                        make sbom    dist/sbom.json (CycloneDX)"
	@echo "make places  rebuild monitor/places/ data      make clean   remove what was made"

run: $(VENV)/.for-run
	@code=0; $(BIN)/ice-agreements run || code=$$?; \
	echo "Past lists, back to 2006, from the Internet Archive (make history):"; \
	$(BIN)/ice-agreements backfill --dry-run || true; exit $$code

history: $(VENV)/.for-run
	$(BIN)/ice-agreements backfill

demo: $(VENV)/.for-demo
	$(BIN)/python -m tests.demo

static: $(VENV)/.for-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/test_layout.py

# Bytecode is kept also where the environment says otherwise: without it each worker and each of the hundreds of
# commands that tests start compiles all that it imports.
PYTEST := PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -q -n auto --dist loadfile --no-loadscope-reorder

check: static
	$(PYTEST)

test: static
	$(PYTEST) -m "not live and not soak"

browser:
	@if ! command -v apt-get >/dev/null || [ "$$(id -u)" != 0 ]; then \
		echo "Install chromium and libatomic1 with your package manager; without them the browser tests are skipped." >&2; exit 1; \
	fi
	apt-get update --quiet --quiet
	apt-get install --quiet --yes --no-install-recommends chromium libatomic1

CLIENTS := build/clients
CLIENT_PACKAGES := newsboat spamassassin postfix

clients: $(CLIENTS)/.made
	@if command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
		echo "postfix postfix/main_mailer_type select No configuration" | debconf-set-selections; \
		apt-get update --quiet --quiet; \
		DEBIAN_FRONTEND=noninteractive apt-get install --quiet --yes --no-install-recommends $(CLIENT_PACKAGES); \
	else echo "Install $(CLIENT_PACKAGES) with your package manager; without them their tests are skipped." >&2; fi

$(CLIENTS)/.made: $(VENV)/.python requirements-clients.lock tests/clients/package-lock.json
	$(BIN)/python -m venv $(CLIENTS)
	$(CLIENTS)/bin/python -m pip --disable-pip-version-check --no-input --quiet install --require-hashes --requirement requirements-clients.lock
	cp tests/clients/package.json tests/clients/package-lock.json $(CLIENTS)
	if command -v npm >/dev/null; then npm ci --prefix $(CLIENTS) --no-audit --no-fund --silent; fi
	@touch $@

soak: $(VENV)/.for-dev $(CLIENTS)/.made
	$(BIN)/python -m pytest -q -m soak

year: $(VENV)/.for-dev
	PYTHONMALLOC=malloc MALLOC_ARENA_MAX=1 $(BIN)/python -m tests.year $(YEAR)

bench: $(VENV)/.for-bench
	$(BIN)/python -m benchmarks

places: $(VENV)/.for-dev
	$(BIN)/python -m monitor.places.make_gazetteer
	$(BIN)/python -m monitor.places.make_homes
	$(BIN)/python -m monitor.places.make_search_data

wheel: $(VENV)/.for-run
	$(PIP) wheel --no-deps --no-build-isolation --wheel-dir dist .

# -- environments ---------------------------------------------------------------------------------------------------
# One environment; each stamp says for what it was filled. The versions agree, so a later one only adds to it.

# A directory that was moved, or whose Python is gone, is remade: its programs begin with the old path.
STALE := $(shell if [ -e $(VENV)/.python ]; then \
	made=$$(cat $(VENV)/.python); \
	if { [ -n "$$made" ] && [ "$$made" != "$(CURDIR)" ]; } || ! $(BIN)/python -c 'import pip' 2>/dev/null; then \
		rm -rf $(VENV); echo yes; fi; fi)
$(if $(STALE),$(info $(VENV) was moved or its Python is gone: it is made again))

$(VENV)/.python:
	@for name in $(PYTHON) python3 python3.13 python3.12 python3.11 python3.14 python; do \
		if "$$name" -c '$(ENOUGH)' >/dev/null 2>&1; then found="$$name"; break; fi; \
	done; \
	if [ -z "$${found:-}" ]; then \
		echo "No Python of 3.11 or newer with venv was found (tried python3, python3.11 to python3.14). Install one" >&2; \
		echo "(Debian, Ubuntu: python3 and python3-venv), or say where it is: make PYTHON=/path/to/python3.12" >&2; exit 1; \
	fi; \
	echo "Making $(VENV) with $$("$$found" --version)"; \
	"$$found" -m venv --clear $(VENV)
	@echo "$(CURDIR)" > $@

$(VENV)/.for-%: $(VENV)/.python pyproject.toml
	@echo "Installing $(LOCK_$*)"
	$(PIP) install --require-hashes $(addprefix --requirement ,$(LOCK_$*))
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

LOCK_run := requirements.lock
LOCK_demo := requirements.lock requirements-demo.lock
LOCK_dev := requirements-dev.lock
LOCK_bench := requirements-bench.lock
$(VENV)/.for-run: $(LOCK_run)
$(VENV)/.for-demo: $(LOCK_demo)
$(VENV)/.for-dev: $(LOCK_dev)
$(VENV)/.for-bench: $(LOCK_bench)

# -- locks ----------------------------------------------------------------------------------------------------------
# For every platform and Python the project runs on, with hashes. `make lock UPGRADE=--upgrade` takes newer releases.

COMPILE = build/lock/bin/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-header --quiet $(UPGRADE) pyproject.toml

lock: build/lock/bin/uv
	$(COMPILE) --group build --output-file requirements.lock
	$(COMPILE) --group dev --constraint requirements.lock --output-file requirements-dev.lock
	$(COMPILE) --group bench --constraint requirements-dev.lock --output-file requirements-bench.lock
	$(subst pyproject.toml,--group pyproject.toml:demo,$(COMPILE)) --constraint requirements-dev.lock --output-file requirements-demo.lock
	$(subst pyproject.toml,--group pyproject.toml:clients,$(COMPILE)) --output-file requirements-clients.lock

build/lock/bin/uv: $(VENV)/.python
	$(BIN)/python -m venv build/lock
	build/lock/bin/python -m pip --disable-pip-version-check --quiet install uv

# Advisories come over the network; without it `make audit` fails, and says so.
audit: build/audit/bin/pip-audit
	for lock in requirements.lock requirements-dev.lock; do build/audit/bin/pip-audit --require-hashes --disable-pip --requirement $$lock; done

sbom: build/audit/bin/cyclonedx-py
	mkdir -p dist
	build/audit/bin/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible --output-file dist/sbom.json requirements.lock

build/audit/bin/%: $(VENV)/.python
	$(BIN)/python -m venv build/audit
	build/audit/bin/python -m pip --disable-pip-version-check --quiet install pip-audit cyclonedx-bom

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +
