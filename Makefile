# Everything a newcomer needs is here; `make help` prints it.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
UV     := $(BIN)/uv
export UV_COMPILE_BYTECODE := 1
export UV_LINK_MODE := copy
export SQLMESH__DISABLE_ANONYMIZED_ANALYTICS := true
unexport PYTHONDONTWRITEBYTECODE

##@ Main commands

.PHONY: demo
demo: install ## set everything up and run the whole product on a simulated shop, ending with the report
	$(BIN)/patron simulate --customers 10000 --orders 100000 --days 1095 --if-missing
	$(BIN)/patron init --mapping shop_simulator --path data/shop --if-missing
	$(BIN)/patron run

.PHONY: test
test: install-dev browser ## set everything up and run all tests
	$(BIN)/pytest

##@ Setting up

.PHONY: install
install: $(VENV)/.run ## install Patron into .venv, exactly as locked

.PHONY: install-dev
install-dev: $(VENV)/.dev ## install Patron with its development tools

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
