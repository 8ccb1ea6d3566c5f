# Eleven verbs. `make demo` and `make test` need nothing installed but python3, python3-venv, pip and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CLIENTS := .clients
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: setup demo test recorded mutants fuzz clients check fix docs bench

setup: $(VENV)/run.stamp

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: requirements/run.txt pyproject.toml | $(VENV)/bin/python
	$(PIP) --require-hashes -r requirements/run.txt
	$(PIP) --no-deps -e .
	@touch $@

$(VENV)/dev.stamp: requirements/dev.txt $(VENV)/run.stamp
	$(PIP) --require-hashes -r requirements/dev.txt
	@touch $@

demo: setup
	$(BIN)/understudy demo

test: $(VENV)/dev.stamp
	$(BIN)/python -m pytest

recorded: $(VENV)/dev.stamp
	KIT_PAGE=docs/reference/recorded.md $(BIN)/python -m pytest tests/kit

mutants: $(VENV)/dev.stamp
	$(BIN)/python -m tests.wire.mutate

# Needs a Python that atheris has a wheel for (3.11 to 3.13 on Linux).
DIALECTS := openai_chat openai_responses anthropic gemini converse llama
RUNS := 1000000

$(VENV)/fuzz.stamp: requirements/fuzz.txt $(VENV)/dev.stamp
	$(PIP) --require-hashes -r requirements/fuzz.txt
	@touch $@

fuzz: $(VENV)/fuzz.stamp
	for dialect in $(DIALECTS); do $(BIN)/python -m tests.dialects.fuzzing $$dialect -runs=$(RUNS) || exit 1; done

clients: $(VENV)/dev.stamp $(addprefix $(CLIENTS)/,npm.stamp langchain.stamp litellm.stamp pydantic-ai.stamp)
	$(BIN)/python -m pytest tests/clients/others_contract.py

# Clients pin one another's dependencies: each has an environment of its own.
$(CLIENTS)/%.stamp: requirements/clients/%.txt
	$(PYTHON) -m venv $(CLIENTS)/$*
	$(CLIENTS)/$*/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(CLIENTS)/npm.stamp: tests/clients/npm/package-lock.json $(CLIENTS)/node.stamp
	$(CLIENTS)/node/bin/npm ci --loglevel=error --prefix tests/clients/npm
	@touch $@

check: $(VENV)/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m pytest tests/house

fix: $(VENV)/dev.stamp
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: setup
	$(BIN)/python docs/generate.py

bench: $(VENV)/dev.stamp
	$(BIN)/understudy bench gateway
