"""The targets of the accuracy benchmark, read off figures made up for it."""

from __future__ import annotations

import math

import pytest

from benchmarks.accuracy_targets import ACCURACY_TARGETS, lead, mean


def method(level, *, own=False):
    rates = [[0.01, 0.04], [0.01, 0.04]]
    more = {"false_alarms": rates, "attainable": rates, "caught": rates} if own else {}
    sets = {
        name: {
            "seed": [0, 1],
            "roc_auc": [level + 0.01 * place, level + 0.01 * place],
            "average_precision": [level / 2 + 0.01 * place] * 2,
            **more,
        }
        for place, name in enumerate("abcdef")
    }
    return {"title": "made", "own": own, "sets": sets}


@pytest.fixture
def figures():
    return {
        "protocol": {"tuning": ["a", "f"], "seeds": 2, "alphas": [0.01, 0.05]},
        "sets": {name: {"test_rows": 3000, "anomalies": 10} for name in "abcdef"},
        "methods": {
            "knn": method(0.8),
            "lof": method(0.7),
            **{f"isthmus_{name}": method(0.9, own=True) for name in ("fast", "balanced", "best")},
        },
    }


@pytest.mark.parametrize("target", ACCURACY_TARGETS, ids=lambda one: one.sentence)
def test_every_target_is_read_off_such_figures(target, figures):
    assert math.isfinite(target.figure(figures))


def test_a_mean_is_over_its_group_and_the_lead_is_over_the_best_other(figures):
    assert mean("isthmus_best", "roc_auc", "all")(figures) == pytest.approx(0.925)
    assert mean("isthmus_best", "roc_auc", "confirming")(figures) == pytest.approx(0.925)
    assert lead("isthmus_balanced", "roc_auc", "all")(figures) == pytest.approx(0.1)
    assert lead("isthmus_balanced", "average_precision", "all")(figures) == pytest.approx(0.05)


def test_what_has_not_run_misses_its_target(figures):
    del figures["methods"]["isthmus_best"]
    missed = [one for one in ACCURACY_TARGETS if one.sentence.startswith("best, 22")]
    assert [one.verdict(one.figure(figures)) for one in missed] == ["MISSED", "MISSED"]
