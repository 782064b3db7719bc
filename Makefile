# Two commands do everything, set-up included: make demo, make test. Both keep one virtual environment in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/installed.stamp
FIXED ?=

.PHONY: demo test docs check fix schema clean doctor transparency bench soak

demo: $(STAMP)
	$(BIN)/crossfade demo $(if $(FIXED),--fixed)

test: $(STAMP)
	$(BIN)/python -m pytest

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

# All end by themselves; needs Go and a JDK. REQUESTS=2000 FAULTS=candidate_hung,disk_full MINUTES=1 for less.
soak: $(STAMP)
	$(BIN)/python tests/codegen/java/semantics/fuzz/run.py
	@$(BIN)/python bench/faults/run.py --requests $(or $(REQUESTS),10000) $(if $(FAULTS),--faults $(FAULTS)); \
	faults=$$?; $(BIN)/python bench/faults/soak.py --minutes $(or $(MINUTES),5) && exit $$faults

doctor: $(STAMP)
	$(BIN)/crossfade doctor

bench: $(STAMP)
	$(BIN)/python bench/proxy/run.py
	$(BIN)/python bench/proxy/run.py --grpc
	$(BIN)/python bench/codegen/run.py
	$(BIN)/python bench/strangler/switches.py
	$(BIN)/python bench/strangler/run.py

# The environment is made anew only when what it is made from changed. setuptools warns of folders named like the
# package, which here are in the wheel's namespace and can't be taken for it.
$(STAMP): pyproject.toml setup.py
	@$(PYTHON) -c 'import sys; sys.exit("make: Python 3.11 or newer is needed, this is " + sys.version.split()[0] + "; try PYTHON=python3.11") if sys.version_info < (3, 11) else 0'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	PYTHONWARNINGS='ignore:Editable installation' $(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@

clean:
	rm -rf $(VENV) .crossfade build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
