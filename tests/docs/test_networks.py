"""Every command and program of docs/networks.md works, and gives what is shown."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from isthmus.options import NetworkOptions, RowOptions
from isthmus.training.architectures import FITTING

HERE = Path(__file__).parent
DOCUMENT = (HERE.parents[1] / "docs" / "networks.md").read_text()


def beside(name):
    """A module of this folder, which is no package."""
    spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def ran(command, folder):
    environment = {**os.environ, "PYTHON": sys.executable}
    done = subprocess.run(
        ["bash", "-c", command], cwd=folder, env=environment, text=True, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_the_programs_and_commands_work_in_turn_and_say_what_is_shown(tmp_path):
    commands = beside("test_command_line")
    for language, block in re.findall(r"^```(python|console)\n(.*?)^```", DOCUMENT, re.S | re.M):
        if language == "python":
            subprocess.run([sys.executable, "-c", block], cwd=tmp_path, check=True)
            continue
        for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
            command, _, output = part.partition("\n")
            said = ran(commands.SHELL + command, tmp_path)
            assert not (output and commands.differences(output, said)), said


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
