"""The matrix of alarms against truth: its counts and shares."""

from __future__ import annotations

import pytest
from pictures import data_of

from isthmus.errors import DataError
from isthmus.evaluation import Confusion
from isthmus.report.figures import confusion_matrix


def made(*counts: int) -> Confusion:
    names = (
        "alarms_among_abnormal",
        "quiet_among_abnormal",
        "alarms_among_normal",
        "quiet_among_normal",
    )
    return Confusion(**dict(zip(names, counts, strict=True)))


def test_every_field_has_its_count_and_its_share_of_the_class() -> None:
    spec = confusion_matrix(made(431, 6, 27, 536), title="Beats").to_dict()
    records = {(r["truth"], r["answer"]): r for r in data_of(spec, spec["layer"][0])}
    assert {key: record["count"] for key, record in records.items()} == {
        ("normal", "no alarm"): 536,
        ("normal", "alarm"): 27,
        ("abnormal", "no alarm"): 6,
        ("abnormal", "alarm"): 431,
    }
    assert records["normal", "alarm"]["words"] == "4.8 % of 563 normal"
    assert records["abnormal", "alarm"]["share"] == pytest.approx(431 / 437)
    assert spec["title"]["text"] == "Beats "
    assert spec["title"]["subtitle"] == ["Accuracy 0.967 of 1000 rows"]


def test_a_class_without_rows_is_said_to_have_none() -> None:
    spec = confusion_matrix(made(0, 0, 1, 9)).to_dict()
    records = data_of(spec, spec["layer"][0])
    assert [r["words"] for r in records if r["truth"] == "abnormal"] == ["no abnormal"] * 2
    with pytest.raises(DataError, match="no row has a score"):
        confusion_matrix(made(0, 0, 0, 0))
