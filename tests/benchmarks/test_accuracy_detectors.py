"""The detectors of the accuracy benchmark: each against what it should be."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("sklearn")
pytest.importorskip("torch")

from benchmarks.accuracy import article
from benchmarks.accuracy.baselines import BASELINES
from benchmarks.accuracy.methods import METHODS
from benchmarks.accuracy.own import ALPHAS, OWN
from benchmarks.peer_scripts.detecting import Detecting, Fitted

DETECTORS = {**BASELINES, **article.ARTICLE}


@pytest.fixture(scope="module")
def rows():
    """Rows of three columns in very different units, the third constant."""
    drawn = np.random.default_rng(0).normal(size=(120, 3))
    return drawn * [1.0, 1000.0, 0.0] + [0.0, 5.0, 7.0]


def standardised(rows, new):
    spread = rows.std(axis=0)
    return (new - rows.mean(axis=0)) / np.where(spread > 0, spread, 1)


@pytest.mark.parametrize("name", DETECTORS)
def test_a_row_far_from_all_others_gets_a_higher_score(name, rows):
    fitted = DETECTORS[name](rows, 0)
    far = np.array([[25.0, -30_000.0, 7.0]])
    assert fitted.score(far)[0] > fitted.score(rows).max()


@pytest.mark.parametrize("name", DETECTORS)
def test_a_seed_gives_the_same_scores_and_a_row_one_score_whoever_is_scored_with_it(name, rows):
    first, second = (DETECTORS[name](rows, 1).score(rows) for _ in range(2))
    assert first.shape == (len(rows),)
    assert (first == second).all()
    alone = DETECTORS[name](rows, 1).score(rows[:7])
    assert alone == pytest.approx(first[:7], rel=1e-4)


@pytest.mark.parametrize("name", [name for name in BASELINES if name != "isolation_forest"])
def test_units_of_a_column_do_not_matter(name, rows):
    other = rows * [3.0, 0.001, 5.0]
    scores = [BASELINES[name](of, 0).score(of) for of in (rows, other)]
    assert scores[0] == pytest.approx(scores[1], rel=1e-6, abs=1e-9)


def test_neighbours_are_those_of_all_distances(rows):
    new = rows[:20] + 0.5
    scaled, others = standardised(rows, new), standardised(rows, rows)
    distances = np.sqrt(((scaled[:, None] - others[None]) ** 2).sum(axis=2))
    nearest = np.sort(distances, axis=1)[:, :5]
    assert BASELINES["knn"](rows, 0).score(new) == pytest.approx(nearest.mean(axis=1))
    assert BASELINES["knn_largest"](rows, 0).score(new) == pytest.approx(nearest[:, 4])


def test_the_residual_of_principal_components_is_what_their_plane_lacks():
    generator = np.random.default_rng(2)
    plane = generator.normal(size=(400, 2)) @ [[1, 0, 1, 0], [0, 1, 0, 1]]
    rows = plane + 0.05 * generator.normal(size=(400, 4))
    fitted = BASELINES["pca_residual"](rows, 0)
    along, across = np.array([[3.0, 0, 3, 0]]), np.array([[1.0, 0, -1, 0]])
    assert fitted.score(across)[0] > 20 * fitted.score(along)[0]


def test_the_article_has_the_layers_that_it_names():
    widths = [part.out_features for part in article._network(9) if hasattr(part, "out_features")]
    assert widths == [32, 16, 8, 16, 32, 9]
    assert type(article._network(9)[-1]).__name__ == "Sigmoid"


def test_every_method_has_a_detector_and_every_detector_is_a_method():
    ours = {*BASELINES, *article.ARTICLE, *OWN}
    assert {name for name, one in METHODS.items() if not one.peer} == ours


def test_isthmus_says_its_alarms_and_what_its_rows_support():
    rows = np.random.default_rng(3).normal(size=(150, 2))
    fitted = OWN["isthmus"](rows, 0)
    scores = fitted.score(np.array([[0.0, 0.0], [50.0, -50.0]]))
    more = fitted.more(scores)
    assert more["alarms"].shape == (len(ALPHAS), 2)
    assert more["alarms"][:, 1].all() and not more["alarms"][0, 0]
    assert all(0 < rate <= alpha for rate, alpha in zip(more["attainable"], ALPHAS, strict=True))


def test_rows_go_in_and_scores_come_out_by_files(tmp_path):
    def fit(rows, seed):
        return Fitted(lambda new: new[:, 0] + seed + len(rows), lambda scores: {"more": -scores})

    np.savez(tmp_path / "rows.npz", train=np.zeros((3, 1)), test=[[1.0], [2.0]], seed=10)
    served = Detecting(fit, tmp_path)
    for work in ("load", "fit", "score", "keep"):
        getattr(served, work)()
    with np.load(tmp_path / "scores.npz") as held:
        assert held["scores"].tolist() == [14, 15]
        assert held["more"].tolist() == [-14, -15]
        assert 1 < held["memory_before"] <= held["memory"]


def test_nothing_is_scored_by_what_was_fitted_to_other_rows(tmp_path):
    np.savez(tmp_path / "rows.npz", train=np.zeros((3, 1)), test=np.zeros((2, 1)), seed=0)
    served = Detecting(lambda rows, seed: Fitted(lambda new: new[:, 0]), tmp_path)
    served.load()
    served.fit()
    served.load()
    with pytest.raises(RuntimeError, match="score before fit"):
        served.score()
