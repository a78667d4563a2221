# Every verb works alone on a fresh clone: it makes `.venv` here and installs the versions of constraints.txt into it.
# PYTHON chooses the interpreter that the venv is made from (3.11 to 3.13); without it, the first that fits is taken.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
PYTHON ?=
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
PINS := pyproject.toml constraints.txt
CODE := $(wildcard src tests examples benchmarks)

.PHONY: help demo test examples-check examples lint format bench docs clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/.dev ## good and hostile components side by side, C programs with files, then actors
	$(PY) examples/demo.py
	@echo
	@$(PY) examples/programs.py
	@echo
	@$(PY) examples/actors/pipeline.py

test: $(VENV)/.dev ## every test; ARGS="tests/unit -k size" chooses some
	$(PY) -m pytest $(ARGS)

examples: $(VENV)/.dev ## build the examples' .wasm files
	$(PY) examples/build.py

examples-check: $(VENV)/.dev ## fail when a committed .wasm is not what its source builds, bit for bit
	$(PY) examples/build.py --check

lint: $(VENV)/.dev ## ruff, mypy and the import contracts
	$(PY) -m ruff check $(CODE)
	$(PY) -m ruff format --check $(CODE)
	$(PY) -m mypy $(CODE)
	$(PY) -c 'import sys; from importlinter.cli import lint_imports_command as run; sys.exit(run(["--no-logo"]))'

format: $(VENV)/.dev ## rewrite the code in the house's format
	$(PY) -m ruff check --fix $(CODE)
	$(PY) -m ruff format $(CODE)

bench: $(VENV)/.bench ## measure against the peers and write docs/benchmarks.md; six minutes of a quiet machine
	$(PY) -m benchmarks --write docs/benchmarks.md $(ARGS)

docs: $(VENV)/.docs ## build the documentation into site/
	NO_MKDOCS_2_WARNING=1 $(PY) -m mkdocs build --strict

clean: ## remove the venv and everything that was built or cached
	rm -rf $(VENV) build dist site htmlcov .coverage .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache .zig-cache
	find src tests examples benchmarks -type d -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true

# The stamps say that an extra is installed as pinned; a change of the pins installs again.
$(PY):
	@for candidate in $(or $(PYTHON),python3.11 python3.12 python3.13 python3); do \
	  if $$candidate -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then \
	    echo "making $(VENV) with $$candidate"; exec $$candidate -m venv --clear $(VENV); \
	  fi; \
	done; \
	echo "No Python 3.11, 3.12 or 3.13 was found: install one, or name it with 'make test PYTHON=/path/to/python'." >&2; exit 1

# The build tools come from the pins as well, so the package is built with them and not in a place of its own.
$(VENV)/.dev: $(PINS) | $(PY)
	@echo "installing airssys and its tools into $(VENV)"
	$(PIP) hatchling editables
	$(PIP) --no-build-isolation --editable '.[dev]'
	@touch $@

$(VENV)/.bench $(VENV)/.docs: $(VENV)/.%: $(VENV)/.dev
	@echo "installing what 'make $*' needs into $(VENV)"
	$(PIP) --no-build-isolation --editable '.[$*]'
	@touch $@
