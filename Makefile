# Everything runs in .venv; a stamp file records what was installed, so a second run starts at once.
# Only Python 3.11+ and make are needed. Choose another interpreter with `make PYTHON=python3.12 test`.

PYTHON ?= python3
VENV ?= .venv
PIP = $(VENV)/bin/python -m pip --disable-pip-version-check
DEMO = fixtures/lenet-wider-image/before.py

# The sources of an installation that is a copy; an editable one only has to follow the packaging files.
SOURCES = $(shell find autofix rules -name '*.py')

.DEFAULT_GOAL = help
.PHONY: help demo test locked licences lint docs wheels matrix fuzz hostile bench evidence vscode workbench clean

help:
	@echo "make demo   install and repair a model of fixtures/"
	@echo "make test   install with development tools; run ruff, mypy and pytest"
	@echo "make locked install what developers need, each file by its hash (LOCKED; torch is left as the machine has it)"
	@echo "make licences  list the licences of what is installed with it; one that is not on the list ends it with 1"
	@echo "make lint   ruff and mypy only"
	@echo "make docs   build the documentation as a site, build/site/index.html"
	@echo "make wheels build a release in dist/: a wheel without torch, one that is that and torch, and the source"
	@echo "make matrix run the tests with every Python and torch that is installed (MATRIX, MATRIX_TESTS)"
	@echo "make fuzz   the tests of hostile input with 14,000 generated cases (FUZZ_SEED repeats a run)"
	@echo "make hostile the inputs that mean harm, all of them; a part runs in every test run"
	@echo "make bench  measure the speed (BENCH=--quick for a short run; docs/speed.md)"
	@echo "make evidence  the program and its rivals on benchmarks/faults/ (EVIDENCE=\"--tools FOLDER\"; docs/evidence.md)"
	@echo "make vscode build and test the extension for VS Code (needs Node 20 and npm)"
	@echo "make workbench  drive it in VS Code itself; the first time takes ten minutes and 1.2 GB (needs Debian and root)"
	@echo "make clean  remove the environment and caches"

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "autofix needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)

# An editable installation, as `make test` leaves it, serves the demo as well.
$(VENV)/.installed: pyproject.toml constraints.txt $(SOURCES) | $(VENV)/bin/python
	test -e $(VENV)/.installed-dev || $(PIP) install --quiet --constraint constraints.txt .
	touch $@

$(VENV)/.installed-dev: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $@

$(VENV)/.installed-docs: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) install --quiet --constraint constraints.txt --editable '.[docs]'
	touch $@

# The command ends with 1 because it proposes a patch, which is what a demo wants to see.
demo: $(VENV)/.installed
	$(VENV)/bin/autofix $(DEMO) --sample-shape 64,3,32,32 || test $$? -eq 1

lint: $(VENV)/.installed-dev
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/ruff check
	$(VENV)/bin/mypy

test: lint
	$(VENV)/bin/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

# LOCKED="dev torch" installs the build of torch that most machines get as well.
LOCKED ?= dev
locked: | $(VENV)/bin/python
	$(PIP) install --quiet --require-hashes $(LOCKED:%=--requirement requirements/%.txt)
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .

licences: $(VENV)/.installed-dev
	$(VENV)/bin/python .ci/licences.py lsp distributed mcp dev

# A broken link, or a page that no menu has, ends it.
SITE ?= build/site
docs: $(VENV)/.installed-docs
	NO_MKDOCS_2_WARNING=1 $(VENV)/bin/mkdocs build --strict --config-file .ci/site/mkdocs.yml --site-dir $(abspath $(SITE))

wheels: $(VENV)/.installed-dev
	$(VENV)/bin/python .ci/wheels.py dist

# Nothing is installed for it but what `make test` installs: MATRIX names interpreters with a torch of their own.
matrix: $(VENV)/.installed-dev
	$(VENV)/bin/python tests/matrix.py

# A failure prints its case and how to repeat it alone.
FUZZ_SEED ?= $(shell date +%s)
fuzz: $(VENV)/.installed-dev
	@echo "seed $(FUZZ_SEED)"
	$(VENV)/bin/python -m pytest tests/fuzz --hypothesis-profile long --hypothesis-seed $(FUZZ_SEED) --numprocesses 2

hostile: $(VENV)/.installed-dev
	$(VENV)/bin/python -m pytest tests/hostile --hostile --numprocesses 2

bench: $(VENV)/.installed-dev
	$(VENV)/bin/python benchmarks/all.py $(BENCH)

# Rivals are not installed for it: EVIDENCE="--tools FOLDER" names where pyrefly, torchtyc and PyTea are.
evidence: $(VENV)/.installed-dev
	$(VENV)/bin/python benchmarks/faults.py check
	$(VENV)/bin/python benchmarks/evidence.py $(EVIDENCE)
	$(VENV)/bin/python benchmarks/evidence.py document

vscode:
	cd editors/vscode && npm ci --no-audit --no-fund --loglevel=error && npm test && npm run package

WORKBENCH ?= build/workbench
PICTURES ?= build/pictures
workbench: vscode $(VENV)/.installed-dev
	editors/vscode/test/workbench/install.sh $(WORKBENCH)
	editors/vscode/test/workbench/run.sh $(WORKBENCH) $(VENV)/bin/autofix $(PICTURES)

clean:
	rm -rf editors/vscode/node_modules editors/vscode/out editors/vscode/*.vsix
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find autofix rules tests -name __pycache__ -type d -prune -exec rm -rf {} +
