"""What docs/recipes.md shows is what the commands say, and what the benchmarks stored."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from isthmus.recipes import NAMES
from isthmus.recipes.table import HEADS

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
DOCUMENT = (ROOT / "docs" / "recipes.md").read_text()


def beside(name):
    """A module of this folder, which is no package."""
    spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


COMMANDS = beside("test_command_line")


def test_the_commands_say_what_is_shown(tmp_path):
    pytest.importorskip("altair", reason="recipes draw with Altair")
    (block,) = re.findall(r"^```console\n(.*?)^```", DOCUMENT, re.S | re.M)
    for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
        command, _, output = part.partition("\n")
        done = subprocess.run(
            ["bash", "-c", COMMANDS.SHELL + command], cwd=tmp_path,
            env={**os.environ, "PYTHON": sys.executable},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout
        assert not COMMANDS.differences(output, done.stdout), done.stdout


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
