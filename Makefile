# The commands of this project; `make help` lists them.

PYTHON ?= python3
VENV ?= .venv
PORT ?= 8000
BIN := $(VENV)/bin
MESSAGES := --extension html,txt,py,mjml --ignore '.venv*' --ignore 'tests/*' --ignore 'var/*' --no-obsolete --add-location file
PYTEST := $(BIN)/pytest --numprocesses 2 --dist loadgroup

.PHONY: help demo test test-next bench faults screenshots messages compiled-messages lint format
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /\1\t/' | expand -t 14

demo: export BASE_URL = http://localhost:$(PORT)
demo: export PATH := $(abspath $(BIN)):$(PATH)
demo: $(VENV)/installed .env ## set up, load the demo and serve site, editor, worker and mailbox
	@chmod go= .env
	@python manage.py migrate --verbosity 0
	@python manage.py load_demo
	@exec honcho --env /dev/null start --port $(PORT)

test: $(VENV)/installed-dev ## run all tests
	$(PYTEST) $(ARGS)

# What takes the place of what the release after next removes is not there in this one.
test-next: export PYTEST_ADDOPTS = -W default::wagtail.utils.deprecation.RemovedInWagtail90Warning
test-next: ## run all tests on the next release of Wagtail
	$(MAKE) test VENV=.venv-next NEXT=1

bench: $(VENV)/installed-dev ## measure sending and serving beside their peers; a part: ARGS="smtp --quick"
	@$(BIN)/python -m tests.benchmarks $(ARGS)

faults: export FAULTS = long
faults: $(VENV)/installed-dev ## break things while mails are sent, for long
	$(BIN)/pytest tests/faults tests/content/test_channels.py $(ARGS)

screenshots: $(VENV)/installed-dev ## take the pictures of the docs anew
	$(BIN)/python -m tests.browser.screenshots

messages: $(VENV)/installed-dev ## take new words of the code into the catalogues; begin one: LOCALE=fr
	$(BIN)/python manage.py makemessages $(if $(LOCALE),--locale $(LOCALE),--all) $(MESSAGES) --settings tests.settings

compiled-messages: $(VENV)/installed-dev ## make of the catalogues what the site reads
	$(BIN)/python manage.py compilemessages --ignore '.venv*' --settings tests.settings

lint: $(VENV)/installed-dev ## check style, templates and migrations
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/djlint --lint --quiet site home blog newsletter
	$(BIN)/python manage.py makemigrations --check --dry-run --settings tests.settings

format: $(VENV)/installed-dev ## put the code into shape
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit("Gazette needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Set PYTHON to one, as in: make demo PYTHON=python3.12") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: requirements.txt pyproject.toml | $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check --requirement requirements.txt
	@touch $@

$(VENV)/installed-dev: requirements.txt requirements-dev.txt pyproject.toml | $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check --requirement requirements-dev.txt
	$(if $(NEXT),$(BIN)/pip install --quiet --disable-pip-version-check 'wagtail==8.0.*')
	@touch $@ $(VENV)/installed

.env:
	@install -m 600 /dev/null $@
	@$(BIN)/python -c 'import secrets; print("SECRET_KEY=" + secrets.token_urlsafe(50))' > $@
	@echo 'DEBUG=true' >> $@
	@echo 'BASE_URL=http://localhost:8000' >> $@
	@echo 'ALLOWED_HOSTS=localhost,127.0.0.1' >> $@
	@echo 'DEFAULT_FROM_EMAIL=Gazette <hello@example.org>' >> $@
