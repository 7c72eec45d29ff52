"""The estimator is a scikit-learn estimator in every respect, and the same detector as the file."""

from __future__ import annotations

import inspect
import pickle
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from beats import abnormal_beats, normal_beats, table_rows
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from isthmus import AutoencoderDetector, Scorer
from isthmus.errors import DataError, DetectorWarning, FileAccessError, UsageError
from isthmus.options import FLAT_NAMES, FitOptions, RowOptions

# Most rows of scikit-learn's checks are too few for an alpha of 0.01, and the detector says so.
few_rows = pytest.mark.filterwarnings("ignore::isthmus.errors.DetectorWarning")

QUICK = {"max_steps": 60, "encoder": (16,), "code_size": 4}


@few_rows
@parametrize_with_checks([AutoencoderDetector()])
def test_every_check_of_scikit_learn_passes(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def fitted():
    return AutoencoderDetector(**QUICK).fit(normal_beats())


def test_estimator_model_file_and_command_line_give_the_same_bits(fitted, tmp_path):
    rows, model = abnormal_beats(50), tmp_path / "detector.onnx"
    fitted.save(model)
    np.save(tmp_path / "rows.npy", rows)
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "isthmus",
            "score",
            str(model),
            str(tmp_path / "rows.npy"),
            "-o",
            str(tmp_path / "scored.parquet"),
        ],
        check=True,
        capture_output=True,
    )
    assert done.stdout == b""
    scored = pd.read_parquet(tmp_path / "scored.parquet")
    by_file = Scorer.load(model).score(rows)
    assert np.array_equal(scored["anomaly_score"].to_numpy(), by_file.anomaly_score)
    assert np.array_equal(fitted.anomaly_score(rows), by_file.anomaly_score.astype(np.float64))
    assert np.array_equal(fitted.p_values(rows), scored["p_value"].to_numpy())
    assert np.array_equal(fitted.is_anomaly(rows), scored["is_anomaly"].to_numpy())


def test_all_ways_to_say_anomaly_agree(fitted):
    rows = np.concatenate([normal_beats(), abnormal_beats()])
    alarms = fitted.is_anomaly(rows)
    assert 0 < alarms.sum() < len(rows)
    assert np.array_equal(alarms, fitted.predict(rows) == -1)
    assert np.array_equal(alarms, fitted.decision_function(rows) < 0)
    assert np.array_equal(alarms, fitted.anomaly_score(rows) > fitted.threshold_)
    assert np.array_equal(fitted.score_samples(rows), -fitted.anomaly_score(rows))
    assert np.array_equal(alarms, fitted.p_values(rows) <= 0.01)


def test_a_copy_by_pickle_or_clone_scores_the_same(fitted):
    rows = abnormal_beats()
    again = pickle.loads(pickle.dumps(fitted))
    assert np.array_equal(again.anomaly_score(rows), fitted.anomaly_score(rows))
    assert clone(fitted).fit(normal_beats()).model_ == fitted.model_


@few_rows
def test_it_works_in_a_pipeline_and_in_a_grid_search_over_processes():
    rows = np.nan_to_num(table_rows())
    pipeline = make_pipeline(StandardScaler(), AutoencoderDetector(**QUICK)).fit(rows)
    assert set(pipeline.predict(rows)) <= {-1, 1}

    def caught(estimator, X, y=None):
        return float(-estimator.anomaly_score(X).mean())

    search = GridSearchCV(
        AutoencoderDetector(**QUICK), {"loss": ["mse", "mae"]}, scoring=caught, cv=2, n_jobs=2
    ).fit(rows)
    assert np.isfinite(search.best_score_)


def test_transform_gives_the_code_and_names_its_columns(fitted):
    code = fitted.transform(normal_beats())
    assert code.shape == (200, 4)
    assert fitted.get_feature_names_out().tolist() == [f"autoencoderdetector{z}" for z in range(4)]
    frame = clone(fitted).set_output(transform="pandas").fit_transform(normal_beats())
    assert list(frame.columns) == fitted.get_feature_names_out().tolist()


def test_codes_come_back_as_rows_of_the_first_member():
    rows = normal_beats()[:20]
    choices = {**QUICK, "scheme": "split", "members": 1, "alpha": 0.1}
    alone = AutoencoderDetector(**choices).fit(normal_beats())
    assert np.array_equal(alone.inverse_transform(alone.transform(rows)), alone.reconstruct(rows))
    with pytest.raises(UsageError, match="codes of 4 numbers were expected"):
        alone.inverse_transform(rows)


def test_a_variational_network_makes_new_rows_and_others_say_that_they_do_not(fitted):
    drawing = AutoencoderDetector(**{**QUICK, "variational": True}).fit(normal_beats())
    rows = drawing.sample(30, random_state=1)
    assert (rows.dtype, rows.shape) == (np.float64, (30, 140))
    assert np.array_equal(drawing.sample(10, random_state=1), rows[:10])
    assert not np.array_equal(drawing.sample(10, random_state=2), rows[:10])
    assert not np.array_equal(drawing.sample(5, np.random.RandomState(1)), rows[:5])
    with pytest.raises(UsageError, match="not variational"):
        fitted.sample(3)


def test_reconstruction_is_in_the_units_of_the_rows():
    generator = np.random.default_rng(0)
    values = generator.normal(size=(300, 1)) @ np.array([[1.0, 1000.0, 1e6]]) + [0, 5e4, -1e8]
    detector = AutoencoderDetector(max_steps=800).fit(values)
    apart = np.abs(detector.reconstruct(values) - values) / values.std(axis=0)
    assert apart.mean() < 0.2


def test_missing_cells_are_taken_and_infinite_ones_refused(fitted):
    rows = abnormal_beats(20).copy()
    rows[:, 3] = np.nan
    assert np.isfinite(fitted.anomaly_score(rows)).all()
    rows[4, 5] = np.inf
    with pytest.raises(ValueError, match="infinity"):
        fitted.predict(rows)


def test_a_row_without_any_value_is_refused_and_never_called_normal(fitted):
    rows = abnormal_beats(3).copy()
    rows[1] = np.nan
    with pytest.raises(DataError, match="row 1 cannot be scored: every cell is missing"):
        fitted.predict(rows)


@few_rows
def test_frames_keep_their_names_and_another_order_is_refused_as_scikit_learn_does():
    frame = pd.DataFrame(np.nan_to_num(table_rows()), columns=list("abcdefg"))
    detector = AutoencoderDetector(**QUICK).fit(frame)
    assert detector.scorer_.schema.names == tuple("abcdefg")
    with pytest.raises(ValueError, match="feature names"):
        detector.predict(frame[list("gfedcba")])
    reordered = detector.scorer_.score(frame[list("gfedcba")]).anomaly_score
    assert np.array_equal(reordered, detector.anomaly_score(frame))


def test_a_wider_model_never_takes_one_column(fitted):
    with pytest.raises(ValueError, match="140"):
        fitted.predict(abnormal_beats()[:, :1])


def test_the_parameters_are_the_options_with_their_defaults_and_words():
    signature = inspect.signature(AutoencoderDetector.__init__).parameters
    for name, group in FLAT_NAMES.items():
        field = type(FitOptions.model_fields[group].default).model_fields[name]
        own = "random_state" if name == "seed" else name
        assert signature[own].default == field.default, name
        assert f"{own} :" in AutoencoderDetector.__doc__
    of_rows = {"kind", "category", "size", "colour", "crop"}
    for name in of_rows:
        assert signature[name].default == RowOptions.model_fields[name].default, name
    assert set(signature) - set(FLAT_NAMES) == {"self", "random_state", *of_rows}


def test_every_option_out_of_range_is_named_at_once_by_its_own_name():
    with pytest.raises(UsageError) as failure:
        AutoencoderDetector(dropout=2.0, loss="l7", encoder=(0,)).fit(normal_beats())
    for name in ("dropout", "loss", "encoder"):
        assert name in str(failure.value)


def test_the_same_seed_gives_the_same_file_and_none_a_new_one():
    first, again, other, fresh = (
        AutoencoderDetector(**{**QUICK, "random_state": state}).fit(normal_beats()).model_
        for state in (3, 3, 4, None)
    )
    assert first == again != other
    assert fresh not in (first, other)


def test_saving_never_replaces_a_file_unasked(fitted, tmp_path):
    path = tmp_path / "detector.onnx"
    path.write_text("precious")
    with pytest.raises(FileAccessError, match="exists already"):
        fitted.save(path)
    assert path.read_text() == "precious"
    fitted.save(path, overwrite=True)
    assert Scorer.load(path).manifest.row_schema.kind == "signal"


@few_rows
def test_a_changed_constant_is_an_alarm_and_not_an_infinity():
    rows = np.random.default_rng(0).normal(size=(300, 4))
    rows[:, 2] = 7.0
    detector = AutoencoderDetector(max_steps=300).fit(rows)
    changed = rows[:5].copy()
    changed[:, 2] = 7.001
    assert detector.is_anomaly(changed).all()
    assert np.isfinite(detector.anomaly_score(changed)).all()


def test_what_the_command_line_warns_of_the_estimator_warns_of():
    rows = np.random.default_rng(0).normal(size=(40, 3))
    rows[:, 1] = 5.0
    with pytest.warns(DetectorWarning) as said:
        AutoencoderDetector(**QUICK).fit(rows)
    texts = [str(one.message) for one in said]
    assert any("column 'c1' never varied" in text for text in texts)
    assert any("support no alpha below 0.02439" in text for text in texts)


@pytest.fixture(scope="module")
def machines():
    """A frame with text, truth values and holes; `load` follows `speed` and `tool`."""
    generator = np.random.default_rng(4)
    tool = generator.choice(["drill", "mill", "lathe"], 400)
    speed = generator.normal(size=400)
    load = speed + np.char.str_len(tool) + generator.normal(size=400) * 0.1
    frame = pd.DataFrame(
        {"tool": tool, "speed": speed, "load": load, "on": generator.random(400) < 0.5}
    )
    frame.loc[::9, "tool"] = None
    frame.loc[::7, "speed"] = np.nan
    return frame


@pytest.fixture(scope="module")
def of_machines(machines):
    return AutoencoderDetector(max_steps=300, alpha=0.02).fit(machines)


def test_a_frame_may_have_names_in_it(machines, of_machines):
    assert of_machines.feature_names_in_.tolist() == list(machines.columns)
    kinds = {column.name: column.levels for column in of_machines.scorer_.schema.columns}
    assert kinds["tool"] == ("drill", "lathe", "mill")
    assert kinds["on"] == ("false", "true")
    odd = machines.iloc[1:5].copy()
    odd["tool"] = ["hammer", "drill", "mill", "lathe"]
    odd["load"] = [4.0, 30.0, 4.0, 5.0]
    assert of_machines.predict(odd)[:2].tolist() == [-1, -1]
    assert of_machines.reconstruct(odd).shape == (4, 4)
    assert of_machines.transform(odd).shape == (4, 256)


def test_names_score_the_same_from_any_frame_and_from_the_file(machines, of_machines, tmp_path):
    import polars as pl

    expected = of_machines.anomaly_score(machines)
    assert np.array_equal(expected, of_machines.anomaly_score(pl.from_pandas(machines)))
    of_machines.save(tmp_path / "machines.onnx")
    machines.to_csv(tmp_path / "machines.csv", index=False)
    scorer = Scorer.load(tmp_path / "machines.onnx")
    for data in (machines, machines[machines.columns[::-1]], tmp_path / "machines.csv"):
        assert np.array_equal(expected, scorer.score(data).anomaly_score.astype(np.float64))


def test_a_copied_or_pickled_detector_of_names_scores_the_same(machines, of_machines):
    copied = pickle.loads(pickle.dumps(of_machines))
    assert np.array_equal(copied.anomaly_score(machines), of_machines.anomaly_score(machines))
    again = clone(of_machines).fit(machines)
    assert again.model_ == of_machines.model_


def test_frames_of_names_in_another_order_are_refused_as_scikit_learn_does(machines, of_machines):
    with pytest.raises(ValueError, match="in the same order"):
        of_machines.predict(machines[machines.columns[::-1]])


@few_rows
def test_numbers_are_names_where_that_is_asked():
    generator = np.random.default_rng(0)
    code = generator.integers(100, 104, 200)
    rows = np.column_stack([code, (code == 101) + 0.1 * generator.normal(size=200)])
    detector = AutoencoderDetector(category=(0,), max_steps=200).fit(rows)
    assert detector.scorer_.schema.columns[0].levels == ("100", "101", "102", "103")
    unseen, usual = detector.anomaly_score([[99.0, 0.0], [100.0, 0.0]])
    assert unseen > usual


def test_an_alarm_is_explained_in_the_units_of_the_frame(machines, of_machines):
    odd = machines.iloc[1:3].copy()
    odd["load"] = [25.0, 5.0]
    told = of_machines.explain(odd, rows=[0])
    assert told[0].is_anomaly
    assert told[0].cells[0].name == "load"
    assert told[0].cells[0].observed == 25.0
    assert "`load` is 25" in told[0].sentence
    assert len(of_machines.explain(machines, alpha=0.5)) > 10


def test_beats_are_explained_from_plain_arrays(fitted):
    told = fitted.explain(abnormal_beats(5).tolist(), rows=range(5))
    assert all(one.intervals for one in told)
