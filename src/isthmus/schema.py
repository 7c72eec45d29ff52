"""What one row is: its columns, their kinds and ranges, and how new data are laid against them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import Literal

from pydantic import Field

from isthmus.errors import SchemaError
from isthmus.options import Frozen, Kind

ColumnKind = Literal["numeric", "category"]

_MOST_LINES = 10
"""Problems of one sort that have a line each."""

UNSEEN = -1.0
"""What stands in a cell whose category is none of the levels; every number that is no level's
place means the same."""


class Column(Frozen):
    """One cell of every row.

    `minimum` and `maximum` are those of the training rows, in the user's units; `missing` is the
    share of training rows without a value. A category has `levels`, its values as text, and
    `counts`, how many training rows have each. Its cells are numbers all the same: the place of
    the value among the levels, `UNSEEN` for any other; `minimum` is then 0 and `maximum` the place
    of the last level.

    `quantiles` are at most 256 values of the training rows, evenly spaced among all of them in
    increasing order; of a column of numbers alone.

    A `target` is rebuilt from the columns that are none, and rows are judged by targets alone;
    where no column is a target, all of them are rebuilt from all.
    """

    name: str
    kind: ColumnKind = "numeric"
    target: bool = False
    minimum: float
    maximum: float
    missing: float = 0.0
    levels: tuple[str, ...] = ()
    counts: tuple[int, ...] = ()
    quantiles: tuple[float, ...] = ()


class ImageForm(Frozen):
    """The form that every image is brought to: height and width in pixels, channels a pixel.

    A row holds the pixels line by line, the channels of a pixel side by side. `fit` says what
    happens to an image of another shape: it is stretched, or cropped in the middle and then scaled.
    """

    height: int = Field(ge=1, le=65536)
    width: int = Field(ge=1, le=65536)
    channels: int = Field(ge=1, le=64)
    fit: Literal["stretch", "crop"] = "stretch"

    @property
    def cells(self) -> int:
        """The number of cells of a row, D."""
        return self.height * self.width * self.channels

    def cell_name(self, cell: int, channels: Sequence[str]) -> str:
        """What a cell is called: its pixel, and its channel where there are several."""
        pixel, channel = divmod(cell, self.channels)
        line, column = divmod(pixel, self.width)
        of = f" ({channels[channel]})" if self.channels > 1 else ""
        return f"line {line}, column {column}{of}"


class Schema(Frozen):
    """The columns of a row, in the order in which the network takes them.

    Attributes
    ----------
    kind : {"table", "signal", "image"}
        A signal is one quantity sampled along the row; a table's columns are unlike each other.
    columns : tuple of Column
        Length D; of images one for each channel.
    named : bool
        False when the training data had no names: columns are then aligned by place.
    set_aside : dict of str to str
        Columns of the training data that are not features, and why: ``"label"``, ``"id"`` or
        ``"drop"``. Where new data have them they are set aside again.
    image : ImageForm or None
        Of images alone.
    """

    kind: Kind
    columns: tuple[Column, ...]
    named: bool = True
    set_aside: dict[str, Literal["label", "id", "drop"]] = Field(default_factory=dict)
    image: ImageForm | None = None

    @property
    def width(self) -> int:
        """The number of cells of a row, D."""
        return len(self.columns) if self.image is None else self.image.cells

    @property
    def targets(self) -> tuple[int, ...]:
        """The cells that are judged and not shown; none where all cells are both."""
        chosen = [place for place, column in enumerate(self.columns) if column.target]
        pixels = self.width // max(len(self.columns), 1)
        return tuple(
            pixel * len(self.columns) + place for pixel in range(pixels) for place in chosen
        )

    @property
    def shown(self) -> tuple[int, ...]:
        """The cells that are shown and not judged; none where all cells are both."""
        if not self.targets:
            return ()
        return tuple(cell for cell in range(self.width) if not self.column_of(cell).target)

    def column_of(self, cell: int) -> Column:
        """The column that a cell belongs to: its own, or its channel."""
        return self.columns[cell % len(self.columns)]

    def cell_name(self, cell: int) -> str:
        """What messages call a cell: its column, or its pixel and channel."""
        if self.image is None:
            return f"column {self.columns[cell].name!r}"
        return f"the pixel in {self.image.cell_name(cell, self.names)}"

    def spread(self) -> Schema:
        """The same with a column for every cell, by whose places rows of numbers are aligned."""
        if self.image is None:
            return self
        columns = tuple(
            self.column_of(cell).model_copy(update={"name": f"p{cell}"})
            for cell in range(self.width)
        )
        return self.model_copy(update={"columns": columns, "named": False})

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @property
    def categories(self) -> tuple[int, ...]:
        """Where the categories stand."""
        return tuple(
            place for place, column in enumerate(self.columns) if column.kind == "category"
        )

    def align(
        self,
        names: Sequence[str],
        *,
        named: bool = True,
        misfit: Callable[[Column, int], str | None] = lambda _column, _place: None,
    ) -> list[int]:
        """Where each column of the schema stands among `names`.

        Parameters
        ----------
        names : sequence of str
            The feature columns that came, in their order.
        named : bool
            False when the data that came have no names of their own; they are then taken by
            place, which needs exactly as many columns as the schema has.
        misfit : callable
            What makes the column at a place among `names` none that the schema's column can be
            read from, as a sentence; None where it can.

        Returns
        -------
        list of int
            Length D.

        Raises
        ------
        SchemaError
            Naming every missing, extra and duplicate column, and every one of the wrong kind.
        """
        if not (named and self.named):
            return self._by_place(names, misfit)
        place = {name: index for index, name in enumerate(names)}
        problems = _duplicates(names)
        missing = [name for name in self.names if name not in place]
        extra = [name for name in place if name not in set(self.names)]
        problems += _missing(missing, extra)
        problems += _unknown(extra)
        problems += self._misfits(misfit, place)
        if problems:
            raise SchemaError(*problems, advice=self._advice(missing, extra, len(problems)))
        return [place[name] for name in self.names]

    def _misfits(
        self, misfit: Callable[[Column, int], str | None], place: Mapping[str, int]
    ) -> list[str]:
        found = [
            misfit(column, place[column.name]) for column in self.columns if column.name in place
        ]
        return [problem for problem in found if problem]

    def _by_place(
        self, names: Sequence[str], misfit: Callable[[Column, int], str | None]
    ) -> list[int]:
        if len(names) != len(self.columns):
            raise SchemaError(
                f"{_columns(len(names))} came, the detector was trained on {len(self.columns)}",
                advice="Leave out the others with --drop, --id or --label (numbers from 0, -1 is "
                "the last)."
                if len(names) > len(self.columns)
                else f"Give all of them, in the order of training: {_listed(self.names)}.",
            )
        problems = self._misfits(misfit, {name: i for i, name in enumerate(self.names)})
        if problems:
            raise SchemaError(*problems, advice="Columns without names are taken by their places.")
        return list(range(len(names)))

    def _advice(self, missing: Sequence[str], extra: Sequence[str], problems: int) -> str:
        if extra and problems == len(_unknown(extra)):
            return "Leave them out with --drop, or pass them through with --id."
        if not missing and not extra:
            return "Each column is needed once, of the kind that it had in training."
        return f"The detector was trained on: {_listed(self.names)}."


def refuse_duplicates(names: Sequence[str], source: str = "") -> None:
    """Raise a `SchemaError` that names every column name of `source` standing more than once."""
    where = f"{source}: " if source else ""
    problems = [where + problem for problem in _duplicates(names)]
    if problems:
        raise SchemaError(*problems, advice="Rename them so that each name stands once.")


def closest(name: str, among: Sequence[str]) -> str | None:
    """The one of `among` that was probably meant: best the same but for case and blanks."""
    alike = [other for other in among if _bare(other) == _bare(name)]
    close = alike or get_close_matches(name, among, n=1)
    return close[0] if close else None


def _bare(name: str) -> str:
    return "".join(name.split()).casefold()


def _duplicates(names: Sequence[str]) -> list[str]:
    counts = Counter(names)
    return [f"column {name!r} stands {n} times" for name, n in counts.items() if n > 1]


def _missing(names: Sequence[str], extra: Sequence[str]) -> list[str]:
    """A problem for each column; where they are many, those that no other may be are one."""
    meant = {name: closest(name, extra) for name in names}
    plain = [name for name, other in meant.items() if other is None]
    if len(plain) > _MOST_LINES:
        meant = {name: other for name, other in meant.items() if other is not None}
    else:
        plain = []
    said = [
        f"column {name!r} is missing" + ("" if other is None else f" (is it {other!r}?)")
        for name, other in meant.items()
    ]
    return said + _together(plain, "are missing")


def _unknown(names: Sequence[str]) -> list[str]:
    """A problem for each column, or one for many."""
    if len(names) > _MOST_LINES:
        return _together(names, "are none that the detector knows")
    return [f"column {name!r} is not one the detector knows" for name in names]


def _together(names: Sequence[str], what: str) -> list[str]:
    return [f"{len(names)} columns {what}: {', '.join(map(repr, names))}"] if names else []


def _columns(count: int) -> str:
    return "1 column" if count == 1 else f"{count} columns"


def _listed(names: Sequence[str], most: int = 12) -> str:
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown}, ... ({len(names)} in all)"
