"""Every command that docs/command-line.md shows works, and gives what is shown."""

from __future__ import annotations

import itertools
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from isthmus.cli.app import COMMANDS
from isthmus.cli.run import run
from isthmus.scoring.scores import COLUMNS
from isthmus.scoring.thresholds import RULES

DOCUMENT = (Path(__file__).parents[2] / "docs" / "command-line.md").read_text()
NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?:e-?\d+)?(?![\w])")
SHELL = 'isthmus() { "$PYTHON" -m isthmus "$@"; }\n'


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", DOCUMENT, re.S | re.M)


def shown():
    """Each command of the document with the output that stands below it."""
    for block in blocks("console"):
        for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
            command, _, output = part.partition("\n")
            yield command, output


EXAMPLES = list(shown())


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with the files that the document writes first."""
    folder = tmp_path_factory.mktemp("commands")
    (code,) = blocks("python")
    subprocess.run([sys.executable, "-c", code], cwd=folder, check=True)
    return folder


def alike(expected, came):
    """Whether a line is as shown: words equal, numbers close, anything for three dots."""
    expected, came = (re.sub(r"(?<=\S) {2,}", " ", line) for line in (expected, came))
    parts = [re.escape(NUMBER.sub("#", part)) for part in expected.split("...")]
    if not re.fullmatch(".*".join(parts), NUMBER.sub("#", came)):
        return False
    if "..." in expected:
        return True
    pairs = zip(NUMBER.findall(expected), NUMBER.findall(came), strict=True)
    return all(abs(float(a) - float(b)) <= room(a) for a, b in pairs)


def room(number):
    """How far a number may be off: another processor trains to a slightly other network."""
    size = abs(float(number))
    if "." not in number:
        return 5 + 0.2 * size
    return (0.5 if size >= 1 else 0.05) + 0.2 * size


def differences(expected, came):
    """Lines that are not as shown; a line of three dots alone stands for any number of lines."""
    wanted, lines = expected.splitlines(), came.splitlines()
    while wanted:
        line = wanted.pop(0)
        if line == "...":
            lines = list(itertools.dropwhile(lambda came: not alike(wanted[0], came), lines))
        elif not lines or not alike(line, lines.pop(0)):
            return f"{line!r} was shown; what came ends in {lines[:3]}"
    return f"{lines} came after what was shown" if any(lines) else ""


def test_every_command_works_in_turn_and_says_what_is_shown(folder):
    environment = {**os.environ, "PYTHON": sys.executable}
    for command, output in EXAMPLES:
        done = subprocess.run(
            ["bash", "-c", SHELL + command],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}"
        assert not (output and differences(output, done.stdout)), f"{command}\n{done.stdout}"


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
