"""Every choice a user can make, as frozen and validated values.

The same objects feed the estimator, the command line and the model file, so a choice has one
name, one default and one check. `FitOptions.from_flat` accepts all names side by side.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, NamedTuple, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from isthmus.errors import UsageError

Model = TypeVar("Model", bound=BaseModel)
Width = Annotated[int, Field(ge=1, le=65536)]
Share = Annotated[float, Field(gt=0, lt=1)]
Alpha = Annotated[float, Field(gt=0, lt=1)]

Kind = Literal["table", "signal", "image"]
Scaling = Literal["standard", "minmax", "robust", "none"]
Activation = Literal["relu", "leaky_relu", "elu", "tanh", "sigmoid", "linear"]
Loss = Literal["mse", "mae", "huber", "bce"]
Optimizer = Literal["adam", "adamw", "sgd", "adadelta"]
Scheme = Literal["split", "cross"]

_SIZE = re.compile(r"[1-9][0-9]{0,4}(x[1-9][0-9]{0,4})?")
DEFAULT_ALPHA = 0.01
MINIMUM_ROWS = 10
SPLIT_FROM_ROWS = 2000
"""From this many rows on, giving up a part for calibration costs little and is exact."""


class Frozen(BaseModel):
    """A value: unknown names are refused, nothing changes after it is made."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Options(Frozen):
    """Choices; the sentence below each is its help wherever it is offered."""

    model_config = ConfigDict(use_attribute_docstrings=True)


class ReadOptions(Options):
    """How to read a file; `None` means: look at the file and say what was decided."""

    format: Literal["csv", "parquet", "arrow", "jsonl", "npy", "npz", "idx", "image"] | None = None
    """Format of the data; by default told from the name or the first bytes."""
    header: bool | None = None
    """Whether the first line of a CSV file holds names; by default told from its cells."""
    delimiter: str | None = None
    """What separates the cells of a CSV file; by default told from the first lines."""
    decimal: Literal[".", ","] = "."
    """Decimal mark of the numbers in a CSV file."""
    max_megapixels: Annotated[float, Field(gt=0, le=178)] = 50.0
    """Millions of pixels that an image file may have; larger ones are not decoded."""
    paired: str | None = None
    """Folder of the images to rebuild, each under the name of the image that it belongs to."""


class RowOptions(Options):
    """Which columns are features, and which rows are normal.

    A column is named, or numbered from 0 with -1 as the last.
    """

    label: str | int | None = None
    """Column that says which rows are normal: a name, or a number from 0 (-1 is the last)."""
    normal: tuple[str | int | float | bool, ...] = ()
    """Value of the label column in normal rows; may be given more than once."""
    drop: tuple[str | int, ...] = ()
    """Column to leave out; may be given more than once."""
    id: tuple[str | int, ...] = ()
    """Column to pass through to the output untouched; may be given more than once."""
    category: tuple[str | int, ...] = ()
    """Column whose numbers or texts are names, not amounts; may be given more than once."""
    target: tuple[str | int, ...] = ()
    """Column to learn to rebuild from all others, by which rows are judged; by default all."""
    kind: Literal["auto", "table", "signal", "image"] = "auto"
    """A signal is one quantity sampled along the row; a table's columns are unlike each other."""
    size: str | None = None
    """Height and width that images get, such as 64 or 64x48; by default those that all have."""
    colour: Literal["auto", "grey", "rgb"] = "auto"
    """Whether images are grey or have colours; auto: grey where all are."""
    crop: bool = False
    """Cut images of another shape to it in the middle, rather than stretch them."""

    @field_validator("size", mode="before")
    @classmethod
    def _size_as_text(cls, given: Any) -> Any:
        if isinstance(given, (tuple, list)):
            given = "x".join(map(str, given))
        text = None if given is None else str(given).lower().replace(" ", "")
        if text is not None and not _SIZE.fullmatch(text):
            raise ValueError(f"size: height x width such as 64 or 64x48 expected, got {given!r}")
        return text

    @property
    def height_width(self) -> tuple[int, int] | None:
        """`size` as two numbers."""
        if self.size is None:
            return None
        height, _, width = self.size.partition("x")
        return int(height), int(width or height)

    @model_validator(mode="after")
    def _normal_needs_a_label(self) -> Self:
        if self.normal and self.label is None:
            raise ValueError("normal was given without label: which column holds it?")
        return self


class PreprocessingOptions(Options):
    """What happens to a row before the network sees it."""

    scaling: Scaling = "standard"
    """How cells are centred and scaled."""
    scaling_scope: Literal["auto", "column", "global"] = "auto"
    """Scale each column by itself, or all by one range; auto is global for signals and images."""
    tails: Literal["auto", "keep"] = "auto"
    """Put heavy-tailed columns of tables on a logarithm-like scale (asinh), or keep them."""
    impute: Literal["median", "mean"] = "median"
    """What the network sees in place of a missing cell."""
    input_limit: Annotated[float, Field(gt=0)] | None = 5.0
    """Standard deviations beyond which the network's input is cut off; the residual is not."""


class Widths(NamedTuple):
    """The widths of the hidden layers of a network, in order."""

    encoder: tuple[int, ...]
    code_size: int
    decoder: tuple[int, ...]


class NetworkOptions(Options):
    """The shape of one member of the ensemble.

    With neither `encoder` nor `code_size` a network for tables is wide, D-256-256-D: there a
    bottleneck costs accuracy (Yong and Brintrup, 2022). So is one for images, D-512-512-D, which
    restores what is hidden. One for signals, where a wide network would copy whatever is smooth,
    narrows in the proportions of the published ones: D/4, D/8 and a code of D/16, then back. A
    given encoder is mirrored unless `decoder` is given.
    """

    architecture: Literal["auto", "dense", "conv1d", "conv2d", "recurrent"] = "auto"
    """Kind of network; auto: dense, for large images conv2d."""
    encoder: tuple[Width, ...] | None = None
    """Widths (of convolutions: channels) of the layers before the code, such as 32,16."""
    code_size: Width | None = None
    """Width of the code; by default half the layer before it, with no encoder 256, 512 or D/16."""
    decoder: tuple[Width, ...] | None = None
    """Widths of the layers after the code; by default the encoder's, mirrored."""
    activation: Activation = "relu"
    """Activation of the hidden layers."""
    output_activation: Literal["linear", "sigmoid", "tanh"] = "linear"
    """Activation of the last layer."""
    kernel_size: Annotated[int, Field(ge=1, le=63)] | None = None
    """Width of convolutions, an odd number; by default 3 for images and 7 for signals."""
    downsampling: Literal["stride", "max_pool"] = "stride"
    """How each convolution before the code halves the size."""
    upsampling: Literal["nearest", "transposed"] = "nearest"
    """How each convolution after the code doubles the size."""
    decoder_sizes: Literal["cropped", "unpadded"] = "cropped"
    """Where sizes do not double: crop to the encoder's, or leave out the padding where it fits."""
    recurrent_cell: Literal["lstm", "gru"] = "lstm"
    """Cell of a recurrent network."""
    variational: bool = False
    """Learn a distribution of codes around 0, from which new rows can be drawn."""
    kl_weight: Annotated[float, Field(ge=0)] = 0.5
    """Weight of the codes' divergence from a standard normal, beside the summed error of a row."""
    kl_warmup: Annotated[float, Field(ge=0, le=1)] = 0.25
    """Share of the updates over which that weight grows from 0."""
    code_samples: Annotated[int, Field(ge=0, le=64)] = 0
    """Codes drawn for each row when scoring, always the same draws; 0: the mean code alone."""
    batch_norm: bool = False
    """Normalise each layer by its batch, before the activation."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Share of each hidden layer that is left out at random in training."""
    input_noise: Annotated[float, Field(ge=0)] | None = None
    """Deviations of training noise on the network's input; by default 0.5, for images 0.1."""
    masking: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Share of cells that are hidden from the network in training, each by itself."""
    erasing: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Share of a signal or image that is hidden in training, as one stretch or patch."""
    restoration: Literal["auto", "off", "quarters"] = "auto"
    """Hide a quarter of an image at a time and rebuild it from the rest; auto: for images."""

    @model_validator(mode="after")
    def _kernels_have_a_middle(self) -> Self:
        if self.kernel_size is not None and self.kernel_size % 2 == 0:
            raise ValueError(f"kernel_size: an odd number was expected, got {self.kernel_size}")
        return self

    @model_validator(mode="after")
    def _codes_can_be_drawn(self) -> Self:
        if self.code_samples and not self.variational:
            raise ValueError("code_samples draws codes, which needs variational=True")
        if self.variational and self.restoration == "quarters":
            raise ValueError("restoration rebuilds no image from a code: choose it or variational")
        return self

    def noise(self, kind: Kind) -> float:
        """Deviations of training noise."""
        if self.input_noise is not None:
            return self.input_noise
        return 0.1 if kind == "image" else 0.5

    def widths(self, kind: Kind, cells: int) -> Widths:
        """Encoder, code size and decoder spelled out, for rows of so many cells."""
        wide = {"table": 256, "image": 512}.get(kind)
        if self.encoder is None and self.code_size is None and wide:
            return Widths((wide,), wide, () if self.decoder is None else self.decoder)
        encoder = self.encoder
        if encoder is None:
            encoder = (wide,) if wide else _narrowing(cells)
        half = (encoder[-1] if encoder else cells) // 2
        code_size = self.code_size or max(half, 1)
        return Widths(encoder, code_size, encoder[::-1] if self.decoder is None else self.decoder)


def _narrowing(cells: int) -> tuple[int, int]:
    """D/4 and D/8, within what a file and a training can bear."""
    return min(max(cells // 4, 2), 512), min(max(cells // 8, 2), 256)


class TrainingOptions(Options):
    """How the network learns.

    With neither `epochs` nor `max_steps` the budget is 100 epochs, but at least 1500 and at most
    5000 updates: stopping on validation loss costs accuracy, a budget does not.
    """

    loss: Loss = "mse"
    """Error of a cell, in training and in the score."""
    row_error: Literal["auto", "mean", "detail"] = "auto"
    """Error of a row: its cells' mean, or that of a blurred image over its detail; auto: this."""
    category_loss: Literal["squared", "softmax"] = "squared"
    """Error of a category's cell: squared distance of shares (Brier), or softmax cross-entropy."""
    optimizer: Optimizer = "adam"
    """Rule of the updates."""
    learning_rate: Annotated[float, Field(gt=0)] = 1e-3
    """Size of the updates."""
    weight_decay: Annotated[float, Field(ge=0)] = 0.0
    """Pull of the weights towards zero."""
    clip_norm: Annotated[float, Field(gt=0)] | None = None
    """Longest gradient of a member; longer ones are shortened."""
    batch_size: Annotated[int, Field(ge=1)] | None = None
    """Rows in one update; by default a tenth of them, from 16 to 512."""
    epochs: Annotated[int, Field(ge=1)] | None = None
    """Passes over the training rows; by default 100, within 1500 to 5000 updates."""
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


class CalibrationOptions(Options):
    """How p-values are made honest: rows that the network did not train on."""

    scheme: Scheme | Literal["auto"] = "auto"
    """Calibrate on rows set aside (split; exact) or across folds (cross); auto: split from 2000."""
    calibration_share: Share = 0.2
    """Share of rows that a split sets aside."""
    folds: Annotated[int, Field(ge=2, le=50)] = 5
    """Folds of the cross scheme."""
    members: Annotated[int, Field(ge=1, le=64)] | None = None
    """Networks per fold, or in all for a split; by default 1, but for a split of dense ones 5."""
    alpha: Alpha | None = None
    """Stated false-alarm rate; by default 0.01, or the smallest that the rows support."""
    threshold: str = "conformal"
    """Threshold rule: conformal, confident:0.95, mean-std:3, percentile:99 or fixed:2.5."""

    def members_of(self, scheme: Scheme, architecture: str, kind: Kind) -> int:
        """Members in each group.

        Both schemes have the same number of networks by default, but a split of those that are
        slow to train, which all but dense ones and all for images are, has one.
        """
        one = scheme == "cross" or architecture != "dense" or kind == "image"
        return self.members or (1 if one else self.folds)


class FitOptions(Frozen):
    """All choices of one fit."""

    preprocessing: PreprocessingOptions = PreprocessingOptions()
    network: NetworkOptions = NetworkOptions()
    training: TrainingOptions = TrainingOptions()
    calibration: CalibrationOptions = CalibrationOptions()

    @model_validator(mode="after")
    def _cross_entropy_has_probabilities(self) -> Self:
        if self.training.loss == "bce" and (
            self.network.output_activation != "sigmoid"
            or self.preprocessing.scaling not in ("minmax", "none")
        ):
            raise ValueError(
                "loss='bce' needs values and outputs between 0 and 1: "
                "scaling='minmax' (or 'none') and output_activation='sigmoid'"
            )
        return self

    @model_validator(mode="after")
    def _softmax_takes_any_number(self) -> Self:
        if self.training.category_loss == "softmax" and self.network.output_activation != "linear":
            raise ValueError(
                "category_loss='softmax' needs outputs of any size: output_activation='linear'"
            )
        return self

    @classmethod
    def from_flat(cls, **choices: Any) -> FitOptions:
        """Make options from names of all groups side by side, such as ``loss="mae"``.

        Raises
        ------
        UsageError
            Naming every unknown name and every value that is out of range.
        """
        groups: dict[str, dict[str, Any]] = {name: {} for name in cls.model_fields}
        unknown = []
        for name, value in choices.items():
            group = FLAT_NAMES.get(name)
            if group is None:
                unknown.append(f"unknown option {name!r}")
            else:
                groups[group][name] = value
        if unknown:
            raise UsageError(*unknown, advice=f"Known: {', '.join(sorted(FLAT_NAMES))}.")
        return checked(cls, groups)


FLAT_NAMES: dict[str, str] = {
    name: group
    for group, field in FitOptions.model_fields.items()
    for name in type(field.default).model_fields
}
"""Each option's own name, and the group that it belongs to."""


_NAMED = {*FLAT_NAMES, "max_megapixels"}


def checked(model: type[Model], values: dict[str, Any]) -> Model:
    """Validate `values`, with every problem in one `UsageError` in the user's own names."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise UsageError(*map(_problem, error.errors())) from None


def _problem(error: Any) -> str:
    names = [str(part) for part in error["loc"] if isinstance(part, str)]
    name = names[-1] if names else ""
    text = error["msg"].removeprefix("Value error, ")
    return f"{name}: {text}, got {error['input']!r}" if name in _NAMED else text
