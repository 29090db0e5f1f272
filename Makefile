# make demo    a deploy, a change and a look as a sender, on this machine
# make test    every test, type check and linter
# make bench   what is promised in numbers, measured side by side with others
# make soak    random histories with faults, under watching senders: HISTORIES=500 SEED=1
# make mutation changes the code, one small change at a time: do the tests notice? An hour or more
# make audit   known vulnerabilities of what is installed; needs the network
# make sandbox leaves the local cloud running, for pulumi by hand; make sandbox-stop ends it

PYTHON ?= python3
VENV := .venv
READY := $(VENV)/ready
BENCH := .venv-bench
HISTORIES ?= 500
SEED ?= 1
AUDIT := .venv-audit
MUTATION := .mutation/packages
export PYTHONPATH := $(CURDIR)
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup demo test lint languages bench soak sandbox sandbox-stop lock mutation audit

setup: $(READY)
	@$(VENV)/bin/python -m sandbox.engine > /dev/null
	@$(VENV)/bin/python -m sandbox.workers > /dev/null

$(READY): requirements-dev.txt components/pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "Python 3.11 or later is needed, found " + sys.version)'
	@echo "setup: making $(VENV); this takes a minute or two, and is done once"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(VENV)/bin/python -m pip install --quiet --require-hashes -r requirements-dev.txt
	@$(VENV)/bin/python -m pip install --quiet --no-deps --no-build-isolation -e components
	@touch $@

demo: setup
	@$(VENV)/bin/python -m sandbox.demo

sandbox: setup
	@$(VENV)/bin/python -m sandbox start

sandbox-stop:
	@if [ -x $(VENV)/bin/python ]; then $(VENV)/bin/python -m sandbox stop; fi

lint: setup
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/mypy

test: lint languages
	$(VENV)/bin/pytest

# What runs programs in YAML and TypeScript, built once: only the tests need it.
languages: setup
	@$(VENV)/bin/python -m sandbox.languages > /dev/null

# What is promised in numbers; writes docs/bench/.
bench: setup $(BENCH)/ready
	$(VENV)/bin/python -m benches.check
	$(VENV)/bin/python -m benches.reports
	$(VENV)/bin/python -m benches.domains

# An hour or two. Figures at its end; what breaks a promise is kept in tests/soak/kept/.
soak: setup
	$(VENV)/bin/pytest tests/soak/controls.py
	$(VENV)/bin/python -m tests.soak --histories $(HISTORIES) --seed $(SEED)

$(BENCH)/ready: requirements-bench.txt
	@echo "bench: making $(BENCH), with what is measured against"
	@$(PYTHON) -m venv --clear $(BENCH)
	@$(BENCH)/bin/python -m pip install --quiet --require-hashes -r requirements-bench.txt
	@touch $@

# Whether the tests notice when the code is changed; writes docs/mutation.md.
mutation: setup $(MUTATION)/ready
	$(VENV)/bin/python -m tests.mutation

$(MUTATION)/ready: requirements-mutation.txt
	@rm -rf $(MUTATION)
	@$(VENV)/bin/python -m pip install --quiet --require-hashes --target $(MUTATION) -r requirements-mutation.txt
	@touch $@

# Fails where something is known, and where the database cannot be asked: it is never green unasked.
audit: $(AUDIT)/ready
	@for locked in requirements*.txt; do \
	  echo "audit: $$locked"; \
	  $(AUDIT)/bin/pip-audit --strict --require-hashes --disable-pip --progress-spinner off -r $$locked \
	    || { echo "audit: $$locked was not found to be free of known vulnerabilities: see above" >&2; exit 1; }; \
	done

$(AUDIT)/ready: requirements-audit.txt
	@$(PYTHON) -m venv --clear $(AUDIT)
	@$(AUDIT)/bin/python -m pip install --quiet --require-hashes -r requirements-audit.txt
	@touch $@

# The locked requirements, made again from the .in files; needs uv.
lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url --no-emit-find-links requirements.in -o requirements.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url --no-emit-find-links requirements-dev.in -o requirements-dev.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url --no-emit-find-links requirements-bench.in -o requirements-bench.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url --no-emit-find-links requirements-mutation.in -o requirements-mutation.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url --no-emit-find-links requirements-audit.in -o requirements-audit.txt
