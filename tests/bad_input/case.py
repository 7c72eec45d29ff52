"""One case of bad input: what comes, what isthmus answers, with which exit code."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

Content = bytes | Callable[[], bytes]
CLOSED_PIPE, FULL_DISK, UNREADABLE = "closed pipe", "full disk", "unreadable"
ANYWHERE = ""
"""The message names no file, because what is wrong is not in one, or it is one of options."""

WITH_MAKER = ("temperature", "pressure", "maker")


@dataclass(frozen=True)
class Case:
    """One line of the table.

    Attributes
    ----------
    came : str
        What is bad, in the words of the document.
    command : str
        What is typed after `isthmus`; without ``-o`` the output gets a name by itself.
    code : int
        The exit code.
    answer : str
        What isthmus does, in the words of the document; what stands between backticks is said
        word for word.
    files : mapping of str to bytes
        Beside `normal.csv`, `new.csv`, `detector.onnx` and `machines.onnx`.
    where : str
        What a message begins with; by default the name of the first file.
    invalid : tuple of int
        Rows that cannot be scored; all others must be scored.
    circumstance : str
        What is unusual about the files or about standard output.
    """

    came: str
    command: str
    code: int
    answer: str
    files: Mapping[str, Content] = field(default_factory=dict, repr=False)
    where: str | None = None
    invalid: tuple[int, ...] = ()
    circumstance: str = ""

    @property
    def quoted(self) -> list[str]:
        """What must be said word for word."""
        return re.findall(r"`([^`]+)`", self.answer)

    @property
    def place(self) -> str:
        """What the message begins with."""
        return next(iter(self.files), "") if self.where is None else self.where

    @property
    def row(self) -> str:
        """The line of the document."""
        command = self.command.split()[0]
        return f"| `{command}`: {self.came} | {self.answer} | {self.code} |"


def bad(content: Content) -> dict[str, Content]:
    return {"bad.csv": content}
