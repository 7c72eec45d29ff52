"""Every command and program of docs/codes.md works, and gives what is shown."""

from __future__ import annotations

import re

import pytest
from pages import blocks, page, program, run_as_shown

DOCUMENT = page("codes")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("codes")
    program(blocks(DOCUMENT, "python")[0], folder)
    return folder


def test_the_commands_say_what_is_shown_and_the_program_runs_after_them(folder):
    for block in blocks(DOCUMENT, "console"):
        run_as_shown(block, folder)
    lines = program(blocks(DOCUMENT, "python")[1], folder).splitlines()
    assert len(lines) == 5
    assert all(re.fullmatch(r"(lathe|drill) \d+ and \d+ degrees", line) for line in lines)


def test_the_names_of_values_that_are_told_are_those_of_the_decoder():
    from isthmus.scoring.apart.decoder import CODES, DECODED, REBUILT

    for name in (CODES, DECODED, REBUILT):
        assert f"`{name}` (" in DOCUMENT
