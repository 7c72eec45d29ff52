"""`isthmus fit`: which rows and columns train, and what is said of it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from isthmus import model_file
from isthmus.schema import Schema
from isthmus.training import loop

QUICK = ("--max-steps", "40", "--encoder", "16", "--code-size", "4")


def fitted(isthmus, *words):
    done = isthmus("fit", *words, *QUICK, "-o", "out.onnx", "--force")
    assert done.code == 0, done.err
    return model_file.read("out.onnx").manifest, done.err


def test_what_was_decided_is_said_with_how_to_change_it(isthmus):
    _, err = fitted(isthmus, "all.csv", "--label", "target", "--normal", "1")
    assert "--no-header to change" in err
    assert "all.csv: 292 of 300 rows are normal and train" in err
    assert "kind: signal" in err
    assert "--kind table to change" in err
    assert "calibrated on 292 rows (cross); supports alpha from 0.003413" in err


def test_the_same_words_give_the_same_file(isthmus):
    fitted(isthmus, "normal.csv")
    first = Path("out.onnx").read_bytes()
    fitted(isthmus, "normal.csv")
    assert Path("out.onnx").read_bytes() == first
    fitted(isthmus, "normal.csv", "--seed", "1")
    assert Path("out.onnx").read_bytes() != first


def test_every_form_of_the_same_rows_gives_the_same_network(isthmus):
    from_csv, _ = fitted(isthmus, "normal.csv", "--kind", "signal")
    from_array, _ = fitted(isthmus, "beats.npy", "--kind", "signal")
    assert from_csv.calibration == from_array.calibration
    assert from_csv.data.digest == from_array.data.digest


@pytest.mark.parametrize("label", ["target", "-1", "140"])
def test_the_label_trains_by_name_or_number_and_is_no_feature(isthmus, label):
    manifest, _ = fitted(isthmus, "all.csv", "--label", label, "--normal", "1")
    assert manifest.data.rows == 292
    assert "target" not in manifest.row_schema.names
    assert manifest.row_schema.set_aside == {"target": "label"}


def test_columns_can_be_left_out_and_ids_set_aside(isthmus):
    words = ("--id", "beat", "--drop", "target", "--drop", "t0", "--drop", "3")
    manifest, _ = fitted(isthmus, "marked.csv", *words)
    assert len(manifest.row_schema.columns) == 138
    assert manifest.row_schema.set_aside == {
        "beat": "id", "target": "drop", "t0": "drop", "t2": "drop",
    }  # fmt: skip


def test_the_kind_can_be_chosen(isthmus):
    assert fitted(isthmus, "normal.csv")[0].kind == "signal"
    assert fitted(isthmus, "normal.csv", "--kind", "table")[0].kind == "table"


def test_the_header_decision_can_be_overruled(isthmus):
    content = Path("normal.csv").read_text().splitlines()[1:]
    content[0] = ",".join(map(str, range(1, 141)))
    Path("bare.csv").write_text("\n".join(content) + "\n")
    manifest, err = fitted(isthmus, "bare.csv")
    assert "no header" in err
    assert manifest.row_schema.names[:2] == ("c0", "c1")
    assert manifest.data.rows == 292
    named, _ = fitted(isthmus, "bare.csv", "--header")
    assert named.row_schema.names[:2] == ("1", "2")
    assert named.data.rows == 291


def test_choices_reach_the_model_file(isthmus):
    words = ("--loss", "mae", "--threshold", "percentile:95", "--scheme", "split", "--seed", "7")
    manifest, _ = fitted(isthmus, "normal.csv", *words, "--calibration-share", "0.4")
    assert manifest.options.training.loss == "mae"
    assert manifest.options.network.encoder == (16,)
    assert manifest.threshold.rule == "percentile:95"
    assert manifest.calibration.scheme == "split"
    assert manifest.options.training.seed == 7


def test_json_is_the_manifest_without_the_scores(isthmus):
    done = isthmus("fit", "normal.csv", *QUICK, "-o", "out.onnx", "--json", "--quiet")
    found = json.loads(done.out)
    assert (done.code, done.err) == (0, "")
    held = json.loads(model_file.read("out.onnx").manifest.model_dump_json())
    del held["calibration"]["scores"]
    assert found == held


def test_a_threshold_rule_that_does_not_exist_is_refused_before_training(isthmus, monkeypatch):
    monkeypatch.setattr(loop, "train", pytest.fail)
    done = isthmus("fit", "normal.csv", "-o", "out.onnx", "--threshold", "nonsense")
    assert done.code == 2
    assert "there is no rule 'nonsense'" in done.err


MACHINES = """Type,UDI,load,when it broke,note
""" + "".join(
    f"{'LLMH'[row % 4]},{row + 1},{row * 37 % 101 / 4},{'' if row % 5 else 3},n{row}\n"
    for row in range(60)
)


def dry_run(isthmus, *words):
    Path("machines.csv").write_text(MACHINES)
    before = sorted(Path().iterdir())
    done = isthmus("fit", "machines.csv", "--dry-run", *words)
    assert sorted(Path().iterdir()) == before
    return done


def test_a_dry_run_prints_what_each_column_would_be_taken_as(isthmus, monkeypatch):
    monkeypatch.setattr(loop, "train", pytest.fail)
    done = dry_run(isthmus, "--id", "note")
    assert done.code == 0
    assert done.lines == [
        "column         kind      values            missing  note",
        "Type           category  L 30, H 15, M 15",
        "UDI            numeric   1 to 60                    row number?",
        "load           numeric   0 to 25",
        "when it broke  numeric   3 to 3            80 %     never varied",
        "",
        "set aside: note (id)",
        "",
        "kind: table (column 'Type' is a category, and a signal has none)",
    ]
    assert "machines.csv: text is taken as categories: 'Type' (3 levels); --drop to" in done.err
    assert "warning: column 'UDI' looks like a row number" in done.err


def test_a_dry_run_as_json_is_the_schema(isthmus):
    done = dry_run(isthmus, "--id", "note", "--category", "UDI", "--json", "--quiet")
    assert (done.code, done.err) == (0, "")
    schema = Schema.model_validate_json(done.out)
    assert [column.kind for column in schema.columns] == ["category", "category"] + ["numeric"] * 2
    assert schema.columns[0].counts == (15, 30, 15)
    assert schema.set_aside == {"note": "id"}


def test_a_dry_run_shows_the_rows_that_would_train(isthmus):
    done = dry_run(isthmus, "--drop", "note", "--label", "Type", "--normal", "L")
    assert "machines.csv: 30 of 60 rows are normal and train" in done.lines
    assert "set aside: note (drop)" in done.lines
    assert "set aside: Type (label)" in done.lines


def test_a_dry_run_refuses_what_fitting_would_refuse(isthmus):
    done = dry_run(isthmus)
    assert (done.code, done.out) == (4, b"")
    assert "column 'note' is text that hardly repeats: 60 different values" in done.err
    assert dry_run(isthmus, "--id", "note", "--threshold", "nonsense").code == 2
    assert dry_run(isthmus, "--id", "note", "--label", "Type").code == 2


def test_names_and_levels_cannot_take_over_a_terminal(isthmus):
    Path("evil.csv").write_text("a\x1b[2Jb,c\n" + "x\x1b[31my,1\nz,2\n" * 10)
    done = isthmus("fit", "evil.csv", "--dry-run")
    assert done.code == 0
    assert b"\x1b" not in done.out


def test_a_dry_run_needs_no_training_library(here):
    Path("machines.csv").write_text(MACHINES)
    refuse = (
        "import sys\n"
        "class Refuse:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.partition('.')[0] in {'torch', 'onnx', 'sklearn', 'pandas'}:\n"
        "            raise ImportError(name)\n"
        "sys.meta_path.insert(0, Refuse())\n"
        "from isthmus.cli.run import run\n"
        "sys.exit(run(['fit', 'machines.csv', '--id', 'note', '--dry-run', '--quiet']))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", refuse], capture_output=True, check=True, text=True
    )
    assert done.stdout.startswith("column ")
    assert done.stderr == ""


def test_without_a_dry_run_an_output_is_needed(isthmus):
    done = isthmus("fit", "normal.csv")
    assert done.code == 2
    assert done.err == (
        "isthmus: --output is missing: The model file to write.\n"
        "  To see first what the columns would be taken as: --dry-run.\n"
    )


def test_a_table_with_categories_is_fitted(isthmus):
    Path("machines.csv").write_text(MACHINES)
    manifest, err = fitted(isthmus, "machines.csv", "--id", "note", "--drop", "UDI")
    column = manifest.row_schema.columns[0]
    assert (column.name, column.kind, column.levels) == ("Type", "category", ("H", "L", "M"))
    assert "kind: table" in err
