# The two commands: `make run` (answer questions over NOTES) and `make test`.
NOTES ?= data/notes
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
SANDBOX_PACKAGES := docker.io iptables iproute2 busybox-static
TYPESCRIPT := 5.9.3
TEST_PACKAGES := $(SANDBOX_PACKAGES) docker-registry docker-compose chromium debootstrap

.PHONY: run setup sandbox-packages test test-journeys test-integration test-setup lint unit bench eval clean

run: setup sandbox-packages
	$(BIN)/kb ingest "$(NOTES)"
	$(BIN)/kb serve --notes "$(NOTES)"

setup: .venv/installed

.venv/installed: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] < (3, 11))' \
		|| { echo "Python 3.11 or later is needed; found: $$($(PYTHON) --version)"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --editable .
	@touch $@

sandbox-packages:
	@if [ "$$KB_SANDBOX" = off ]; then echo "KB_SANDBOX=off: no sandbox daemon."; \
	else sh server/sandbox/install-debian.sh dockerd $(SANDBOX_PACKAGES); fi

test-setup: setup .venv/test-installed .venv/typescript-$(TYPESCRIPT)
	@sh server/sandbox/install-debian.sh "dockerd docker-registry docker-compose chromium debootstrap" $(TEST_PACKAGES)

.venv/test-installed: pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@

# Checks the types of the page's modules; without npm that one test is left out.
.venv/typescript-$(TYPESCRIPT): .venv/installed
	@if ! command -v npm > /dev/null; then echo "No npm: the page's types are not checked."; \
	elif npm install --silent --no-audit --no-fund --fetch-retries=1 --prefix $@ typescript@$(TYPESCRIPT); then touch $@; \
	else rm -rf $@; echo "TypeScript cannot be had: the page's types are not checked."; fi

# The unit tests on every core; then those of the page and the sandbox beside the others.
test: test-setup lint
	$(BIN)/pytest --numprocesses auto --dist loadfile tests/unit
	$(MAKE) --jobs 2 --output-sync=target --no-print-directory test-journeys test-integration

test-journeys:
	$(BIN)/pytest tests/browser tests/docker

test-integration:
	$(BIN)/pytest tests/integration

# Seconds, without network, model, daemon or browser.
unit: setup .venv/test-installed
	$(BIN)/pytest --numprocesses auto --dist loadfile tests/unit

lint: setup .venv/test-installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy

bench: setup
	$(BIN)/python -m ingest.benchmark
	$(BIN)/python -m server.benchmark
	$(BIN)/python -m server.benchmark --chunks 10000 --notes data/training \
		--questions data/training/practice/questions.jsonl

eval: setup
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[training]'
	$(BIN)/kb eval --beside "$$($(BIN)/python -c \
		'from ingest.training.teacher import teacher_folder; print(teacher_folder())')"

clean:
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
