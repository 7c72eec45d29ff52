"""`isthmus report`: a page, or one clear error."""

from __future__ import annotations

from pathlib import Path

import pytest

WRITE = ("report", "detector.onnx", "mixed.csv", "--label", "target", "--normal", "1")


def test_it_writes_one_page_and_says_what_was_found(isthmus):
    done = isthmus(*WRITE, "--alpha", "0.1", "-o", "page.html")
    assert (done.code, done.out) == (0, b"")
    assert "among 120 rows; were all of them normal, about 12 would be expected." in done.err
    text = Path("page.html").read_text()
    assert text.startswith("<!doctype html>")
    assert "Against the labels" in text
    assert "ROC curve" in text


def test_the_same_call_gives_the_same_bytes_and_replaces_nothing_unasked(isthmus):
    assert isthmus(*WRITE, "-o", "page.html").code == 0
    before = Path("page.html").read_bytes()
    again = isthmus(*WRITE, "-o", "page.html")
    assert again.code == 6
    assert "--force" in again.err
    assert isthmus(*WRITE, "-o", "page.html", "--force", "-q").err == ""
    assert Path("page.html").read_bytes() == before


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("-o", "page.csv"), 2, "a report is an HTML file"),
        (("-o", "-"), 2, "a report is an HTML file"),
        (("-o", "no/such/page.html"), 6, "does not exist"),
        (("--time", "when", "-o", "page.html"), 4, "'when'"),
        (("--alpha", "0.0001", "-o", "page.html"), 2, "alpha"),
    ],
)
def test_what_cannot_be_is_one_error_and_no_page(isthmus, words, code, said):
    done = isthmus("report", "detector.onnx", "new.csv", *words)
    assert done.code == code
    assert said in done.err
    assert not Path("page.html").exists()


def test_rows_are_shown_along_a_column_of_times(isthmus):
    done = isthmus("report", "detector.onnx", "log.csv", "--time", "time", "-o", "page.html")
    assert done.code == 0, done.err
    assert '"title":"time"' in Path("page.html").read_text()


def test_a_time_column_of_words_is_refused(isthmus):
    text = Path("patients.csv").read_text().splitlines()
    words = [text[0], *(f"ward {line}" for line in text[1:])]
    Path("words.csv").write_text("\n".join(words) + "\n")
    done = isthmus("report", "detector.onnx", "words.csv", "--time", "patient", "-o", "page.html")
    assert done.code == 4
    assert "no number and no time" in done.err


def test_pictures_are_reported_on_too(isthmus):
    done = isthmus("report", "photos.onnx", "photos", "--alpha", "0.1", "-o", "page.html")
    assert done.code == 0, done.err
    assert "data:image/png" in Path("page.html").read_text()


def test_the_card_is_markdown_that_no_name_breaks_out_of(isthmus):
    done = isthmus("inspect", "detector.onnx", "--card")
    assert done.code == 0
    text = done.out.decode()
    assert text.startswith("# Model card: `detector.onnx`")
    assert "| `normal rows` |" in text
    assert "isthmus fit DATA" in text
    both = isthmus("inspect", "detector.onnx", "--card", "--json")
    assert both.code == 2
