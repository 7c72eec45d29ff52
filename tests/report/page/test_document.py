"""The page as a file: what it lets run, and that nothing in it ends early."""

from __future__ import annotations

import base64
import hashlib
import json
import re

from hypothesis import given
from hypothesis import strategies as st
from made_pages import alarms_at, beats, hostile, images, machines

from isthmus.report.page import report
from isthmus.report.page.document import as_json
from isthmus.report.page.stops import stops


@given(st.recursive(st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_json_inside_a_page_reads_back_and_ends_nothing(value):
    text = as_json(value)
    assert json.loads(text) == value
    assert text.isascii()
    assert not set("<>&") & set(text)


def test_the_policy_lets_the_pages_own_scripts_run_and_nothing_else():
    page = report(beats()).decode()
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)[1].replace("&#39;", "'")
    said = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    digests = [
        f"'sha256-{base64.b64encode(hashlib.sha256(one.encode()).digest()).decode()}'"
        for one in scripts
    ]
    assert said["script-src"].split() == digests
    assert said["default-src"] == "'none'"
    assert "unsafe" not in policy
    assert len(scripts) == 2


def test_the_same_rows_give_the_same_page():
    assert report(machines()) == report(machines())


def test_a_page_asks_for_nothing_from_elsewhere():
    for gathered in (beats(), machines(), images(), hostile()):
        page = report(gathered).decode()
        shown = page[: page.index("<script>")]
        assert not re.findall(r"""(?:src|href)=["'](?!#)""", shown)


def test_alarms_at_every_place_of_the_slider_are_counted_exactly():
    for gathered in (beats(), machines()):
        found = stops(gathered)
        assert [one["alarms"] for one in found.stops] == [
            alarms_at(gathered, one["alpha"]) for one in found.stops
        ]
        chosen = found.stops[found.first]
        assert chosen["alpha"] == gathered.decision.alpha
        assert chosen["alarms"] == int(gathered.is_alarm.sum())
        above = [int((gathered.scores > one["cut"]).sum()) for one in found.stops]
        assert above == [one["alarms"] for one in found.stops]


def test_a_page_is_small_enough_to_be_sent():
    assert len(report(beats())) < 4_000_000
