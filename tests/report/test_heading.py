"""What stands over a figure that belongs to something."""

from __future__ import annotations

import pytest
from pictures import HOSTILE, PICTURES

from isthmus.report.figures import headed
from isthmus.report.figures.text import clean

OF_PANELS = ("signal", "table", "classes", "several")


@pytest.mark.parametrize("name", sorted(set(PICTURES) - {*OF_PANELS}))
def test_the_name_stands_before_the_title_and_notes_under_what_is_there(name: str) -> None:
    before = PICTURES[name]("the title").to_dict()
    after = headed(PICTURES[name]("the title"), "the name", ["first", "second"]).to_dict()
    assert after["title"]["text"] == "the name: the title "
    assert after["title"]["subtitle"] == [*before["title"]["subtitle"], "first", "second"]
    assert after["description"].startswith("the name: the title. first. second. ")
    assert after["description"].endswith(before["description"])
    assert after["config"] == before["config"]


@pytest.mark.parametrize("name", ["signal", "table", "classes"])
def test_panels_keep_their_titles_under_one(name: str) -> None:
    before = PICTURES[name]("the title").to_dict()
    after = headed(PICTURES[name]("the title"), "the name", ["a remark"]).to_dict()
    assert after["title"]["text"] == "the name "
    assert after["title"]["subtitle"] == ["a remark"]
    assert after["concat"] == before["concat"]


def test_a_hostile_name_is_cleaned() -> None:
    for name in HOSTILE:
        spec = headed(PICTURES["classes"]("t"), name).to_dict()
        assert spec["title"]["text"] == f"{clean(name, 100)} "
