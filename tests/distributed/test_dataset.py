"""Folders into folders: every row once, whatever stops the work, and nothing foreign touched."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.dataset as pads
import pyarrow.parquet as pq
import pytest

from isthmus import Scorer
from isthmus.distributed import score_dataset
from isthmus.distributed.engines import ENGINES, Workers, chosen
from isthmus.distributed.record import Record
from isthmus.errors import DataError, FileAccessError, SchemaError, UsageError
from isthmus.options import RowOptions
from isthmus.read import open_source

WHO = RowOptions(id=("who",))


def files(folder: Path) -> dict[str, bytes]:
    """Everything in a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def scores_of(folder: Path) -> pa.Table:
    """What a reader of the folder sees, in the order of the ids."""
    table = pads.dataset(folder, format="parquet").to_table()
    order = np.argsort([int(who[1:]) for who in table["who"].to_pylist()])
    return table.take(order)


def test_every_row_is_scored_once_as_if_it_came_in_one_array(shelf, tmp_path):
    outcome = score_dataset(shelf.model, shelf.data, tmp_path / "scores", columns=WHO)
    table = scores_of(tmp_path / "scores")
    assert table["who"].to_pylist() == [f"r{row}" for row in range(1000)]
    expected = Scorer.load(shelf.model).score(shelf.values)
    came = table["anomaly_score"].to_numpy()
    np.testing.assert_array_equal(came, expected.anomaly_score)
    assert table["is_anomaly"].fill_null(False).to_pylist() == expected.is_anomaly.tolist()
    assert (outcome.rows, outcome.kept) == (1000, 0)
    assert outcome.alarms == int(expected.is_anomaly.sum())
    assert outcome.invalid == int(expected.is_invalid.sum()) == 11


def test_the_manifest_names_every_part_its_scores_and_their_counts(shelf, tmp_path):
    outcome = score_dataset(shelf.model, shelf.data, tmp_path / "scores", columns=WHO)
    manifest = json.loads((tmp_path / "scores" / "_manifest.json").read_text())
    assert [part["part"] for part in manifest["parts"]] == shelf.parts
    for part in manifest["parts"]:
        assert pq.read_metadata(tmp_path / "scores" / part["output"]).num_rows == part["rows"]
    assert (manifest["rows"], manifest["alarms"]) == (outcome.rows, outcome.alarms)
    assert manifest["task"]["model"] == Scorer.load(shelf.model).model.digest
    assert str(tmp_path) not in json.dumps(manifest)


@pytest.mark.parametrize("form", ["parquet", "arrow", "csv", "jsonl"])
def test_the_same_task_gives_the_same_bytes_in_every_format(shelf, tmp_path, form):
    for name in ("one", "two"):
        score_dataset(shelf.model, shelf.data, tmp_path / name, columns=WHO, format=form)
    assert files(tmp_path / "one") == files(tmp_path / "two")
    outputs = [path for path in (tmp_path / "one").rglob(f"*.{form}") if path.stat().st_size]
    batches = (batch for path in outputs for batch in open_source(path).batches())
    assert sum(batch.num_rows for batch in batches) == 1000


@pytest.mark.parametrize("done", range(7))
def test_what_was_stopped_after_any_part_goes_on_there(shelf, tmp_path, done):
    score_dataset(shelf.model, shelf.data, tmp_path / "whole", columns=WHO)
    told: list[tuple[str, bool]] = []

    class StopError(Exception):
        pass

    def stop(record: Record, before: bool) -> None:
        if len(told) == done:
            raise StopError
        told.append((record.part, before))

    def go_on(record: Record, before: bool) -> None:
        told.append((record.part, before))

    if done < 6:
        with pytest.raises(StopError):
            score_dataset(shelf.model, shelf.data, tmp_path / "s", columns=WHO, progress=stop)
        assert not (tmp_path / "s" / "_manifest.json").exists()
    told.clear()
    outcome = score_dataset(shelf.model, shelf.data, tmp_path / "s", columns=WHO, progress=go_on)
    assert sum(before for _, before in told) == outcome.kept == (done + 1 if done < 6 else 0)
    assert files(tmp_path / "s") == files(tmp_path / "whole")


KILLED = """
import os, signal, sys
from isthmus.distributed import score_dataset
from isthmus.options import RowOptions
import isthmus.distributed.task as task
made = task.made
calls = []
def kill(folder):
    calls.append(folder)
    if len(calls) == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    made(folder)
task.made = kill
score_dataset(*sys.argv[1:], columns=RowOptions(id=("who",)))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals are other things here")
def test_a_killed_process_leaves_whole_files_and_the_next_one_finishes(shelf, tmp_path):
    score_dataset(shelf.model, shelf.data, tmp_path / "whole", columns=WHO)
    words = [str(shelf.model), str(shelf.data), str(tmp_path / "s")]
    assert subprocess.run([sys.executable, "-c", KILLED, *words], check=False).returncode == -9
    left = files(tmp_path / "s")
    assert left and "_manifest.json" not in left
    assert left.items() <= files(tmp_path / "whole").items()
    assert score_dataset(shelf.model, shelf.data, tmp_path / "s", columns=WHO).kept == 2
    assert files(tmp_path / "s") == files(tmp_path / "whole")


@pytest.mark.parametrize("lost", ["scores", "record", "cut"])
def test_scores_without_their_record_or_a_record_without_whole_scores_do_not_count(
    shelf, tmp_path, lost
):
    folder = tmp_path / "s"
    outcome = score_dataset(shelf.model, shelf.data, folder, columns=WHO)
    whole = files(folder)
    output = outcome.records[0].output
    if lost == "record":
        (folder / "_parts" / f"{output}.json").write_text("{")
    elif lost == "cut":
        (folder / output).write_bytes(whole[output][:-1])
    else:
        (folder / output).unlink()
    assert score_dataset(shelf.model, shelf.data, folder, columns=WHO).kept == 5
    assert files(folder) == whole


@pytest.mark.parametrize("force", [False, True])
def test_scores_that_nothing_says_are_whole_are_gone_in_the_end(shelf, tmp_path, force):
    folder = tmp_path / "s"
    outcome = score_dataset(shelf.model, shelf.data, folder, columns=WHO)
    whole = files(folder)
    output = folder / outcome.records[0].output
    orphan = output.with_name("part-0-0123456789abcdef.parquet")
    orphan.write_bytes(output.read_bytes())
    mine = folder / "day=0" / "notes-for-2024.txt"
    mine.write_text("mine")
    if force:  # of another task all are
        score_dataset(shelf.model, shelf.data, folder, columns=WHO, alpha=0.2, force=True)
    else:
        score_dataset(shelf.model, shelf.data, folder, columns=WHO)
        assert files(folder) == {**whole, "day=0/notes-for-2024.txt": b"mine"}
    assert not orphan.exists()
    assert mine.read_text() == "mine"
    mine.unlink()
    assert len(scores_of(folder)) == 1000


def test_a_part_that_came_is_scored_beside_those_that_are_done(shelf, tmp_path):
    held = shelf.data / shelf.parts[-1]
    aside = tmp_path / "aside.parquet"
    held.rename(aside)
    first = score_dataset(shelf.model, shelf.data, tmp_path / "s", columns=WHO)
    aside.rename(held)
    second = score_dataset(shelf.model, shelf.data, tmp_path / "s", columns=WHO)
    assert (len(first.records), second.kept, len(second.records)) == (5, 5, 6)


def test_a_part_that_changed_or_is_gone_is_refused_until_its_scores_may_be_removed(shelf, tmp_path):
    score_dataset(shelf.model, shelf.data, tmp_path / "s", columns=WHO)
    before = files(tmp_path / "s")
    path = shelf.data / shelf.parts[0]
    rows = pq.read_table(path)
    pq.write_table(rows.slice(1), path)
    with pytest.raises(FileAccessError, match="has changed since it was scored"):
        score_dataset(shelf.model, shelf.data, tmp_path / "s", columns=WHO)
    path.unlink()
    with pytest.raises(FileAccessError, match=f"not in the data: {shelf.parts[0]}|part-0"):
        score_dataset(shelf.model, shelf.data, tmp_path / "s", columns=WHO)
    assert files(tmp_path / "s") == before
    pq.write_table(rows.slice(1), path)
    outcome = score_dataset(shelf.model, shelf.data, tmp_path / "s", columns=WHO, force=True)
    assert (outcome.kept, outcome.rows) == (5, 999)
    assert len(scores_of(tmp_path / "s")) == 999


def test_scores_of_another_task_are_replaced_only_when_asked(shelf, tmp_path):
    score_dataset(shelf.model, shelf.data, tmp_path / "s", columns=WHO)
    before = files(tmp_path / "s")
    with pytest.raises(FileAccessError, match="another task: alpha, threshold"):
        score_dataset(shelf.model, shelf.data, tmp_path / "s", columns=WHO, alpha=0.2)
    assert files(tmp_path / "s") == before
    score_dataset(shelf.model, shelf.data, tmp_path / "s", columns=WHO, alpha=0.2, force=True)
    score_dataset(shelf.model, shelf.data, tmp_path / "t", columns=WHO, alpha=0.2)
    assert files(tmp_path / "s") == files(tmp_path / "t")


def test_a_folder_with_anything_else_in_it_is_never_touched(shelf, tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "thesis.txt").write_text("years")
    for force in (False, True):
        with pytest.raises(FileAccessError, match=r"not empty.*thesis\.txt"):
            score_dataset(shelf.model, shelf.data, folder, force=force, columns=WHO)
    assert files(folder) == {"thesis.txt": b"years"}
    with pytest.raises(FileAccessError, match="is a file, a directory was expected"):
        score_dataset(shelf.model, shelf.data, folder / "thesis.txt", columns=WHO)


def test_scores_never_lie_where_data_are_read(shelf, tmp_path):
    for output in (shelf.data, shelf.data / "scores", tmp_path):
        with pytest.raises(UsageError, match="lies in the folder of the data or around it"):
            score_dataset(shelf.model, shelf.data, output, columns=WHO)


def test_wrong_columns_in_one_file_are_told_before_anything_is_written(shelf, tmp_path):
    pq.write_table(pa.table({"a": [1.0]}), shelf.data / "zz.parquet")
    with pytest.raises(SchemaError, match=r"zz\.parquet: lacks columns"):
        score_dataset(shelf.model, shelf.data, tmp_path / "s", columns=WHO)
    (shelf.data / "zz.parquet").unlink()
    with pytest.raises(DataError, match="'who'"):
        score_dataset(shelf.model, shelf.data, tmp_path / "s")  # who is no feature
    assert not (tmp_path / "s").exists()


def test_a_file_that_grows_while_it_is_read_gives_no_scores(shelf, tmp_path, monkeypatch):
    import isthmus.distributed.task as task

    scored = task.scored_batches

    def growing(*words):
        yield from scored(*words)
        with (shelf.data / shelf.parts[0]).open("ab") as file:
            file.write(b"more")

    monkeypatch.setattr(task, "scored_batches", growing)
    with pytest.raises(DataError, match="changed while it was read"):
        score_dataset(shelf.model, shelf.data, tmp_path / "s", columns=WHO)
    assert [*files(tmp_path / "s")] == ["_task.json"]


def test_a_worker_with_other_versions_scores_nothing(shelf, tmp_path, monkeypatch):
    import isthmus.distributed.task as task

    begun = task._versions()
    monkeypatch.setattr(task.Task, "score", _elsewhere(task, task.Task.score, monkeypatch))
    with pytest.raises(UsageError, match=rf"onnxruntime 0\.1, where .* {begun['onnxruntime']}"):
        score_dataset(shelf.model, shelf.data, tmp_path / "s", columns=WHO)
    assert [*files(tmp_path / "s")] == ["_task.json"]


def _elsewhere(task, score, monkeypatch):
    """Score as on a machine with another ONNX Runtime."""

    def scored(self, part):
        monkeypatch.setattr(task, "_versions", lambda: {"isthmus": "0", "onnxruntime": "0.1"})
        return score(self, part)

    return scored


def test_warnings_of_a_part_stay_with_it_when_it_is_kept(shelf, tmp_path):
    first = score_dataset(shelf.model, shelf.data, tmp_path / "s", columns=WHO)
    again = score_dataset(shelf.model, shelf.data, tmp_path / "s", columns=WHO)
    assert first.warnings == again.warnings == ("day=0/part-2.parquet: has columns but no rows",)
    assert again.kept == 6


def test_auto_is_this_process_until_workers_or_a_cluster_are_named():
    assert chosen("auto", Workers()) == "local"
    assert chosen("auto", Workers(count=2)) == chosen("auto", Workers(address="x")) == "ray"
    assert set(ENGINES) == {"local", "ray"}
    with pytest.raises(UsageError, match="local is none"):
        chosen("local", Workers(count=2))


def test_where_the_folders_lie_does_not_matter(shelf, tmp_path, monkeypatch):
    score_dataset(shelf.model, shelf.data, tmp_path / "s", columns=WHO)
    moved = tmp_path / "elsewhere"
    shutil.copytree(shelf.data, moved / "data")
    monkeypatch.chdir(moved)
    score_dataset(shelf.model, "data", "s", columns=WHO)
    assert files(moved / "s") == files(tmp_path / "s")
