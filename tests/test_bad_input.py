"""Whatever comes has its documented answer, and nothing that cannot be scored is called normal."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.bad_input import cases
from tests.bad_input.answering import Answer, answer_to, impossible_here, problems
from tests.bad_input.case import WITH_MAKER, Case, bad
from tests.bad_input.cases import CASES
from tests.bad_input.material import lines, to_score

DOCUMENT = Path(__file__).parents[1] / "docs" / "bad-input.md"


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.command.split()[0]}: {case.came}")
def test_what_comes_has_the_answer_of_the_table(case):
    if reason := impossible_here(case):
        pytest.skip(reason)
    answer = answer_to(case)
    assert not problems(case, answer), answer.err


def test_the_document_shows_the_cases_that_are_tried():
    shown = [line for line in DOCUMENT.read_text().splitlines() if line.startswith("|")]
    assert shown == cases.table().splitlines()


def test_no_line_of_the_table_stands_twice():
    assert [row for row, count in Counter(case.row for case in CASES).items() if count > 1] == []


def test_every_refusal_says_what_came():
    refused = [case for case in CASES if case.code not in (0, 141)]
    assert len(refused) > 60
    assert all(case.quoted for case in refused)
    assert all(case.answer.startswith(("refused", "`")) for case in refused)


@pytest.mark.parametrize("word", ["acme", "7"])
def test_a_category_that_was_never_seen_is_stranger_than_any_that_was(word):
    rows = [("20", "5", maker) for maker in ("abb", "bosch", "kuka", word)]
    made = Case("", "score machines.onnx bad.csv", 0, "", bad(lines(*rows, names=WITH_MAKER)))
    *seen, unseen = [row["anomaly_score"] for row in answer_to(made).scores]
    assert unseen > max(seen)


def test_a_row_that_cannot_be_scored_and_is_called_normal_is_noticed():
    case = Case("", "score detector.onnx bad.csv", 0, "", bad(to_score(USUAL_ROW)), invalid=(1,))
    answer = answer_to(case)
    assert problems(case, answer) == [f"row 1 is {answer.scores[1]}"]


USUAL_ROW = ("20", "5", "100")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer(4, "", "isthmus: bad.csv: is empty", [], frozenset()), ""),
        (Answer(70, "", "isthmus: bad.csv: is empty", [], frozenset()), "exit code 70"),
        (Answer(4, "", "isthmus: bad.csv: is bad", [], frozenset()), "'is empty' was not said"),
        (Answer(4, "", "isthmus: is empty", [], frozenset()), "does not begin with the place"),
        (Answer(4, "", "isthmus: bad.csv: is empty\nTraceback", [], frozenset()), "Traceback"),
        (Answer(4, "", "isthmus: bad.csv: is empty", [], frozenset({"new.onnx"})), "new.onnx"),
        (Answer(4, "", "isthmus: bad.csv: is empty\nisthmus: b", [], frozenset()), "one message"),
    ],
)
def test_an_answer_that_is_not_as_the_table_says_is_noticed(answer, said):
    case = Case("an empty file", "fit bad.csv", 4, "refused: `is empty`", bad(b""))
    found = problems(case, answer)
    assert bool(found) is bool(said)
    assert said in " ".join(found)
