"""Threshold rules: what all of them keep to, and what each promises."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from isthmus.errors import UsageError
from isthmus.model_file.manifest import Calibration
from isthmus.scoring.calibration import Calibrator
from isthmus.scoring.thresholds import RULES, decide, parse
from isthmus.scoring.thresholds.confident import largest_rank


def calibrator(rows=1000, scheme="split"):
    scores = np.random.default_rng(0).normal(size=rows).astype(np.float32)
    return Calibrator.of(
        Calibration(scheme=scheme, source="fit", scores=tuple(map(float, np.sort(scores)[::-1])))
    )


EXAMPLES = {
    "conformal": "conformal",
    "confident": "confident:0.9",
    "mean-std": "mean-std:2",
    "percentile": "percentile:97.5",
    "fixed": "fixed:1.25",
}


def test_every_rule_has_an_example_here():
    assert EXAMPLES.keys() == RULES.keys()


@pytest.mark.parametrize("text", EXAMPLES.values())
def test_every_rule_gives_a_finite_threshold_says_what_it_is_and_can_be_asked_again(text):
    decision = decide(text, calibrator())
    assert math.isfinite(decision.threshold)
    assert decision.sentence
    again = decide(decision.rule, calibrator(), decision.alpha)
    assert again.threshold == decision.threshold


@pytest.mark.parametrize("text", EXAMPLES.values())
def test_only_rules_with_a_stated_rate_take_an_alpha(text):
    name, _ = parse(text)
    if RULES[name].uses_alpha:
        assert decide(text, calibrator(), 0.2).alpha == 0.2
    else:
        assert decide(text, calibrator()).alpha is None
        with pytest.raises(UsageError, match="exclude each other"):
            decide(text, calibrator(), 0.2)


def test_mean_std_and_percentile_are_those_of_the_held_out_scores():
    held = calibrator()
    scores = held.scores.astype(np.float64)
    assert decide("mean-std:2", held).threshold == scores.mean() + 2 * scores.std()
    assert decide("percentile:90", held).threshold == np.percentile(scores, 90)
    assert decide("fixed:-3.5", held).threshold == -3.5


@pytest.mark.parametrize(
    ("rows", "alpha", "confidence"),
    [
        (299, 0.01, 0.95),
        (500, 0.01, 0.95),
        (5000, 0.01, 0.95),
        (200, 0.05, 0.95),
        (1000, 0.05, 0.95),
        (1000, 0.05, 0.5),
        (40, 0.3, 0.99),
    ],
)
def test_a_confident_rank_is_the_largest_whose_beta_distribution_allows_it(rows, alpha, confidence):
    k = largest_rank(rows, alpha, confidence)
    held = [stats.beta.cdf(alpha, j, rows + 1 - j) for j in (k, k + 1)]
    assert held[0] >= confidence > held[1]


def test_95_percent_confidence_at_one_percent_needs_299_rows():
    assert decide("confident:0.95", calibrator(299), 0.01).threshold == calibrator(299).scores[-1]
    with pytest.raises(UsageError, match="needs 299 calibration rows, the detector has 298"):
        decide("confident:0.95", calibrator(298), 0.01)


def test_a_confident_threshold_is_refused_for_a_cross_calibrated_detector():
    with pytest.raises(UsageError, match="cross-calibrated"):
        decide("confident", calibrator(scheme="cross"))


def test_a_confident_threshold_keeps_its_promise_in_nearly_all_calibrations():
    generator = np.random.default_rng(3)
    kept = []
    for _ in range(400):
        scores = np.sort(generator.uniform(size=300).astype(np.float32))
        threshold = decide("confident:0.9", Calibrator(scores, "split"), 0.05).threshold
        kept.append(1 - threshold <= 0.05)  # the rate of uniform scores above the threshold
    assert 0.9 - 0.045 < np.mean(kept) < 0.98


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("conformall", "there is no rule 'conformall'"),
        ("conformal:3", "takes no number"),
        ("percentile:many", "'many' is not a number"),
        ("percentile:101", "from 0 to 100"),
        ("fixed", "needs a number"),
        ("fixed:nan", "finite"),
        ("mean-std:nan", "finite"),
        ("confident:2", "between 0 and 1"),
        ("best-f1", "there is no rule 'best-f1'"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_with_what_was_expected(text, words):
    with pytest.raises(UsageError, match=words):
        decide(text, calibrator())


@pytest.mark.parametrize("alpha", [0.0, 1.0, -0.1, 7.0])
def test_an_alpha_outside_of_zero_to_one_is_refused(alpha):
    with pytest.raises(UsageError, match="between 0 and 1"):
        decide("conformal", calibrator(), alpha)


@pytest.mark.parametrize("text", ["mean-std:3.123456789", "percentile:97.123456789"])
def test_a_rule_reads_back_to_the_very_same_number(text):
    decision = decide(text, calibrator())
    assert decision.rule == text
    assert decide(decision.rule, calibrator()).threshold == decision.threshold
