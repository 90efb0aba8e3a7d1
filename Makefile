# The two commands of a fresh machine are `make demo` and `make test`.
PYTHON ?= python3
PYTHONS ?= 3.12 3.13
# Files or folders with tests for the quick ones; empty: all of them.
TESTS ?=
# Bytecode is kept, whatever the shell says: tests start many processes, and each would compile all of it anew.
unexport PYTHONDONTWRITEBYTECODE
export VENV_FOLDER ?= .venv
VENV := $(VENV_FOLDER)/bin
# One process a core; a file stays in one process, so that what its tests share is made once.
PARALLEL := --numprocesses auto --maxprocesses 4 --dist loadfile
# one more than there are cores, for some of the quick tests wait
QUICK := --numprocesses $(shell echo $$(( $$(getconf _NPROCESSORS_ONLN) + 1 ))) --maxprocesses 5 --dist loadfile

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev setup-bench setup-demo-llm demo demo-llm serve test test-quick test-pythons lint format bench bench-load bench-scale docs requirements sbom release-check bundle audit clean

help: ## What can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 18

setup: ## The program in .venv
	@$(PYTHON) tools/bootstrap.py runtime

setup-dev:
	@$(PYTHON) tools/bootstrap.py runtime dev test-models

setup-bench:
	@$(PYTHON) tools/bootstrap.py runtime dev test-models bench

setup-demo-llm:
	@$(PYTHON) tools/bootstrap.py runtime demo-llm

demo: setup ## The main job on the sample corpus: find, choose, draft, check, export
	@$(VENV)/python -m learninglion.cli.demo

demo-llm: setup-demo-llm ## The same with a small language model (to show the path, not for work)
	@$(VENV)/python -m learninglion.cli.demo --llm

serve: setup ## The workplace in the browser, on this machine only
	@$(VENV)/learninglion serve

test: setup-dev ## All tests
	@$(VENV)/python -m pytest $(PARALLEL)

test-quick: setup-dev ## Without real models and without a browser; some of them with TESTS="tests/dutch ..."
	@$(VENV)/python -m pytest $(QUICK) -m "not slow and not browser" $(TESTS)

test-pythons: ## The quick tests on the other Pythons that are here
	@for version in $(PYTHONS); do \
		python=; folder=.venv-$$version; \
		for here in python$$version "$$HOME"/.pyenv/versions/$$version.*/bin/python; do \
			"$$here" -c "" 2>/dev/null && python=$$here; \
		done; \
		if [ -z "$$python" ]; then echo "Python $$version is not here: not tried"; continue; fi; \
		if ! output=$$($(MAKE) --no-print-directory setup-dev PYTHON="$$python" VENV_FOLDER=$$folder 2>&1); then \
			echo "Python $$version: its packages could not be installed, so it is not tried"; \
			echo "$$output" | grep -v "^make\|^failed" | tail -n 1; \
			continue; \
		fi; \
		echo "Python $$version, $$python:"; \
		$(MAKE) --no-print-directory test-quick PYTHON="$$python" VENV_FOLDER=$$folder || exit 1; \
	done

lint: setup-dev ## Style, types and the layers
	@$(VENV)/ruff check src tests tools benchmarks
	@$(VENV)/ruff format --check src tests tools benchmarks
	@$(VENV)/mypy
	@$(VENV)/lint-imports --config pyproject.toml

format: setup-dev
	@$(VENV)/ruff check --fix src tests tools benchmarks
	@$(VENV)/ruff format src tests tools benchmarks

bench: setup-bench ## Quality and speed beside the peers; writes benchmarks/results
	@$(VENV)/python benchmarks/run.py

bench-load: setup-dev ## Fifty users for six minutes on 50,000 pairs; fails when a bar is missed
	@$(VENV)/python benchmarks/load.py users --minutes 6

bench-scale: setup-bench ## Archives of 10,000, 50,000 and 200,000 pairs
	@$(VENV)/python benchmarks/scale.py

docs: setup-dev ## The references that are generated from the code
	@$(VENV)/python tools/make_docs.py

requirements: setup-dev ## Pin anew, with hashes and without addresses
	@$(VENV)/python tools/pin_requirements.py

sbom: ## What the program consists of (CycloneDX), in sbom.cdx.json
	@$(PYTHON) tools/bill_of_materials.py --out sbom.cdx.json

release-check: ## Fails on an unpinned dependency or a licence that is not on the list
	@$(PYTHON) tools/bill_of_materials.py --check

bundle: setup ## All that an installation without a network needs, in dist/ (KEY=PRIVATE.pem signs it)
	@$(VENV)/python tools/make_bundle.py --out dist $(if $(KEY),--key $(KEY))

audit: setup-dev ## Known weaknesses in dependencies; needs the network, so no part of `make test`
	@for set in runtime postgres gguf install; do $(VENV)/python -m uv tool run pip-audit==2.9.0 --require-hashes --disable-pip -r requirements/$$set.txt || exit 1; done

clean: ## Remove what was built, never the data folder
	@rm -rf .venv .venv-* build dist src/*.egg-info .mypy_cache .ruff_cache .pytest_cache demo-output
