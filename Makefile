# Everything a newcomer needs is here; `make help` prints it.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
UV     := $(BIN)/uv
LOCK   := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
          --no-header --no-emit-index-url --no-annotate
CODE   := patron simulate ingest ml reports operate macros linter models materializations tests benchmarks

# Bytecode compiled at install halves the start of every sqlmesh command.
export UV_COMPILE_BYTECODE := 1
export UV_LINK_MODE := copy
export SQLMESH__DISABLE_ANONYMIZED_ANALYTICS := true
unexport PYTHONDONTWRITEBYTECODE

##@ The two commands to know

.PHONY: demo
demo: install ## set everything up, simulate a shop and run the whole job, ending with the report
	$(BIN)/patron simulate --customers 10000 --orders 100000 --days 1095 --if-missing
	$(BIN)/patron init --mapping shop_simulator --path data/shop --if-missing
	$(BIN)/patron run

.PHONY: test
test: install-dev browser ## set everything up and run all tests (ARGS="-k name" to choose)
	$(BIN)/pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder $(ARGS)

.PHONY: test-nightly
test-nightly: export PATRON_NIGHTLY := 1
test-nightly: test ## the same with more kills, more histories of the law test, whole days (an hour or more)

##@ Setting up

.PHONY: install
install: $(VENV)/.run ## install Patron into .venv, exactly as locked

.PHONY: install-dev
install-dev: $(VENV)/.dev ## install Patron with its development tools

.PHONY: install-airbyte
install-airbyte: install ## install what sources with 'loader: airbyte' need, into .venv-airbyte
	$(BIN)/patron ingest install-airbyte

.PHONY: browser
browser: ## find Chromium for the browser tests, or install it where apt and root are there
	@.ci/browser

.PHONY: clean
clean: ## remove the environment and caches; data/, artifacts/ and site/ stay
	rm -rf $(VENV) .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis logs

##@ Changing Patron

.PHONY: check
check: install-dev check-locks check-code check-models check-contracts check-metrics ## everything a change has to pass besides the tests

.PHONY: check-code
check-code: install-dev ## lint, format and types of the Python code
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

.PHONY: check-models
check-models: install-dev ## format, house rules and unit tests of the SQLMesh models
	$(BIN)/sqlmesh format --check
	$(BIN)/sqlmesh lint --local
	$(BIN)/sqlmesh test --local

.PHONY: check-metrics
check-metrics: install-dev ## fail where a metric does not compile or changed its meaning unsaid
	$(BIN)/patron metrics check

.PHONY: check-contracts
check-contracts: install-dev ## fail where a mart breaks what its readers were promised
	$(BIN)/patron contracts check

.PHONY: format
format: install-dev ## write code and models the way the checks want them
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/sqlmesh format

.PHONY: lock
lock: $(UV) ## lock the dependencies of pyproject.toml anew (ARGS=--upgrade for newer versions)
	$(LOCK) $(ARGS) pyproject.toml --group build -o requirements/run.lock
	$(LOCK) $(ARGS) pyproject.toml --group dev -c requirements/run.lock -o requirements/dev.lock
	$(LOCK) $(ARGS) requirements/airbyte.in -o requirements/airbyte.lock

.PHONY: check-locks
check-locks: $(UV) ## fail when the locks do not follow from pyproject.toml and airbyte.in
	@cp requirements/{run,dev,airbyte}.lock $(VENV)
	@$(LOCK) pyproject.toml --group build -o $(VENV)/run.lock
	@$(LOCK) pyproject.toml --group dev -c $(VENV)/run.lock -o $(VENV)/dev.lock
	@$(LOCK) requirements/airbyte.in -o $(VENV)/airbyte.lock
	@for lock in run dev airbyte; do cmp -s requirements/$$lock.lock $(VENV)/$$lock.lock || \
	  { echo "requirements/$$lock.lock is out of date. Run 'make lock' and commit requirements/."; exit 1; }; done

.PHONY: ci
ci: ## what continuous integration runs
	.ci/run

.PHONY: help
help: ## print this help
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(UV): requirements/bootstrap.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Patron needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) --version). Try: make PYTHON=python3.11 ..."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.lock
	@touch $@

$(VENV)/.run: $(UV) requirements/run.lock pyproject.toml
	$(UV) pip sync --quiet --python $(BIN)/python --require-hashes requirements/run.lock
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@rm -f $(VENV)/.dev; touch $@

$(VENV)/.dev: $(UV) requirements/dev.lock pyproject.toml
	$(UV) pip sync --quiet --python $(BIN)/python --require-hashes requirements/dev.lock
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $(VENV)/.run $@
