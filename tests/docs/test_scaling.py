"""What docs/scaling.md shows is what the commands say, what is stored, and what the code does."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from pages import page, program, run_as_shown

from isthmus.read.sampling import CELLS, FEWEST_ROWS, Sampling
from isthmus.training.folds import MOST_HELD_OUT

DOCUMENT = page("scaling")


def test_the_commands_say_what_is_shown(tmp_path):
    for language, block in re.findall(r"^```(python|console)\n(.*?)^```", DOCUMENT, re.S | re.M):
        (program if language == "python" else run_as_shown)(block, tmp_path)


def test_the_table_is_that_of_the_stored_figures():
    sys.path.insert(0, str(Path(__file__).parents[2]))
    from benchmarks import full_pass_table, large_files_table

    for name, made in (("large files", large_files_table), ("full pass", full_pass_table)):
        assert f"<!-- {name} -->\n{made.table()}\n<!-- end -->" in DOCUMENT


def test_its_numbers_are_those_of_the_code():
    assert f"by default {FEWEST_ROWS}, of up to {CELLS // FEWEST_ROWS} columns" in DOCUMENT
    assert f"{CELLS / 1e6:.1f} million cells" in DOCUMENT
    assert f"({Sampling().most(30)} rows of 30 columns)" in DOCUMENT
    assert f"at most {MOST_HELD_OUT}" in DOCUMENT
