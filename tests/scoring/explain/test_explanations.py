"""Explanations as a sequence, a tidy table, JSON and text."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made import category, number, rows_of, scorer

from isthmus.scoring.explain import Explanations, as_text
from isthmus.scoring.explain.explainer import Explainer

COLUMNS = [number("temperature"), category("service", "http", "ftp"), number("age")]
VALUES = [[81.2, 0, 30], [74.9, -1, np.nan], [np.nan, np.nan, np.nan], [74.9, 1, 30.0]]
TEXTS = ["http", "xyz", None, "ftp"]
DETECTOR = scorer(COLUMNS, [74.9, 0, 30])


def explained(detector, rows, threshold="fixed:0", top=3):
    decision = detector.decide(None, threshold)
    scores = detector.scored(rows, decision)
    entries = Explainer.of(detector, top).entries(rows, scores, None)
    return Explanations.of(entries, decision, detector.schema.kind)


@pytest.fixture(scope="module")
def found():
    return explained(DETECTOR, rows_of(COLUMNS, VALUES, service=TEXTS))


TEXT = """\
row 0: `temperature` is 81.2, above anything in training (max 80.1), where about 74.9 (+- 1.1) was \
expected (100 % of the error)
  score 39.69, p-value 0.05, alarm
  cell         observed  expected  usually +-  of error  times usual  p-value
  temperature      81.2      74.9         1.1     100 %           40     0.01
  service          http      http                   0 %          0.0        1
  age                30        30         1.1       0 %          0.0        1

row 1: `age` is missing, which it never was in training (83 % of the error); also off: `service`
  score 6, p-value 0.7, alarm
  cell         observed  expected  usually +-  of error  times usual  p-value
  age           missing        30         1.1      83 %          5.0     0.01
  service           xyz      http                  17 %          1.0     0.51
  temperature      74.9      74.9         1.1       0 %          0.0        1

row 2: could not be scored: every cell is missing

row 3: no cell is off more than usual, first comes `service`, which is 'ftp' where 'http' was \
expected (100 % of the error)
  score 1, p-value 0.95, alarm
  cell         observed  expected  usually +-  of error  times usual  p-value
  service           ftp      http                 100 %          1.0     0.51
  temperature      74.9      74.9         1.1       0 %          0.0        1
  age                30        30         1.1       0 %          0.0        1
"""


def test_text_has_the_sentence_and_an_aligned_table(found):
    assert str(found) == TEXT


SIGNAL_TEXT = """\
row 0: samples 5 to 7 are above what was expected (78 % of the error), most of all sample 6, which \
is 4 where about 0 (+- 1.1) was expected; also off: sample 12
  score 46, p-value 0.05, alarm
  samples  of error  times usual  peak  observed  expected  usually +-
  5 to 7       78 %           12     6         4         0         1.1
  12           20 %          9.0    12        -3         0         1.1
"""


def test_text_of_a_signal_has_a_line_for_each_interval():
    samples = [number(f"t{place}", minimum=-9, maximum=9) for place in range(20)]
    values = np.zeros(20)
    values[[5, 6, 7, 12, 1]] = [3, 4, 3.3166248, -3, 1]
    detector = scorer(samples, [0.0] * 20, kind="signal")
    found = explained(detector, rows_of(samples, [values]))
    assert str(found) == SIGNAL_TEXT
    table = found.to_arrow()
    assert table.column("first").to_pylist() == [5, 12]
    assert table.column("last").to_pylist() == [7, 12]
    assert table.column("direction").to_pylist() == ["above", "below"]
    assert table.column("cell").to_pylist() == ["t6", "t12"]
    assert found.as_json()[0]["intervals"][1]["peak"]["observed"] == -3.0


def test_it_is_a_sequence(found):
    assert isinstance(found, Sequence)
    assert len(found) == 3
    assert [one.row for one in found] == [0, 1, 3]
    assert found[-1].row == 3
    assert [one.row for one in found[:2]] == [0, 1]
    assert found[1] in found


def test_the_table_has_one_line_for_each_row_and_cell(found):
    table = found.to_arrow()
    assert table.num_rows == 9
    assert table.column("row").to_pylist() == [0, 0, 0, 1, 1, 1, 3, 3, 3]
    assert table.column("rank").to_pylist() == [1, 2, 3] * 3
    line = table.slice(3, 2).to_pylist()
    assert (line[0]["cell"], line[0]["observed"], line[0]["finding"]) == (
        "age", None, "never missing",
    )  # fmt: skip
    assert (line[1]["observed_level"], line[1]["expected_level"]) == ("xyz", "http")
    assert line[1]["observed"] is None
    assert line[0]["expected"] == 30.0


def test_a_table_without_rows_still_has_its_columns(found):
    empty = replace(found, explained=())
    assert empty.to_arrow().num_rows == 0
    assert empty.to_arrow().schema == found.to_arrow().schema
    assert str(replace(empty, invalid=())) == ""


def test_json_has_plain_types_and_one_shape_for_all_rows(found):
    lines = found.as_json()
    assert json.loads(json.dumps(lines, allow_nan=False)) == lines
    assert len({frozenset(line) for line in lines}) == 1
    assert [line["status"] for line in lines] == ["scored", "scored", "invalid", "scored"]
    assert lines[2]["reason"] == "every cell is missing"
    assert lines[2]["is_anomaly"] is lines[2]["p_value"] is None
    assert lines[0]["sentence"] == found[0].sentence
    assert lines[0]["cells"][0] == {
        "name": "temperature", "place": 0, "observed": 81.2, "expected": 74.9, "deviation": 1.1,
        "error": 39.69, "times": pytest.approx(39.69), "share": 1.0, "p_value": 0.01,
        "finding": "above",
    }  # fmt: skip


ANY_TEXT = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=120)


@given(ANY_TEXT, ANY_TEXT, ANY_TEXT)
def test_hostile_words_stay_on_their_line(name, level, other):
    columns = [number(name), category(f"{name} {level}", level, f"{level}.")]
    detector = scorer(columns, [0.0, 0.0])
    rows = rows_of(columns, [[5.0, -1.0], [0.0, 1.0]], **{columns[1].name: [other, f"{level}."]})
    found = explained(detector, rows)
    for one in found:
        lines = as_text(one).split("\n")
        assert len(lines) == 7
        assert lines[0] == one.sentence
        assert all(line.isprintable() for line in lines)
        assert one.sentence.count("`") in (2, 4)
        assert all(len(line) < 400 for line in lines)
    assert found[0].as_json()["cells"][0]["name"] in (name, columns[1].name)
    assert json.loads(json.dumps(found.as_json())) == found.as_json()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a`b", "`a'b`"),
        ("two\nlines", "`two lines`"),
        ("\x1b[31mred", "`□[31mred`"),
        ("x" * 99, f"`{'x' * 59}…`"),
        (" ", "`(empty)`"),
        ("\u202egnp", "`□gnp`"),
    ],
)
def test_a_name_in_a_sentence(name, shown):
    columns = [number(name)]
    (one,) = explained(scorer(columns, [0.0]), rows_of(columns, [[5.0]]))
    assert re.search(r"`.*`", one.sentence)[0] == shown
    assert one.cells[0].name == name
