"""Where fetched data sets are kept, so that they are fetched once."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from isthmus.errors import FileAccessError, UsageError

VARIABLE = "ISTHMUS_CACHE"


def cache_folder(chosen: str | os.PathLike[str] | None = None) -> Path:
    """The folder for everything that can be fetched again; it need not exist.

    Parameters
    ----------
    chosen : path, optional
        Wins over everything else. Then comes the environment variable ``ISTHMUS_CACHE``, then the
        platform's own: ``$XDG_CACHE_HOME/isthmus`` or ``~/.cache/isthmus``,
        ``~/Library/Caches/isthmus``, ``%LOCALAPPDATA%\\isthmus\\Cache``.

    Raises
    ------
    FileAccessError
        If nothing is chosen and the user has no home folder.
    UsageError
        If what is chosen is an empty name.
    """
    if chosen == "":
        raise UsageError("--cache: is empty, the name of a folder was expected")
    given = chosen or os.environ.get(VARIABLE)
    if given:
        return Path(given).expanduser()
    try:
        return _of_platform()
    except RuntimeError as error:
        raise FileAccessError(
            f"the cache folder is unknown: {error}",
            advice=f"Choose one with --cache or {VARIABLE}.",
        ) from error


def dataset_folder(name: str, cache: str | os.PathLike[str] | None = None) -> Path:
    """The folder of one data set within the cache."""
    return cache_folder(cache) / "datasets" / name


def _of_platform() -> Path:
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "isthmus"
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return (Path(local) if local else Path.home() / "AppData" / "Local") / "isthmus" / "Cache"
    chosen = os.environ.get("XDG_CACHE_HOME", "")
    # The specification has relative paths ignored.
    base = Path(chosen) if Path(chosen).is_absolute() else Path.home() / ".cache"
    return base / "isthmus"
