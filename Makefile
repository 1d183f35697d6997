# A fresh machine needs make and Python 3.11, 3.12, 3.13 or 3.14. Everything else is installed into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV_VERSION := 0.13.9
ARGS ?=
PYTEST_ARGS ?=

PACKAGES := $(dir $(wildcard */py.typed))
INSTALL := VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --compile-bytecode --constraint constraints.txt --editable
LOCK := VIRTUAL_ENV=$(VENV) $(BIN)/uv pip compile --quiet --generate-hashes --no-header --no-annotate \
	--no-emit-index-url --no-emit-find-links
# By default, files of few long tests come last, and one of two workers waits for them.
PYTEST := $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

# What the evaluation needs that its image lacks, and what of it the image has: pip installs the rest with --no-deps, so
# that the image keeps its own versions.
EVALUATION := catboost lightgbm plotly
IN_THE_IMAGE := contourpy cycler fonttools kiwisolver matplotlib numpy packaging pandas pillow pyparsing \
	python-dateutil pytz scipy six tzdata

.PHONY: help install install-test run test test-slow test-without-namespaces check \
	benchmark benchmark-models docs lab notebooks lock golden template release clean python

help:  ## Show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

# Where PYTHONDONTWRITEBYTECODE is set, every start would compile the packages again. This compiles changed files only.
install: $(VENV)/.run-installed  ## Install what a run needs into .venv
	@$(BIN)/python -m compileall -q $(PACKAGES)

install-test: install $(VENV)/.test-installed  ## Install what the tests and checks need, too
	@$(BIN)/python -m compileall -q tests

run: install  ## Create or update the pipeline and start it; options in ARGS="..."
	$(BIN)/python -m pipelines.run --upsert --start $(ARGS)

test: install-test  ## Run the tests; options of pytest in PYTEST_ARGS="..."
	$(PYTEST) $(PYTEST_ARGS)

# The tests that start jobs.
WITHOUT_NAMESPACES ?= tests/functional tests/conformance
test-without-namespaces: install-test  ## Run the tests where jobs get no namespaces, as in docker run or Studio
	.ci/without-namespaces $(PYTEST) $(WITHOUT_NAMESPACES) $(PYTEST_ARGS)

test-slow: install-test  ## Run the slow tests, too
	$(PYTEST) -m "slow or not slow" $(PYTEST_ARGS)
	CONTAINER_ISOLATION=process $(PYTEST) tests/conformance/containers

check: install-test  ## Check style, types, imports between packages, and known vulnerabilities
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tests.support.audit

benchmark: install-test  ## Measure speed: medians and ratios of one run
	$(BIN)/python -m tests.performance

benchmark-models: install-test  ## Measure the models' accuracy on the file in SEOUL_BIKE_DATA
	$(BIN)/python -m tests.performance.models

# The width of the commands' help is that of COLUMNS.
docs: install  ## Build the documentation site into build/site
	$(INSTALL) '.[docs]'
	PYTHONPATH=. COLUMNS=100 NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

lab: install  ## Open the notebooks in JupyterLab
	$(INSTALL) '.[notebooks]'
	$(BIN)/boostpipe lab $(ARGS)

notebooks: install-test  ## Run the notebooks, and compare their outputs with those in the files
	$(BIN)/python -m tests.support.notebooks $(ARGS)

golden: install-test  ## Update the golden definitions and the schema of data set files; review the difference
	$(BIN)/python -m tests.support.definitions
	$(BIN)/python -m tests.support.dataset_schema

template: install-test  ## Copy the policies in infra/policies into the templates
	$(BIN)/python -m tests.support.template

lock: install  ## Update constraints.txt and evaluation/requirements.txt to the newest versions
	$(LOCK) --universal --upgrade --extra test --extra docs --extra notebooks pyproject.toml --output-file constraints.txt
	printf '%s\n' $(EVALUATION) | $(LOCK) --constraint constraints.txt --python-version 3.12 \
		--python-platform x86_64-manylinux_2_28 --only-binary :all: $(addprefix --no-emit-package ,$(IN_THE_IMAGE)) \
		- --output-file evaluation/requirements.txt

release: install  ## Tag the version that CHANGELOG.md says, with its changes; it pushes nothing
	$(BIN)/python -m tests.support.release

clean:  ## Delete the environment and the local state
	rm -rf $(VENV) .sagemaker-local build *.egg-info

$(VENV)/.run-installed: pyproject.toml constraints.txt
	@test -x $(BIN)/python || { $(supported_python) && $(create_environment); }
	$(BIN)/python -m pip install --disable-pip-version-check uv==$(UV_VERSION)
	$(INSTALL) '.[local]'
	@touch $@

$(VENV)/.test-installed: $(VENV)/.run-installed
	$(INSTALL) '.[test]'
	@touch $@

# A Python that the caller names must be the one that runs. The default matters only while there is no .venv.
ifneq ($(origin PYTHON),file)
$(VENV)/.run-installed: | python
endif

python:
	@$(supported_python) && $(same_python)

# The code runs in any Python from 2.7 on, so that an old one is refused in a sentence.
define supported_python
{ command -v $(PYTHON) >/dev/null || \
	{ echo "There is no $(PYTHON): name Python 3.11 to 3.14, as in PYTHON=python3.13." >&2; exit 2; }; } && \
$(PYTHON) -c 'import sys; v = sys.version_info[:2]; (3, 11) <= v <= (3, 14) or sys.exit("$(PYTHON) is Python \
%d.%d, which is not supported: name Python 3.11 to 3.14, as in PYTHON=python3.13." % v)'
endef

define same_python
{ test ! -x $(BIN)/python || $(BIN)/python -c 'import sys; v = "%d.%d" % sys.version_info[:2]; \
sys.argv[1] == v or sys.exit("$(VENV) has Python " + v + ": delete it to use $(PYTHON).")' \
"$$($(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])')"; }
endef

# An environment that was created by half, as where Debian's python3-venv is missing, would look complete later.
define create_environment
{ $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 2; }; }
endef
