"""Let every call of a command fail in turn, and say what is wrong with what it leaves behind."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from isthmus.atomic import PREFIX
from tests.io.commands import Command, Done, call, contents, lay_out
from tests.io.faults import STANDARD_OUTPUT, Faults

FAILURES = {
    "no space left": (errno.ENOSPC, False),
    "no space left from then on": (errno.ENOSPC, True),
    "input/output error": (errno.EIO, False),
    "permission denied": (errno.EACCES, False),
}
"""The failure of a call, and whether calls like it go on failing."""

LOST, LITTER, UNCLEAR, CODE = "lost", "litter", "unclear", "exit code"


@dataclass(frozen=True)
class Injection:
    """One failed call of one run, and what was wrong with the outcome: kind and sentence."""

    number: int
    call: str
    where: str
    failure: str
    done: Done
    problems: tuple[tuple[str, str], ...]


def tried(command: Command) -> tuple[list[tuple[str, str]], Done, dict[str, bytes]]:
    """The calls of a successful run, what it left behind, and what was there before."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lay_out(folder)
        before = contents(folder)
        faults = Faults(folder)
        done = call(command.words, folder, faults.injected())
        return faults.calls, done, before


def injections(
    command: Command, *, every: int = 1, failures: tuple[str, ...] = tuple(FAILURES)
) -> Iterator[Injection]:
    """Fail the first, second, ... last call, each in every way (or each `every`-th of those)."""
    calls, good, before = tried(command)
    turns = [(number, failure) for number in range(1, len(calls) + 1) for failure in failures]
    for number, failure in turns[::every]:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            lay_out(folder)
            code, lasting = FAILURES[failure]
            faults = Faults(folder, number, code, lasting=lasting)
            done = call(command.words, folder, faults.injected())
            if faults.failed is None:
                raise RuntimeError(f"call {number} of {len(calls)} was never made")
            kind, where = faults.failed
            wrong = tuple(_problems(done, good, before, kind, where, code))
            yield Injection(number, kind, _short(where, folder), failure, done, wrong)


def _problems(
    done: Done, good: Done, before: dict[str, bytes], kind: str, where: str, code: int
) -> Iterator[tuple[str, str]]:
    """What is wrong with what a failed call left behind."""
    yield from _litter(done, good, before)
    yield from _lost(done, good, before)
    folder = Path(where).suffix == "" and where != STANDARD_OUTPUT
    if done.code == 0 and folder and (kind == "mkdir" or (kind, code) == ("open", errno.EACCES)):
        # The folder is there already; or folders cannot be flushed on such a system.
        if done.files != good.files:
            yield LOST, "success was reported, and the files are not those of a success"
        return
    if done.code != 6:
        yield CODE, f"exit code {done.code}, 6 was expected"
    yield from _unclear(done, where, os.strerror(code))


def _litter(done: Done, good: Done, before: dict[str, bytes]) -> Iterator[tuple[str, str]]:
    for name in done.files.keys() - before.keys():
        if name not in good.files or Path(name).name.startswith(PREFIX):
            yield LITTER, f"{name} was left behind"


def _lost(done: Done, good: Done, before: dict[str, bytes]) -> Iterator[tuple[str, str]]:
    """Every file is as before or as after a success; the one that failed is as it is said to be."""
    named = done.said.partition("isthmus: ")[2].partition(": ")[0]
    for name in before.keys() | (good.files.keys() & done.files.keys()):
        old, new, now = before.get(name), good.files.get(name), done.files.get(name)
        if now not in (old, new):
            yield LOST, f"{name} is neither the old file nor the new one"
        elif name == named and "could not be written" in done.said and now != old:
            yield LOST, f"{name} is said to be unchanged, and has changed"
        elif name == named and "was written, but" in done.said and now != new:
            yield LOST, f"{name} is said to be written, and is the old file"


def _unclear(done: Done, where: str, reason: str) -> Iterator[tuple[str, str]]:
    """One sentence and perhaps one of advice, with the place and the reason."""
    message = done.said[done.said.rfind("isthmus: ") :]
    first = message.partition("\n")[0]
    if done.said.count("isthmus: ") != 1 or len(message.splitlines()) > 2:
        yield UNCLEAR, f"one message of at most two lines was expected: {done.said!r}"
    for jargon in ("Traceback", "Exception ignored", "Errno", "isthmus itself failed"):
        if jargon in done.said:
            yield UNCLEAR, f"{jargon!r} in {done.said!r}"
    if reason not in first:
        yield UNCLEAR, f"{reason!r} is not in {first!r}"
    named = first.removeprefix("isthmus: ").partition(": ")[0]
    if _is_temporary(where):  # Its name says nothing to anyone: the output's is wanted.
        if Path(named).suffix == "" or PREFIX in first:
            yield UNCLEAR, f"no output is named in {first!r}"
    elif Path(named).name != Path(where).name:
        yield UNCLEAR, f"{Path(where).name!r} is not in {first!r}"


def _is_temporary(where: str) -> bool:
    """Whether that is the file that becomes the output, or the folder in which it does."""
    return Path(where).name.startswith(PREFIX) or (
        Path(where).suffix == "" and where != STANDARD_OUTPUT
    )


def _short(where: str, folder: Path) -> str:
    if where == STANDARD_OUTPUT:
        return where
    path = Path(where).relative_to(folder.resolve())
    return str(path.with_name("new file") if path.name.startswith(PREFIX) else path)
