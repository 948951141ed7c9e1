# `make help` lists the commands. PYTHON=/path/to/python chooses the interpreter.
VENV := .venv/bin
.PHONY: help run test test-sqlite test-postgres check acceptance bench proto requirements image-check

help:  ## List these commands
	@sed -n 's/^\([a-z-]*\):.*## /\1  /p' Makefile | sort | awk '{n=$$1; $$1=""; printf "  make %-14s%s\n", n, $$0}'

run:  ## Install, set up and start everything; Ctrl-C stops it
	@bin/venv base
	@$(VENV)/python manage.py run

test: test-sqlite test-postgres  ## The whole suite, on SQLite and on PostgreSQL + Redis

test-sqlite:  ## The suite on what a newcomer has: SQLite, no Redis
	@bin/venv base dev
	@$(VENV)/python -m tests.browser
	$(VENV)/python -m pytest -m "not browser" $(ARGS)

test-postgres:  ## The suite on throw-away PostgreSQL and Redis servers
	@bin/venv base dev
	@$(VENV)/python -m tests.browser
	$(VENV)/python -m tests.servers $(VENV)/python -m pytest -m "not once" $(ARGS)

check:  ## Format, lint, types, migrations, drift, tests: what CI runs
	@bin/venv base dev
	@bin/check
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target test

acceptance:  ## Other people's clients and suites; writes docs/acceptance.md
	@bin/venv base dev
	$(VENV)/python -m tests.acceptance $(ARGS)

bench:  ## The measurements of docs/benchmarks.md
	@bin/venv base dev
	$(VENV)/python -m bench

proto:  ## Generate the protobuf code again
	@bin/venv base dev
	$(VENV)/python -m proxy.upstream.generate

requirements:  ## Pin requirements/*.in again, with hashes
	@bin/venv base dev
	@bin/pin

image-check:  ## Build the image without a Docker engine and start its roles (root, Debian)
	@bin/image-check
