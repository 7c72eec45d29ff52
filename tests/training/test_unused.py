"""A choice that would change nothing is refused, and one that changes something never is."""

from __future__ import annotations

import pytest
from beats import IMAGE, image_rows, model_of, normal_beats, table_rows

from isthmus.errors import UsageError
from isthmus.options import FitOptions
from isthmus.training.architectures import ARCHITECTURES
from isthmus.training.unused import OF_ARCHITECTURES, OF_KINDS, OF_VARIATIONAL

OTHERWISE = {
    "kernel_size": 5,
    "downsampling": "max_pool",
    "upsampling": "transposed",
    "decoder_sizes": "unpadded",
    "recurrent_cell": "gru",
    "batch_norm": True,
    "dropout": 0.1,
    "erasing": 0.2,
    "restoration": "quarters",
    "row_error": "detail",
    "kl_weight": 1.0,
    "kl_warmup": 0.5,
    "sample_rows": 20,
    "learn_from": "all",
}
QUICK = {"max_steps": 1, "scheme": "split", "members": 1}


def test_every_option_that_may_be_unused_is_tried_here():
    assert set(OTHERWISE) == {*OF_ARCHITECTURES, *OF_KINDS, *OF_VARIATIONAL}
    assert {name for known in OF_ARCHITECTURES.values() for name in known} <= set(ARCHITECTURES)
    for name, value in OTHERWISE.items():
        FitOptions.from_flat(**{name: value})


@pytest.mark.parametrize(
    ("option", "architecture"),
    [
        (option, architecture)
        for option, known in OF_ARCHITECTURES.items()
        for architecture in ("dense", "conv1d", "recurrent")
        if architecture not in known
    ],
)
def test_options_of_other_networks_are_refused(option, architecture):
    with pytest.raises(UsageError, match=rf"{option} is for .* networks, and this one is"):
        model_of(
            normal_beats(60),
            "signal",
            architecture=architecture,
            **{option: OTHERWISE[option]},
            **QUICK,
        )


@pytest.mark.parametrize("option", OF_KINDS)
def test_options_of_other_rows_are_refused(option):
    choices = {option: OTHERWISE[option], **QUICK}
    if "table" in OF_KINDS[option]:
        with pytest.raises(UsageError, match=rf"{option} is for .*, and the rows are images"):
            model_of(image_rows(60), "image", image=IMAGE, **choices)
        return
    with pytest.raises(UsageError, match=rf"{option} is for .*, and the rows are a table"):
        model_of(table_rows(), "table", **choices)


@pytest.mark.parametrize("option", OF_VARIATIONAL)
def test_the_divergence_of_a_network_that_is_not_variational_is_refused(option):
    with pytest.raises(UsageError, match=f"{option} is for variational networks"):
        model_of(table_rows(), "table", **{option: OTHERWISE[option]}, **QUICK)


def test_all_of_them_are_named_together():
    with pytest.raises(UsageError) as caught:
        model_of(table_rows(), "table", kernel_size=5, kl_weight=1.0, row_error="detail", **QUICK)
    assert len(caught.value.problems) == 3


def test_what_turns_nothing_on_is_no_problem():
    model_of(table_rows(), "table", restoration="off", **QUICK)
    model_of(image_rows(60), "image", image=IMAGE, kernel_size=5, architecture="conv2d", **QUICK)


def test_a_convolutional_network_without_convolutions_is_refused():
    with pytest.raises(UsageError, match="encoder is empty"):
        model_of(normal_beats(60), "signal", architecture="conv1d", encoder=(), **QUICK)


@pytest.mark.parametrize("choices", [{"distance": "off"}, {"preset": "fast"}])
def test_rows_of_a_bank_that_there_is_not_are_refused(choices):
    with pytest.raises(UsageError, match="bank_rows is for the distance, which is off"):
        model_of(table_rows(60), "table", bank_rows=9, **choices, **QUICK)


def test_what_a_preset_sets_is_nothing_that_was_asked_for():
    model_of(table_rows(60), "table", preset="best", distance="off", **QUICK)


def test_levels_of_noise_that_there_is_not_are_refused():
    with pytest.raises(UsageError, match="noise_levels is for noise, and input_noise is 0"):
        model_of(table_rows(60), "table", noise_levels="one", input_noise=0.0, **QUICK)
