"""What docs/recipes.md shows is what the commands say, and what the benchmarks stored."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from pages import blocks, page, run_as_shown

from isthmus.recipes import NAMES
from isthmus.recipes.table import HEADS

ROOT = Path(__file__).parents[2]
DOCUMENT = page("recipes")


def test_the_commands_say_what_is_shown(tmp_path):
    pytest.importorskip("altair", reason="recipes draw with Altair")
    (block,) = blocks(DOCUMENT, "console")
    run_as_shown(block, tmp_path)


def test_every_table_is_that_of_the_stored_figures():
    sys.path.insert(0, str(ROOT))
    from benchmarks.recipe_tables import tables

    for name, table in tables().items():
        assert f"<!-- {name} -->\n{table}\n<!-- end -->" in DOCUMENT, name


def test_every_recipe_and_every_column_is_explained():
    for name in NAMES:
        assert f"### {name}\n" in DOCUMENT
    for head in HEADS.values():
        assert f"\n| {head} | " in DOCUMENT
