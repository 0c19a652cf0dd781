# Every target installs what it needs and does not find, or names it in one line.
SHELL := /bin/bash
.DEFAULT_GOAL := help
# Which Postgres the tests run against: make test PG=18. Without it the newest that is installed.
export PG
# make bench FULL=1: larger tables, longer runs.
export FULL
.PHONY: help demo test check audit fuzz bench faults soak board-test

help: ## what the targets do
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /make \1|/' \
	  | awk -F'|' '{ printf "  %-12s %s\n", $$1, $$2 }'

demo: ## from a fresh machine to the running demo (Ctrl-C ends it; the second start takes seconds)
	@scripts/setup.sh rust postgres
	@cargo run --locked -- dev

test: ## every test, against a private Postgres that is started and stopped for it; the client's too
	@scripts/setup.sh rust pgtap python node misfortune
	@scripts/test.sh
	@scripts/test_client.sh

check: ## format, lints, what documents name, scripts, compose.yaml; types and sizes of the client; the live page
	@scripts/setup.sh rust compose node
	cargo fmt --check
	cargo clippy --locked --all-targets -- -D warnings
	cargo clippy --locked --all-targets --features otlp -- -D warnings
	python3 scripts/check_paths.py
	scripts/check_scripts.sh
	scripts/check_client.sh
	scripts/check_board.sh

audit: ## what others' tools say of dependencies, functions, migrations and the API: the long form of check
	@scripts/setup.sh rust postgres python node
	@scripts/audit.sh

fuzz: ## every parser of bytes from outside, a minute each (SECONDS_PER_TARGET)
	@scripts/setup.sh rust
	@scripts/fuzz.sh

bench: ## what it costs and bears: one table, its raw samples, pictures; ten minutes (FULL=1: an hour and more)
	@scripts/setup.sh rust postgres
	@cargo build --locked --release
	@scripts/bench.sh

board-test: ## the live page in Chromium, against a real service
	@scripts/setup.sh rust postgres node chromium
	@scripts/test_board.sh

faults: ## everything killed, hung, cut off, filled up and misled, by several seeds; how long each recovery took
	@scripts/setup.sh rust postgres misfortune
	@scripts/faults.sh

soak: ## SOAK_HOURS (1) of ordinary days with a mishap now and then: nothing is lost, and nothing grows
	@scripts/setup.sh rust postgres
	@scripts/soak.sh
