"""Every command and program of docs/images.md works, and gives what is shown."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from isthmus.options import ReadOptions
from isthmus.read.images.decode import ENDINGS
from isthmus.read.images.files import MOST_BYTES
from isthmus.read.images.forms import MOST_CELLS
from isthmus.scoring.explain.areas import FAR

HERE = Path(__file__).parent
DOCUMENT = (HERE.parents[1] / "docs" / "images.md").read_text()


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
    folder = tmp_path_factory.mktemp("images")
    subprocess.run([sys.executable, "-c", blocks("python")[0]], cwd=folder, check=True)
    return folder


def test_the_commands_say_what_is_shown_and_the_program_runs_after_them(folder):
    commands = beside("test_command_line")
    environment = {**os.environ, "PYTHON": sys.executable}
    for part in re.split(r"^\$ ", "".join(blocks("console")), flags=re.M)[1:]:
        command, _, output = part.partition("\n")
        done = subprocess.run(
            ["bash", "-c", commands.SHELL + command], cwd=folder, env=environment,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout
        assert not (output and commands.differences(output, done.stdout)), done.stdout
    done = subprocess.run(
        [sys.executable, "-c", "import numpy as np\n" + "".join(blocks("python")[1:])],
        cwd=folder, capture_output=True, text=True, check=True,
    )  # fmt: skip
    lines = done.stdout.splitlines()
    assert any(line.startswith("scratched/165.png ") for line in lines)
    assert lines[-2:] == ["(2, 24, 32)", "(160, 24, 32) (160, 24, 32)"]


def test_the_numbers_of_the_document_are_those_of_the_program():
    assert f"more than {ReadOptions().max_megapixels:.0f} million pixels" in DOCUMENT
    assert f"{MOST_BYTES >> 20} MiB" in DOCUMENT
    assert f"{MOST_CELLS}\ncells" in DOCUMENT
    assert FAR == 4
    assert "more than four times their usual error" in DOCUMENT
    assert {".png", ".jpg", ".bmp", ".tif", ".webp"} <= set(ENDINGS)
