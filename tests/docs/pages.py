"""Run what a document shows, and compare what comes with what stands below it."""

from __future__ import annotations

import itertools
import os
import re
import subprocess
import sys
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?:e-?\d+)?(?![\w])")
SHELL = 'isthmus() { "$PYTHON" -m isthmus "$@"; }\n'
BLOCK = re.compile(r"^```(python|console|text)\n(.*?)^```", re.S | re.M)
COMMAND = re.compile(r"^\$ ((?:.*\\\n)*.*)\n((?:(?!\$ ).*\n)*)", re.M)


def page(name):
    """The text of docs/NAME.md."""
    return (DOCS / f"{name}.md").read_text()


def blocks(document, language):
    """What stands in all blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", document, re.S | re.M)


def commands(block):
    """Each command of a console, with the output that stands below it."""
    return COMMAND.findall(block)


def steps(document):
    """What a reader does, in turn: the words for a process to run, and the output shown."""
    found = []
    for language, text in BLOCK.findall(document):
        if language == "console":
            found += [
                (["bash", "-c", SHELL + command], output) for command, output in commands(text)
            ]
        elif language == "python":
            found.append(([sys.executable, "-c", text], ""))
        else:  # the output of the program above
            found[-1] = (found[-1][0], text)
    return found


def done(words, folder, **environment):
    """What a step says, on both of its outputs."""
    return subprocess.run(
        words,
        cwd=folder,
        env={**os.environ, "PYTHON": sys.executable, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def program(code, folder, **environment):
    """What a program prints; it must work."""
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def run_as_shown(block, folder, **environment):
    """Run every command of a console in turn; each must work, and say what is shown if anything."""
    ran = 0
    for command, output in commands(block):
        came = done(["bash", "-c", SHELL + command], folder, **environment)
        assert came.returncode == 0, f"{command}\n{came.stdout}"
        difference = output and differences(output, came.stdout)
        assert not difference, f"{command}\n{difference}\n\n{came.stdout}"
        ran += 1
    assert ran
    return ran


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
