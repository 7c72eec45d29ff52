"""What holds for every figure: the same bytes twice, nothing blank, no text that harms."""

from __future__ import annotations

import html
import io
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import altair
import pytest
from pictures import HOSTILE, PICTURES

from isthmus.errors import FileAccessError, MissingExtraError, UsageError
from isthmus.report.figures import save
from isthmus.report.figures.text import clean
from isthmus.report.figures.theme import FONT

Draw = Callable[[str], Any]
every_figure = pytest.mark.parametrize("draw", PICTURES.values(), ids=PICTURES)


@every_figure
@pytest.mark.parametrize("ending", ["png", "svg", "json"])
def test_the_same_figure_has_the_same_bytes(draw: Draw, ending: str, tmp_path: Path) -> None:
    first, second = tmp_path / f"first.{ending}", tmp_path / f"second.{ending}"
    save(draw("title"), first)
    save(draw("title"), second)
    assert first.read_bytes() == second.read_bytes()


@every_figure
def test_a_png_is_large_enough_and_shows_its_colours(draw: Draw, tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
    save(draw("title"), tmp_path / "figure.png")
    with image.open(io.BytesIO((tmp_path / "figure.png").read_bytes())) as picture:
        width, height = picture.size
        pixels = picture.convert("RGB")
        colors = {color: count for count, color in pixels.getcolors(maxcolors=1 << 24)}
    assert 1300 < width < 2400
    assert 700 < height < 1400
    assert 0.35 < colors[(255, 255, 255)] / (width * height) < 0.99
    saturated = [c for c, n in colors.items() if max(c) - min(c) > 100 and n > 20]
    assert saturated, "neither the blue nor the orange of the theme is to be seen"


WORST = ("nul \x00 and \ud800", "constructor")
TITLES = [(name, title) for name in PICTURES for title in (HOSTILE if name == "curve" else WORST)]


@pytest.mark.parametrize(("name", "title"), TITLES)
def test_hostile_titles_are_shown_and_do_no_harm(
    name: str, title: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    save(PICTURES[name](title), tmp_path / "figure.svg")
    texts = _texts(tmp_path / "figure.svg")
    assert clean(title) in [text.strip() for text in texts]
    assert capfd.readouterr().err == ""


def test_hostile_names_are_shown_in_their_order(tmp_path: Path) -> None:
    save(PICTURES["table"]("title"), tmp_path / "figure.svg")
    texts = _texts(tmp_path / "figure.svg")
    names = [clean(name, most=24) for name in HOSTILE]
    shown = [text for text in texts if text in names]
    assert shown == names * 2


def _texts(path: Path) -> list[str]:
    source = path.read_text("utf-8")
    assert "<img" not in source
    assert "<script" not in source
    return [html.unescape(text) for text in re.findall(r"<text[^>]*>([^<]*)</text>", source)]


@every_figure
def test_json_is_plain_ascii_that_can_stand_in_a_page(draw: Draw, tmp_path: Path) -> None:
    save(draw(HOSTILE[0]), tmp_path / "figure.json")
    text = (tmp_path / "figure.json").read_text("ascii")
    assert not set(text) & set("<>&")
    spec = json.loads(text, parse_constant=pytest.fail)
    assert spec["$schema"].startswith("https://vega.github.io/schema/vega-lite/")


@every_figure
def test_every_figure_wears_the_theme_and_describes_itself(draw: Draw) -> None:
    spec = draw("title").to_dict()
    assert spec["config"]["font"] == FONT
    assert spec["config"]["background"] == "white"
    assert len(spec["description"]) > 40


@every_figure
def test_no_figure_fetches_anything(draw: Draw) -> None:
    spec = draw("title").to_dict()
    del spec["$schema"]
    text = json.dumps(spec).replace('"url": {"field": "url", "type": "nominal"}', "")
    addresses = re.findall(r'"url": "([^"]{0,22})', text)
    assert all(address == "data:image/png;base64," for address in addresses)
    assert '"url"' not in re.sub(r'"url": "', "", text)
    assert "://" not in text


@pytest.mark.parametrize("ending", ["png", "svg"])
def test_control_characters_that_a_figure_holds_elsewhere_do_not_end_the_process(
    ending: str, tmp_path: Path
) -> None:
    data = altair.Data(values=[{"kind": "nul \x00 and \x1b", "value": 1}])
    chart = altair.Chart(data).mark_bar().encode(x="value:Q", y="kind:N")
    save(chart, tmp_path / f"figure.{ending}")
    assert (tmp_path / f"figure.{ending}").stat().st_size > 1000


def test_an_unknown_ending_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        save(PICTURES["curve"]("title"), tmp_path / "figure.bmp")
    assert str(caught.value) == (
        f"{tmp_path}/figure.bmp: a figure cannot be saved as '.bmp'\nKnown: .png, .svg, .json."
    )
    assert list(tmp_path.iterdir()) == []


def test_a_figure_replaces_no_file_unless_told(tmp_path: Path) -> None:
    (tmp_path / "figure.json").write_text("precious")
    with pytest.raises(FileAccessError, match="exists already"):
        save(PICTURES["curve"]("title"), tmp_path / "figure.json")
    assert (tmp_path / "figure.json").read_text() == "precious"
    save(PICTURES["curve"]("title"), tmp_path / "figure.json", overwrite=True)
    assert (tmp_path / "figure.json").read_text() != "precious"


@every_figure
def test_without_the_drawing_library_one_sentence_says_how_to_get_it(
    draw: Draw, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "altair", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'isthmus\[report\]'"):
        draw("title")
