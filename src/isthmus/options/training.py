"""How rows are prepared and the networks learn."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from isthmus.options.calibration import MINIMUM_ROWS
from isthmus.options.choices import Options

Scaling = Literal["standard", "minmax", "robust", "none"]
Loss = Literal["mse", "mae", "huber", "bce"]
Optimizer = Literal["adam", "adamw", "sgd", "adadelta"]
Precision = Literal["float32", "bf16"]


class PreprocessingOptions(Options):
    """What happens to a row before the network sees it."""

    scaling: Scaling = "standard"
    """How cells are centred and scaled."""
    scaling_scope: Literal["auto", "column", "global"] = "auto"
    """Scale each column by itself, or all by one range; auto is global for signals and images."""
    tails: Literal["auto", "keep"] = "auto"
    """In tables put heavy tails on a scale like a logarithm and take far cells nearer, or keep."""
    impute: Literal["median", "mean"] = "median"
    """What the network sees in place of a missing cell."""
    input_limit: Annotated[float, Field(gt=0)] | None = 5.0
    """Standard deviations beyond which the network's input is cut off; the residual is not."""


class TrainingOptions(Options):
    """How the network learns.

    With neither `epochs` nor `max_steps` the budget is 100 epochs, but at least 1500 and at most
    5000 updates, or as many more as show every row once where `learn_from` is all: stopping on
    validation loss costs accuracy, a budget does not.
    """

    loss: Loss = "mse"
    """Error of a cell, in training and in the score."""
    row_error: Literal["auto", "mean", "detail"] = "auto"
    """Error of a row: its cells' mean, or that of a blurred image over its detail; auto: this."""
    category_loss: Literal["squared", "softmax"] = "squared"
    """Error of a category's cell: squared distance of shares (Brier), or softmax cross-entropy."""
    optimizer: Optimizer = "adam"
    """Rule of the updates."""
    learning_rate: Annotated[float, Field(gt=0)] | None = None
    """Size of the updates; by default 0.001, or for dense networks of rows 0.003 falling to 0."""
    weight_decay: Annotated[float, Field(ge=0)] = 0.0
    """Pull of the weights towards zero."""
    clip_norm: Annotated[float, Field(gt=0)] | None = None
    """Longest gradient of a member; longer ones are shortened."""
    batch_size: Annotated[int, Field(ge=1)] | None = None
    """Rows in one update; by default about a tenth of them, from 16 to 256, all updates alike."""
    epochs: Annotated[int, Field(ge=1)] | None = None
    """Passes over the training rows; by default 100, within 1500 to 5000 updates."""
    sample_rows: Annotated[int, Field(ge=MINIMUM_ROWS)] | None = None
    """Rows of tables and signals that are learnt from, drawn evenly where more come."""
    learn_from: Literal["sample", "all"] = "sample"
    """Of more rows than are drawn, learn from those alone, or read all again in every epoch."""
    max_steps: Annotated[int, Field(ge=1)] | None = None
    """Updates in all, at most."""
    patience: Annotated[int, Field(ge=1)] | None = None
    """Epochs without a better validation loss after which training stops; by default never."""
    keep: Literal["best", "last"] = "last"
    """Which weights are kept: those of the best validation loss, or the last."""
    shuffle: bool = True
    """Show the rows in a new order in every epoch."""
    validation: Annotated[float, Field(ge=0, lt=1)] | None = None
    """Share of rows to watch the loss on; by default 0.1, across folds the held-out rows."""
    device: Literal["auto", "cpu", "cuda", "mps"] = "auto"
    """Where to train."""
    precision: Precision = "float32"
    """Numbers multiplied in training; bf16 is faster for wide networks where processors have it."""
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0
    """Seed of everything random: the same seed gives the same file."""

    @model_validator(mode="after")
    def _detail_needs_squares(self) -> Self:
        if self.row_error == "detail" and self.loss != "mse":
            raise ValueError(
                f"row_error='detail' needs squared errors (loss='mse'), got loss={self.loss!r}: "
                "others grow no faster than the detail that a broken pixel adds"
            )
        return self

    @property
    def needs_validation(self) -> bool:
        """Whether rows outside training decide when to stop or which weights to keep."""
        return self.patience is not None or self.keep == "best"

    @model_validator(mode="after")
    def _deciding_rows_exist(self) -> Self:
        if self.needs_validation and self.validation == 0:
            raise ValueError("patience and keep='best' need validation rows: validation above 0")
        return self
