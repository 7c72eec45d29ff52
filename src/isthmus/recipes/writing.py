"""A run as a folder: models, metrics, table and figures, all of them or none."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from isthmus.atomic import PREFIX, written
from isthmus.errors import FileAccessError
from isthmus.recipes.metrics import as_json
from isthmus.recipes.pictures import pictures
from isthmus.recipes.run import Run
from isthmus.recipes.table import as_markdown
from isthmus.report.figures import save


def claim_folder(folder: str | os.PathLike[str], *, overwrite: bool) -> None:
    """Refuse now a folder that cannot be filled, so that no work is done in vain.

    Raises
    ------
    FileAccessError
        If something stands there and may not be replaced, or there is no folder to put it in.
    """
    path = Path(folder)
    if path.exists() and not path.is_dir():
        raise FileAccessError(f"{path}: is a file, the name of a folder was expected")
    if path.is_dir() and not overwrite and any(path.iterdir()):
        raise FileAccessError(
            f"{path}: exists already and is not empty",
            advice="Choose another folder, or replace the files of the same names with --force.",
        )
    if not path.absolute().parent.is_dir():
        raise FileAccessError(f"{path}: the directory {path.absolute().parent} does not exist")


def write_run(run: Run, folder: str | os.PathLike[str], *, overwrite: bool = False) -> list[Path]:
    """Write everything that a run gave.

    Nothing appears in `folder` before all of it is made. Files of other names that stand there
    stay as they are.

    Parameters
    ----------
    run : Run
        What to write.
    folder : path
        Where; made if it is not there.
    overwrite : bool
        Whether a folder with files in it may be filled.

    Returns
    -------
    list of Path
        The files.

    Raises
    ------
    FileAccessError
        If the folder may not be filled, or an operation of the system fails.
    """
    path = Path(folder)
    claim_folder(path, overwrite=overwrite)
    with _failures_named(path), _unfinished(path) as made:
        for name, outcome in run.outcomes.items():
            _put(made / f"{name}.onnx", outcome.model)
        _put(made / "metrics.json", as_json(run).encode())
        _put(made / "table.md", as_markdown(run).encode())
        for name, chart in pictures(run).items():
            save(chart, made / f"{name}.png")
        names = sorted(file.name for file in made.iterdir())
        path.mkdir(exist_ok=True)
        for name in names:
            (made / name).replace(path / name)
    return [path / name for name in names]


def _put(path: Path, content: bytes) -> None:
    with written(path) as file:
        file.write(content)


@contextlib.contextmanager
def _unfinished(path: Path) -> Iterator[Path]:
    """A folder beside `path`, gone at the end."""
    made = path.absolute().parent / f"{PREFIX}{secrets.token_hex(8)}"
    made.mkdir()
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


@contextlib.contextmanager
def _failures_named(path: Path) -> Iterator[None]:
    try:
        yield
    except FileAccessError:
        raise
    except OSError as error:
        raise FileAccessError(
            f"{path}: could not be written: {error.strerror or error}",
            advice="No file is left half-written.",
        ) from error
