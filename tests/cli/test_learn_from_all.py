"""`--learn-from all`: every row of the file teaches, and the rows drawn decide on the rest."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from isthmus import AutoencoderDetector, Scorer
from isthmus.model_file import unseal

ROWS, DRAWN = 3000, 500
QUICK = ("--max-steps", "60", "--encoder", "6", "--code-size", "3", "--members", "2")
ALL = ("--sample-rows", str(DRAWN), "--learn-from", "all", *QUICK)


def rows(count: int = ROWS) -> np.ndarray:
    generator = np.random.default_rng(4)
    hidden = generator.normal(size=(count, 2))
    return np.round(hidden @ generator.normal(size=(2, 5)) + generator.normal(size=(count, 5)), 4)


def write(values: np.ndarray, path: str = "rows.parquet", group: int = 250, **more: object) -> None:
    columns = {f"x{place}": column for place, column in enumerate(values.T)}
    pq.write_table(pa.table({**columns, **more}), path, row_group_size=group)


def loaded(path: str = "m.onnx"):
    return unseal(Path(path).read_bytes())


@pytest.fixture
def fitted(isthmus):
    def fit(*words, code=0, data="rows.parquet"):
        done = isthmus("fit", data, "-o", "m.onnx", "--force", *words)
        assert done.code == code, done.err
        return done

    return fit


def test_all_rows_but_those_that_calibrate_are_learnt_from(fitted):
    write(rows())
    done = fitted(*ALL)
    said = f"rows.parquet: {DRAWN} rows, drawn evenly from {ROWS}, decide on scales and threshold"
    assert said in done.err
    data = loaded().manifest.data
    assert f"m.onnx: learnt from {data.training_rows} of {ROWS} rows" in done.err
    assert (data.rows, data.drawn_from) == (DRAWN, ROWS)
    assert data.calibration_rows == DRAWN // 5
    assert data.training_rows == ROWS - data.calibration_rows - data.validation_rows


def test_without_a_choice_every_row_is_shown_at_least_once(fitted, monkeypatch):
    from isthmus.training import budget

    monkeypatch.setitem(budget.STEPS, "fast", (1, 2, 3))
    write(rows())
    fitted("--sample-rows", str(DRAWN), "--learn-from", "all", "--preset", "fast")
    training, data = loaded().manifest.training, loaded().manifest.data
    assert training.steps * training.batch_size >= data.training_rows
    assert training.steps > 3


def test_ranges_are_those_of_all_rows(fitted):
    values = rows()
    values[7], values[2900] = -50.0, 80.0
    values[100:200, 2] = np.nan
    write(values)
    fitted(*ALL)
    columns = loaded().manifest.row_schema.columns
    assert [column.minimum for column in columns] == [-50.0] * 5
    assert [column.maximum for column in columns] == [80.0] * 5
    held_out = loaded().manifest.data.calibration_rows
    assert columns[2].missing == pytest.approx(100 / ROWS, abs=held_out / ROWS)


def test_what_only_rows_that_were_not_drawn_show_is_learnt(fitted):
    values = rows(20_000)
    drawn = {int(number) for number in np.flatnonzero(_places(len(values), 400))}
    # Rare rows on a line of their own, none of which was drawn.
    rare = np.array([row for row in range(len(values)) if row not in drawn])[::20]
    line = np.random.default_rng(1).uniform(2, 3, (len(rare), 1))
    values[rare] = line * np.array([1.0, -1.0, 1.0, -1.0, 1.0]) * 3
    write(values, group=2000)
    fresh = np.random.default_rng(2).uniform(2, 3, (200, 1)) * [[3.0, -3.0, 3.0, -3.0, 3.0]]
    scores = {}
    for chosen in ("sample", "all"):
        fitted(
            *("--sample-rows", "400", "--learn-from", chosen, "--max-steps", "1500"),
            *("--encoder", "24", "--code-size", "12", "--members", "1", "--distance", "off"),
        )
        scorer = Scorer.load("m.onnx")
        scores[chosen] = np.median(scorer.score(fresh).anomaly_score)
    assert scores["all"] < scores["sample"] - 0.5


def _places(count: int, drawn: int) -> np.ndarray:
    from isthmus.read import Sampling

    chosen = np.zeros(count, bool)
    chosen[Sampling(drawn, 0).places(count, 5)] = True
    return chosen


def test_the_same_rows_give_the_same_file_and_another_seed_another(fitted):
    write(rows())
    files = []
    for seed in ("0", "0", "1"):
        fitted(*ALL, "--seed", seed)
        files.append(Path("m.onnx").read_bytes())
    assert files[0] == files[1] != files[2]


def test_rows_that_fit_are_learnt_from_as_ever(fitted):
    write(rows(400))
    graphs = []
    for chosen in ("sample", "all"):
        fitted("--learn-from", chosen, *QUICK)
        graphs.append(loaded().graph)
        assert loaded().manifest.data.drawn_from is None
    assert graphs[0] == graphs[1]


@pytest.mark.parametrize("name", ["rows.csv", "rows.npy", "rows.jsonl", "rows.arrow", "folder"])
def test_every_format_is_read_again(fitted, name):
    values = rows()
    table = pa.table({f"x{place}": column for place, column in enumerate(values.T)})
    if name == "rows.csv":
        head = ",".join(table.column_names)
        np.savetxt(name, values, fmt="%.17g", delimiter=",", header=head, comments="")
    elif name == "rows.npy":
        np.save(name, values)
    elif name == "rows.jsonl":
        import json

        Path(name).write_text("\n".join(map(json.dumps, table.to_pylist())))
    elif name == "rows.arrow":
        with pa.ipc.new_file(name, table.schema) as file:
            file.write_table(table)
    else:
        Path(name).mkdir()
        write(values[:1000], f"{name}/a.parquet")
        write(values[1000:], f"{name}/b.parquet")
    fitted(*ALL, data=name)
    data = loaded().manifest.data
    assert data.training_rows == ROWS - data.calibration_rows - data.validation_rows


def test_only_normal_rows_are_learnt_from(fitted):
    values, label = rows(), np.array(["ok", "broken"])[(np.arange(ROWS) % 10 == 0).astype(int)]
    values[label == "broken"] = 1e6
    write(values, label=label)
    fitted(*ALL, "--label", "label", "--normal", "ok")
    manifest = loaded().manifest
    held_out = manifest.data.calibration_rows + manifest.data.validation_rows
    assert manifest.data.training_rows == ROWS * 9 // 10 - held_out
    assert max(column.maximum for column in manifest.row_schema.columns) < 100


@pytest.mark.parametrize("words", [("--suspects", "0.02"), ("--scheme", "cross")])
def test_what_goes_with_the_rows_drawn_alone_is_refused(fitted, words):
    write(rows())
    assert words[0].removeprefix("--") in fitted(*ALL, *words, code=2).err


def test_a_row_that_was_not_drawn_is_refused_where_nothing_can_be_learnt_from_it(fitted):
    values = rows()
    row = int(np.flatnonzero(~_places(ROWS, DRAWN))[40])
    values[row, 3] = np.inf
    write(values)
    done = fitted(*ALL, code=4)
    assert f"row {row}, column 'x3': inf cannot be learnt from" in done.err
    assert not Path("m.onnx").exists()


def test_a_pipe_can_be_read_only_once(process):
    text = "\n".join([",".join("abcde"), *(",".join(map(str, row)) for row in rows(600))])
    words = ("--sample-rows", "200", "--learn-from", "all", *QUICK)
    done = process("fit", "-", "-o", "m.onnx", *words, stdin=text.encode())
    assert done.code == 2
    assert "can be read only once" in done.err


def test_an_interrupted_training_ends_as_it_would_have_ended(fitted, monkeypatch):
    from isthmus.training import lanes
    from isthmus.training.checkpoint import Checkpoints

    monkeypatch.setattr(lanes, "NUMBERS", 3000)
    write(rows())
    fitted(*ALL)
    whole = Path("m.onnx").read_bytes()
    on_update = Checkpoints.on_update
    for last in (1, 17, 43, 59):

        def stop(self, state, last=last):
            on_update(self, state)
            if state.updates == last:
                raise KeyboardInterrupt

        Path("m.onnx").unlink()
        checkpoint = ("--checkpoint", "c", "--checkpoint-every", "0")
        with monkeypatch.context() as patch:
            patch.setattr(Checkpoints, "on_update", stop)
            fitted(*ALL, *checkpoint, code=130)
        fitted(*ALL, *checkpoint, "--resume")
        assert Path("m.onnx").read_bytes() == whole


def test_the_estimator_learns_from_all_as_well():
    detector = AutoencoderDetector(sample_rows=DRAWN, learn_from="all", max_steps=30, encoder=(6,))
    data = detector.fit(rows()).scorer_.manifest.data
    assert data.training_rows == ROWS - data.calibration_rows - data.validation_rows
    frame = pytest.importorskip("pandas").DataFrame(rows(), columns=list("abcde"))
    assert detector.fit(frame).scorer_.manifest.data == data


def test_the_card_says_what_was_learnt_from(fitted, isthmus):
    write(rows())
    fitted(*ALL)
    trained = loaded().manifest.data.training_rows
    said = isthmus("inspect", "m.onnx").out.decode()
    assert f"{trained} of {ROWS} rows trained; of a sample of {DRAWN} normal rows" in said
    card = isthmus("inspect", "m.onnx", "--card").out.decode()
    assert re.search(rf"from a sample of rows, of.*{ROWS}", card)
    assert re.search(rf"\| `?trained`? \|.*{trained}", card)


def test_images_have_no_sample_to_learn_beyond(isthmus):
    np.save("i.npy", np.random.default_rng(0).integers(0, 255, (30, 6, 6)).astype(np.uint8))
    done = isthmus("fit", "i.npy", "--kind", "image", "--learn-from", "all", "-o", "i.onnx")
    assert done.code == 2
    assert "--learn-from is for tables and signals" in done.err
