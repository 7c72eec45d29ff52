"""`isthmus evaluate`, `inspect`, `verify` and `calibrate`."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from made import category, number
from made import model as made

from isthmus import model_file

TRUTH = ("--label", "target", "--normal", "1")


def manifest(name):
    return model_file.read(name).manifest


def test_evaluate_shows_a_table_of_what_json_holds(isthmus):
    table = isthmus("evaluate", "detector.onnx", "mixed.csv", *TRUTH, "--alpha", "0.05")
    found = json.loads(
        isthmus("evaluate", "detector.onnx", "mixed.csv", *TRUTH, "--alpha", "0.05", "--json").out
    )
    assert table.code == 0
    assert (found["normal"], found["abnormal"]) == (60, 60)
    shown = dict(re.split(r" {2,}", line, maxsplit=1) for line in table.lines)
    assert shown["rows with a score"] == "120 (60 normal, 60 abnormal)"
    assert shown["accuracy"] == f"{found['accuracy']:.4f}"
    assert shown["ROC AUC"] == f"{found['roc_auc']:.4f}"
    caught = found["confusion"]["alarms_among_abnormal"]
    assert shown["alarms among abnormal rows"].startswith(f"{caught} of 60 ")
    assert found["false_alarms"]["promised"] == 0.05


@pytest.mark.parametrize("label", ["target", "-1", "140"])
def test_evaluate_takes_the_label_by_name_or_number(isthmus, label):
    done = isthmus("evaluate", "detector.onnx", "labelled.csv", "--label", label, "--normal", "1.0")
    assert done.code == 0
    assert "300 (292 normal, 8 abnormal)" in done.lines[0]


def test_normal_may_be_given_more_than_once(isthmus):
    words = ("--label", "target", "--normal", "0", "--normal", "1")
    done = isthmus("evaluate", "detector.onnx", "labelled.csv", *words)
    assert "300 (300 normal, 0 abnormal)" in done.lines[0]


def test_evaluate_meets_columns_that_were_set_aside_while_fitting(isthmus):
    known = isthmus("evaluate", "ids.onnx", "marked.csv", *TRUTH)
    assert known.code == 0
    assert isthmus("evaluate", "ids.onnx", "labelled.csv", *TRUTH).out == known.out


def test_evaluate_offers_the_rule_that_needs_labels_and_says_that_it_does(isthmus):
    done = isthmus("evaluate", "detector.onnx", "mixed.csv", *TRUTH, "--threshold", "best-f1")
    assert done.code == 0
    assert "warning: chosen with the labels" in done.err.lower()
    refused = isthmus("score", "detector.onnx", "new.csv", "--threshold", "best-f1")
    assert refused.code == 2


@pytest.mark.parametrize("words", [(), ("--label", "target")])
def test_evaluate_needs_to_know_which_rows_are_normal(isthmus, words):
    done = isthmus("evaluate", "detector.onnx", "labelled.csv", *words)
    assert (done.code, done.out) == (2, b"")
    assert "--label COLUMN and --normal VALUE" in done.err


def test_inspect_shows_the_levels_of_a_category_and_how_many_rows_have_them(isthmus):
    service = category("service", "ftp", "http", counts=(20, 30))
    columns = [service, number("age", missing=0.1), number("load")]
    Path("named.onnx").write_bytes(made(columns, [0.0, 40.0, 0.0]))
    lines = isthmus("inspect", "named.onnx").lines
    place = lines.index("  table of 3 columns")
    assert lines[place + 1 : place + 4] == [
        "  service: http 30, ftp 20",
        "  age: 0 to 80.1, 10 % missing",
        "  load: 0 to 80.1",
    ]
    Path("named.onnx").write_bytes(made([number("age", missing=1.0)], [40.0]))
    lines = isthmus("inspect", "named.onnx").lines
    assert {"  table of 1 column", "  age: 100 % missing"} <= set(lines)
    assert any(line.startswith("  1 network in 1 group, ") for line in lines)


def test_inspect_prints_the_layer_table(isthmus):
    done = isthmus("inspect", "detector.onnx")
    assert (done.code, done.err) == (0, "")
    start = done.lines.index("layers")
    head, *rows = [re.split(r" {2,}", line.strip()) for line in done.lines[start + 1 :] if line]
    assert head == ["layer", "operation", "shape", "parameters"]
    assert ["code", "dense + relu", "5 x N x 4", "340"] in rows
    held = manifest("detector.onnx")
    assert [row[0] for row in rows] == [layer.name for layer in held.layers]
    network = [int(row[3]) for row in rows if "dense" in row[1]]
    assert sum(network) == held.training.parameters


def test_inspect_shows_columns_calibration_and_where_they_come_from(isthmus):
    shown = isthmus("inspect", "ids.onnx").out.decode()
    assert "signal of 140 columns" in shown
    assert "set aside: beat (id)" in shown
    assert "set aside: target (label)" in shown
    assert "292 held-out scores, scheme cross" in shown
    assert manifest("ids.onnx").data.digest in shown


def test_inspect_as_json_is_the_manifest(isthmus):
    found = json.loads(isthmus("inspect", "detector.onnx", "--json").out)
    held = model_file.read("detector.onnx")
    assert (found.pop("sha256"), found.pop("bytes")) == (held.digest, held.size)
    assert found == held.manifest.model_dump(mode="json")


def test_verify_says_that_a_file_is_whole_and_what_that_proves(isthmus):
    done = isthmus("verify", "detector.onnx")
    assert (done.code, done.err) == (0, "")
    assert model_file.read("detector.onnx").digest in done.lines[0]
    assert "not who made it" in done.lines[-1]
    found = json.loads(isthmus("verify", "detector.onnx", "--json").out)
    assert found["largest_difference"] == 0.0
    done = isthmus("verify", "detector.onnx", "--quiet")
    assert (done.code, done.out, done.err) == (0, b"", "")
    assert isthmus("verify", "detector.onnx", "-q", "--json").out


@pytest.mark.parametrize("command", ["verify", "inspect", "score", "evaluate", "calibrate"])
@pytest.mark.parametrize("place", [100, 0.5, -40])
def test_every_command_refuses_a_damaged_file(isthmus, command, place):
    data = bytearray(Path("detector.onnx").read_bytes())
    data[int(place * len(data)) if isinstance(place, float) else place] ^= 1
    Path("damaged.onnx").write_bytes(data)
    more = {
        "score": ("new.csv",),
        "evaluate": ("labelled.csv", *TRUTH),
        "calibrate": ("recent.csv", "-o", "out.onnx"),
    }
    done = isthmus(command, "damaged.onnx", *more.get(command, ()))
    assert (done.code, done.out) == (5, b"")
    assert "damaged.onnx: " in done.err
    assert not Path("out.onnx").exists()


def test_calibrate_sets_new_p_values_and_keeps_the_history(isthmus):
    done = isthmus("calibrate", "detector.onnx", "recent.csv", "--alpha", "0.05", "-o", "new.onnx")
    assert (done.code, done.out) == (0, b"")
    old, new = manifest("detector.onnx"), manifest("new.onnx")
    rows = len(Path("recent.csv").read_text().splitlines()) - 1
    assert (len(new.calibration.scores), new.calibration.scheme) == (rows, "split")
    assert new.calibration_history == (old.calibration,)
    assert new.threshold.alpha == 0.05
    assert model_file.read("new.onnx").graph == model_file.read("detector.onnx").graph
    assert f"calibrated on {rows} rows" in done.err
    shown = isthmus("inspect", "new.onnx").out.decode()
    assert f"before: {len(old.calibration.scores)} scores, scheme cross" in shown


def test_calibrating_twice_keeps_both(isthmus):
    assert isthmus("calibrate", "detector.onnx", "recent.csv", "-o", "new.onnx").code == 0
    assert isthmus("calibrate", "new.onnx", "new.csv", "-o", "new.onnx", "--force").code == 0
    assert len(manifest("new.onnx").calibration_history) == 2


def test_a_confident_threshold_needs_a_split_calibration_with_rows_enough(isthmus):
    words = ("--threshold", "confident:0.95", "--alpha", "0.05")
    refused = isthmus("score", "detector.onnx", "new.csv", *words)
    assert refused.code == 2
    assert "cross-calibrated" in refused.err
    assert isthmus("calibrate", "detector.onnx", "recent.csv", "-o", "new.onnx").code == 0
    done = isthmus("score", "new.onnx", "new.csv", *words)
    assert done.code == 0
    assert "with confidence 0.95" in done.err
    few = isthmus("score", "new.onnx", "new.csv", *words[:-1], "0.001")
    assert few.code == 2
    assert "--alpha 0.001 with confidence 0.95 needs 2995 calibration rows" in few.err


def test_calibrate_refuses_the_rows_that_the_detector_was_made_from(isthmus):
    for words in (("normal.csv",), ("all.csv", *TRUTH)):
        done = isthmus("calibrate", "detector.onnx", *words, "-o", "new.onnx")
        assert done.code == 4
        assert "the rows that the detector was made from" in done.err
    assert not Path("new.onnx").exists()


def test_calibrate_takes_the_normal_rows_alone(isthmus):
    done = isthmus("calibrate", "detector.onnx", "mixed.csv", *TRUTH, "-o", "new.onnx")
    assert done.code == 0
    assert len(manifest("new.onnx").calibration.scores) == 60


@pytest.mark.parametrize(
    ("model", "words"), [("detector.onnx", ("--label", "target")), ("ids.onnx", ())]
)
def test_calibrate_does_not_take_abnormal_rows_for_normal(isthmus, model, words):
    done = isthmus("calibrate", model, "mixed.csv", *words, "-o", "new.onnx")
    assert done.code == 2
    assert "nothing says which are normal" in done.err
    assert isthmus("calibrate", model, "mixed.csv", "--drop", "target", "-o", "new.onnx").code == 0
    assert len(manifest("new.onnx").calibration.scores) == 120
