# A newcomer needs two commands: `make demo` and `make test`. Both do their own set-up.
#
#   make demo      the site with example data, on http://127.0.0.1:8000 (PORT=… for another)
#   make test      every test that can run here
#   make lint      formatting, types, migrations, catalogues
#   make messages  collect the texts to translate into locale/
#   make lock      pin the dependencies of pyproject.toml
#   make bench     measure speed against the budgets
#   make manual    take the pictures of docs/handleiding/ anew (needs Chromium)

PY := .venv/bin/python
# Stamps carry the lock's checksum: a changed lock is a missing stamp, and installs again.
checksum = $(firstword $(shell cksum $(1)))
BASE := .venv/base-$(call checksum,requirements/base.txt)
DEV := .venv/dev-$(call checksum,requirements/dev.txt)
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard locale/*/LC_MESSAGES/django.po))
APPS := core schools programmes submissions bookings kits roster impact tec_site
PYTEST := TEC_MODE=test $(PY) -m pytest
# One more than there are processors: tests in a browser mostly wait for it.
WORKERS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
ARGS ?=
# Reading the tests takes each worker half as long when they are compiled already.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test test-faults lint format messages lock bench manual setup setup-dev

help:
	@sed -n '3,10s/^# *//p' Makefile

setup: $(BASE) $(CATALOGUES)
setup-dev: $(DEV) $(CATALOGUES)

demo: setup
	@exec $(PY) manage.py demo

test: setup-dev
	$(PYTEST) -n $(WORKERS) --dist worksteal $(ARGS)

# Tests that start, kill and fill up a PostgreSQL of their own, and those that take minutes.
test-faults: setup-dev
	$(PYTEST) -m "private_cluster or soak" $(ARGS)

lint: setup-dev
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	git ls-files -z 'templates/*.html' | xargs -0 -r .venv/bin/djade --check
	$(PY) -m mypy
	$(PY) -m bandit --quiet --configfile pyproject.toml --severity-level medium -r manage.py $(APPS)
	TEC_MODE=test $(PY) manage.py makemigrations --check --dry-run
	$(PYTEST) -q tests/tec_site/test_catalogues.py

format: setup-dev
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .
	git ls-files -z 'templates/*.html' | xargs -0 -r .venv/bin/djade

# Needs gettext from the system.
messages: setup-dev
	TEC_MODE=test $(PY) manage.py makemessages --locale nl --locale en

lock: setup-dev
	$(PY) -m uv pip compile --quiet --universal --generate-hashes --no-emit-index-url \
		--no-header --python-version 3.12 pyproject.toml -o requirements/base.txt
	$(PY) -m uv pip compile --quiet --universal --generate-hashes --no-emit-index-url \
		--no-header --python-version 3.12 --extra dev --constraints requirements/base.txt pyproject.toml -o requirements/dev.txt

manual: setup-dev
	$(PY) docs/handleiding/pictures.py

bench: setup-dev
	$(PY) -m benchmarks $(ARGS)

$(PY):
	@for candidate in $(PYTHON) python3.13 python3.14 python3.12 python3; do \
		if $$candidate -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 12))' 2>/dev/null; then \
			echo "Making .venv with $$candidate"; exec $$candidate -m venv .venv; \
		fi; \
	done; \
	echo "No Python 3.12 or newer with venv found. Install one (on Debian: python3-venv too)," \
		"or say which: make PYTHON=/path/to/python3.13" >&2; exit 1

$(BASE): | $(PY)
	$(PY) -m pip install --quiet --disable-pip-version-check \
		--only-binary :all: --require-hashes -r requirements/base.txt
	@rm -f .venv/base-*; touch $@

$(DEV): | $(BASE)
	$(PY) -m pip install --quiet --disable-pip-version-check \
		--only-binary :all: --require-hashes -r requirements/dev.txt
	@rm -f .venv/dev-*; touch $@

# With Babel rather than msgfmt: a demo needs no gettext (docs/decisions/0004).
%.mo: %.po | $(BASE)
	@.venv/bin/pybabel --quiet compile --input-file $< --output-file $@
