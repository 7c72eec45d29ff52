"""All choices of one fit, by names side by side, and the one check of every group."""

from __future__ import annotations

from typing import Any, Self, TypeVar

from pydantic import BaseModel, ValidationError, model_validator

from isthmus.errors import UsageError
from isthmus.options.calibration import CalibrationOptions
from isthmus.options.choices import Frozen, Kind
from isthmus.options.network import NetworkOptions
from isthmus.options.presets import OF_TABLES, PRESETS, SMALL, PresetOptions
from isthmus.options.suspects import SuspectOptions
from isthmus.options.training import PreprocessingOptions, TrainingOptions
from isthmus.options.views import ViewOptions

Model = TypeVar("Model", bound=BaseModel)


class FitOptions(Frozen):
    """All choices of one fit."""

    effort: PresetOptions = PresetOptions()
    preprocessing: PreprocessingOptions = PreprocessingOptions()
    network: NetworkOptions = NetworkOptions()
    trust: SuspectOptions = SuspectOptions()
    training: TrainingOptions = TrainingOptions()
    views: ViewOptions = ViewOptions()
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

    def settled(self, kind: Kind) -> FitOptions:
        """The same with what the preset sets, where an option has its own default."""
        preset = self.effort.preset
        wanted = {**PRESETS[preset], **(OF_TABLES.get(preset, {}) if kind == "table" else {})}
        network = self.network
        free = network.encoder is None and network.code_size is None and network.decoder is None
        if preset == "fast" and free and network.architecture in ("auto", "dense"):
            wanted |= SMALL[kind]
        groups: dict[str, Frozen] = {}
        for name, value in wanted.items():
            group = FLAT_NAMES[name]
            held = groups.get(group, getattr(self, group))
            if getattr(held, name) == type(held).model_fields[name].default:
                groups[group] = held.model_copy(update={name: value})
        return self.model_copy(update=groups)

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
