"""Figures one by one: every one of the table can be drawn, and says what it needs."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "report" / "page"))

from made_pages import beats, images, machines

from isthmus import plots
from isthmus.errors import DataError, UsageError
from isthmus.plots import FIGURES, save

LABELLED = {"confusion", "roc", "precision-recall"}


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_becomes_a_picture_and_tells_what_it_shows(name, tmp_path):
    chart = FIGURES[name].draw(beats(), None)
    save(chart, tmp_path / "figure.svg")
    save(chart, tmp_path / "figure.json")
    assert (tmp_path / "figure.svg").read_text().startswith("<svg")
    spec = json.loads((tmp_path / "figure.json").read_text())
    assert len(spec["description"]) > 10
    assert spec["title"]["text"].strip()


@pytest.mark.parametrize("gathered", [machines, images], ids=["table", "images"])
@pytest.mark.parametrize("name", sorted(set(FIGURES) - LABELLED))
def test_what_needs_no_labels_is_drawn_of_every_kind_of_rows(name, gathered, tmp_path):
    save(FIGURES[name].draw(gathered(), None), tmp_path / "figure.png")
    assert (tmp_path / "figure.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("name", sorted(LABELLED))
def test_what_needs_labels_says_so(name):
    with pytest.raises(UsageError, match="needs labels"):
        FIGURES[name].draw(machines(), None)


def test_a_row_that_was_not_kept_cannot_be_drawn():
    with pytest.raises(DataError, match="no row 100000"):
        FIGURES["row"].draw(machines(), 100000)


def test_all_public_names_exist():
    assert all(hasattr(plots, name) for name in plots.__all__)
