# The two commands of a fresh clone: `make run` (the study and its report) and `make test`.
# Needs python3.11, make and the package index; everything else goes into .venv.

PYTHON ?= python3.11
VENV := .venv
STAMP := $(VENV)/.set-up
# Programs in .venv hold its path. So does the stamp, and in a checkout that was moved or copied .venv is made anew.
MOVED := $(shell [ ! -f $(STAMP) ] || [ "`cat $(STAMP)`" = "`pwd -P`" ] || echo moved)
TEST_JOBS ?= 2

export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)

.DEFAULT_GOAL := help
.PHONY: help run test test-all test-rest faults lint set-up install-torch install-others clean moved

help:
	@echo "make run    set up, run the study of params.yaml, tell where the report is"
	@echo "make test   set up, test every part, and one engine from end to end; TEST_JOBS=4 for four at a time"
	@echo "make test-all  the same, both engines, kills and faults, a cluster: with make lint, what continuous integration runs"
	@echo "make faults  kill, fill, damage and fuzz every stage, at every point of docs/faults.md; about ten minutes"
	@echo "make lint   set up, check style and workflow"
	@echo "make clean  remove .venv and caches; data and reports stay"

# One job more than there are cores: one is always between two jobs, whose start takes Snakemake a quarter of a second.
run: $(STAMP)
	equidyn warm snakemake --cores $$(python -c "import os; print(os.cpu_count() + 1)") --logger equidyn
	@echo "Report: $(CURDIR)/reports/report.html"

# In the order of tests/conftest.py.
PYTEST := pytest --numprocesses $(TEST_JOBS) --dist loadfile --no-loadscope-reorder
TEST := tests/unit tests/oracle tests/workflow/test_snakemake.py

test: $(STAMP)
	$(PYTEST) $(TEST)

test-rest: $(STAMP)
	$(PYTEST) $(addprefix --ignore=,$(TEST))

test-all: test test-rest

faults: $(STAMP)
	python tests/faults

lint: $(STAMP)
	ruff check .
	ruff format --check .
	lint-imports
	@! grep -rnE --include='*.py' --include='*.j2' "equidyn[./]domains[./][a-z]|[\"'](`ls src/equidyn/domains | grep -v _ | paste -sd'|'`)[\"']" \
	  $(addprefix src/equidyn/,core report grids curvature symmetry) || { echo "make: these rooms must name no domain" >&2; exit 1; }
	snakefmt --check workflow
	snakemake --lint
	equidyn engines

set-up: $(STAMP)

# pip would compile packages on one core; compileall does so on all. Some packages hold files that no Python can read.
# The stamp comes last, so that a set-up that failed is done again; a change of the lock or of pyproject renews it.
$(STAMP): requirements.lock pyproject.toml $(MOVED)
	@rm -rf $(if $(MOVED),$(VENV),$@)
	@command -v $(PYTHON) >/dev/null || { \
	  echo "make: $(PYTHON) is not on PATH. Install Python 3.11, or name it: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || { \
	  echo "make: $(PYTHON) is not Python 3.11" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@$(MAKE) --no-print-directory --jobs 2 install-torch install-others
	@$(VENV)/bin/python -m compileall -q -j 0 -x '[/\\](tests?|testing)[/\\]' $(VENV)/lib >/dev/null 2>&1 || true
	$(VENV)/bin/python -m pip install --quiet --no-deps --editable .
	@pwd -P >$@

# Side by side, since torch is half of all bytes. The lock is complete: nothing that these need is looked for.
INSTALL := $(VENV)/bin/python -m pip install --quiet --no-compile --no-deps --requirement /dev/stdin

install-torch:
	grep "^torch==" requirements.lock | $(INSTALL)

install-others:
	grep --invert-match "^torch==" requirements.lock | $(INSTALL)

clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache
