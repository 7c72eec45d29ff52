"""Defects that other detectors are known for, as promises that isthmus keeps."""

from __future__ import annotations

import pickle
import random
import re
import tomllib
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pytest
import torch
from beats import abnormal_beats, model_of, normal_beats, quick_beats_model, quick_scorer
from sklearn.metrics import roc_auc_score

from isthmus import AutoencoderDetector, Scorer
from isthmus.cli.run import run
from isthmus.errors import DataError, ModelFileError
from isthmus.evaluation import evaluate_source
from isthmus.model_file import unseal
from isthmus.options import FitOptions, RowOptions
from isthmus.read import open_source, read_rows
from isthmus.training.keep import Keeper

ROOT = Path(__file__).parents[1]
NAMES = [f"v{place}" for place in range(6)]
LEARNS = {
    "max_steps": 800,
    "encoder": (),
    "code_size": 2,
    "activation": "linear",
    "input_noise": 0.0,
    "learning_rate": 0.02,
    "scheme": "split",
    "members": 1,
}
"""What finds two factors quickly."""
QUICK = {"max_steps": 20, "encoder": (8,), "code_size": 2, "members": 1}


def factor_rows(count: int, seed: int) -> np.ndarray:
    """Six columns that follow from two factors, and a little noise (count, 6)."""
    loadings = np.random.default_rng(5).normal(size=(2, 6))
    generator = np.random.default_rng(seed)
    factors = generator.normal(size=(count, 2))
    return factors @ loadings + 0.05 * generator.normal(size=(count, 6))


def broken(rows: np.ndarray, column: int = 2) -> np.ndarray:
    """The same rows with the values of one column dealt out anew: each value is usual."""
    mixed = rows.copy()
    mixed[:, column] = np.random.default_rng(9).permutation(mixed[:, column])
    return mixed


@cache
def trained(**choices: object) -> Scorer:
    """A detector of such rows that has learnt how they hang together."""
    wanted = {**LEARNS, **choices}
    return Scorer.load(model_of(factor_rows(300, 1), "table", **wanted))


def estimator(**choices: object) -> AutoencoderDetector:
    return AutoencoderDetector(**{"kind": "table", "alpha": 0.05, **QUICK, **choices})


def named(rows: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=NAMES)


def test_noise_and_dropout_are_for_training_alone():
    scorer = Scorer.load(
        model_of(factor_rows(60, 1), "table", dropout=0.5, input_noise=2.0, **QUICK)
    )
    rows = factor_rows(20, 2)
    assert np.array_equal(scorer.anomaly_score(rows), scorer.anomaly_score(rows))


@pytest.mark.parametrize("columns", [1, 2, 5, 7])
def test_rows_of_another_width_are_refused_and_never_stretched(columns):
    detector = estimator().fit(factor_rows(60, 1))
    narrow = np.zeros((4, columns))
    for use in (detector.predict, detector.scorer_.score, detector.scorer_.anomaly_score):
        with pytest.raises(ValueError, match=r"\b6\b"):
            use(narrow)


def test_columns_in_another_order_are_laid_by_name():
    scorer = Scorer.load(estimator().fit(named(factor_rows(60, 1))).model_)
    frame = named(factor_rows(20, 2))
    expected = scorer.score(frame).anomaly_score
    assert np.array_equal(scorer.score(frame[NAMES[::-1]]).anomaly_score, expected)
    assert not np.array_equal(scorer.anomaly_score(frame.to_numpy()[:, ::-1]), expected)


def test_fitting_the_same_object_again_gives_the_same_detector():
    rows, detector = factor_rows(60, 1), estimator(random_state=3)
    first = detector.fit(rows).model_
    assert detector.fit(rows).model_ == first
    assert estimator(random_state=4).fit(rows).model_ != first


def test_a_detector_that_is_built_in_between_changes_nothing():
    rows, detector = factor_rows(60, 1), estimator(random_state=3)
    alone = estimator(random_state=3).fit(rows).model_
    estimator(random_state=11).fit(factor_rows(80, 2))
    torch.manual_seed(99)
    np.random.seed(99)
    assert detector.fit(rows).model_ == alone


@pytest.mark.parametrize("rows", [10, 31, 33])
def test_fewer_rows_than_a_batch_still_train(rows):
    manifest = unseal(
        model_of(factor_rows(rows, 1), "table", batch_size=32, epochs=3, encoder=(8,), code_size=2)
    ).manifest
    assert manifest.training.steps >= 3
    assert np.isfinite(manifest.training.epochs[-1].training_loss).all()
    assert manifest.training.epochs[-1].training_loss != manifest.training.epochs[0].training_loss


def test_a_constant_column_that_moves_a_little_is_strange_and_no_infinity():
    rows = factor_rows(200, 1)
    rows[:, 4] = 1.0
    scorer = Scorer.load(model_of(rows, "table", **{**QUICK, "max_steps": 200}))
    same, moved = factor_rows(50, 2), factor_rows(50, 2)
    same[:, 4], moved[:, 4] = 1.0, 1.001
    usual, strange = scorer.anomaly_score(same), scorer.anomaly_score(moved)
    assert np.isfinite(strange).all()
    assert (strange > usual).all()
    assert strange.max() < 100 * max(usual.max(), 1.0)


def test_no_line_is_skipped_and_no_column_taken_for_a_label_unasked(tmp_path):
    (tmp_path / "bare.csv").write_text("".join(f"{n},{n + 1},{n + 2},{n % 2}\n" for n in range(20)))
    rows = read_rows(open_source(tmp_path / "bare.csv"), RowOptions())
    assert rows.values.shape == (20, 4)
    assert rows.labels is None
    assert np.array_equal(rows.values[0], [0, 1, 2, 0])


def test_a_text_never_becomes_a_missing_number(tmp_path):
    lines = ["a,b", *(f"{n},{n}" for n in range(30)), "vibration,7"]
    (tmp_path / "mixed.csv").write_text("\n".join(lines) + "\n")
    try:
        rows = read_rows(open_source(tmp_path / "mixed.csv"), RowOptions())
    except DataError as refused:
        assert "vibration" in str(refused)
    else:
        assert not np.isnan(rows.values[30, 0]) or 30 in rows.unusable


def test_training_learns_something_that_no_training_does_not_know():
    fresh = factor_rows(200, 2)
    truth = np.repeat([0, 1], 200)
    both = np.concatenate([fresh, broken(fresh)])

    def separates(scorer: Scorer) -> float:
        return float(roc_auc_score(truth, scorer.anomaly_score(both)))

    assert separates(trained(distance="off")) > 0.95
    untrained = trained(max_steps=1, distance="off")
    assert separates(trained(distance="off")) > separates(untrained) + 0.1
    history = trained().manifest.training.epochs
    assert np.mean(history[-1].training_loss) < 0.5 * np.mean(history[0].training_loss)
    assert len(np.unique(trained().anomaly_score(fresh))) > 190


def test_an_explanation_sees_a_broken_correlation_that_no_single_value_shows():
    rows = broken(factor_rows(300, 2))
    alarms = trained().explain(rows, alpha=0.05).entries
    assert len(alarms) > 150
    named_right = np.mean([alarm.cells[0].name == "c2" for alarm in alarms])
    unusual = np.abs(rows - rows.mean(axis=0)) / rows.std(axis=0)
    by_value_alone = np.mean([unusual[alarm.row].argmax() == 2 for alarm in alarms])
    assert named_right > 0.9
    assert by_value_alone < 0.5


class Bomb:
    """Unpickled, it writes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


def test_no_pickle_is_ever_opened_whatever_its_name_says(tmp_path):
    mark = tmp_path / "exploded"
    pickled = pickle.dumps(Bomb(mark))
    detector = quick_scorer()
    for name in ("model.onnx", "data.pkl", "data.csv", "data.npy"):
        (tmp_path / name).write_bytes(pickled)
    np.save(tmp_path / "objects.npy", np.array([[Bomb(mark)]], object), allow_pickle=True)
    np.savez(tmp_path / "objects.npz", X=np.array([[Bomb(mark)]], object))
    mark.unlink(missing_ok=True)
    with pytest.raises(ModelFileError):
        Scorer.load(tmp_path / "model.onnx")
    for name in ("data.pkl", "data.csv", "data.npy", "objects.npy", "objects.npz"):
        with pytest.raises(DataError):
            detector.score(tmp_path / name)
    assert not mark.exists()


def test_another_alpha_after_the_fit_is_honoured():
    scorer, rows = trained(), factor_rows(1000, 3)
    p_values = scorer.score(rows).p_value
    for alpha in (0.05, 0.1, 0.2):
        alarms = scorer.score(rows, alpha=alpha).is_anomaly
        assert np.array_equal(alarms, p_values <= alpha)
    assert (p_values <= 0.05).mean() < 0.1 < (p_values <= 0.2).mean() < 0.32


def test_neither_dropout_nor_batch_norm_stand_in_the_way_unasked():
    network = FitOptions().network
    assert (network.dropout, network.batch_norm, network.output_activation) == (0, False, "linear")


def test_the_layers_that_were_asked_for_are_those_that_were_built():
    manifest = unseal(
        model_of(factor_rows(40, 1), "table", encoder=(7, 5), code_size=3, max_steps=2, members=1)
    ).manifest
    widths = [layer.shape[-1] for layer in manifest.layers if layer.parameters]
    assert [width for width in widths if width in (7, 5, 3)] == [7, 5, 3, 5, 7]
    groups, inputs = manifest.members, 6
    layers = [(inputs, 7), (7, 5), (5, 3), (3, 5), (5, 7), (7, inputs)]
    expected = groups * sum(wide * narrow + narrow for wide, narrow in layers)
    assert manifest.training.parameters == expected


@pytest.mark.parametrize("hole", [np.nan, np.inf, -np.inf])
def test_a_row_that_cannot_be_scored_is_invalid_and_never_normal(hole):
    rows = factor_rows(5, 2)
    rows[2] = hole
    scores = trained().score(rows)
    assert scores.is_invalid.tolist() == [False, False, True, False, False]
    row = scores.to_arrow().to_pylist()[2]
    assert (row["status"], row["is_anomaly"], row["p_value"]) == ("invalid", None, None)
    assert row["anomaly_score"] is None
    assert row["reason"]
    with pytest.raises(ValueError, match=r"cannot be scored|infinity"):
        estimator().fit(factor_rows(60, 1)).predict(rows)


def test_a_hole_in_a_calibration_row_does_not_silence_the_alarms():
    rows = factor_rows(100, 1)
    rows[50] = np.nan
    rows[60, 3] = np.nan
    scorer = Scorer.load(model_of(rows, "table", **{**QUICK, "max_steps": 300}))
    assert np.isfinite(scorer.decide(alpha=0.05).threshold)
    assert scorer.score(factor_rows(20, 2) + 50, alpha=0.05).is_anomaly.all()


def test_patience_really_stops():
    rows = factor_rows(60, 1)
    choices = {"encoder": (8,), "code_size": 2, "epochs": 400, "validation": 0.2}
    patient = unseal(model_of(rows, "table", patience=1, **choices)).manifest.training
    endless = unseal(model_of(rows, "table", **choices)).manifest.training
    assert (patient.stopped, endless.stopped) == ("patience", "budget")
    assert patient.steps < endless.steps


def test_percentages_are_used():
    scorer = trained()
    held_out = np.array(scorer.manifest.calibration.scores)
    for percent in (50, 90):
        threshold = scorer.decide(threshold=f"percentile:{percent}").threshold
        assert (held_out > threshold).mean() == pytest.approx(1 - percent / 100, abs=0.01)


def test_a_call_scores_a_bounded_number_of_rows_whatever_comes(monkeypatch):
    scorer, seen = quick_scorer(), []
    session = scorer._sessions.of(["anomaly_score"])
    chunked = session._run_chunk
    monkeypatch.setattr(
        session,
        "_run_chunk",
        lambda rows, out, whole: seen.append(len(rows)) or chunked(rows, out, whole=whole),
    )
    scorer.anomaly_score(np.zeros((20_000, 140), np.float32))
    assert sum(seen) == 20_000
    assert max(seen) <= 1024


def test_a_threshold_from_normal_rows_alone_does_not_call_everything_strange():
    fresh = factor_rows(1000, 4)
    for rule in ("conformal", "percentile:99", "mean-std:3"):
        assert trained().score(fresh, threshold=rule).is_anomaly.mean() < 0.1


def test_estimator_file_and_command_line_give_the_same_scores(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    detector, rows = estimator().fit(factor_rows(60, 1)), factor_rows(30, 2)
    detector.save("detector.onnx")
    np.save("rows.npy", rows)
    assert run(["score", "detector.onnx", "rows.npy", "-o", "scored.csv", "--quiet"]) == 0
    typed = pa.csv.read_csv("scored.csv")["anomaly_score"].to_numpy().astype(np.float32)
    expected = detector.anomaly_score(rows).astype(np.float32)
    assert np.array_equal(typed, expected)
    assert np.array_equal(Scorer.load("detector.onnx").score(rows).anomaly_score, expected)


def evaluated(scorer: Scorer, labels: np.ndarray, tmp_path: Path, threshold: str | None):
    table = pa.table(dict(zip(NAMES, factor_rows(200, 6).T, strict=True)))
    pa.csv.write_csv(table.append_column("y", pa.array(labels)), tmp_path / "labelled.csv")
    columns = RowOptions(label="y", normal=("0",))
    return evaluate_source(
        scorer, open_source(tmp_path / "labelled.csv"), columns, threshold=threshold
    )


@cache
def named_detector() -> Scorer:
    return Scorer.load(estimator(max_steps=300).fit(named(factor_rows(300, 1))).model_)


def test_labels_never_move_the_threshold_unless_that_is_asked_for(tmp_path):
    scorer = named_detector()
    labels = np.repeat([0, 1], 100)
    found = [
        evaluated(scorer, truth, tmp_path, threshold)
        for threshold in (None, "best-f1")
        for truth in (labels, labels[::-1])
    ]
    thresholds = [one.scores.decision.threshold for one in found]
    assert thresholds[0] == thresholds[1] == scorer.decide().threshold
    assert thresholds[2] != thresholds[0]


def test_a_useless_detector_cannot_hide_behind_the_best_f1(tmp_path):
    scorer = named_detector()
    truth = np.where(np.arange(200) < 20, 0, 1)  # neither label says anything of the row
    result = evaluated(scorer, truth, tmp_path, "best-f1").evaluation
    assert result.abnormal_positive.f1 > 0.9
    assert 0.3 < result.roc_auc < 0.7


def test_fit_predict_gives_what_predict_gives():
    rows, detector = factor_rows(60, 1), estimator()
    assert detector.fit(rows) is detector
    predicted = detector.predict(rows)
    assert predicted.shape == (60,)
    assert set(predicted.tolist()) <= {-1, 1}
    assert np.array_equal(estimator().fit_predict(rows), predicted)


def test_an_ensemble_is_the_mean_of_networks_that_differ():
    scorer = Scorer.load(
        model_of(
            factor_rows(60, 1),
            "table",
            scheme="split",
            **{**QUICK, "members": 4, "distance": "off"},
        )
    )
    results, _ = scorer.run(factor_rows(50, 2), ["views", "anomaly_score"])
    views = results["views"][:, :, 0].astype(np.float64)  # (N, M)
    assert all(len(np.unique(row)) == 4 for row in views)
    (view,) = scorer.manifest.views
    standard = (np.log(np.maximum(views, 1e-12)) - view.center) / view.spread
    assert np.allclose(results["anomaly_score"], standard.mean(axis=1), atol=1e-4)


def test_a_signal_that_is_shifted_or_stretched_as_a_whole_is_strange():
    scorer, beats = quick_scorer(max_steps=300), normal_beats(300)[200:]
    usual = np.median(scorer.anomaly_score(beats))
    assert np.median(scorer.anomaly_score(beats + 3)) > usual + 3
    assert np.median(scorer.anomaly_score(beats * 3)) > usual + 3


def test_the_best_weights_are_a_copy_and_not_the_last_ones():
    network = torch.nn.Linear(1, 1, bias=False)
    network.weight.data = torch.ones(1, 1)
    keeper = Keeper(network, 1, None, best=True)
    keeper.look(torch.tensor([1.0]), 1)
    with torch.no_grad():
        network.weight.mul_(7)
    keeper.look(torch.tensor([2.0]), 2)
    keeper.restore(2)
    assert network.weight.item() == 1.0


def test_the_callers_random_numbers_stay_as_they_are():
    def states():
        return (
            random.getstate(),
            np.random.get_state()[1].tolist(),
            torch.get_rng_state().tolist(),
        )

    before = states()
    detector = estimator().fit(factor_rows(60, 1))
    detector.predict(factor_rows(10, 2))
    assert states() == before


def test_reconstructions_reach_below_nought_where_the_rows_do():
    rows = factor_rows(100, 1)
    rebuilt = estimator(max_steps=300).fit(rows).reconstruct(rows)
    assert (rebuilt < 0).mean() > 0.25
    assert np.corrcoef(rebuilt.ravel(), rows.ravel())[0, 1] > 0.8


def test_what_is_scored_never_moves_the_scale_of_later_scores():
    scorer, rows = trained(), factor_rows(20, 2)
    before = scorer.score(rows)
    scorer.score(rows * 1e6)
    after = scorer.score(rows)
    assert np.array_equal(before.anomaly_score, after.anomaly_score)
    assert np.array_equal(before.p_value, after.p_value)


def test_threads_do_not_change_a_score():
    rows, model = factor_rows(3000, 2), model_of(factor_rows(60, 1), "table", **QUICK)
    one, four = (Scorer.load(model, threads=threads).anomaly_score(rows) for threads in (1, 4))
    assert np.array_equal(one, four)


def test_the_threshold_is_not_made_of_errors_of_training_rows():
    """A wide network that has seen few rows often knows them by heart."""
    rows = factor_rows(40, 1)
    scorer = Scorer.load(
        model_of(
            rows,
            "table",
            max_steps=1500,
            input_noise=0.0,
            members=1,
            folds=2,
            encoder=(64,),
            distance="off",
        )
    )
    results, _ = scorer.run(rows, ["views"])
    held_out = np.array(scorer.manifest.calibration.scores)
    data = scorer.manifest.data
    assert data.calibration_rows == len(held_out) == 40
    # Half of the members trained on any row: its error by the better half is far below what it
    # is held against.
    (view,) = scorer.manifest.views
    by_member = (np.log(results["views"][:, :, 0]) - view.center) / view.spread
    assert np.median(by_member.min(axis=1)) < np.median(held_out) - 0.5


def test_in_a_split_no_row_serves_both_training_and_calibration():
    data = unseal(model_of(factor_rows(100, 1), "table", scheme="split", **QUICK)).manifest.data
    assert data.training_rows + data.validation_rows + data.calibration_rows == data.rows == 100
    assert data.calibration_rows == 20


def test_a_score_does_not_depend_on_how_many_rows_come():
    rows, scorer = factor_rows(3001, 2), trained()
    whole = scorer.anomaly_score(rows)
    for count in (1, 2, 7, 1500):
        assert np.array_equal(scorer.anomaly_score(rows[:count]), whole[:count])
    assert np.array_equal(scorer.anomaly_score(rows[2999:]), whole[2999:])


def test_no_dependency_is_pinned():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"].values()
    wanted = [*project["dependencies"], *(one for extra in extras for one in extra)]
    assert len(wanted) > 10
    for requirement in wanted:
        if not requirement.startswith("isthmus["):
            assert re.fullmatch(r"[\w-]+>=[\d.]+(,<\d+)?", requirement), requirement


def test_nothing_is_written_where_nobody_asked(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    estimator().fit(factor_rows(60, 1)).predict(factor_rows(10, 2))
    Scorer.load(quick_beats_model()).score(abnormal_beats(5))
    assert list(tmp_path.iterdir()) == []
