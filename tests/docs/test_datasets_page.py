"""What docs/datasets.md shows works without a network, and is true of the catalogue."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from isthmus.cli.datasets import SUB_COMMANDS
from isthmus.datasets import CATALOGUE

HERE = Path(__file__).parent
DOCUMENT = (HERE.parents[1] / "docs" / "datasets.md").read_text()


def beside(name):
    """A module of this folder, which is no package."""
    spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


COMMANDS = beside("test_command_line")


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", DOCUMENT, re.S | re.M)


@pytest.fixture
def environment(tmp_path):
    return {**os.environ, "PYTHON": sys.executable, "ISTHMUS_CACHE": str(tmp_path / "cache")}


def test_the_commands_say_what_is_shown(tmp_path, environment):
    shown = [part for block in blocks("console") for part in re.split(r"^\$ ", block, flags=re.M)]
    shown = [part for part in shown if part]
    assert len(shown) == 2
    for part in shown:
        command, _, output = part.partition("\n")
        done = subprocess.run(
            ["bash", "-c", COMMANDS.SHELL + command], cwd=tmp_path, env=environment,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout
        assert not COMMANDS.differences(output, done.stdout), done.stdout


def test_the_program_runs(tmp_path, environment):
    (code,) = blocks("python")
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    assert done.stdout.split("\n")[:2] == ["(5000, 140) 2919", "ecg5000.npz"]


def test_every_data_set_stands_in_the_table_with_its_size():
    rows = dict(re.findall(r"^\| `([\w-]+)` \| .* \| (.*) \|$", DOCUMENT, re.M))
    assert rows.keys() == CATALOGUE.keys()
    for name, row in CATALOGUE.items():
        assert rows[name].startswith("ships" if row.ships else f"fetched, {row.size / 1e6:.0f} MB")


def test_every_sub_command_and_option_that_is_named_exists():
    from isthmus.cli.app import load

    group = load("datasets")
    assert set(re.findall(r"isthmus datasets (\w+)", DOCUMENT)) == set(SUB_COMMANDS)
    known = {word for name in SUB_COMMANDS for option in group.commands[name].params
             for word in option.opts}  # fmt: skip
    known |= {option for found in load("fit").params for option in found.opts}
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", DOCUMENT)) <= known
