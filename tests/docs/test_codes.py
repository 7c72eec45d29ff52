"""Every command and program of docs/codes.md works, and gives what is shown."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
DOCUMENT = (HERE.parents[1] / "docs" / "codes.md").read_text()


def beside(name):
    """A module of this folder, which is no package."""
    spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


COMMANDS = beside("test_command_line")


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", DOCUMENT, re.S | re.M)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("codes")
    subprocess.run([sys.executable, "-c", blocks("python")[0]], cwd=folder, check=True)
    return folder


def test_the_commands_say_what_is_shown_and_the_program_runs_after_them(folder):
    environment = {**os.environ, "PYTHON": sys.executable}
    for block in blocks("console"):
        for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
            command, _, output = part.partition("\n")
            done = subprocess.run(
                ["bash", "-c", COMMANDS.SHELL + command], cwd=folder, env=environment,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
            )  # fmt: skip
            assert done.returncode == 0, done.stdout
            assert not (output and COMMANDS.differences(output, done.stdout)), done.stdout
    program = blocks("python")[1]
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=True
    )
    lines = done.stdout.splitlines()
    assert len(lines) == 5
    assert all(re.fullmatch(r"(lathe|drill) \d+ and \d+ degrees", line) for line in lines)


def test_the_names_of_values_that_are_told_are_those_of_the_decoder():
    from isthmus.scoring.apart.decoder import CODES, DECODED, REBUILT

    for name in (CODES, DECODED, REBUILT):
        assert f"`{name}` (" in DOCUMENT
