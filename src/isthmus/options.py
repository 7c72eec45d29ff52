"""Every choice a user can make, as frozen and validated values.

The same objects feed the estimator, the command line and the model file, so a choice has one
name, one default and one check. `FitOptions.from_flat` accepts all names side by side.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, NamedTuple, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from isthmus.errors import UsageError

Model = TypeVar("Model", bound=BaseModel)
Width = Annotated[int, Field(ge=1, le=65536)]
Share = Annotated[float, Field(gt=0, lt=1)]
Alpha = Annotated[float, Field(gt=0, lt=1)]

Kind = Literal["table", "signal"]
Scaling = Literal["standard", "minmax", "robust", "none"]
Activation = Literal["relu", "leaky_relu", "elu", "tanh", "sigmoid", "linear"]
Loss = Literal["mse", "mae", "huber", "bce"]
Optimizer = Literal["adam", "adamw", "sgd", "adadelta"]
Scheme = Literal["split", "cross"]

DEFAULT_ALPHA = 0.01
MINIMUM_ROWS = 10
SPLIT_FROM_ROWS = 2000
"""From this many rows on, giving up a part for calibration costs little and is exact."""


class Frozen(BaseModel):
    """A value: unknown names are refused, nothing changes after it is made."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class ReadOptions(Frozen):
    """How to read a file; `None` means: look at the file and say what was decided."""

    format: Literal["csv", "parquet", "arrow", "jsonl", "npy", "npz"] | None = None
    header: bool | None = None
    delimiter: str | None = None
    decimal: Literal[".", ","] = "."


class RowOptions(Frozen):
    """Which columns are features, and which rows are normal.

    A column is named, or numbered from 0 with -1 as the last.
    """

    label: str | int | None = None
    normal: tuple[str | int | float | bool, ...] = ()
    drop: tuple[str | int, ...] = ()
    id: tuple[str | int, ...] = ()
    kind: Literal["auto", "table", "signal"] = "auto"

    @model_validator(mode="after")
    def _label_and_normal_come_together(self) -> Self:
        if (self.label is None) != (not self.normal):
            raise ValueError("label and normal come together: which column, and which values in it")
        return self


class PreprocessingOptions(Frozen):
    """What happens to a row before the network sees it."""

    scaling: Scaling = "standard"
    scaling_scope: Literal["auto", "column", "global"] = "auto"
    impute: Literal["median", "mean"] = "median"
    # Beyond this many standard deviations the network's input is cut off; the residual is not.
    input_limit: Annotated[float, Field(gt=0)] | None = 5.0


class Widths(NamedTuple):
    """The widths of the hidden layers of a network, in order."""

    encoder: tuple[int, ...]
    code_size: int
    decoder: tuple[int, ...]


class NetworkOptions(Frozen):
    """The shape of one member of the ensemble.

    With neither `encoder` nor `code_size` the network is wide, D-256-256-D: a bottleneck costs
    accuracy (Yong and Brintrup, 2022). A given encoder is mirrored unless `decoder` is given.
    """

    architecture: Literal["dense"] = "dense"
    encoder: tuple[Width, ...] | None = None
    code_size: Width | None = None
    decoder: tuple[Width, ...] | None = None
    activation: Activation = "relu"
    output_activation: Literal["linear", "sigmoid", "tanh"] = "linear"
    batch_norm: bool = False
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0
    input_noise: Annotated[float, Field(ge=0)] = 0.1

    @property
    def widths(self) -> Widths:
        """Encoder, code size and decoder spelled out."""
        if self.encoder is None and self.code_size is None:
            return Widths((256,), 256, () if self.decoder is None else self.decoder)
        encoder = (256,) if self.encoder is None else self.encoder
        code_size = self.code_size or max(1, (encoder[-1] if encoder else 64) // 2)
        return Widths(encoder, code_size, encoder[::-1] if self.decoder is None else self.decoder)


class TrainingOptions(Frozen):
    """How the network learns.

    With neither `epochs` nor `max_steps` the budget is 100 epochs, but at least 1500 and at most
    5000 updates: stopping on validation loss costs accuracy, a budget does not.
    """

    loss: Loss = "mse"
    optimizer: Optimizer = "adam"
    learning_rate: Annotated[float, Field(gt=0)] = 1e-3
    weight_decay: Annotated[float, Field(ge=0)] = 0.0
    clip_norm: Annotated[float, Field(gt=0)] | None = None
    batch_size: Annotated[int, Field(ge=1)] | None = None
    epochs: Annotated[int, Field(ge=1)] | None = None
    max_steps: Annotated[int, Field(ge=1)] | None = None
    patience: Annotated[int, Field(ge=1)] | None = None
    keep: Literal["best", "last"] = "last"
    shuffle: bool = True
    validation: Annotated[float, Field(ge=0, lt=1)] | None = None
    device: Literal["auto", "cpu", "cuda", "mps"] = "auto"
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0

    @property
    def needs_validation(self) -> bool:
        """Whether rows outside training decide when to stop or which weights to keep."""
        return self.patience is not None or self.keep == "best"

    @model_validator(mode="after")
    def _deciding_rows_exist(self) -> Self:
        if self.needs_validation and self.validation == 0:
            raise ValueError("patience and keep='best' need validation rows: validation above 0")
        return self


class CalibrationOptions(Frozen):
    """How p-values are made honest: rows that the network did not train on."""

    scheme: Scheme | Literal["auto"] = "auto"
    calibration_share: Share = 0.2
    folds: Annotated[int, Field(ge=2, le=50)] = 5
    # Networks per fold (`cross`), or in all (`split`).
    members: Annotated[int, Field(ge=1, le=64)] = 1
    alpha: Alpha | None = None
    threshold: str = "conformal"


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
    return f"{name}: {text}, got {error['input']!r}" if name in FLAT_NAMES else text
