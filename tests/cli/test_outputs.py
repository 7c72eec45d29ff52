"""Files are written whole or not at all, and nothing is lost unasked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

QUICK = ("--max-steps", "40", "--encoder", "16", "--code-size", "4")
WRITERS = {
    "fit": ("fit", "normal.csv", *QUICK, "-o", "out.onnx"),
    "score": ("score", "detector.onnx", "new.csv", "-o", "out.csv"),
    "calibrate": ("calibrate", "detector.onnx", "recent.csv", "-o", "out.onnx"),
    "encode": ("encode", "detector.onnx", "new.csv", "-o", "out.csv"),
    "encode to npy": ("encode", "detector.onnx", "new.csv", "-o", "out.npy"),
    "reconstruct": ("reconstruct", "detector.onnx", "new.csv", "-o", "out.csv"),
    "fill": ("reconstruct", "detector.onnx", "new.csv", "--mask", "-o", "out.parquet"),
    "similar": ("similar", "detector.onnx", "new.csv", "recent.csv", "-o", "out.csv"),
    "sample": ("sample", "variational.onnx", "-n", "3", "-o", "out.csv"),
}
TELLERS = {
    "fit": ("fit", "normal.csv", *QUICK, "-o", "json.onnx", "--json"),
    "score": ("score", "detector.onnx", "new.csv", "-o", "json.csv", "--json"),
    "evaluate": ("evaluate", "detector.onnx", "labelled.csv", "--label", "target", "--normal", "1"),
    "inspect": ("inspect", "detector.onnx", "--json"),
    "verify": ("verify", "detector.onnx", "--json"),
    "encode": ("encode", "detector.onnx", "new.csv", "-o", "json.csv"),
    "reconstruct": ("reconstruct", "detector.onnx", "new.csv", "--mask", "-o", "json.csv"),
    "similar": ("similar", "detector.onnx", "new.csv", "recent.csv", "-o", "json.csv"),
    "sample": ("sample", "variational.onnx", "-n", "3", "-o", "json.csv"),
}
READ = [
    (words, word)
    for words in WRITERS.values()
    for word in words[: words.index("-o")]
    if word.endswith(".csv")
]
"""Each command with each of its data."""
SAYERS = {**WRITERS, "evaluate": TELLERS["evaluate"], "fit and tell": TELLERS["fit"]}


def litter():
    return [path.name for path in Path().rglob(".isthmus-unfinished-*")]


@pytest.mark.parametrize("words", WRITERS.values(), ids=WRITERS)
def test_an_output_is_replaced_only_by_force(isthmus, words):
    Path(words[-1]).write_text("precious")
    refused = isthmus(*words)
    assert (refused.code, refused.out) == (6, b"")
    assert f"{words[-1]}: exists already" in refused.err
    assert "--force" in refused.err
    assert Path(words[-1]).read_text() == "precious"
    assert isthmus(*words, "--force").code == 0
    assert Path(words[-1]).read_bytes() != b"precious"
    assert not litter()


@pytest.mark.parametrize(("words", "data"), READ, ids=[f"{w[0]} {data}" for w, data in READ])
def test_the_data_are_never_replaced_even_by_force(isthmus, words, data):
    before = Path(data).read_bytes()
    Path("sub").mkdir()
    for name in (data, f"./{data}", f"sub/../{data}"):
        done = isthmus(*words[:-1], name, "--force")
        assert done.code == 2
        assert "is the data itself" in done.err
    assert Path(data).read_bytes() == before


@pytest.mark.parametrize("words", WRITERS.values(), ids=WRITERS)
@pytest.mark.parametrize(
    ("place", "said"), [("none/out.csv", "none does not exist"), ("sub", "is a directory")]
)
def test_a_place_where_nothing_can_be_written_is_said_at_once(isthmus, words, place, said):
    Path("sub").mkdir()
    done = isthmus(*words[:-1], place)
    assert (done.code, done.out) == (6, b"")
    assert said in done.err
    assert "header" not in done.err  # the data were not read in vain


@pytest.mark.parametrize("name", ["fit", "calibrate"])
def test_a_model_file_does_not_go_to_standard_output(isthmus, name):
    done = isthmus(*WRITERS[name][:-1], "-")
    assert (done.code, done.out) == (2, b"")
    assert "-o detector.onnx" in done.err
    assert not Path("-").exists()


def test_scores_that_end_in_a_failure_leave_the_old_file(isthmus):
    lines = Path("new.csv").read_text().splitlines()
    Path("broken.csv").write_text("\n".join([*lines, "1,2,3"]) + "\n")
    Path("out.csv").write_text("precious")
    done = isthmus("score", "detector.onnx", "broken.csv", "-o", "out.csv", "--force")
    assert done.code == 4
    assert Path("out.csv").read_text() == "precious"
    assert not litter()


def test_an_end_that_names_no_format_is_refused_and_can_be_overruled(isthmus):
    done = isthmus("score", "detector.onnx", "new.csv", "-o", "out.xyz")
    assert done.code == 2
    assert ".parquet" in done.err
    words = ("-o", "out.xyz", "--output-format", "csv")
    assert isthmus("score", "detector.onnx", "new.csv", *words).code == 0
    assert Path("out.xyz").read_text().startswith("row,")


@pytest.mark.parametrize("words", TELLERS.values(), ids=TELLERS)
def test_json_is_one_document_and_all_of_standard_output(isthmus, words):
    done = isthmus(*words, *(() if "--json" in words else ("--json",)))
    assert done.code == 0
    assert isinstance(json.loads(done.out, parse_constant=pytest.fail), dict)


@pytest.mark.parametrize("words", SAYERS.values(), ids=SAYERS)
def test_quiet_says_nothing_and_changes_no_output(isthmus, words):
    loud = isthmus(*words, *(("--force",) if "-o" in words else ()))
    quiet = isthmus(*words, *(("--force",) if "-o" in words else ()), "--quiet")
    assert loud.code == quiet.code == 0
    assert loud.err
    assert not quiet.err
    assert loud.out == quiet.out


def test_quiet_still_says_what_failed(isthmus):
    done = isthmus("score", "detector.onnx", "nothing.csv", "--quiet")
    assert done.code == 6
    assert "nothing.csv: there is no such file" in done.err


def test_paths_may_have_blanks_and_letters_of_any_script(isthmus):
    folder = Path("mit Leerzeichen")
    folder.mkdir()
    data, model = folder / "Messwerte für Łódź 測定.csv", folder / "détecteur.onnx"
    data.write_bytes(Path("new.csv").read_bytes())
    model.write_bytes(Path("detector.onnx").read_bytes())
    out = folder / "ответ.csv"
    assert isthmus("score", str(model), str(data), "-o", str(out)).code == 0
    absolute = isthmus("score", str(model.resolve()), str(data.resolve()))
    assert absolute.out == out.read_bytes()
