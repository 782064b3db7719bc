# Two commands do everything, set-up included: make demo, make test. Both keep one virtual environment in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/installed.stamp
FIXED ?=

LOCK := requirements-dev.txt

.PHONY: demo canary-demo test fast coverage docs check fix lock schema clean doctor transparency bench soak

demo: $(STAMP)
	$(BIN)/crossfade demo $(if $(FIXED),--fixed)

# The fixed port from the shadow to all clients; LATE_BUG=1 for a port that fails once half of them use it.
canary-demo: $(STAMP)
	$(BIN)/crossfade demo --canary $(if $(LATE_BUG),--late-bug)

# All tests, on all cores. A file's tests run in one process, in their order: see tests/conftest.py.
PYTEST := -m pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder
# Tests that need nothing but what pip installs.
ALONE := not java and not demo and not wheel and not faults and not browser and not transparency and not kubernetes

test: $(STAMP)
	$(BIN)/python $(PYTEST)

# While you work: no Java, no browser, nothing that takes more than a second.
fast: $(STAMP)
	$(BIN)/python $(PYTEST) -q -m 'not slow and $(ALONE)'

# Which lines and branches the tests without Java and browser reach; a table, and pages in htmlcov/.
coverage: $(STAMP)
	$(BIN)/python -m coverage erase
	$(BIN)/python -m coverage run $(PYTEST) -q -m '$(ALONE)'
	$(BIN)/python -m coverage combine --quiet
	$(BIN)/python -m coverage html --quiet
	$(BIN)/python -m coverage report

# The site, into .crossfade/site; a link that leads nowhere fails.
docs: $(STAMP)
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

check: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy typings/crossfade docs/hooks.py docs/reference_tables
	PYTHONPATH=typings $(BIN)/lint-imports

fix: $(STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

transparency: $(STAMP)
	$(BIN)/python tests/transparency/table.py

# The JSON Schema of the report, written from the record.
schema: $(STAMP)
	$(BIN)/python -m crossfade.reports.schema

# All end by themselves; needs Go and a JDK. First the properties, with new and many more examples. REQUESTS=2000 FAULTS=candidate_hung,disk_full MINUTES=1 for less.
soak: $(STAMP)
	$(BIN)/python $(PYTEST) -q -m 'hypothesis and $(ALONE)' --hypothesis-profile soak
	$(BIN)/python tests/codegen/java/semantics/fuzz/run.py
	$(BIN)/python bench/canary/simulation.py
	$(BIN)/python bench/exactly/run.py
	@$(BIN)/python bench/faults/run.py --requests $(or $(REQUESTS),10000) $(if $(FAULTS),--faults $(FAULTS)); \
	faults=$$?; $(BIN)/python bench/faults/soak.py --minutes $(or $(MINUTES),5) && exit $$faults

# What the tests with the marker kubernetes need besides etcd: three minutes and 1.6 GB on two idle cores, once.
KUBERNETES := 1.31.4
KUBE_APISERVER := $(HOME)/.cache/crossfade-tests/kube-apiserver-$(KUBERNETES)
KUBE_VERSION := k8s.io/component-base/version
kube-apiserver: $(KUBE_APISERVER)
$(KUBE_APISERVER):
	mkdir -p $(@D)
	cd tests/shadow/canary/planes/apiserver && go build -trimpath -o $@ -ldflags "-s -w \
		-X $(KUBE_VERSION).gitVersion=v$(KUBERNETES) -X $(KUBE_VERSION).gitMajor=1 -X $(KUBE_VERSION).gitMinor=31" .

doctor: $(STAMP)
	$(BIN)/crossfade doctor

bench: $(STAMP)
	$(BIN)/python bench/proxy/run.py
	$(BIN)/python bench/proxy/run.py --grpc
	$(BIN)/python bench/evidence/run.py
	$(BIN)/python bench/differ/alignment.py
	$(BIN)/python bench/differ/long_lists.py
	$(BIN)/python bench/codegen/run.py
	$(BIN)/python bench/strangler/switches.py
	$(BIN)/python bench/strangler/run.py
	$(BIN)/python bench/replay/run.py

# The versions that everyone develops and tests with, for all supported Pythons at once: run it when dependencies in
# pyproject.toml change. It keeps what still fits; `make lock UPGRADE=1` takes the newest of everything.
lock:
	$(PYTHON) -m venv $(VENV)/lock
	$(VENV)/lock/bin/python -m pip install --quiet uv
	$(VENV)/lock/bin/uv pip compile $(if $(UPGRADE),--upgrade) --quiet --universal --python-version 3.11 --extra dev \
		--output-file $(LOCK) pyproject.toml

# The environment is made anew only when what it is made from changed. setuptools warns of folders named like the
# package, which here are in the wheel's namespace and can't be taken for it.
$(STAMP): pyproject.toml setup.py $(LOCK)
	@$(PYTHON) -c 'import sys; sys.exit("make: Python 3.11 or newer is needed, this is " + sys.version.split()[0] + "; try PYTHON=python3.11") if sys.version_info < (3, 11) else 0'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	PYTHONWARNINGS='ignore:Editable installation' $(BIN)/python -m pip install --quiet --constraint $(LOCK) --editable '.[dev]'
	@touch $@

clean:
	rm -rf $(VENV) .crossfade build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache \
		.coverage .coverage.* htmlcov
