"""Guards compare honestly, see collapses, cost little and change nothing."""

from __future__ import annotations

import numpy as np
import pytest
from beats import IMAGE, MIXED_LEVELS, image_rows, mixed_rows, model_of, normal_beats, table_rows

from isthmus.model_file import unseal
from isthmus.model_file.manifest import Guards, Separation
from isthmus.training import fit as fitting
from isthmus.training import guards as guarding
from isthmus.training.collapse import Look, Seen, collapses
from isthmus.training.verdict import COLLAPSED, NO_GAIN, beware, remarks, table

QUICK = {"max_steps": 60, "encoder": (8,), "code_size": 4}


def manifest_of(rows, kind="table", **choices):
    return unseal(model_of(rows, kind, **choices)).manifest


def ring(rows=400):
    """A curve that no plane holds."""
    generator = np.random.default_rng(0)
    angle = generator.uniform(0, 2 * np.pi, rows)
    curve = np.stack([np.cos(angle), np.sin(angle), np.cos(2 * angle), np.sin(3 * angle)], axis=1)
    return curve + 0.05 * generator.normal(size=curve.shape)


def plane(rows=300):
    """Eight columns of three factors."""
    generator = np.random.default_rng(0)
    mixed = generator.normal(size=(rows, 3)) @ generator.normal(size=(3, 8))
    return mixed + 0.3 * generator.normal(size=(rows, 8))


CASES = {
    "table": lambda **more: model_of(table_rows(), "table", **QUICK, **more),
    "mixed": lambda **more: model_of(mixed_rows(), "mixed", **QUICK, **more),
    "signal": lambda **more: model_of(normal_beats(80), "signal", **QUICK, **more),
    "image": lambda **more: model_of(image_rows(60), "image", max_steps=5, image=IMAGE, **more),
    "split": lambda **more: model_of(table_rows(), "table", scheme="split", **QUICK, **more),
    "alone": lambda **more: model_of(table_rows(), "table", distance="off", **QUICK, **more),
    "target": lambda **more: model_of(table_rows(), "table", targets=("c1",), **QUICK, **more),
}


@pytest.mark.parametrize("case", CASES)
def test_every_kind_of_detector_is_compared_and_nothing_else_of_the_file_changes(case, monkeypatch):
    with_guards = unseal(CASES[case]())
    monkeypatch.setattr(fitting, "guards", lambda judged: None)
    without = unseal(CASES[case]())
    assert with_guards.graph == without.graph
    assert with_guards.manifest.guards is not None
    assert with_guards.manifest.model_copy(update={"guards": None}) == without.manifest


def test_the_same_fit_has_the_same_guards():
    assert manifest_of(plane(), **QUICK).guards == manifest_of(plane(), **QUICK).guards


def test_where_normal_is_curved_the_networks_beat_the_linear_twin():
    held = manifest_of(ring(), max_steps=800).guards
    for one in held.separations:
        assert one.reconstruction > one.linear + 0.2


def test_the_linear_twin_is_as_good_on_a_plane_and_the_summary_says_so():
    manifest = manifest_of(plane(), **QUICK)
    assert manifest.guards.rank == 3
    assert "no gain" in manifest.guards.findings
    assert NO_GAIN in remarks(manifest)


def separations(reconstruction, linear, distance):
    return (
        Separation(
            anomaly="exchanged",
            reconstruction=reconstruction,
            linear=linear,
            distance=distance,
            score=0.5,
        ),
    )


@pytest.mark.parametrize(
    ("reconstruction", "said"), [(0.92, False), (0.905, True), (0.9, True), (0.2, True)]
)
def test_the_networks_add_something_only_beyond_the_margin_of_the_better_one(
    reconstruction, said, monkeypatch
):
    monkeypatch.setattr(guarding, "separation", lambda normal, abnormal: next(values))
    order = [reconstruction, 0.8, 0.9, 0.5]
    values = iter(order * 3)
    held = manifest_of(plane(60), **QUICK).guards
    assert ("no gain" in held.findings) is said


def seen(**changes):
    return Seen(**{"code_spread": 1.0, "code_size": 3.0, "changed": 9.0, "left": 3.0, **changes})


SOUND = separations(0.9, 0.8, 0.8)
SCORES = np.linspace(-2, 2, 50)


def test_a_sound_network_has_not_collapsed():
    assert collapses(SCORES, [seen()], SOUND) == ()


def test_scores_without_spread_are_a_collapse():
    assert collapses(np.full(50, 0.3), [seen()], SOUND) == ("constant scores",)


def test_a_copy_is_told_by_cells_that_come_out_as_they_were_put_in():
    blind = separations(0.52, 0.9, 0.9)
    assert collapses(SCORES, [seen(left=1e-3)], blind) == ("copies",)
    assert collapses(SCORES, [seen(left=1e-3)], SOUND) == ()
    assert collapses(SCORES, [seen(left=1.0)], blind) == ()


def test_codes_that_are_all_equal_are_dead_and_those_of_a_prior_nearly_so():
    assert collapses(SCORES, [seen(), seen(code_spread=1e-5)], SOUND) == ("dead codes",)
    assert collapses(SCORES, [seen(code_spread=0.0, code_size=0.0)], SOUND) == ("dead codes",)
    assert collapses(SCORES, [seen(code_spread=0.03)], SOUND) == ()
    assert collapses(SCORES, [seen(code_spread=0.03)], SOUND, variational=True) == ("dead codes",)


def test_what_is_left_is_measured_where_cells_were_changed():
    nothing, code = np.zeros((1, 1, 1)), np.array([[1.0], [2.0]])
    normal = Look(nothing, code, np.zeros((2, 2)), np.zeros((2, 2)))
    changed = np.array([[3.0, 0.0], [0.0, 0.0]])
    rebuilt = np.array([[1.0, 7.0], [7.0, 7.0]])
    assert Seen.of(normal, Look(nothing, code, changed, rebuilt)) == Seen(0.5, 2.0, 9.0, 4.0)


COLLAPSING = {
    "copies": {
        "input_noise": 0.0,
        "input_limit": None,
        "activation": "linear",
        "encoder": (16,),
        "code_size": 16,
        "decoder": (),
        "max_steps": 6000,
        "learning_rate": 0.003,
        "scheme": "split",
    },
    "dead codes": {
        "optimizer": "adamw",
        "weight_decay": 100.0,
        "learning_rate": 0.01,
        "max_steps": 600,
        "encoder": (8,),
        "code_size": 4,
    },
}


@pytest.mark.parametrize("collapse", COLLAPSING)
def test_a_network_that_collapses_is_said_to_have(collapse):
    manifest = manifest_of(plane(), **COLLAPSING[collapse])
    assert collapse in manifest.guards.findings
    assert COLLAPSED[collapse] in beware(manifest)


def test_the_codes_of_a_variational_network_that_say_nothing_are_dead():
    manifest = manifest_of(
        plane(), variational=True, kl_weight=1000.0, **QUICK | {"max_steps": 600}
    )
    assert "dead codes" in manifest.guards.findings


def test_rows_that_never_vary_are_not_compared():
    assert manifest_of(np.full((40, 3), 2.0), **QUICK).guards is None


def test_the_estimator_warns_of_a_collapse():
    from isthmus import AutoencoderDetector
    from isthmus.errors import DetectorWarning

    with pytest.warns(DetectorWarning, match="all rows have the same code"):
        AutoencoderDetector(**COLLAPSING["dead codes"]).fit(plane())


def test_rows_are_bounded(monkeypatch):
    monkeypatch.setattr(guarding, "MOST_ROWS", 20)
    assert manifest_of(plane(), **QUICK).guards.rows == 20
    assert manifest_of(plane(), **QUICK, scheme="split").guards.rows == 20


def test_of_wide_rows_the_first_fold_alone_is_looked_at():
    wide = np.random.default_rng(0).normal(size=(60, guarding.WIDE + 1))
    assert manifest_of(wide, **QUICK).guards.rows == 12


def test_the_table_names_every_kind_and_way():
    held = Guards(rows=9, rank=2, separations=separations(0.9123, 0.8, 0.75), findings=("no gain",))
    assert table(held) == [
        "ROC AUC of 9 held-out rows against anomalies made of them; linear twin of rank 2",
        "anomaly    networks  linear twin  distance  score",
        "exchanged  0.912     0.800        0.750     0.500",
        "found: no gain",
    ]


def test_rows_far_above_all_others_are_remarked_with_a_share_that_leaves_them_out():
    rows = plane(200)
    rows[:6] = 40.0 * np.random.default_rng(1).choice((-1, 1), (6, 8))
    manifest = manifest_of(rows, **QUICK)
    (said,) = [one for one in remarks(manifest) if one != NO_GAIN]
    assert said.startswith("6 of 200 held-out rows look unlike the rest")
    assert "--suspects 0.1 " in said
    assert not [one for one in remarks(manifest_of(plane(200), **QUICK)) if one != NO_GAIN]


def test_levels_are_compared_too():
    assert {one.anomaly for one in manifest_of(mixed_rows(), "mixed", **QUICK).guards.separations}
    only = mixed_rows()[:, [1, 3]]
    levels = {"c0": MIXED_LEVELS["c1"], "c1": MIXED_LEVELS["c3"]}
    held = manifest_of(only, "table", levels=levels, **QUICK).guards
    assert [one.anomaly for one in held.separations] == ["exchanged"]
