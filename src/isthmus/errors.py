"""Every failure that isthmus reports, and the exit code that each kind carries.

```
IsthmusError                 70  something isthmus did not expect of itself
├── UsageError                2  an option, argument or combination that makes no sense
├── MissingExtraError         3  an optional library is needed and not installed
├── DataError                 4  the data cannot be used
│   ├── UnreadableDataError   4  the bytes are not what the format says
│   └── SchemaError           4  readable, but not the columns that were expected
├── ModelFileError            5  the model file cannot be used
│   ├── DamagedModelError     5  its bytes are not the bytes that isthmus wrote
│   └── ModelVersionError     5  written by a newer isthmus
├── CheckpointError           5  the state of an unfinished training cannot be used
└── FileAccessError           6  opening, reading, writing or renaming failed
```

A message says where, what came, what was expected and what to do next. Several problems
found together are reported together, one a line.
"""

from __future__ import annotations

import importlib
from types import ModuleType


class IsthmusError(Exception):
    """Root of all failures; catch this one to catch them all.

    Parameters
    ----------
    *problems : str
        One sentence for each thing that is wrong.
    advice : str, optional
        What to do next.
    """

    exit_code = 70

    def __init__(self, *problems: str, advice: str = "") -> None:
        super().__init__(*problems)
        self.problems = problems
        self.advice = advice

    def __str__(self) -> str:
        return "\n".join([*self.problems, self.advice] if self.advice else self.problems)


class UsageError(IsthmusError, ValueError):
    """An option, an argument or a combination of them makes no sense."""

    exit_code = 2


class MissingExtraError(IsthmusError, ImportError):
    """An optional library is needed for what was asked and is not installed."""

    exit_code = 3


class DataError(IsthmusError, ValueError):
    """The data cannot be used for what was asked."""

    exit_code = 4


class UnreadableDataError(DataError):
    """The bytes are not what their format says."""


class SchemaError(DataError):
    """The data can be read, but are not the columns that were expected."""


class ModelFileError(IsthmusError, ValueError):
    """The model file cannot be used."""

    exit_code = 5


class DamagedModelError(ModelFileError):
    """The bytes of the model file are not the bytes that isthmus wrote."""


class ModelVersionError(ModelFileError):
    """The model file was written by a newer isthmus than this one."""


class CheckpointError(IsthmusError, ValueError):
    """The file that holds the state of an unfinished training cannot be used."""

    exit_code = 5


class FileAccessError(IsthmusError, OSError):
    """Opening, reading, writing or renaming a file failed."""

    exit_code = 6


class DetectorWarning(UserWarning):
    """Something to know before a detector is trusted; it was fitted all the same."""


def require(module: str, *, extra: str, purpose: str) -> ModuleType:
    """Import an optional library, or say in one sentence how to get it.

    Parameters
    ----------
    module : str
        The module to import, such as ``"torch"``.
    extra : str
        The extra of isthmus that installs it.
    purpose : str
        What needs it, as the subject of a sentence: ``"training a detector"``.

    Raises
    ------
    MissingExtraError
        If the library is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        package = module.partition(".")[0]
        raise MissingExtraError(
            f"{purpose} needs {package}, which is not installed ({error}).",
            advice=f"Install it with: pip install 'isthmus[{extra}]'",
        ) from error
