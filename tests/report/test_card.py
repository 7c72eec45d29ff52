"""The model card."""

from __future__ import annotations

import re

import numpy as np
from beats import model_of
from hostile import HOSTILE

from isthmus import model_file
from isthmus.report.card import as_markdown, card, command


def held(**options):
    rows = np.random.default_rng(0).normal(size=(60, 3))
    return model_file.read(model_of(rows, "table", max_steps=20, **options))


def test_the_command_of_the_card_has_what_was_chosen_and_nothing_else():
    assert command(held().manifest) == "isthmus fit DATA --max-steps 20 -o detector.onnx"
    said = command(held(scheme="split", distance="off").manifest)
    assert said == "isthmus fit DATA --max-steps 20 --distance off --scheme split -o detector.onnx"


def test_the_card_has_the_data_the_training_and_the_calibration():
    sections = dict(card(held()))
    assert dict(sections["Data"])["normal rows"] == "60"
    assert dict(sections["Options"])["max_steps"] == "20"
    assert len(sections["Columns"]) == 3


def test_no_title_breaks_out_of_the_markdown():
    for title in HOSTILE:
        text = as_markdown(held(), title)
        assert len(re.findall(r"^# ", text, re.M)) == 1
        assert all(line.count("|") == 3 for line in text.splitlines() if line.startswith("|"))
