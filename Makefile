# Everything sets itself up: a fresh machine needs Python 3.11 or 3.12 and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV_VERSION := 0.13.9
ARGS ?=
PYTEST_ARGS ?=

.PHONY: install run test test-slow check benchmark benchmark-models lock golden template clean help

help:  ## Show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

# Compiled here, as Python itself does not where PYTHONDONTWRITEBYTECODE is set, and each start would compile anew.
install: $(VENV)/.installed  ## Install everything into .venv
	$(BIN)/python -m compileall -q evaluation local_sagemaker pipelines processing_scripts tests

$(VENV)/.installed: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --compile-bytecode --constraint constraints.txt --editable '.[test]'
	touch $@

run: install  ## Upsert and start the pipeline; options in ARGS="..."
	$(BIN)/python -m pipelines.run --upsert --start $(ARGS)

test: install  ## Run the tests
	$(BIN)/python -m pytest -n 2 --dist loadfile $(PYTEST_ARGS)

test-slow: install  ## Run the slow tier too
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "slow or not slow" $(PYTEST_ARGS)
	CONTAINER_ISOLATION=process $(BIN)/python -m pytest -n 2 --dist loadfile tests/conformance/containers

check: install  ## Lint, types, who may import whom, and known vulnerabilities
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tests.support.audit

benchmark: install  ## Measure speed (medians and ratios of one run)
	$(BIN)/python -m tests.performance

benchmark-models: install  ## Measure how good the models are (SEOUL_BIKE_DATA names the real file)
	$(BIN)/python -m tests.performance.models

lock: install  ## Resolve the dependencies anew into constraints.txt
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip compile --quiet --universal --upgrade --no-header --no-annotate \
		--no-emit-index-url --extra test pyproject.toml --output-file constraints.txt

clean:  ## Remove the environment and the local state
	rm -rf $(VENV) .sagemaker-local build *.egg-info

golden: install  ## Write the golden definitions anew, to be looked at in review
	$(BIN)/python -m tests.support.definitions

template: install  ## Put the policies of infra/policies into infra/template.yaml
	$(BIN)/python -m tests.support.template
