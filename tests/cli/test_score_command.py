"""`isthmus score`: data on standard output, one row for each, and nothing else."""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pyarrow.feather
import pyarrow.parquet
import pytest

from isthmus.scoring.scorer import Scorer

COLUMNS = ["row", "anomaly_score", "p_value", "is_anomaly", "status", "reason"]


def table(done):
    return list(csv.DictReader(io.StringIO(done.out.decode())))


def test_standard_output_holds_the_scores_and_nothing_else(isthmus):
    done = isthmus("score", "detector.onnx", "new.csv", "--alpha", "0.05")
    assert done.code == 0
    assert done.lines[0].split(",") == COLUMNS
    assert [row["row"] for row in table(done)] == [str(row) for row in range(40)]
    assert "40 rows, " in done.err
    assert "--no-header to change" in done.err


def test_the_scores_are_those_of_the_scorer_bit_for_bit(isthmus):
    rows = table(isthmus("score", "detector.onnx", "new.csv"))
    expected = Scorer.load("detector.onnx").score("new.csv")
    assert [np.float32(row["anomaly_score"]) for row in rows] == expected.anomaly_score.tolist()
    assert [float(row["p_value"]) for row in rows] == expected.p_value.tolist()
    assert [row["is_anomaly"] == "true" for row in rows] == expected.is_anomaly.tolist()


def test_standard_input_gives_the_bytes_that_the_file_gives(isthmus, monkeypatch):
    from_file = isthmus("score", "detector.onnx", "new.csv")
    content = io.BytesIO(Path("new.csv").read_bytes())
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=content))
    from_input = isthmus("score", "detector.onnx", "-")
    assert from_input.code == 0
    assert from_input.out == from_file.out
    assert "standard input: a header" in from_input.err


@pytest.mark.parametrize("words", [(), ("-o", "-"), ("-o", "-", "--output-format", "csv")])
def test_standard_output_is_the_default_and_has_the_name_of_a_dash(isthmus, words):
    plain = isthmus("score", "detector.onnx", "new.csv", "--quiet")
    done = isthmus("score", "detector.onnx", "new.csv", "--quiet", *words)
    assert (done.code, done.out, done.err) == (0, plain.out, "")
    assert len(done.lines) == 41
    assert not Path("-").exists()


def test_a_pipe_is_not_read_ahead_of_what_is_written(isthmus, monkeypatch):
    def never(_):
        raise AssertionError("a thread would wait for the pipe")

    monkeypatch.setattr("isthmus.read.ahead.ahead", never)
    content = io.BytesIO(Path("new.csv").read_bytes())
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=content))
    assert isthmus("score", "detector.onnx", "-").code == 0


def test_every_format_holds_the_same_rows(isthmus):
    expected = table(isthmus("score", "detector.onnx", "new.csv"))
    for name in ("s.csv", "s.jsonl", "s.parquet", "s.arrow"):
        done = isthmus("score", "detector.onnx", "new.csv", "-o", name)
        assert (done.code, done.out) == (0, b"")
    scores = [float(row["anomaly_score"]) for row in expected]
    for read in (
        list(csv.DictReader(Path("s.csv").read_text().splitlines())),
        [json.loads(line) for line in Path("s.jsonl").read_text().splitlines()],
        pyarrow.parquet.read_table("s.parquet").to_pylist(),
        pyarrow.feather.read_table("s.arrow").to_pylist(),
    ):
        assert list(read[0]) == COLUMNS
        assert [np.float32(row["anomaly_score"]) for row in read] == np.float32(scores).tolist()


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet", "arrow"])
def test_standard_output_takes_every_format(isthmus, form):
    done = isthmus("score", "detector.onnx", "new.csv", "-o", "-", "--output-format", form)
    assert done.code == 0
    content = io.BytesIO(done.out)
    read = {
        "csv": lambda: list(csv.DictReader(io.TextIOWrapper(content))),
        "jsonl": lambda: [json.loads(line) for line in content],
        "parquet": lambda: pyarrow.parquet.read_table(content).to_pylist(),
        "arrow": lambda: pyarrow.ipc.open_stream(content).read_all().to_pylist(),
    }[form]()
    assert [int(row["row"]) for row in read] == list(range(40))


def test_ids_pass_through_as_they_were_written(isthmus):
    done = isthmus("score", "detector.onnx", "patients.csv", "--id", "patient")
    assert done.lines[0].split(",") == ["patient", *COLUMNS]
    assert table(done)[7]["patient"] == "007"


def test_an_id_is_named_or_numbered(isthmus):
    by_name = isthmus("score", "detector.onnx", "patients.csv", "--id", "patient")
    by_number = isthmus("score", "detector.onnx", "patients.csv", "--id", "0")
    assert by_name.code == by_number.code == 0
    assert by_name.out == by_number.out


def test_columns_that_were_set_aside_while_fitting_are_set_aside_again(isthmus):
    done = isthmus("score", "ids.onnx", "marked.csv", "--quiet")
    assert (done.code, done.err) == (0, "")
    assert done.lines[0].split(",") == ["beat", *COLUMNS]
    assert table(done)[7]["beat"] == "007"
    without_them = isthmus("score", "ids.onnx", "all.csv", "--drop", "target", "--quiet")
    assert without_them.code == 0
    assert [row["anomaly_score"] for row in table(without_them)] == [
        row["anomaly_score"] for row in table(done)
    ]


def test_a_label_is_set_aside_by_name_or_from_the_end(isthmus):
    for wanted in ("target", "-1", "140"):
        done = isthmus("score", "detector.onnx", "all.csv", "--label", wanted, "--quiet")
        assert (done.code, done.err) == (0, "")
        assert done.lines[0].split(",") == COLUMNS


def test_a_file_without_rows_gives_the_columns_and_no_rows(isthmus):
    Path("none.csv").write_text(Path("patients.csv").read_text().splitlines()[0] + "\n")
    done = isthmus("score", "detector.onnx", "none.csv", "--id", "patient")
    assert (done.code, done.lines) == (0, [",".join(["patient", *COLUMNS])])
    assert "0 rows, 0 alarms" in done.err
    words = ("--id", "patient", "-o", "none.parquet")
    assert isthmus("score", "detector.onnx", "none.csv", *words).code == 0
    assert pyarrow.parquet.read_table("none.parquet").column_names == ["patient", *COLUMNS]


def test_a_row_that_cannot_be_scored_is_invalid_and_says_why(isthmus):
    lines = Path("new.csv").read_text().splitlines()
    lines[3] = ",".join(["n/k", *lines[3].split(",")[1:]])
    Path("odd.csv").write_text("\n".join(lines) + "\n")
    done = isthmus("score", "detector.onnx", "odd.csv")
    row = table(done)[2]
    assert done.code == 0
    assert (row["status"], row["is_anomaly"], row["p_value"]) == ("invalid", "", "")
    assert "'t0'" in row["reason"]
    assert "1 invalid" in done.err


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("conformal", "p-value at most 0.01"),
        ("mean-std:1.5", "mean + 1.5 standard deviations"),
        ("percentile:90", "percentile 90 of"),
        ("fixed:-2", "a fixed -2"),
        ("fixed:2.5", "a fixed 2.5"),
    ],
)
def test_a_threshold_rule_decides_what_is_an_alarm(isthmus, rule, said):
    done = isthmus("score", "detector.onnx", "new.csv", "--threshold", rule)
    assert done.code == 0
    assert said in done.err
    decision = Scorer.load("detector.onnx").decide(None, rule)
    for row in table(done):
        assert (row["is_anomaly"] == "true") == (float(row["anomaly_score"]) > decision.threshold)


def test_alpha_is_the_p_value_up_to_which_rows_are_alarms(isthmus):
    done = isthmus("score", "detector.onnx", "all.csv", "--label", "target", "--alpha", "0.2")
    rows = table(done)
    assert {row["is_anomaly"] for row in rows} == {"true", "false"}
    assert all((row["is_anomaly"] == "true") == (float(row["p_value"]) <= 0.2) for row in rows)


def test_the_last_of_an_option_given_twice_counts(isthmus):
    twice = isthmus("score", "detector.onnx", "new.csv", "--alpha", "0.01", "--alpha", "0.2")
    assert twice.out == isthmus("score", "detector.onnx", "new.csv", "--alpha", "0.2").out
    assert twice.out != isthmus("score", "detector.onnx", "new.csv", "--alpha", "0.01").out


def test_fdr_chooses_among_all_rows(isthmus):
    done = isthmus("score", "detector.onnx", "mixed.csv", "--drop", "target", "--fdr", "0.2")
    assert done.code == 0
    assert "at most 0.2 of the alarms false, over 120 rows" in done.err
    p_values = sorted(float(row["p_value"]) for row in table(done))
    # Benjamini and Hochberg, written down a second time.
    allowed = [p for rank, p in enumerate(p_values, 1) if p <= 0.2 * rank / len(p_values)]
    alarms = [row for row in table(done) if row["is_anomaly"] == "true"]
    assert len(alarms) == sum(p <= max(allowed, default=0) for p in p_values) > 0


def test_fdr_excludes_other_rules(isthmus):
    for words in (("--alpha", "0.1"), ("--threshold", "fixed:1")):
        done = isthmus("score", "detector.onnx", "new.csv", "--fdr", "0.1", *words)
        assert (done.code, done.out) == (2, b"")
        assert "leave out --alpha and --threshold" in done.err


def test_fdr_does_not_read_from_standard_input(isthmus, monkeypatch):
    content = io.BytesIO(Path("new.csv").read_bytes())
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=content))
    done = isthmus("score", "detector.onnx", "-", "--fdr", "0.1")
    assert (done.code, done.out) == (2, b"")
    assert "--fdr reads the data twice, and standard input can be read once" in done.err
    assert "Store it in a file first." in done.err


def test_json_is_a_summary_beside_a_file(isthmus):
    words = ("score", "detector.onnx", "new.csv", "-o", "s.csv", "--json", "--threshold", "fixed:1")
    done = isthmus(*words)
    rows = list(csv.DictReader(Path("s.csv").read_text().splitlines()))
    alarms = sum(row["is_anomaly"] == "true" for row in rows)
    assert json.loads(done.out) == {
        "rows": 40, "alarms": alarms, "invalid": 0, "threshold": 1.0, "rule": "fixed:1",
        "alpha": None,
    }  # fmt: skip


def test_json_has_no_infinity_where_there_is_no_alarm(isthmus):
    Path("one.csv").write_text("\n".join(Path("new.csv").read_text().splitlines()[:2]) + "\n")
    words = ("-o", "s.csv", "--json", "--fdr", "0.001", "--quiet")
    done = isthmus("score", "detector.onnx", "one.csv", *words)
    assert done.code == 0
    found = json.loads(done.out, parse_constant=pytest.fail)
    assert (found["alarms"], found["threshold"]) == (0, None)


def test_json_and_scores_do_not_share_standard_output(isthmus):
    done = isthmus("score", "detector.onnx", "new.csv", "--json")
    assert (done.code, done.out) == (2, b"")
    assert "Give the scores a file with -o." in done.err


def test_threads_do_not_change_the_answer(isthmus):
    one = isthmus("score", "detector.onnx", "new.csv")
    assert isthmus("score", "detector.onnx", "new.csv", "--threads", "2").out == one.out
