# Two commands do all the set-up on a machine with Python >= 3.11: `make demo` and `make test`.

PYTHON ?= python3
SPEED ?= 20
# One more than there are cores: many tests wait for a process or a kernel.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) + 1)')
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test test-every-loop test-browser check format docs notebooks screenshots learn bench clean

demo: $(READY)
	$(BIN)/fargate-kit demo --speed $(SPEED)

test: $(READY)
	$(BIN)/pytest -n $(WORKERS) --dist worksteal
	$(BIN)/pytest -o addopts="--import-mode=importlib" -o asyncio_default_fixture_loop_scope=function \
	  -p no:anyio -W ignore::pytest.PytestConfigWarning tests/pytest_asyncio

test-every-loop: $(READY)
	EVERY_LOOP=1 $(BIN)/pytest -n $(WORKERS) --dist worksteal

# Needs the system's chromium; the tests name what to install.
test-browser: $(READY)
	$(BIN)/pytest -n 2 --dist worksteal tests/browser

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m fargate_kit.learn.building --check notebooks docs/instructors/course.md

format: $(READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: $(READY)
	$(BIN)/mkdocs build --strict

notebooks: $(READY)
	$(BIN)/python -m fargate_kit.learn.building notebooks docs/instructors/course.md

screenshots: $(READY)
	PYTHONPATH=tests/support $(BIN)/python tests/browser/screenshots.py docs/images/course

learn: $(READY)
	$(BIN)/fargate-kit learn

bench: $(READY)
	$(BIN)/python -m benchmarks

clean:
	rm -rf $(VENV) build dist site .mypy_cache .pytest_cache .ruff_cache .cache

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[all]'
	touch $(READY)
