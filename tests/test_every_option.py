"""No option is documented and then ignored: every one changes what comes out."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from beats import IMAGE, image_rows, model_of

from isthmus import Scorer
from isthmus.model_file import unseal
from isthmus.options import FLAT_NAMES

OTHERWISE = {
    "scaling": "robust",
    "scaling_scope": "global",
    "tails": "keep",
    "impute": "mean",
    "input_limit": 0.5,
    "encoder": (9,),
    "code_size": 3,
    "decoder": (5,),
    "activation": "tanh",
    "output_activation": "tanh",
    "batch_norm": True,
    "dropout": 0.4,
    "input_noise": 0.0,
    "loss": "mae",
    "optimizer": "sgd",
    "learning_rate": 0.01,
    "weight_decay": 0.5,
    "clip_norm": 0.001,
    "batch_size": 3,
    "epochs": 1,
    "max_steps": 5,
    "patience": 1,
    "keep": "best",
    "shuffle": False,
    "validation": 0.5,
    "precision": "bf16",
    "seed": 1,
    "scheme": "split",
    "calibration_share": 0.4,
    "folds": 3,
    "split_from": 10,
    "members": 2,
    "alpha": 0.2,
    "threshold": "percentile:80",
    "variational": True,
    "kl_weight": 1.0,
    "kl_warmup": 0.0,
    "code_samples": 2,
    "masking": 0.3,
    "noise_levels": "one",
    "preset": "fast",
    "suspects": 0.1,
    "distance": "off",
    "bank_rows": 4,
}
"""A value of every option that should change what comes out."""
WITHOUT_EFFECT = {"device", "category_loss", "sample_rows", "learn_from"}
"""One must not matter, one needs a category, two choose among rows before they come here."""
OF_IMAGES = {"architecture": "dense", "erasing": 0.3} | {
    "kernel_size": 5,
    "downsampling": "max_pool",
    "upsampling": "transposed",
    "decoder_sizes": "unpadded",
    "recurrent_cell": "gru",
    "restoration": "off",
    "row_error": "mean",
}
"""The same for options of networks that tables do not have."""
BESIDE = {
    "calibration_share": {"scheme": "split"},
    "validation": {"scheme": "split"},
    "patience": {"learning_rate": 1.0, "max_steps": 200, "validation": 0.2},
    "keep": {"learning_rate": 0.3, "validation": 0.2},
    "epochs": {"max_steps": None},
    "kl_weight": {"variational": True},
    "kl_warmup": {"variational": True},
    "code_samples": {"variational": True},
    "recurrent_cell": {"architecture": "recurrent"},
    "decoder_sizes": {"encoder": (4, 3, 2), "code_size": None},
}
"""What has to be chosen for both, for an option to matter."""


def test_no_option_is_forgotten_here():
    assert {*OTHERWISE, *OF_IMAGES, *WITHOUT_EFFECT} == set(FLAT_NAMES)


def rows_with_holes() -> np.ndarray:
    """Rows that give every option something to do: holes, an odd column, correlation."""
    generator = np.random.default_rng(5)
    rows = generator.normal(size=(60, 2)) @ generator.normal(size=(2, 6))
    rows += 0.1 * generator.normal(size=(60, 6))
    rows[::7, 3] = np.nan
    rows[::5, 1] *= 30
    rows[4, 4] = 500
    return rows


@cache
def outcome(**choices: object) -> tuple[bytes, tuple[float, ...], float]:
    quick = {"max_steps": 20, "encoder": (8,), "code_size": 2}
    model = unseal(model_of(rows_with_holes(), "table", **{**quick, **choices}))
    threshold = Scorer(model).decide().threshold
    return model.graph, model.manifest.calibration.scores, threshold


@cache
def outcome_of_images(**choices: object) -> bytes:
    quick = {
        "architecture": "conv2d",
        "max_steps": 3,
        "encoder": (4,),
        "code_size": 2,
        "image": IMAGE,
    }
    return unseal(model_of(image_rows(), "image", **{**quick, **choices})).graph


@pytest.mark.parametrize("option", OF_IMAGES)
def test_every_option_of_networks_for_images_has_an_effect(option):
    beside = BESIDE.get(option, {})
    before = outcome_of_images(**beside)
    assert outcome_of_images(**{**beside, option: OF_IMAGES[option]}) != before


@pytest.mark.parametrize("option", OTHERWISE)
def test_every_option_that_can_be_given_has_an_effect(option):
    beside = BESIDE.get(option, {})
    assert outcome(**beside) != outcome(**{**beside, option: OTHERWISE[option]})
