"""Help that helps: every command has examples, and they run."""

from __future__ import annotations

import importlib
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from isthmus.cli.app import COMMANDS

QUICK = ("--max-steps", "40", "--encoder", "16", "--code-size", "4")
SHELLS = {
    "bash": "complete -o default -F _isthmus_completion isthmus",
    "zsh": "#compdef isthmus",
    "fish": "complete --command isthmus",
}


def examples(command):
    module = importlib.import_module(f"isthmus.cli.{command}")
    lines = [line.strip() for line in module.__doc__.splitlines()]
    return [line for line in lines if line.startswith("isthmus ")]


RUNNABLE = [line for command in COMMANDS if command != "demo" for line in examples(command)]


def test_the_overview_names_every_command_with_its_sentence_whole(isthmus):
    done = isthmus("--help")
    assert (done.code, done.err) == (0, "")
    for name, sentence in COMMANDS.items():
        assert re.search(rf"^  {name} +{re.escape(sentence)}$", done.out.decode(), re.M)
    for code in ("0", "2", "3", "4", "5", "6", "70", "130", "141"):
        assert re.search(rf"\b{code}\s+[a-z]", done.out.decode())


def test_without_a_command_the_overview_is_a_usage_failure(isthmus):
    done = isthmus()
    assert (done.code, done.out) == (2, b"")
    assert done.err.startswith("isthmus: a command was expected\n")
    assert "calibrate" in done.err


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_a_command_begins_with_what_it_does_and_shows_its_examples(isthmus, command):
    done = isthmus(command, "--help")
    assert (done.code, done.err) == (0, "")
    shown = re.sub(r"\s+", " ", done.out.decode())
    assert done.lines[0].startswith(f"Usage: isthmus {command} ")
    assert examples(command)
    for example in examples(command):
        assert example in shown
    if command != "verify":
        assert COMMANDS[command].rstrip(".").split(",")[0] in shown or command == "demo"


@pytest.mark.parametrize("line", RUNNABLE)
def test_an_example_of_the_help_runs_as_it_stands(isthmus, line):
    words = shlex.split(line.partition("|")[0])[1:]
    if words[0] == "fit":
        Path("detector.onnx").unlink()
        words += QUICK
    done = isthmus(*words)
    assert done.code == 0, done.err
    if "-o" in words:
        assert Path(words[words.index("-o") + 1]).stat().st_size
        assert not done.out
    else:
        assert done.out


def complete(shell, **variables):
    environment = {**os.environ, "_ISTHMUS_COMPLETE": f"complete_{shell}", **variables}
    done = subprocess.run(
        [sys.executable, "-m", "isthmus"], env=environment, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.parametrize("shell", SHELLS)
def test_the_completion_script_of_a_shell_is_shown(shell):
    environment = {**os.environ, "_ISTHMUS_COMPLETE": f"source_{shell}"}
    done = subprocess.run(
        [sys.executable, "-m", "isthmus"], env=environment, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    assert SHELLS[shell] in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize("shell", SHELLS)
def test_show_completion_takes_the_shell_that_it_is_called_from(shell, tmp_path):
    program = f"{sys.executable} -m isthmus --show-completion; true"
    pretended = tmp_path / shell  # what the shell is told from is the name of the program
    pretended.symlink_to("/bin/bash")
    done = subprocess.run([pretended, "-c", program], capture_output=True, text=True, check=False)
    assert SHELLS[shell] in done.stdout


def test_commands_options_and_choices_are_completed():
    assert complete("bash", COMP_WORDS="isthmus ca", COMP_CWORD="1") == ["calibrate"]
    found = complete("bash", COMP_WORDS="isthmus fit --sca", COMP_CWORD="2")
    assert found == ["--scaling", "--scaling-scope"]
    found = complete("bash", COMP_WORDS="isthmus fit --keep ", COMP_CWORD="3")
    assert found == ["best", "last"]
