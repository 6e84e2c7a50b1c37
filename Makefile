# Khu & Cụm. The two commands of the README are `run` and `test`; both set everything up.
PORT ?= 8501
PYTHON ?= python3
PY := .venv/bin/python

.PHONY: run test soak setup lint format bench screenshots clean

run: .venv/run.done node_modules/done
	@exec $(PY) -m geo serve --port $(PORT)

test: setup lint
	@sh tools/browser.sh
	@sh tools/postgres.sh
	$(PY) -m pytest

# The tests of reliability at full size: takes long.
soak: setup
	@sh tools/browser.sh
	@sh tools/postgres.sh
	KHUCUM_SOAK=1 $(PY) -m pytest tests/reliability tests/browser/test_live.py tests/test_backup.py \
		tests/test_survey.py tests/test_survey_files.py tests/test_pasted.py tests/test_people.py

setup: .venv/dev.done node_modules/dev.done

lint: .venv/dev.done
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy

format: .venv/dev.done
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

bench: setup
	@sh tools/browser.sh
	$(PY) -m bench

screenshots: setup
	@sh tools/browser.sh
	$(PY) -m tools.screenshots

clean:
	rm -rf .venv node_modules var

.venv/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or newer is needed (set PYTHON=…)."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed; $$($(PYTHON) --version) is too old (set PYTHON=…)."; exit 1; }
	$(PYTHON) -m venv .venv

.venv/run.done: requirements.txt constraints.txt | .venv/bin/python
	$(PY) -m pip install --quiet --disable-pip-version-check -r requirements.txt -c constraints.txt
	@touch $@

.venv/dev.done: requirements-dev.txt .venv/run.done
	$(PY) -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt -c constraints.txt
	@touch $@

# Without npm the map still works, with its libraries from the internet; the application says so.
NPM = if command -v npm >/dev/null; then npm ci --no-audit --no-fund --silent $(1); \
	else echo "npm was not found: the map will load its libraries from the internet. Install Node.js to work offline."; mkdir -p node_modules; fi

node_modules/done: package.json package-lock.json
	@$(call NPM,--omit=dev)
	@touch $@

node_modules/dev.done: package.json package-lock.json
	@$(call NPM)
	@touch node_modules/done $@
