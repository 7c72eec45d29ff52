"""Every command that docs/command-line.md shows works, and gives what is shown."""

from __future__ import annotations

import re

import pytest
from pages import blocks, differences, page, program, run_as_shown

from isthmus.cli.app import COMMANDS
from isthmus.cli.run import run
from isthmus.scoring.scores import COLUMNS
from isthmus.scoring.thresholds import RULES

DOCUMENT = page("command-line")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with the files that the document writes first."""
    folder = tmp_path_factory.mktemp("commands")
    (code,) = blocks(DOCUMENT, "python")
    program(code, folder)
    return folder


def test_every_command_works_in_turn_and_says_what_is_shown(folder):
    run_as_shown("".join(blocks(DOCUMENT, "console")), folder)


def test_the_comparison_sees_a_difference():
    assert not differences("a 1.00 b\n", "a 1.01 b\n")
    assert not differences("a\n...\nz 5\n", "a\nb\nc\nz 5\n")
    assert not differences("sha256 ...\n", "sha256 0123abc\n")
    assert not differences("0962,499,true\n", "0962,499,true\n")
    assert not differences("  cell  usual\n", "  cell     usual\n")  # columns grow with numbers
    for other in ("a 2.00 b\n", "a 1.00 c\n", "", "a 1.00 b\nmore\n"):
        assert differences("a 1.00 b\n", other)
    assert differences("0,0.1,true\n", "0,0.1,false\n")


@pytest.mark.parametrize("command", [name for name in COMMANDS if name != "demo"])
def test_every_command_has_a_section_with_an_example(command):
    section = DOCUMENT.split(f"\n## {command}\n")[1].split("\n## ")[0]
    assert f"$ isthmus {command} " in section


def test_the_table_of_exit_codes_is_that_of_the_program():
    codes = [int(code) for code in re.findall(r"^\| (\d+) \|", DOCUMENT, re.M)]
    assert codes == [int(code) for code in re.findall(r"(\d+) [a-z]", run.__doc__ or "")]


def test_every_column_of_the_scores_and_every_rule_is_explained():
    for column in COLUMNS:
        assert re.search(rf"^\| `{column}` \|", DOCUMENT, re.M)
    for rule in [name for name in RULES if name != "conformal"]:
        assert f"| `--threshold {rule}:" in DOCUMENT
    assert "(rule `conformal`)" in DOCUMENT


def test_every_option_that_is_named_exists():
    from isthmus.cli.app import load

    known = {word for name in COMMANDS for option in load(name).params
             for word in (*option.opts, *option.secondary_opts)}  # fmt: skip
    known |= {"--help", "--debug", "--version", "--install-completion", "--show-completion"}
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", DOCUMENT)) <= known
