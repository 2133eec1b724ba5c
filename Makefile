# Each target makes what it needs; see README.md.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: install demo test check bench evidence docs site wheel clean

.venv/light: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install -q --disable-pip-version-check -c constraints.txt -e .
	touch $@

# Without --no-compile pip would compile for two minutes what is never imported.
.venv/all: .venv/light
	$(BIN)/pip install -q --no-compile --disable-pip-version-check -c constraints.txt -e '.[all,dev]'
	touch $@

install: .venv/all    ## everything, into .venv

demo: .venv/light     ## the main job on data that ships with the project
	@PATH="$(CURDIR)/$(BIN):$$PATH" SEEDS=1 bash recipes/dsir.sh tests/data .demo

# One test more at a time than there are cores: some of them wait.
test: .venv/all       ## all tests
	$(BIN)/python -m pytest -n $$(($$(nproc) + 1)) --dist worksteal

check: .venv/all      ## style, types, floors
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/light    ## side by side with the peers; writes bench/RESULTS.md
	$(PYTHON) -m venv --without-pip --clear bench/.sel
	$(BIN)/pip --python bench/.sel/bin/python install -q --disable-pip-version-check -c constraints.txt '.[knn,fast,lang,parquet,models]'
	bench/.sel/bin/python bench/run.py

evidence: .venv/all   ## every recipe beside random; writes docs/evidence.md; resumable
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python recipes/evidence.py run

docs: .venv/light     ## man pages, completions and the short help, from the catalog
	$(BIN)/python -m sel.cli.generate

site: .venv/all       ## the pages with a search, in .site/html
	$(BIN)/python site/pages.py .site
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build -q --strict -f .site/mkdocs.yml

wheel:                ## dist/*.whl, tried where nothing else is
	rm -rf dist build
	$(PYTHON) -m pip --disable-pip-version-check wheel -q --no-deps -w dist .
	bash tests/wheel.sh dist/*.whl $(PYTHON)

clean:
	rm -rf .venv .demo .rds .site .evidence bench/.sel bench/.venv bench/.data
