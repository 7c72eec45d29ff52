"""Every command and program of docs/networks.md works, and gives what is shown."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from pages import page, program, run_as_shown

from isthmus.options import NetworkOptions, RowOptions
from isthmus.training.architectures import FITTING

DOCUMENT = page("networks")


def test_the_programs_and_commands_work_in_turn_and_say_what_is_shown(tmp_path):
    for language, block in re.findall(r"^```(python|console)\n(.*?)^```", DOCUMENT, re.S | re.M):
        if language == "python":
            program(block, tmp_path)
        else:
            run_as_shown(block, tmp_path)


def test_the_table_of_figures_is_that_of_the_stored_ones():
    sys.path.insert(0, str(Path(__file__).parents[2]))
    from benchmarks.architecture_table import table

    assert f"<!-- architectures -->\n{table()}\n<!-- end -->" in DOCUMENT


def test_every_architecture_stands_in_the_table_with_its_rows():
    for name, kinds in FITTING.items():
        (row,) = re.findall(rf"^\| `{name}` \| ([^|]+) \|", DOCUMENT, re.M)
        shown = "table signal image" if row.strip() == "all" else row
        assert all(kind in shown for kind in kinds), name


@pytest.mark.parametrize("name", ["target", "row_error", *NetworkOptions.model_fields])
def test_every_option_of_networks_is_explained(name):
    assert name in {*NetworkOptions.model_fields, *RowOptions.model_fields, "row_error"}
    if name not in ("activation", "output_activation"):
        assert f"--{name.replace('_', '-')}" in DOCUMENT
