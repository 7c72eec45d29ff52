"""`isthmus plot`: one figure, or one clear error."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.mark.parametrize("end", ["png", "svg", "json"])
def test_it_draws_what_the_name_says(isthmus, end):
    done = isthmus("plot", "scores", "detector.onnx", "new.csv", "-o", f"out.{end}")
    assert (done.code, done.out) == (0, b"")
    assert Path(f"out.{end}").stat().st_size
    assert f"out.{end}: histogram of the scores" in done.err


def test_a_row_is_drawn_by_its_number(isthmus):
    done = isthmus("plot", "row", "detector.onnx", "new.csv", "--row", "5", "-o", "row.json")
    assert done.code == 0, done.err
    assert '"text": "Row 5 "' in Path("row.json").read_text()


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("what", "detector.onnx", "new.csv", "-o", "a.png"), 2, "there is no figure 'what'"),
        (("scores", "detector.onnx", "new.csv", "-o", "a.gif"), 2, "by its name"),
        (("scores", "detector.onnx", "new.csv", "--row", "1", "-o", "a.png"), 2, "--row changes"),
        (("row", "detector.onnx", "new.csv", "--row", "999", "-o", "a.png"), 4, "no row 999"),
        (("roc", "detector.onnx", "new.csv", "-o", "a.png"), 2, "needs labels"),
    ],
)
def test_what_cannot_be_is_one_error_and_no_picture(isthmus, words, code, said):
    done = isthmus("plot", *words)
    assert done.code == code
    assert said in done.err
    assert not list(Path().glob("a.*"))
