"""Every command and program of the tutorials works in turn, and gives what is shown."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

import pytest
from pages import SHELL, differences, done, steps

HERE = Path(__file__).parent
TUTORIALS = HERE.parents[1] / "docs" / "tutorials"
DATA = HERE.parents[2] / "shared" / "data"
NEEDED = {
    "ai4i": [DATA / "ai4i2020" / "ai4i2020.csv"],
    "adult": [DATA / "adult" / "adult_train.csv.gz", DATA / "adult" / "adult_test.csv.gz"],
}
"""The public files that a tutorial begins with; they are not part of the project."""


@pytest.mark.parametrize("name", NEEDED)
def test_every_step_of_a_tutorial_works_in_turn_and_says_what_is_shown(name, tmp_path):
    for file in NEEDED[name]:
        if not file.exists():
            pytest.skip(f"{file.name} is not beside the project; it is public, see the tutorial")
        shutil.copy(file, tmp_path)
    for words, output in steps((TUTORIALS / f"{name}.md").read_text()):
        came = done(words, tmp_path)
        assert came.returncode == 0, f"{words[-1]}\n{came.stdout}"
        assert not (output and differences(output, came.stdout)), (
            f"{words[-1]}\n{differences(output, came.stdout)}\n\n{came.stdout}"
        )


def test_every_tutorial_is_run():
    assert {path.stem for path in TUTORIALS.glob("*.md")} == set(NEEDED)


@pytest.mark.parametrize("name", NEEDED)
def test_a_tutorial_has_both_commands_and_programs_and_shows_what_they_say(name):
    found = steps((TUTORIALS / f"{name}.md").read_text())
    assert {words[0] for words, _ in found} == {"bash", sys.executable}
    assert sum(bool(output) for _, output in found) >= 8


def test_the_steps_are_taken_apart_as_a_reader_would():
    document = (
        "```python\nprint(1)\n```\nsays\n```text\n1\n```\n"
        "```console\n$ echo a \\\n  b\na b\n$ echo c\n$ echo d\nd\n```\n"
    )
    taken = [(words[-1].removeprefix(SHELL), output) for words, output in steps(document)]
    assert taken == [
        ("print(1)\n", "1\n"),
        ("echo a \\\n  b", "a b\n"),
        ("echo c", ""),
        ("echo d", "d\n"),
    ]


@pytest.mark.parametrize("path", sorted(TUTORIALS.glob("*.md")), ids=lambda path: path.name)
def test_every_link_of_a_tutorial_leads_somewhere(path):
    for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", path.read_text()):
        if not target.startswith("http"):
            assert (path.parent / target).exists(), target
