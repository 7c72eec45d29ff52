"""Every command and program of docs/explanations.md works, and gives what is shown."""

from __future__ import annotations

import re
from dataclasses import fields

import pytest
from pages import blocks, page, program, run_as_shown

from isthmus.scoring.explain import Cell

DOCUMENT = page("explanations")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("explanations")
    program(blocks(DOCUMENT, "python")[0], folder)
    return folder


def test_the_commands_say_what_is_shown_and_the_program_runs_after_them(folder):
    (block,) = blocks(DOCUMENT, "console")
    run_as_shown(block, folder)
    said = program(blocks(DOCUMENT, "python")[1], folder)
    assert re.match(r"row \d+: `\w+` is ", said)
    assert "'unknown'" in said


def test_every_field_of_a_cell_that_needs_words_has_them():
    known = set(re.findall(r"^\| `(\w+)` \|", DOCUMENT, re.M))
    assert known == {field.name for field in fields(Cell)} - {"name", "place", "error"}
