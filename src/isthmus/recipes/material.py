"""The rows that a recipe works on: all of them, and which play which part."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from isthmus.datasets import (
    Ecg5000,
    LabelledImages,
    load_ecg5000,
    load_fashion_mnist,
    load_mnist,
    split,
)
from isthmus.errors import DataError, UsageError
from isthmus.recipes.recipe import DataOf, RowSet

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Material:
    """Rows (N, D) float32 with their classes (N,), and the split into training and test.

    Attributes
    ----------
    is_normal : (N,) bool
        By the recipe's normal classes.
    training, test : arrays of int64
        Row numbers.
    class_names : dict of int to str
        What each class is called.
    image : (height, width) or None
        Where a row is an image, line by line, of values from 0 to 255.
    """

    rows: npt.NDArray[np.float32]
    classes: npt.NDArray[np.int64]
    is_normal: npt.NDArray[np.bool_]
    training: Rows
    test: Rows
    class_names: dict[int, str]
    image: tuple[int, int] | None = None

    def of(self, which: RowSet) -> Rows:
        """The row numbers of a part."""
        if which == "nothing":
            return np.empty(0, np.int64)
        rows = self.training if which.endswith("training") else self.test
        return rows[self.is_normal[rows]] if which.startswith("normal") else rows

    def first(self, rows: int) -> Material:
        """The same with so many training rows at most."""
        return replace(self, training=self.training[:rows])


def material(data: DataOf, path: str | None = None) -> Material:
    """Load what a recipe names.

    Parameters
    ----------
    data : DataOf
        Set, normal classes and split.
    path : str, optional
        Where the files are, of a set that does not ship with the package; by default where
        ``isthmus datasets get`` put them.

    Raises
    ------
    UsageError
        If a path came for a set that ships with the package.
    DataError
        If a part has no rows, or the files hold anything but the set.
    FileAccessError
        If the files are not there.
    """
    made = SETS[data.set](data, path)
    empty = [part for part in ("normal training", "normal test") if not len(made.of(part))]
    if empty:
        raise DataError(f"{data.set}: there are no {' and no '.join(empty)} rows")
    return made


def _ecg5000(data: DataOf, path: str | None) -> Material:
    if path is not None:
        raise UsageError(
            f"--data {path}: ecg5000 comes with isthmus and is not read from elsewhere",
            advice="Leave out --data.",
        )
    held = load_ecg5000()
    training, test = _split(data, len(held.beats), held.official_training)
    return Material(
        rows=held.beats,
        classes=held.classes.astype(np.int64),
        is_normal=_normal(data, held.classes),
        training=training,
        test=test,
        class_names=Ecg5000.class_names,
    )


def _split(data: DataOf, rows: int, training: int) -> tuple[Rows, Rows]:
    """The random split that the recipe names, or the one that the data come with."""
    if data.test_share is None or data.split_seed is None:
        return np.arange(training), np.arange(training, rows)
    return split(rows, test_share=data.test_share, seed=data.split_seed)


def _normal(data: DataOf, classes: npt.NDArray[np.integer]) -> npt.NDArray[np.bool_]:
    if not data.normal:
        return np.ones(len(classes), np.bool_)
    return np.isin(classes, data.normal)


def _images(data: DataOf, held: LabelledImages) -> Material:
    images = np.concatenate([held.training_images, held.test_images])
    classes = np.concatenate([held.training_labels, held.test_labels]).astype(np.int64)
    training, test = _split(data, len(images), len(held.training_images))
    return Material(
        rows=images.reshape(len(images), -1).astype(np.float32),
        classes=classes,
        is_normal=_normal(data, classes),
        training=training,
        test=test,
        class_names=dict(enumerate(held.class_names)),
        image=(images.shape[1], images.shape[2]),
    )


SETS: dict[str, Callable[[DataOf, str | None], Material]] = {
    "ecg5000": _ecg5000,
    "fashion-mnist": lambda data, path: _images(data, load_fashion_mnist(path)),
    "mnist": lambda data, path: _images(data, load_mnist(path)),
}
