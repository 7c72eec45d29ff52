"""What a recipe says: data, protocol, options and published figures, as one frozen value."""

from __future__ import annotations

import tomllib
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, field_validator, model_validator

from isthmus.errors import UsageError
from isthmus.options import Alpha, FitOptions, Frozen, Share
from isthmus.scoring.thresholds import parse

RowSet = Literal["nothing", "training", "normal training", "test", "normal test"]
"""Rows by what they are to the article: `training` and `test` are of both classes."""

Figure = Literal["samples", "reconstructions", "grid", "loss", "errors", "confusion"]
Variant = Annotated[str, Field(pattern=r"^[a-z0-9-]+$")]
"""It becomes a file name."""

BARE: dict[str, Any] = {
    "input_limit": None,
    "tails": "keep",
    "distance": "off",
    "input_noise": 0.0,
    "dropout": 0.0,
    "masking": 0.0,
    "erasing": 0.0,
    "variational": False,
    "scheme": "split",
    "members": 1,
}
"""What all published autoencoders are without."""
BARE_OF_IMAGES: dict[str, Any] = {"restoration": "off", "row_error": "mean"}
"""What those of images are without besides; no other rows have it."""


class DataOf(Frozen):
    """The rows, and which of them are normal.

    Attributes
    ----------
    normal : tuple of int
        The classes of normal rows; none: all are normal.
    test_share, split_seed : float, int or None
        Of a random split; without them the split is the one that the data come with.
    """

    set: Literal["ecg5000", "fashion-mnist", "mnist"]
    normal: tuple[int, ...] = ()
    test_share: Share | None = None
    split_seed: int | None = Field(default=None, ge=0, lt=2**32)

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if (self.test_share is None) != (self.split_seed is None):
            raise ValueError("test_share and split_seed are needed together")
        return self


class Protocol(Frozen):
    """What the article did with which rows.

    `threshold` is a threshold rule on the mean errors of `threshold_rows`; a fixed one is computed
    from none, and these are then the rows that were in view when it was chosen.
    """

    scaling_rows: RowSet
    watched: RowSet
    threshold: str
    threshold_rows: RowSet

    @field_validator("threshold")
    @classmethod
    def _is_a_rule(cls, text: str) -> str:
        parse(text)
        return text


class Published(Frozen):
    """The article's figures, as far as it has them; normal is positive."""

    normal: int | None = None
    normal_right: int | None = None
    abnormal: int | None = None
    abnormal_right: int | None = None
    accuracy: float | None = None
    precision: float | None = None
    recall: float | None = None
    f1: float | None = None
    threshold: float | None = None


class Recipe(Frozen):
    """One published system.

    Attributes
    ----------
    alpha : float
        The article's own false-alarm rate, stated for the detectors that are set beside it.
    options : dict
        Those of `FitOptions`, side by side, on top of `BARE`.
    variants : dict of str to dict
        Further reproductions, and the options that they change.
    default : dict
        What isthmus's own default is given, so that the comparison is fair.
    """

    name: Variant
    summary: str
    alpha: Alpha
    figures: tuple[Figure, ...]
    data: DataOf
    protocol: Protocol
    options: dict[str, Any]
    variants: dict[Variant, dict[str, Any]] = Field(default_factory=dict)
    default: dict[str, Any] = Field(default_factory=dict)
    published: Published = Published()

    @classmethod
    def parse(cls, text: str, *, source: str) -> Self:
        """Read a recipe from TOML.

        Raises
        ------
        UsageError
            Naming every key that is unknown, missing or out of range.
        """
        try:
            return cls.model_validate(tomllib.loads(text))
        except tomllib.TOMLDecodeError as error:
            raise UsageError(f"{source}: is no TOML: {error}") from None
        except ValidationError as error:
            raise UsageError(*(_problem(source, one) for one in error.errors())) from None

    @model_validator(mode="after")
    def _options_are_options(self) -> Self:
        if common := sorted({"seed", *BARE, *BARE_OF_IMAGES} & set(self.options)):
            raise ValueError(f"options: {', '.join(common)} is the same for all recipes")
        for changed in ({}, *self.variants.values()):
            self.fit_options(seed=0, changed=changed)
        FitOptions.from_flat(**self.default)
        return self

    def fit_options(
        self, *, seed: int, changed: dict[str, Any] | None = None, **more: Any
    ) -> FitOptions:
        """The options of the reproduction, or with `changed` ones of a variant."""
        bare = BARE if self.data.set == "ecg5000" else {**BARE, **BARE_OF_IMAGES}
        own = {**self.options, "alpha": self.alpha, "seed": seed}
        return FitOptions.from_flat(**{**bare, **own, **(changed or {}), **more})


def _problem(source: str, error: Any) -> str:
    """One sentence; pydantic's words for a key that is not known say little."""
    place = ".".join(map(str, error["loc"]))
    if error["type"] == "extra_forbidden":
        return f"{source}: {place} is no key of a recipe"
    if error["type"] == "missing":
        return f"{source}: {place} is missing"
    said = error["msg"].removeprefix("Value error, ")
    where = f"{source}: {place}: " if place else f"{source}: "
    return f"{where}{said}"
