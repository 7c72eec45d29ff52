"""What a stranger types wrong is answered in the words that were typed."""

from __future__ import annotations

from pathlib import Path

import pytest

SCORE = ("score", "detector.onnx", "new.csv")
FIT = ("fit", "normal.csv", "-o", "out.onnx")
ENCODE = ("encode", "detector.onnx", "new.csv")
SIMILAR = ("similar", "detector.onnx", "new.csv", "recent.csv")
EVALUATE = ("evaluate", "detector.onnx", "labelled.csv")

MISTAKES = [
    (("scor",), 2, "there is no command 'scor'. Did you mean 'score'?"),
    (("nonsense",), 2, "there is no command 'nonsense'"),
    (("fit",), 2, "DATA is missing"),
    (("fit", "normal.csv"), 2, "--output is missing: The model file to write."),
    (("score", "detector.onnx"), 2, "DATA is missing"),
    (("inspect",), 2, "MODEL is missing"),
    ((*SCORE, "more.csv"), 2, "extra argument"),
    ((*FIT, "--losss", "mse"), 2, "no such option: --losss (Possible options: --loss)"),
    ((*FIT, "--label"), 2, "option '--label' requires an argument"),
    ((*FIT, "--loss", "l2"), 2, "--loss: 'l2' is not one of 'mse', 'mae', 'huber', 'bce'\n"),
    ((*FIT, "--epochs", "x"), 2, "--epochs: should be a valid integer, got 'x'"),
    ((*FIT, "--epochs", "1.5"), 2, "--epochs: should be a valid integer, got '1.5'"),
    ((*FIT, "--dropout", "3"), 2, "--dropout: should be less than 1, got 3.0"),
    ((*FIT, "--alpha", "0"), 2, "--alpha: should be greater than 0, got 0.0"),
    ((*FIT, "--alpha", "nan"), 2, "--alpha: should be a finite number, got nan"),
    ((*FIT, "--folds", "1"), 2, "--folds: should be greater than or equal to 2, got 1"),
    ((*FIT, "--batch-size", "0"), 2, "--batch-size: should be greater than or equal to 1, got 0"),
    ((*FIT, "--seed", "-1"), 2, "--seed: should be greater than or equal to 0, got -1"),
    ((*FIT, "--encoder", "3,x"), 2, "--encoder: whole numbers such as 32,16 were expected"),
    ((*FIT, "--encoder", "0"), 2, "--encoder: should be greater than or equal to 1, got 0"),
    ((*FIT, "--normal", "1"), 2, "--normal was given without --label"),
    ((*FIT, "--loss", "bce"), 2, "--loss bce needs values and outputs between 0 and 1"),
    ((*FIT, "--keep", "best", "--validation", "0"), 2, "--keep best need validation rows"),
    ((*FIT, "--code-samples", "3"), 2, "--code-samples draws codes, which needs --variational\n"),
    ((*FIT, "--erasing", "0.1", "--kind", "table"), 2, "--erasing is for signals and images"),
    ((*FIT, "--paired", "folder"), 2, "--paired gives images for those of a folder"),
    (("fit", "photos", "-o", "out.onnx"), 2, "its folders are named like labels (good, scratched)"),
    (
        ("fit", "photos", "-o", "out.onnx"),
        2,
        "Say so with --label class --normal good, give photos",
    ),
    (("score", "photos.onnx", "photos", "--header"), 2, "--header is for CSV files, and photos is"),
    (("score", "photos.onnx", "photos", "--delimiter", ";"), 2, "--delimiter is for CSV files"),
    (
        ("score", "photos.onnx", "photos", "--paired", "photos"),
        2,
        "--paired gives images to rebuild",
    ),
    ((*FIT, "--threshold", "bar"), 2, "--threshold 'bar': there is no rule 'bar'"),
    ((*FIT, "--delimiter", "xx"), 2, "--delimiter: one character such as ';'"),
    (("fit", "all.csv", "-o", "out.onnx", "--label", "target"), 2, "which are normal"),
    (("fit", "all.csv", "-o", "out.onnx", "--label", "goal"), 4, "there is no column 'goal'"),
    ((*FIT[:2], "-o", "-"), 2, "does not go to standard output"),
    ((*FIT[:2], "-o", ""), 2, "-o: is empty, a file name was expected"),
    ((*SCORE, "-o", ""), 2, "-o: is empty, a file name was expected"),
    ((*SCORE, "--alpha", "0"), 2, "--alpha: expected a number between 0 and 1, got 0.0"),
    ((*SCORE, "--alpha", "x"), 2, "--alpha: should be a valid number, got 'x'"),
    ((*SCORE, "--alpha", "1e-4"), 2, "--alpha 0.0001 needs 9999 calibration rows"),
    ((*SCORE, "--threads", "0"), 2, "--threads: should be greater than or equal to 1, got '0'"),
    ((*SCORE, "--threshold", "fixed"), 2, "--threshold 'fixed': fixed needs a number"),
    ((*SCORE, "--threshold", "percentile:99", "--alpha", "0.1"), 2, "exclude each other"),
    ((*SCORE, "--fdr", "2"), 2, "--fdr: a number between 0 and 1 was expected, got 2.0"),
    ((*SCORE, "--kind", "table"), 2, "no such option: --kind"),
    ((*SCORE, "--id", "nope"), 4, "--id: there is no column 'nope'"),
    ((*SCORE, "--drop", "t5"), 4, "column 't5' is given as --drop, but the detector needs it"),
    (("score", "detector.onnx", "marked.csv"), 4, "column 'beat' is not one the detector knows"),
    (("score", "new.csv", "detector.onnx"), 5, "new.csv: is not an isthmus model file"),
    (("score", "detector.onnx", "detector.onnx"), 4, "named like a model file, data were expected"),
    (("fit", "detector.onnx", "-o", "out.onnx"), 4, "named like a model file, data were expected"),
    (("inspect", "new.csv"), 5, "looks like text, such as CSV"),
    (("score", "none.onnx", "new.csv"), 6, "none.onnx: could not be read: No such file"),
    (("score", "folder", "new.csv"), 6, "folder: is a directory, a model file was expected"),
    (("score", "detector.onnx", "none.csv"), 6, "none.csv: there is no such file"),
    (("score", "detector.onnx", "folder"), 6, "folder: is a directory, a file was expected"),
    (("score", "detector.onnx", "empty.csv"), 4, "empty.csv: is empty, rows were expected"),
    (("fit", "empty.csv", "-o", "out.onnx"), 4, "empty.csv: is empty, rows were expected"),
    (("fit", "header.csv", "-o", "out.onnx"), 4, "header.csv: has columns but no rows"),
    (("fit", "some.pkl", "-o", "out.onnx"), 4, "is a Python pickle, which is never read"),
    (EVALUATE, 2, "evaluating needs to know which rows are normal"),
    ((*EVALUATE, "--label", "target", "--normal", "3"), 4, "no row has the label '3'"),
    ((*EVALUATE, "--label", "goal", "--normal", "3"), 4, "there is no column 'goal'"),
    (("calibrate", "detector.onnx", "header.csv", "-o", "o.onnx"), 4, "has columns but no rows"),
    (("calibrate", "detector.onnx", "recent.csv"), 2, "--output is missing"),
    (("encode", "detector.onnx"), 2, "DATA is missing"),
    (("encode", "detector.onnx", "none.csv"), 6, "none.csv: there is no such file"),
    ((*ENCODE, "-o", "out.xyz"), 2, "the name does not say which format to write"),
    ((*ENCODE, "--output-format", "npy"), 2, "npy does not go to standard output"),
    ((*ENCODE, "--json"), 2, "--json prints a summary to standard output"),
    ((*ENCODE, "--id", "t5"), 4, "column 't5' is given as --id, but the detector needs it"),
    (("score", "detector.onnx", "new.csv", "-o", "out.npy"), 2, "does not say which format"),
    (("reconstruct", "detector.onnx", "folder"), 6, "folder: is a directory, a file was expected"),
    (("reconstruct", "new.csv", "detector.onnx"), 5, "new.csv: is not an isthmus model file"),
    (("similar", "detector.onnx", "new.csv"), 2, "QUERY is missing"),
    (("similar", "detector.onnx", "-", "-"), 2, "standard input can be read once"),
    ((*SIMILAR, "-k", "0"), 2, "-k: should be greater than or equal to 1, got '0'"),
    ((*SIMILAR[:2], "header.csv", "new.csv"), 4, "header.csv: has no row that can be searched"),
    (("sample", "variational.onnx", "-n", "x"), 2, "--count: should be a valid integer, got 'x'"),
    (("sample", "variational.onnx", "-n", "0"), 2, "greater than or equal to 1, got '0'"),
    (("sample", "variational.onnx", "--seed", "-1"), 2, "greater than or equal to 0, got '-1'"),
    (("sample", "detector.onnx"), 2, "the model is not variational"),
    (("sample", "detector.onnx"), 2, "Fit one with --variational"),
    (("demo", "-o", "folder"), 6, "folder: exists already"),
]


@pytest.mark.parametrize(("words", "code", "said"), MISTAKES, ids=lambda value: str(value)[:60])
def test_a_mistake_gets_one_clear_message_and_its_exit_code(isthmus, words, code, said):
    Path("folder").mkdir()
    Path("empty.csv").touch()
    Path("header.csv").write_text(Path("new.csv").read_text().splitlines()[0] + "\n")
    Path("some.pkl").write_bytes(b"\x80\x04\x95abc")
    before = sorted(path.name for path in Path().iterdir())
    done = isthmus(*words)
    assert (done.code, done.out) == (code, b"")
    assert said in done.err
    assert done.err.count("isthmus: ") == 1
    for jargon in ("Traceback", "Value error", "Input should", "unable to parse", "pydantic"):
        assert jargon not in done.err
    assert sorted(path.name for path in Path().iterdir()) == before


def test_all_that_is_wrong_with_options_is_said_together(isthmus):
    done = isthmus(*FIT, "--dropout", "3", "--folds", "1", "--batch-size", "-4")
    assert done.code == 2
    assert done.err.splitlines() == [
        "isthmus: --dropout: should be less than 1, got 3.0",
        "  --batch-size: should be greater than or equal to 1, got -4",
        "  --folds: should be greater than or equal to 2, got 1",
    ]


def test_a_device_that_is_not_there_is_refused(isthmus):
    import torch

    missing = "mps" if torch.cuda.is_available() else "cuda"
    done = isthmus(*FIT, "--device", missing, "--max-steps", "5")
    assert done.code == 2
    assert f"--device {missing}" in done.err or f"device {missing!r}" in done.err


def test_options_may_stand_before_and_behind_the_arguments(isthmus):
    behind = isthmus("score", "detector.onnx", "new.csv", "--alpha", "0.2", "-q")
    before = isthmus("score", "-q", "--alpha", "0.2", "detector.onnx", "new.csv")
    assert before.code == behind.code == 0
    assert before.out == behind.out
