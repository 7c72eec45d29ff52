"""Columns that are foreign throughout are said once, on standard error."""

from __future__ import annotations

from pathlib import Path

import pytest
from made import category, number
from made import model as made

COLUMNS = [category("Type", "H", "L", "M"), number("torque")]
SAID = (
    "column 'Type': 30 of 30 values are none of the 3 levels that training had, such as 'm' "
    "(is it 'M'?)"
)
TRUTH = ("--label", "fine", "--normal", "1")


@pytest.fixture
def _files(here):
    Path("named.onnx").write_bytes(made(COLUMNS, [0.0, 40.0]))
    lines = [f"m,{place},1" for place in range(30)]
    Path("foreign.csv").write_text("\n".join(["Type,torque,fine", *lines]) + "\n")
    Path("missing.csv").write_text("\n".join(["Type,torque", *["M,"] * 30]) + "\n")
    Path("empty.csv").write_text("Type,torque\n")


def commands():
    drop = ("--drop", "fine")
    return {
        "score": ("score", "named.onnx", "foreign.csv", *drop),
        "score by fdr": ("score", "named.onnx", "foreign.csv", *drop, "--fdr", "0.5"),
        "explain": ("explain", "named.onnx", "foreign.csv", *drop),
        "explain by fdr": ("explain", "named.onnx", "foreign.csv", *drop, "--fdr", "0.5"),
        "explain some": ("explain", "named.onnx", "foreign.csv", *drop, "--rows", "3"),
        "evaluate": ("evaluate", "named.onnx", "foreign.csv", *TRUTH),
    }


@pytest.mark.usefixtures("_files")
@pytest.mark.parametrize("name", commands())
def test_a_column_in_other_letters_is_said_once(isthmus, name):
    done = isthmus(*commands()[name])
    assert done.code == 0
    assert done.err.count("none of the") == 1
    assert f"warning: {SAID}\n" in done.err
    assert "none of the" not in isthmus(*commands()[name], "--quiet").err


@pytest.mark.usefixtures("_files")
@pytest.mark.parametrize("more", [("--drop", "fine"), TRUTH])
def test_calibrate_refuses_a_column_in_other_letters(isthmus, more):
    done = isthmus("calibrate", "named.onnx", "foreign.csv", *more, "-o", "again.onnx")
    assert done.code == 4
    assert f"isthmus: foreign.csv: {SAID}\n" in done.err
    assert "if the world has changed, fit a new detector" in done.err
    assert not Path("again.onnx").exists()


@pytest.mark.usefixtures("_files")
def test_a_column_that_is_missing_throughout_is_said(isthmus):
    said = "column 'torque' is missing in all 30 rows, which it never was in training\n"
    assert f"warning: {said}" in isthmus("score", "named.onnx", "missing.csv").err
    refused = isthmus("calibrate", "named.onnx", "missing.csv", "-o", "again.onnx")
    assert refused.code == 4
    assert f"isthmus: missing.csv: {said}" in refused.err


@pytest.mark.usefixtures("_files")
@pytest.mark.parametrize("command", ["score", "explain"])
def test_data_without_rows_are_no_failure_but_said(isthmus, command):
    done = isthmus(command, "named.onnx", "empty.csv")
    assert done.code == 0
    assert "warning: empty.csv: has columns but no rows\n" in done.err
    assert "0 rows, 0 alarms, 0 invalid" in done.err
    assert isthmus(command, "named.onnx", "empty.csv", "--quiet").err == ""
