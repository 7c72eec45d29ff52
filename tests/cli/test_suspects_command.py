"""`isthmus fit --suspects` lists the rows that it left out, by the numbers of the file."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from isthmus import model_file

QUICK = ("--max-steps", "40", "--encoder", "16", "--code-size", "4")
LINEAR = ("--activation", "linear", "--kind", "table")
LISTED = ("--suspects", "0.1", "--suspects-output", "suspects.csv")


def fitted(isthmus, *words):
    done = isthmus("fit", *words, *QUICK, "-o", "out.onnx", "--force")
    assert done.code == 0, done.err
    return model_file.read("out.onnx").manifest, done.err


def listed(path="suspects.csv"):
    with Path(path).open(newline="") as file:
        return list(csv.DictReader(file))


def test_the_list_has_row_numbers_ids_and_scores_the_strangest_first(isthmus):
    words = ("--id", "beat", "--drop", "target")
    manifest, err = fitted(isthmus, "marked.csv", *words, *LISTED)
    rows = listed()
    assert len(rows) == manifest.data.suspects == 30
    assert [row["beat"] for row in rows] == [f"{int(row['row']):03d}" for row in rows]
    scores = [float(row["suspicion"]) for row in rows]
    assert scores == sorted(scores, reverse=True)
    assert "suspects.csv: 30 training suspects left out, 60 doubtful rows" in err


def test_rows_are_numbered_as_in_the_file_where_some_of_its_rows_do_not_train(isthmus):
    fitted(isthmus, "marked.csv", "--id", "beat", "--label", "target", "--normal", "1", *LISTED)
    rows = listed()
    assert len(rows) == 29  # of 292
    assert [row["beat"] for row in rows] == [f"{int(row['row']):03d}" for row in rows]
    truth = [line.rsplit(",", 1)[1] for line in Path("marked.csv").read_text().splitlines()[1:]]
    assert {truth[int(row["row"])] for row in rows} == {"1"}


def test_the_list_can_have_other_formats(isthmus):
    fitted(isthmus, "normal.csv", "--suspects", "0.1", "--suspects-output", "suspects.jsonl")
    lines = [json.loads(line) for line in Path("suspects.jsonl").read_text().splitlines()]
    assert len(lines) == 29
    assert set(lines[0]) == {"row", "suspicion"}


def test_a_list_is_replaced_only_by_force(isthmus):
    Path("suspects.csv").write_text("mine")
    done = isthmus("fit", "normal.csv", *LISTED, *QUICK, "-o", "new.onnx")
    assert done.code == 6
    assert "suspects.csv: exists already" in done.err
    assert Path("suspects.csv").read_text() == "mine"
    assert not Path("new.onnx").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--suspects-output", "s.csv"), "--suspects-output was given without --suspects"),
        (("--suspects", "0.1", "--suspects-output", "-"), "a file name was expected"),
        (("--suspects", "0.1", "--suspects-output", "new.onnx"), "is the model file"),
        (("--suspects", "0.1", "--suspects-output", "normal.csv"), "is the data itself"),
        (("--suspects", "0.5"), "--suspects: "),
        (("--suspects", "-0.1"), "--suspects: "),
    ],
)
def test_what_makes_no_sense_is_refused_before_the_work(isthmus, words, said):
    done = isthmus("fit", "normal.csv", *words, *QUICK, "-o", "new.onnx", "--force")
    assert done.code == 2
    assert said in done.err
    assert not Path("new.onnx").exists()


def test_too_few_rows_for_so_many_suspects_are_refused_in_the_words_that_were_typed(isthmus):
    Path("few.csv").write_text("a,b\n" + "".join(f"{n},{n * n % 7}\n" for n in range(12)))
    done = isthmus("fit", "few.csv", "--suspects", "0.4", "-o", "new.onnx")
    assert done.code == 2
    assert "--suspects 0.4 leaves 6 of 12 rows" in done.err


def test_inspect_shows_the_guards_and_how_many_were_left_out(isthmus):
    fitted(isthmus, "normal.csv", "--suspects", "0.1")
    lines = isthmus("inspect", "out.onnx").lines
    assert "  29 suspects left out before" in lines
    first = lines.index("guards")
    assert lines[first + 1].startswith("  ROC AUC of 263 held-out rows against anomalies")
    assert lines[first + 2].split() == [
        "anomaly",
        "networks",
        "linear",
        "twin",
        "distance",
        "score",
    ]
    kinds = [line.split()[0] for line in lines[first + 3 : first + 7]]
    assert kinds == ["exchanged", "jittered", "stretched", "window"]
    told = json.loads(isthmus("inspect", "out.onnx", "--json").out)
    assert told["data"]["suspects"] == 29
    assert [one["anomaly"] for one in told["guards"]["separations"]] == kinds


def test_a_network_that_adds_nothing_is_said_to_in_the_summary(isthmus):
    _, err = fitted(isthmus, "normal.csv", *LINEAR)
    assert "out.onnx: the networks add nothing that synthetic anomalies show" in err


def test_quiet_says_nothing_of_suspects_and_guards(isthmus):
    _, err = fitted(isthmus, "normal.csv", *LISTED, "--quiet", *LINEAR)
    assert err == ""
    assert len(listed()) == 29
