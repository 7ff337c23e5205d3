# make build   a virtual environment with medinstruct in it, and a first mixture from the bundled samples
# make test    the default tests (no network, no GPU); `make test-all` has the slow ones too
# make lint types imports    what CI asks of the code; `make format` mends what can be mended
# make docs    the documentation, in docs/_build/html
# make bench   how fast it is over DATA, a folder of corpora: one table, in bench/results
.PHONY: build test test-all bench lint types imports docs format clean
PYTHON ?= python3
DATA ?= $(or $(MEDINSTRUCT_DATA),../shared/corpora)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -q

build: .venv/installed
	$(BIN)/medinstruct build mnlu-instruct --samples --out builds/mnlu-instruct-samples --force

test: .venv/installed-dev
	$(BIN)/python -m pytest -n 2 -m "not slow"

test-all: .venv/installed-dev
	$(BIN)/python -m pytest -n 2

bench: .venv/installed-dev
	$(BIN)/python bench/speed.py --data $(DATA)

lint: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/installed-dev
	$(BIN)/mypy

imports: .venv/installed-dev
	$(BIN)/lint-imports

docs: .venv/installed-dev
	$(BIN)/python docs/write.py
	$(BIN)/python -m sphinx -q -W -n --keep-going -b html docs docs/_build/html

format: .venv/installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.venv/python:
	$(PYTHON) -m venv .venv
	touch $@

.venv/installed: .venv/python pyproject.toml constraints.txt
	$(PIP) install --use-pep517 -c constraints.txt -e .
	touch $@

.venv/installed-dev: .venv/python pyproject.toml constraints.txt
	$(PIP) install --use-pep517 -c constraints.txt -e '.[dev]'
	touch $@ .venv/installed

clean:
	rm -rf .venv builds dist docs/_build
