# The development commands. `make` alone lists them.
# Needs git, make and python3 (3.11 or newer); everything else is installed into .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help run demo test check format lock clean feed-corpus benchmark-extraction benchmark-polling benchmark-pool benchmark-start

help:  ## List these commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 22

run: $(VENV)/.installed  ## Poll the sources and serve the page on http://127.0.0.1:8000
	$(BIN)/monitor migrate
	$(BIN)/monitor run

demo: $(VENV)/.installed  ## The same against a bundled newsroom, without internet
	$(BIN)/monitor demo

test: $(VENV)/.tested  ## Run all tests
	$(BIN)/python -m coverage run -m pytest $(ARGS)
	$(BIN)/python -m coverage report --skip-covered --skip-empty

check: $(VENV)/.tested  ## Format, lint, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.tested  ## Format the code and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# The locks hold every package with its hashes, for all supported Pythons, and no index's name.
lock: $(VENV)/.tested  ## Renew the locks from pyproject.toml
	$(BIN)/uv pip compile pyproject.toml --group build -o requirements.lock $(COMPILE)
	$(BIN)/uv pip compile pyproject.toml --group build --group dev -c requirements.lock -o requirements-dev.lock $(COMPILE)

COMPILE := --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-emit-find-links --no-header --no-annotate --quiet $(UPGRADE)

feed-corpus: $(VENV)/.tested  ## Compare our feed parser with feedparser over a folder: DIR=…
	$(BIN)/python -m benchmarks.feed_corpus $(DIR)

# The figures that docs/benchmarks.md shows are those kept in benchmarks/results.
benchmark-pool: $(VENV)/.tested  ## Memory and gain of the pool that extracts: N=20000, DIR=… of saved pages
	$(BIN)/python -m benchmarks.pool $(DIR) --pages $(or $(N),20000) $(ARGS)

benchmark-polling: $(VENV)/.tested  ## What a poll costs beside a bare request: N=1000
	$(BIN)/python -m benchmarks.polling --sites $(or $(N),1000) $(ARGS)

benchmark-start: $(VENV)/.tested  ## What it costs to start, beside python
	$(BIN)/python -m benchmarks.start $(ARGS)

# DIR has labelled pages in one of the shapes that benchmarks/extraction.py names, or folders of them.
benchmark-extraction: $(VENV)/.tested  ## Score extraction on labelled pages, trafilatura beside it: DIR=…
	$(BIN)/python -m benchmarks.extraction "$(DIR)" $(ARGS)

clean:  ## Remove what was built
	rm -rf $(VENV) dist build .coverage .mypy_cache .ruff_cache .pytest_cache

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements.lock pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.tested: requirements-dev.lock $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python tests/browser.py
	@touch $@
