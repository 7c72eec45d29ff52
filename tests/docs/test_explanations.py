"""Every command and program of docs/explanations.md works, and gives what is shown."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from isthmus.scoring.explain import Cell

HERE = Path(__file__).parent
DOCUMENT = (HERE.parents[1] / "docs" / "explanations.md").read_text()


def beside(name):
    """A module of this folder, which is no package."""
    spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", DOCUMENT, re.S | re.M)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("explanations")
    subprocess.run([sys.executable, "-c", blocks("python")[0]], cwd=folder, check=True)
    return folder


def test_the_commands_say_what_is_shown_and_the_program_runs_after_them(folder):
    commands = beside("test_command_line")
    environment = {**os.environ, "PYTHON": sys.executable}
    (block,) = blocks("console")
    for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
        command, _, output = part.partition("\n")
        done = subprocess.run(
            ["bash", "-c", commands.SHELL + command], cwd=folder, env=environment,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout
        assert not (output and commands.differences(output, done.stdout)), done.stdout
    program = blocks("python")[1]
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=True
    )
    assert re.match(r"row \d+: `\w+` is ", done.stdout)
    assert "'unknown'" in done.stdout


def test_every_field_of_a_cell_that_needs_words_has_them():
    known = set(re.findall(r"^\| `(\w+)` \|", DOCUMENT, re.M))
    assert known == {field.name for field in fields(Cell)} - {"name", "place", "error"}
