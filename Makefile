# The commands of this repository. `make` alone lists them. Each first makes ready what it needs (scripts/setup).
.DEFAULT_GOAL := help
.PHONY: help demo check test test-s390x test-install mutants soak bench payload docs fresh qemu-root constraints clean
SHELL := bash

BIN := .venv/bin
BENCHES ?= dhcp tftp
PYTEST := $(BIN)/python -m pytest
WORKERS ?= $(shell expr $$(nproc) + 1) # many tests wait for firmware

# roots with other versions of QEMU, whose firmware the tests see too: `make qemu-root`
export NETIPL_QEMU_ROOTS ?= $(subst $() ,:,$(patsubst %/usr/bin/qemu-system-s390x,%,$(wildcard $(CURDIR)/.cache/qemu/*/usr/bin/qemu-system-s390x)))

help: ## list these commands
	@sed -nE 's/^([a-z0-9-]+):.*## (.*)/  make \1\t\2/p' Makefile | expand -t 22

demo: ## install a real s390x guest over the network, boot it from its disk, install it again (ARGS=... is passed on)
	@scripts/setup demo
	@$(BIN)/netipl demo $(ARGS)

check: ## formatting, lint, types, import direction, spelling, dependencies, architecture, documentation
	@scripts/setup check
	@scripts/check

test: ## the tests, with real guests and under s390x Python (ARGS=... is passed to pytest, TESTS names some)
	@scripts/setup test
	@scripts/s390x wheels
	@scripts/s390x tests
	@$(PYTEST) -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS) $(TESTS)

test-s390x: ## only the unit tests under Debian's s390x Python, and the s390x wheels
	@scripts/setup test
	@scripts/s390x wheels
	@scripts/s390x tests

test-install: ## install Debian on a real guest, from a build to its SSH server; takes as long as that takes, as root
	@scripts/setup test
	@$(PYTEST) --timeout 14400 -s tests/install $(ARGS)

mutants: ## plant each fault of tests/mutants and see its test turn red
	@scripts/setup test
	@$(BIN)/python scripts/mutants.py $(ARGS)

soak: ## repeat real boots many times, under loss and interruption (an hour)
	@scripts/setup test
	@$(PYTEST) --timeout 3600 tests/soak $(ARGS)

bench: ## measure against other servers, as docs/benchmarks tells (BENCHES="dhcp tftp", as root)
	@scripts/setup test
	@for each in $(BENCHES); do $(BIN)/python -m bench.$$each $(ARGS) || exit; done

payload: ## build the re-IPL program from its sources
	@scripts/setup test
	@scripts/build-payload

docs: ## build the documentation into docs/_build/html
	@scripts/setup docs
	@$(BIN)/sphinx-build --quiet --fail-on-warning --keep-going docs docs/_build/html
	@echo "docs/_build/html/index.html"

fresh: ## prove the commands of the README in a minimal Debian root (SUITE=trixie for the other, as root)
	@scripts/setup fresh
	@scripts/fresh-root

qemu-root: ## add the QEMU of another Debian (SUITE=trixie, trixie-backports, bullseye) to what tests boot with, as root
	@scripts/setup fresh
	@scripts/qemu-root

constraints: ## renew constraints.txt with the newest versions
	@scripts/renew-constraints

clean: ## remove what was built; .cache, with its downloads, too
	rm -rf .venv .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache docs/_build dist build
	find src tests bench -name __pycache__ -type d -prune -exec rm -rf {} +
