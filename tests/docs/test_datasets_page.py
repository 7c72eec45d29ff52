"""What docs/datasets.md shows works without a network, and is true of the catalogue."""

from __future__ import annotations

import re

from pages import blocks, page, program, run_as_shown

from isthmus.cli.datasets import SUB_COMMANDS
from isthmus.datasets import CATALOGUE

DOCUMENT = page("datasets")


def test_the_commands_say_what_is_shown(tmp_path):
    block = "".join(blocks(DOCUMENT, "console"))
    assert run_as_shown(block, tmp_path, ISTHMUS_CACHE=str(tmp_path / "cache")) == 2


def test_the_program_runs(tmp_path):
    (code,) = blocks(DOCUMENT, "python")
    said = program(code, tmp_path, ISTHMUS_CACHE=str(tmp_path / "cache"))
    assert said.split("\n")[:2] == ["(5000, 140) 2919", "ecg5000.npz"]


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
