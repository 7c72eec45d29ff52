"""Every choice is an option of the command line, under its own name and with its own default."""

from __future__ import annotations

import re
from typing import Literal, get_args, get_origin

import pytest
import typer
from typer.main import get_command

from isthmus.cli.app import COMMANDS, load
from isthmus.cli.parameters import LEARNT, takes_options
from isthmus.options import FLAT_NAMES, FitOptions, ReadOptions, RowOptions


def literals(annotation):
    """The choices of an annotation such as ``Literal["a", "b"] | None``."""
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    return [choice for part in get_args(annotation) for choice in literals(part)]


CHOICES = {
    name: field
    for group in FitOptions.model_fields.values()
    for name, field in type(group.default).model_fields.items()
}
READING = {**ReadOptions.model_fields, **RowOptions.model_fields}
EVERYTHING = {**CHOICES, **READING}
DEFAULTS = {name: field for name, field in EVERYTHING.items() if field.default not in (None, ())}
CHOSEN = {
    name: [choice for choice in choices if isinstance(choice, str)]
    for name, field in EVERYTHING.items()
    for choices in [literals(field.annotation)]
    if choices
}

ANOTHER = {
    "format": "npz", "delimiter": ";", "decimal": ",", "label": "-1", "normal": "7", "drop": "a",
    "id": "b", "category": "a", "category_loss": "softmax", "scaling": "robust",
    "scaling_scope": "column", "tails": "keep", "impute": "mean",
    "input_limit": "3.5", "encoder": "7,3", "code_size": "2", "decoder": "5", "activation": "elu",
    "output_activation": "tanh", "dropout": "0.25", "input_noise": "0.125", "loss": "mae",
    "optimizer": "sgd", "learning_rate": "0.25", "weight_decay": "0.5", "clip_norm": "2",
    "batch_size": "8", "epochs": "9", "max_steps": "11", "patience": "4", "keep": "best",
    "validation": "0.25", "device": "cpu", "precision": "bf16", "seed": "13", "scheme": "split",
    "calibration_share": "0.5", "split_from": "77", "folds": "3", "members": "2", "alpha": "0.125",
    "threshold": "fixed:-2", "kind": "table", "architecture": "dense", "kernel_size": "5",
    "downsampling": "max_pool", "upsampling": "transposed", "decoder_sizes": "unpadded",
    "recurrent_cell": "gru", "kl_weight": "0.25", "kl_warmup": "0.75", "code_samples": "4",
    "masking": "0.25", "erasing": "0.125", "restoration": "off", "row_error": "mean",
    "paired": "elsewhere", "target": "a",
    "size": "28x20", "colour": "grey", "max_megapixels": "2.5",
    "preset": "best", "noise_levels": "one", "distance": "off", "bank_rows": "100",
    "suspects": "0.125", "sample_rows": "77", "learn_from": "all",
}  # fmt: skip
"""For each option that takes a value, one that is not its default (where there is another)."""


def typed_into(*words):
    """What `fit` would be called with for these words."""
    got = {}

    def fit(read: ReadOptions, columns: RowOptions, options: FitOptions) -> None:
        got.update(read=read, columns=columns, options=options)

    app = typer.Typer(add_completion=False)
    app.command()(takes_options()(fit))
    get_command(app).main(list(words), standalone_mode=False)
    return got


def value_of(got, name):
    if name in CHOICES:
        return getattr(getattr(got["options"], FLAT_NAMES[name]), name)
    return getattr(got["read" if name in ReadOptions.model_fields else "columns"], name)


def written(value):
    """A value as it would be typed."""
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


@pytest.fixture(scope="module")
def fit_help():
    command = load("fit")
    with typer.Context(command, info_name="fit") as context:
        return {
            name: re.sub(r"\s+", " ", record[1])
            for option in command.params
            for name, record in [(option.name, option.get_help_record(context))]
        }


def test_the_flat_names_are_all_names_there_are():
    assert set(FLAT_NAMES) == set(CHOICES)


@pytest.mark.parametrize("name", EVERYTHING)
def test_every_field_is_an_option_of_fit_with_its_sentence(name, fit_help):
    option = next(option for option in load("fit").params if option.name == name)
    assert option.opts == [f"--{name.replace('_', '-')}"]
    assert EVERYTHING[name].description
    assert fit_help[name].startswith(re.sub(r"\s+", " ", EVERYTHING[name].description))


@pytest.mark.parametrize("name", DEFAULTS)
def test_the_help_of_an_option_shows_its_default(name, fit_help):
    default = DEFAULTS[name].default
    shown = str(default).lower() if isinstance(default, bool) else written(default)
    assert fit_help[name].endswith(f"[default: {shown}]")


@pytest.mark.parametrize("name", DEFAULTS)
def test_typing_the_default_changes_nothing(name):
    option, default = f"--{name.replace('_', '-')}", DEFAULTS[name].default
    if isinstance(default, bool):
        words = [option if default else option.replace("--", "--no-", 1)]
    else:
        words = [option, written(default)]
    assert typed_into(*words) == typed_into()


@pytest.mark.parametrize("name", EVERYTHING)
def test_a_value_that_is_typed_arrives(name):
    option = f"--{name.replace('_', '-')}"
    words = {"normal": ["--label", "x"], "code_samples": ["--variational"]}.get(name, [])
    if name not in ANOTHER:
        default = EVERYTHING[name].default
        words.append(option.replace("--", "--no-", 1) if default else option)
        assert value_of(typed_into(*words), name) is not default
        return
    value = value_of(typed_into(*words, option, ANOTHER[name]), name)
    assert type(value) in (str, int, float, tuple)
    assert written(value) == ANOTHER[name] or float(ANOTHER[name]) == value
    assert value != EVERYTHING[name].default


@pytest.mark.parametrize("name", CHOSEN)
def test_every_choice_that_a_field_offers_can_be_typed(name):
    for choice in CHOSEN[name]:
        more = ["--scaling", "minmax", "--output-activation", "sigmoid"] if choice == "bce" else []
        got = typed_into(*more, f"--{name.replace('_', '-')}", choice)
        assert value_of(got, name) == choice


def test_nothing_typed_is_all_defaults():
    got = typed_into()
    assert got == {"read": ReadOptions(), "columns": RowOptions(), "options": FitOptions()}


def test_columns_may_be_given_more_than_once():
    got = typed_into("--drop", "a", "--drop", "-1", "--id", "b", "--id", "c")
    assert (got["columns"].drop, got["columns"].id) == (("a", "-1"), ("b", "c"))


def test_commands_that_score_have_no_option_that_would_change_nothing():
    for name, without in {
        "score": {*LEARNT, "normal"},
        "explain": {*LEARNT, "normal"},
        "encode": {*LEARNT, "normal"},
        "reconstruct": {*LEARNT, "normal"},
        "similar": {*LEARNT, "normal"},
        "evaluate": {*LEARNT},
        "calibrate": {*LEARNT},
    }.items():
        options = {option.name for option in load(name).params}
        assert options & set(READING) == set(READING) - without


def test_no_help_shows_a_type_of_the_program():
    for name in COMMANDS:
        command = load(name)
        with typer.Context(command, info_name=name) as context:
            options = [o for o in command.params if o.param_type_name == "option"]
            records = [option.get_help_record(context)[0] for option in options]
        assert not re.findall(r"list\[|<str>|<int\b|<float\b|Optional|Literal", " ".join(records))
