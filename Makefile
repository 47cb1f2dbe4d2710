# Everything a laptop needs: `make demo` first. Python 3.11+ with pip and venv is all it asks for.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help demo sandbox tour test corpus bench check format words lock clean

help: ## list what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

demo: $(READY) ## one /compose in the terminal, from typing to the finished track
	@$(BIN)/python -m sandbox demo

sandbox: $(READY) ## a chat page in the browser: type /compose and listen
	@$(BIN)/python -m sandbox serve

tour: $(READY) ## all features played in the chat page, with a picture of each scene (needs Chromium)
	@$(BIN)/python -m sandbox.tour

test: $(READY) ## the test suite
	$(BIN)/python -m pytest -n 4 --dist worksteal

soak: $(READY) ## the long tests: random kills, many processes
	$(BIN)/python -m pytest -m soak -n 2 --timeout 600

corpus: $(READY) ## other people's audio files, which `make soak` holds against FFmpeg's own tools
	@mkdir -p artifacts/corpus
	@$(BIN)/python -m pip download -q --disable-pip-version-check --no-deps -d artifacts/corpus -r tests/corpus/sources.txt
	@for package in artifacts/corpus/*.tar.gz; do tar -xzf $$package -C artifacts/corpus; done

bench: $(READY) ## the benchmarks, with a table at the end
	@$(BIN)/python -m bench

check: $(READY) ## format, lint, types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: $(READY) ## fix what can be fixed by itself
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

words: $(READY) ## bring the catalogues of other languages up to date with the code
	@mkdir -p artifacts
	@$(BIN)/pybabel -q extract -k said -k sentence -k marked -k counted:1,2 --project "Compose Bot" \
		--add-location=file --sort-by-file -o artifacts/words.pot bot/words
	@for catalogue in bot/words/languages/*.po; do \
		$(BIN)/pybabel -q update -i artifacts/words.pot -o $$catalogue -l $$(basename $$catalogue .po | tr - _) \
			--no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date; done

lock: ## resolve the locked versions again (needs uv)
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header -q -U -o requirements.txt
	uv pip compile pyproject.toml --group dev -c requirements.txt --universal --python-version 3.11 --generate-hashes --no-header -q -U -o requirements-dev.txt

clean: ## forget the virtual environment and everything generated
	rm -rf $(VENV) artifacts .mypy_cache .ruff_cache .pytest_cache

$(READY): requirements-dev.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@
