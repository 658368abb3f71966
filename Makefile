# Everything that a machine with Python 3.11 or later and make needs, and nothing else.
# Another Python: make run PYTHON=python3.13

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
MADE := $(VENV)/.made
INSTALLED := $(VENV)/.installed
DEVELOPS := $(VENV)/.develops
ENGINES := $(VENV)/.engines
BENCH := .venv-bench
CLIENTS := .venv-clients
EDITORS := .venv-editors
DBT := .venv-dbt
CLUSTER := .venv-cluster
ALL_CORES := -n auto --dist worksteal

.PHONY: help run test test-browser test-random test-pythons test-lowest test-faults test-fuzz test-engines test-spark test-dbt test-clients test-editor test-differential test-proofs lint format types bench frontend frontend-check npm parts screenshots wheel clean

help:
	@echo "make run     serve the page on this computer, with made-up leads to look around in"
	@echo "make test    run the tests, without those below"
	@echo "make test-browser   run the tests of the page in a real browser"
	@echo "make test-pythons   run the tests of the language and the engine on the oldest and the newest Python there is"
	@echo "make test-lowest   run a part of them with the lowest version of each dependency that is allowed"
	@echo "make test-random   try the properties on four times as many random examples"
	@echo "make test-faults    kill imports, scorings, handing off and sending hundreds of times, and see what is left; edit hundreds of times, and see that memory is flat"
	@echo "make test-engines   run the tests of the SQL on PostgreSQL, Spark and ClickHouse"
	@echo "make test-dbt   let the real dbt build what leadwright dbt writes, on DuckDB and PostgreSQL"
	@echo "make test-spark   hold scores on Spark against those on one machine, and scored tables against the public call"
	@echo "make test-cluster   run the recipes for Ray, Daft and Dask, and hold them against one machine"
	@echo "make test-clients   let the real clients of ten services send, through all sorts of trouble"
	@echo "make test-editor   drive the language server as three clients do and from Neovim, and package for VS Code"
	@echo "make test-fuzz   try 20,000 mutated rulesets, and 2,000 mutated files of each kind: an answer to each, and soon"
	@echo "make test-differential   hold 100,000 pairs of a ruleset and a lead against the SQL"
	@echo "make test-proofs   hold what is proved of 2,000 random rulesets against random leads, and bounds against all values"
	@echo "make lint    look for mistakes and for layout with ruff; make format fixes the layout"
	@echo "make types   check the types with mypy"
	@echo "make bench   measure how fast it is beside others, in an environment of its own"
	@echo "make frontend   make the scripts of others that the page hands on, out of their pinned packages"
	@echo "make frontend-check   make them again, and compare every byte with what is committed"
	@echo "make parts   serve the page's parts in every state, light beside dark, to work on how they look"
	@echo "make screenshots   take the pictures of the README again, from the page"
	@echo "make wheel   build what pip installs, into dist/"
	@echo "make clean   remove what the others made"

run: $(INSTALLED)
	@$(BIN)/leadwright serve --sample --db build/sample.db

# What is missing and cannot be installed here is skipped, and named.
test: $(DEVELOPS)
	$(BIN)/python -m pytest $(ALL_CORES) --ignore=tests/browser

test-browser: $(DEVELOPS)
	@sh tests/browser/install_chromium.sh $(BIN)/python
	$(BIN)/python -m pytest $(ALL_CORES) tests/browser

test-pythons: $(DEVELOPS)
	$(BIN)/python tests/pythons.py

test-lowest: $(DEVELOPS)
	$(BIN)/python tests/lowest.py

test-random: $(DEVELOPS)
	LEADWRIGHT_EFFORT=1 $(BIN)/python -m pytest $(ALL_CORES) -m hypothesis

test-faults: $(DEVELOPS)
	LEADWRIGHT_KILLS=200 $(BIN)/python -m pytest tests/engine/store/test_store_faults.py tests/engine/outbox/test_outbox_faults.py \
		tests/engine/live/test_live_kills.py tests/engine/handoffs/test_handoff_faults.py
	LEADWRIGHT_EDITS=$${LEADWRIGHT_EDITS:-300} $(BIN)/python -m pytest tests/web/test_web_memory.py

# As above.
test-engines: $(DEVELOPS) $(ENGINES)
	@sh tests/engines/install_postgres.sh
	LEADWRIGHT_ENGINES=$${LEADWRIGHT_ENGINES:-1} $(BIN)/python -m pytest tests/engines

test-dbt: $(DEVELOPS) $(DBT)/.installed
	@sh tests/engines/install_postgres.sh
	LEADWRIGHT_DBT=$(DBT) $(BIN)/python -m pytest $(ALL_CORES) tests/dbt

# As above.
test-spark: $(DEVELOPS) $(ENGINES)
	LEADWRIGHT_ENGINES=$${LEADWRIGHT_ENGINES:-1} $(BIN)/python -m pytest tests/spark
	LEADWRIGHT_ARROW=$${LEADWRIGHT_ARROW:-2400} $(BIN)/python -m pytest $(ALL_CORES) tests/engine/arrow/test_arrow_differences.py

# Node and npm are needed for the clients of Node alone.
test-cluster: $(DEVELOPS) $(CLUSTER)/.installed
	LEADWRIGHT_CLUSTER=$(CLUSTER) $(BIN)/python -m pytest tests/cluster

test-clients: $(DEVELOPS) $(CLIENTS)/.installed npm
	cd tests/clients/node && npm ci --silent
	LEADWRIGHT_CLIENTS=$(CLIENTS) $(BIN)/python -m pytest tests/clients

# pytest-asyncio wants a setting of its own, and pytest-lsp's fixtures are not used: its client is.
test-editor: $(EDITORS)/.installed npm
	@sh tests/editors/install_neovim.sh
	cd editors/vscode && npm ci --silent
	LEADWRIGHT_EDITORS=1 $(EDITORS)/bin/python -m pytest -p no:asyncio -p no:pytest-lsp tests/editors

test-fuzz: $(DEVELOPS)
	LEADWRIGHT_FUZZ=20000 LEADWRIGHT_FUZZ_FILES=2000 $(BIN)/python -m pytest $(ALL_CORES) \
		tests/test_fuzz_rulesets.py tests/engine/importing/test_import_fuzz.py

test-differential: $(DEVELOPS)
	LEADWRIGHT_DIFFERENTIAL=100000 $(BIN)/python -m pytest tests/engine/sql/test_sql_differential.py

test-proofs: $(DEVELOPS)
	LEADWRIGHT_PROOFS=$${LEADWRIGHT_PROOFS:-2000} LEADWRIGHT_BOUNDS=$${LEADWRIGHT_BOUNDS:-2000} \
		$(BIN)/python -m pytest $(ALL_CORES) tests/engine/prove tests/engine/bounds

lint: $(DEVELOPS)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(DEVELOPS)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The package is the folder itself, so mypy is shown it under its name.
types: $(DEVELOPS)
	@mkdir -p build/types && ln -sfn ../.. build/types/leadwright
	MYPYPATH=build/types $(BIN)/mypy -m leadwright -m leadwright.__main__ -m leadwright.arrow -m leadwright.spark \
		-p leadwright.grammar -p leadwright.engine -p leadwright.assist -p leadwright.lsp -p leadwright.web -p leadwright.rulesets

bench: $(BENCH)/.installed
	$(BENCH)/bin/python tests/benchmarks/run.py

# Only these two need Node and npm: what they make is committed, and nothing is built to install or run.
frontend: npm
	cd web/frontend && npm ci && npm run --silent build

frontend-check: npm
	cd web/frontend && npm ci && npm run --silent check

npm:
	@command -v npm >/dev/null || { echo "npm is needed. On Debian and Ubuntu: sudo apt install npm" >&2; exit 1; }

parts: $(DEVELOPS)
	@$(BIN)/python -m leadwright.tests.browser.parts

screenshots: $(DEVELOPS)
	@sh tests/browser/install_chromium.sh $(BIN)/python
	$(BIN)/python -m leadwright.tests.browser.screenshots docs/images

wheel: $(DEVELOPS)
	rm -rf build/lib build/bdist.* dist
	$(BIN)/python -m build

clean:
	rm -rf $(VENV) $(BENCH) $(CLIENTS) $(EDITORS) editors/vscode/node_modules $(DBT) $(CLUSTER) tests/clients/node/node_modules build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache web/frontend/node_modules

# A stamp is written only when all before it went well, so what was broken off is begun again.
$(MADE):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Leadwright needs Python 3.11 or later, and $(PYTHON) is " + sys.version.split()[0] + ". Name another: make run PYTHON=python3.12")'
	@$(PYTHON) -m venv $(VENV) || { echo "Python cannot make an environment here. On Debian and Ubuntu: sudo apt install python3-venv" >&2; exit 1; }
	@touch $@

$(INSTALLED): pyproject.toml | $(MADE)
	@echo "Installing Leadwright into $(VENV) ..."
	@$(PIP) install --editable .
	@touch $@

$(DEVELOPS): pyproject.toml | $(MADE)
	@echo "Installing Leadwright and what its tests need into $(VENV) ..."
	@$(PIP) install --editable '.[dev]'
	@touch $(INSTALLED) $@

$(ENGINES): pyproject.toml | $(DEVELOPS)
	@echo "Installing the clients of PostgreSQL, Spark and ClickHouse into $(VENV) ..."
	@$(PIP) install --editable '.[engines]'
	@touch $@

# Apart from Leadwright, as its users' programs are.
$(CLIENTS)/.installed: tests/clients/requirements.txt | $(MADE)
	@$(PYTHON) -m venv $(CLIENTS)
	@$(CLIENTS)/bin/python -m pip --disable-pip-version-check --quiet install -r tests/clients/requirements.txt
	@touch $@

# Apart, since dbt asks for older versions of what others need.
$(DBT)/.installed: tests/dbt/requirements.txt | $(MADE)
	@$(PYTHON) -m venv $(DBT)
	@$(DBT)/bin/python -m pip --disable-pip-version-check --quiet install -r tests/dbt/requirements.txt
	@touch $@

# Apart, since engines bring many packages along.
$(CLUSTER)/.installed: pyproject.toml tests/cluster/requirements.txt | $(MADE)
	@$(PYTHON) -m venv $(CLUSTER)
	@$(CLUSTER)/bin/python -m pip --disable-pip-version-check --quiet install --editable '.[arrow]' \
		-r tests/cluster/requirements.txt
	@touch $@

# Apart from what develops: pytest-lsp is a plug-in of every run that it is installed beside.
$(EDITORS)/.installed: pyproject.toml tests/editors/requirements.txt | $(MADE)
	@$(PYTHON) -m venv $(EDITORS)
	@$(EDITORS)/bin/python -m pip --disable-pip-version-check --quiet install --editable '.[lsp]' \
		-r tests/editors/requirements.txt
	@touch $@

$(BENCH)/.installed: pyproject.toml tests/benchmarks/requirements.txt | $(MADE)
	@echo "Installing Leadwright and those it is measured beside into $(BENCH) ..."
	@$(PYTHON) -m venv $(BENCH)
	@$(BENCH)/bin/python -m pip --disable-pip-version-check --quiet install \
		--editable '.[arrow,engines,lsp,mcp,metrics,prove,sql]' -r tests/benchmarks/requirements.txt
	@touch $@
