"""What a model file says of itself: the closed schema of its JSON manifest."""

from __future__ import annotations

import math
from typing import Literal

from pydantic import Field

from isthmus.options import FitOptions, Frozen, Kind, Scheme
from isthmus.schema import Schema

FORMAT = 1
"""The version of the format that this isthmus writes, and the newest that it reads."""


class View(Frozen):
    """One way of seeing strangeness, and the constants that put it on a common scale.

    A row's is ``weight * (log(max(value, FLOOR)) - center) / spread``. Its score is the logarithm
    of the mean over the views of e to the power of that, averaged over the members. `center` and
    `spread` are the mean and standard deviation of the logs, pooled over rows that the scoring
    members did not train on.
    """

    name: str
    center: float
    spread: float = Field(gt=0)
    weight: float = 1.0


class Calibration(Frozen):
    """Scores of normal rows that the network did not train on.

    Attributes
    ----------
    scheme : {"split", "cross"}
        `split`: rows set aside for this alone; exact. `cross`: each row scored by the members of
        the fold that left it out.
    source : {"fit", "recalibrated"}
        Whether the rows came with the training data or were given to ``isthmus calibrate``.
    scores : tuple of float
        Length n, in decreasing order; each is exactly a float32.
    """

    scheme: Scheme
    source: Literal["fit", "recalibrated"]
    scores: tuple[float, ...] = Field(min_length=1)


class Curve(Frozen):
    """A heavy-tailed column is learnt as ``asinh((value - middle) / spread)``."""

    middle: float
    spread: float = Field(gt=0)

    def slope(self, value: float) -> float:
        """How many times wider than in the middle the same step of the curve is at a value."""
        return math.hypot(1.0, (value - self.middle) / self.spread)


class CellErrors(Frozen):
    """How well one cell of normal rows is rebuilt by networks that did not train on them.

    Attributes
    ----------
    mean : float
        Mean error of the cell, in units of the loss.
    residual : float or None
        What observed and rebuilt usually differ by, in the user's units: 68.27 % of the rows
        differ by no more, as by one standard deviation. None for a category. On a curve: in its
        middle; farther out it is wider by the slope.
    quantiles : tuple of float
        The errors of at most 256 rows, evenly spaced among all of them, in increasing order.
    rows : int
        How many rows had a value there.
    curve : Curve or None
        For a heavy-tailed column.
    """

    mean: float
    residual: float | None
    quantiles: tuple[float, ...]
    rows: int
    curve: Curve | None = None

    def deviation(self, expected: float) -> float | None:
        """The usual difference where that was expected, in the user's units."""
        if self.residual is None or self.curve is None:
            return self.residual
        return self.residual * self.curve.slope(expected)


class Threshold(Frozen):
    """The rule that turns calibration scores into a number, and the alpha it was made with."""

    rule: str = "conformal"
    alpha: float | None = None


class Layer(Frozen):
    """One line of the layer table."""

    name: str
    operation: str
    shape: tuple[int | str, ...]
    parameters: int


class Epoch(Frozen):
    """The mean loss of each member over one epoch."""

    epoch: int
    step: int
    training_loss: tuple[float, ...]
    validation_loss: tuple[float, ...] | None = None


class Training(Frozen):
    """How the network came to be.

    `init_from` is the digest of the model file that the first weights are from; None where they
    were drawn.
    """

    epochs: tuple[Epoch, ...]
    steps: int
    batch_size: int
    stopped: Literal["budget", "patience"]
    kept_step: tuple[int, ...]
    parameters: int
    init_from: str | None = None


class Data(Frozen):
    """The rows that the detector was made from.

    `digest` is the SHA-256 of the feature values as float64 (signals: float32), row by row, in
    the order in which they came. `suspects` were left out before, and count nowhere else. Where
    the rows are a sample, it was `drawn_from` so many. Where all of these were learnt from, and
    the sample was held out or scaled by, there are more `training_rows` than `rows`.
    """

    rows: int
    training_rows: int
    validation_rows: int
    calibration_rows: int
    digest: str
    suspects: int = Field(default=0, ge=0)
    drawn_from: int | None = Field(default=None, ge=1)


class Separation(Frozen):
    """How well four ways to score tell one kind of synthetic anomaly from normal rows: ROC AUC.

    Attributes
    ----------
    anomaly : str
        What was done to normal rows, such as ``exchanged``.
    reconstruction, linear, distance, score : float
        Of the networks' error, the residual of a linear (PCA) twin, the distance to normal rows
        and the score of the whole detector.
    """

    anomaly: str
    reconstruction: float = Field(ge=0, le=1)
    linear: float = Field(ge=0, le=1)
    distance: float = Field(ge=0, le=1)
    score: float = Field(ge=0, le=1)


class Guards(Frozen):
    """What the networks are worth beside simpler detectors, and whether they collapsed.

    Attributes
    ----------
    rows : int
        Held-out rows that were compared with the anomalies made of them.
    rank : int
        Of the plane of the linear twin.
    separations : tuple of Separation
        One for each kind of synthetic anomaly.
    findings : tuple of str
        `no gain`: the networks separate no kind better than both simpler detectors. The others are
        collapses: `constant scores`, `copies` (changed cells are rebuilt as they came), `dead
        codes` (all rows have the same code).
    """

    rows: int = Field(ge=1)
    rank: int = Field(ge=0)
    separations: tuple[Separation, ...] = Field(min_length=1)
    findings: tuple[Literal["no gain", "constant scores", "copies", "dead codes"], ...] = ()


class Manifest(Frozen):
    """Everything about a detector that is not in its graph.

    `probes` are the scores of the made-up rows of `isthmus.scoring.probes.probe_rows`, where the
    file was written; ``isthmus verify`` scores them again to show that this machine agrees.
    """

    format: int = FORMAT
    created_by: str
    versions: dict[str, str]
    row_schema: Schema
    options: FitOptions
    members: int
    groups: int
    code_size: int
    views: tuple[View, ...] = Field(min_length=1)
    cells: tuple[CellErrors, ...]
    calibration: Calibration
    calibration_history: tuple[Calibration, ...] = ()
    threshold: Threshold
    data: Data
    training: Training
    layers: tuple[Layer, ...]
    probes: tuple[float, ...]
    guards: Guards | None = None

    @property
    def kind(self) -> Kind:
        return self.row_schema.kind
