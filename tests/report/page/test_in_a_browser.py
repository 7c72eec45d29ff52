"""The page as its readers meet it: in a browser, at every size, with hostile data."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import numpy as np
import pytest
from browser import findings, opened
from hostile import HOSTILE
from made_pages import alarms_at, beats_page, hostile_page, images_page, table_page

from isthmus.report.page import report


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("pages")


def wait_for(page, row):
    said = "row => document.getElementById('picked').textContent.startsWith(`Row ${row}`)"
    page.wait_for_function(said, arg=row)


def detail_of(page):
    return page.locator("#picked").inner_text()


@pytest.mark.parametrize(
    "make", [beats_page, table_page, images_page], ids=lambda make: make.__name__
)
@pytest.mark.parametrize("width", [360, 1600])
def test_every_kind_of_page_fits_its_width_in_light_and_dark(folder, make, width):
    path, _ = make(folder)
    for dark in (False, True):
        with opened(path, width=width, dark=dark) as page:
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert page.locator("[data-chart] svg").count() == page.locator("[data-chart]").count()


@pytest.mark.parametrize(
    "make", [beats_page, table_page, images_page], ids=lambda make: make.__name__
)
def test_a_row_of_the_table_a_point_and_the_list_show_the_same_row(folder, make):
    path, gathered = make(folder)
    with opened(path) as page:
        first, third = gathered.strangest[0].row, gathered.strangest[2].row
        assert detail_of(page).startswith(f"Row {first}")
        before = page.locator("#explorer svg").first.inner_html()
        page.locator("#alarms tbody tr").nth(2).locator("button").click()
        wait_for(page, third)
        assert page.locator("#explorer svg").first.inner_html() != before
        page.locator("#explorer select").select_option(index=0)
        wait_for(page, first)
        page.wait_for_function(
            "before => document.querySelector('#explorer svg').innerHTML === before", arg=before
        )


def test_a_point_that_is_clicked_is_shown(folder):
    path, gathered = beats_page(folder)
    with opened(path) as page:
        marks = page.locator("#explorer svg .mark-symbol path")
        clicked(page, marks.nth(gathered.strangest[1].row))
        wait_for(page, gathered.strangest[1].row)


def clicked(page, mark):
    mark.scroll_into_view_if_needed()
    place = mark.bounding_box()
    page.mouse.click(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)


def test_a_bar_shows_the_strangest_row_in_it(folder):
    path, gathered = beats_page(folder)
    with opened(path) as page:
        bars = page.evaluate(
            "JSON.parse(document.getElementById('specs').textContent).datasets.bars"
        )
        tall = max((bar for bar in bars if bar["i"] > 0), key=lambda bar: bar["n"])
        drawn = page.locator("#explorer svg .mark-rect path")
        clicked(page, drawn.nth(bars.index(tall)))
        wait_for(page, gathered.kept[tall["i"]].row)
        inside = [one for one in gathered.kept if tall["a"] < one.told.anomaly_score <= tall["b"]]
        assert gathered.kept[tall["i"]].row == inside[0].row


def test_a_point_of_which_the_score_alone_is_kept_says_so(folder):
    _, gathered = beats_page(folder)
    few = replace(gathered, strangest=gathered.strangest[:5], typical=())
    path = folder / "few.html"
    path.write_bytes(report(few))
    row = gathered.strangest[-1].row
    with opened(path) as page:
        before = page.locator("#explorer svg").inner_html()
        clicked(page, page.locator("#explorer svg .mark-symbol path").nth(row))
        wait_for(page, row)
        assert "not among the rows that are kept whole" in detail_of(page)
        assert page.locator("#explorer svg").inner_html() == before


def test_alpha_can_be_moved_and_the_counts_follow_exactly(folder):
    path, gathered = beats_page(folder)
    with opened(path) as page:
        slider = page.locator("#alpha")
        for place in (0, 5, int(slider.get_attribute("max"))):
            slider.evaluate(
                f"one => {{ one.value = {place}; one.dispatchEvent(new Event('input')) }}"
            )
            said = page.locator("#alpha-said").inner_text()
            alpha = page.evaluate(
                f"JSON.parse(document.getElementById('specs').textContent).stops[{place}].alpha"
            )
            assert f": {alarms_at(gathered, alpha):,} alarms" in said
        listed = page.locator("#alarms tbody tr td:nth-last-child(2)").all_inner_texts()
        p_values = [one.told.p_value for one in gathered.strangest]
        assert [text == "alarm" for text in listed] == [p <= alpha + 1e-12 for p in p_values]


def test_the_table_sorts_filters_and_is_downloaded_as_it_is_shown(folder):
    path, gathered = table_page(folder)
    with opened(path) as page:
        page.locator("#alarms thead button").first.click()
        rows = [
            int(text) for text in page.locator("#alarms tbody tr td:first-child").all_inner_texts()
        ]
        assert rows == sorted(one.row for one in gathered.strangest)
        page.locator("#filter").fill("turbo")
        visible = page.locator("#alarms tbody tr:visible").count()
        assert 0 < visible < len(rows)
        with page.expect_download() as waiting:
            page.locator("#download").click()
        text = waiting.value.path().read_text(encoding="utf-8")
        lines = list(csv.DictReader(io.StringIO(text)))
        kept = {one.row: one for one in gathered.strangest}
        assert [line["alarm"] for line in lines] == ["alarm"] * len(lines)
        assert all("turbo" in kept[int(line["row"])].told.sentence for line in lines)


def test_no_text_of_the_user_is_taken_for_anything_but_text(folder):
    path, gathered = hostile_page(folder)
    with opened(path) as page:
        for place in range(min(len(gathered.strangest), 20)):
            page.locator("#alarms tbody tr").nth(place).locator("button").click()
        page.locator("#filter").fill("<")
        with page.expect_download() as waiting:
            page.locator("#download").click()
        text = waiting.value.path().read_text(encoding="utf-8")
        assert not any(
            cell.startswith("=") for row in csv.reader(io.StringIO(text)) for cell in row
        )
        assert page.locator("script").count() == 3
        assert page.locator("main img, main iframe, main b").count() == 0
    assert len(HOSTILE) > 25


@pytest.mark.parametrize(
    "make", [beats_page, table_page, images_page], ids=lambda make: make.__name__
)
@pytest.mark.parametrize("dark", [False, True])
def test_nobody_is_kept_out(folder, make, dark):
    path, _ = make(folder)
    assert findings(path, dark=dark) == []


def test_all_that_is_said_in_words_stands_without_a_script(folder):
    path, gathered = beats_page(folder)
    text = path.read_text(encoding="utf-8")
    words = text[text.index("<main>") : text.index('<script type="application/json"')]
    assert f"{int(gathered.is_alarm.sum())} alarms among {len(gathered.scores)} rows" in words
    assert gathered.strangest[0].told.sentence.partition(": ")[2][:40] in words
    assert np.isfinite(gathered.scores).all()
