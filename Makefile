# Two commands do everything on a fresh machine: make demo, make test.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CONSTRAINTS := constraints.txt

.PHONY: help demo test lint bench bench-accuracy bench-speed docs clean
help:
	@echo "make demo    train, calibrate, score and report on real heartbeats; open demo/report.html"
	@echo "make test    all tests"
	@echo "make lint    ruff and mypy --strict"
	@echo "make bench   every figure in the README and docs, as JSON in benchmarks/results/"
	@echo "make bench-accuracy QUICK=1   accuracy beside other detectors; without QUICK hours"
	@echo "make bench-speed      speed beside PyOD, Keras, JAX, scikit-learn, H2O and bare loops; an hour"
	@echo "make docs    check that every link and example in docs/ holds"

$(VENV)/.ready: pyproject.toml $(CONSTRAINTS)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c $(CONSTRAINTS) torch
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c $(CONSTRAINTS) -e '.[dev]'
	@touch $@

demo: $(VENV)/.ready
	$(BIN)/isthmus demo -o demo --force

test: $(VENV)/.ready
	$(BIN)/python -m pytest -n 2 $(ARGS)

lint: $(VENV)/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/.ready
	$(BIN)/python -m benchmarks $(ARGS)

bench-accuracy: $(VENV)/.ready
	$(BIN)/python -m benchmarks.accuracy $(if $(QUICK),--quick) $(ARGS)

bench-speed: $(VENV)/.ready
	$(BIN)/python -m benchmarks fit_speed scoring_speed image_speed preset_speed large_files engines $(ARGS)

docs: $(VENV)/.ready
	$(BIN)/python -m pytest tests/docs $(ARGS)

clean:
	rm -rf $(VENV) demo build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
