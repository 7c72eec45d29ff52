"""Every command and program of docs/images.md works, and gives what is shown."""

from __future__ import annotations

import pytest
from pages import blocks, page, program, run_as_shown

from isthmus.options import ReadOptions
from isthmus.read.images.decode import ENDINGS
from isthmus.read.images.files import MOST_BYTES
from isthmus.read.images.forms import MOST_CELLS
from isthmus.scoring.explain.areas import FAR

DOCUMENT = page("images")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("images")
    program(blocks(DOCUMENT, "python")[0], folder)
    return folder


def test_the_commands_say_what_is_shown_and_the_program_runs_after_them(folder):
    run_as_shown("".join(blocks(DOCUMENT, "console")), folder)
    code = "import numpy as np\n" + "".join(blocks(DOCUMENT, "python")[1:])
    lines = program(code, folder).splitlines()
    assert any(line.startswith("scratched/165.png ") for line in lines)
    assert lines[-2:] == ["(2, 24, 32)", "(160, 24, 32) (160, 24, 32)"]


def test_the_numbers_of_the_document_are_those_of_the_program():
    assert f"more than {ReadOptions().max_megapixels:.0f} million pixels" in DOCUMENT
    assert f"{MOST_BYTES >> 20} MiB" in DOCUMENT
    assert f"{MOST_CELLS}\ncells" in DOCUMENT
    assert FAR == 4
    assert "more than four times their usual error" in DOCUMENT
    assert {".png", ".jpg", ".bmp", ".tif", ".webp"} <= set(ENDINGS)
