"""docs/report.md: its program runs, and its numbers are those of the code."""

from __future__ import annotations

from pages import differences, done, page, steps

from isthmus.evaluation import drift
from isthmus.report import explorer, gathering, kept, patterns

DOCUMENT = page("report")
WORDS = " ".join(DOCUMENT.split())


def test_the_program_gives_what_is_shown(tmp_path):
    ran = steps(DOCUMENT)
    assert len(ran) == 2
    for words, output in ran:
        came = done(words, tmp_path)
        assert came.returncode == 0, came.stdout
        assert not differences(output, came.stdout)
    assert (tmp_path / "beat.png").stat().st_size
    assert (tmp_path / "report.html").read_bytes().startswith(b"<!doctype html>")


def test_the_numbers_are_those_of_the_code():
    assert f"the {gathering.STRANGEST} strangest and of {gathering.TYPICAL} without" in WORDS
    assert f"Beyond {explorer.MOST_POINTS} rows" in WORDS
    assert f"cut into {explorer.BINS} stretches" in WORDS
    assert f"cosine at least {patterns.ALIKE:g}" in WORDS
    assert "the six leading cells" in WORDS
    assert kept.CELLS == 6
    assert "marked once in a hundred times" in WORDS
    assert drift.LEVEL == 0.01
