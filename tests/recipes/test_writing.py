"""What a run leaves behind: whole, true, or nothing."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
import shutil
from pathlib import Path

import pytest
from small import small_run

from isthmus import Scorer
from isthmus.errors import FileAccessError
from isthmus.recipes import NAMES, Recipe, load
from isthmus.recipes import writing as module
from isthmus.recipes.flattery import flatters
from isthmus.recipes.pictures import pictures
from isthmus.recipes.run import Run, Size
from isthmus.recipes.table import as_markdown, lines
from isthmus.recipes.writing import claim_folder, write_run

pytest.importorskip("altair", reason="recipes draw with Altair")


@pytest.fixture(scope="module", params=NAMES)
def written(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Run, Path]:
    folder = tmp_path_factory.mktemp("runs") / request.param
    run = small_run(request.param)
    write_run(run, folder)
    return run, folder


def test_the_folder_has_models_metrics_table_and_every_figure_and_nothing_else(
    written: tuple[Run, Path],
) -> None:
    run, folder = written
    recipe = run.recipe
    figures = {*recipe.figures}
    figures |= {f"{one}-{own}" for one in figures - {"samples"} for own in recipe.variants}
    assert {path.name for path in folder.iterdir()} == {
        *(f"{name}.onnx" for name in ("reproduced", "honest", "default", *recipe.variants)),
        "metrics.json",
        "table.md",
        *(f"{figure}.png" for figure in figures),
    }
    for path in folder.glob("*.png"):
        assert path.read_bytes().startswith(b"\x89PNG")
    assert not list(folder.parent.glob(".isthmus-*"))


def test_the_metrics_are_those_of_the_files(written: tuple[Run, Path]) -> None:
    run, folder = written
    told = json.loads((folder / "metrics.json").read_text())
    assert Recipe.model_validate(told["recipe"]) == run.recipe
    assert told["versions"].keys() >= {"isthmus", "python", "numpy", "onnx", "onnxruntime", "torch"}
    assert (told["seed"], told["size"]["published"]) == (0, False)
    assert told["flattered_by"] == flatters(run.recipe)
    assert set(told["data"]["sha256"]) == set(told["data"]["rows"])
    for name, detector in told["detectors"].items():
        data = (folder / detector["file"]).read_bytes()
        assert hashlib.sha256(data).hexdigest() == detector["sha256"]
        manifest = Scorer.load(data).manifest
        assert detector["options"] == manifest.options.model_dump(mode="json")
        assert detector["rows"]["training_rows"] == manifest.data.training_rows
        of_test = "test" in detector["rows"]["calibration"]
        assert of_test == (name not in ("honest", "default"))
        assert detector["evaluation"]["rows"] == told["data"]["rows"]["test"]


def test_the_table_has_every_column_and_every_figure_that_is_published(
    written: tuple[Run, Path],
) -> None:
    run, folder = written
    page = (folder / "table.md").read_text()
    table = [line for line in page.splitlines() if line.startswith("|")]
    head = [cell.strip() for cell in table[0].strip("|").split("|")]
    assert head == [
        "", "published", "reproduced", *run.recipe.variants, "honest threshold", "isthmus default",
    ]  # fmt: skip
    assert {line.count("|") for line in table} == {len(head) + 1}
    published = [line.strip("|").split("|")[1].strip() for line in table[2:]]
    for value in run.recipe.published.model_dump(exclude_none=True).values():
        assert any(re.search(rf"(?<![\d.]){value}0*(?!\d)", cell) for cell in published), value
    assert "**Not the published size: at most 230 training rows and 1 epoch.**" in page
    assert ("Normal is positive" in page) == bool(run.recipe.data.normal)
    for word, sentence in flatters(run.recipe).items():
        assert sentence in page
        assert word in table[-1]
    assert table[-1].count("nothing") == 2


def cells_of(run: Run, label: str) -> dict[str, str]:
    """A line of the table by the names of its columns."""
    head, *rows = lines(run)
    (row,) = (row for row in rows if row[0].startswith(label))
    return dict(zip(head[1:], row[1:], strict=True))


def test_an_equal_code_is_one_of_an_equal_number_of_networks() -> None:
    run = small_run("mnist-conv")
    for label in ("numbers in a network's code", "networks"):
        cells = cells_of(run, label)
        assert cells.pop("published") == "-"
        assert set(cells.values()) == {"128" if "code" in label else "1"}


@pytest.mark.parametrize("name", NAMES)
def test_networks_parameters_and_the_options_of_the_default_are_in_the_table(name: str) -> None:
    run = small_run(name)
    set_here = cells_of(run, "options of the default")["isthmus default"]
    assert set_here == (
        "code_size=128, restoration=off, scheme=split, members=1"
        if name == "mnist-conv"
        else "nothing"
    )
    for label, count in (
        ("networks", lambda one: one.members),
        ("parameters", lambda one: one.training.parameters),
    ):
        counted = [str(count(one.scorer.manifest)) for one in run.outcomes.values()]
        assert list(cells_of(run, label).values())[1:] == counted


def test_each_of_the_two_cross_entropies_has_a_name_of_its_own() -> None:
    run = small_run("mnist-conv")
    page = as_markdown(run)
    assert "cross-entropy of a pixel, as Keras, the image's own included" in page
    assert "The entropy of the image itself" in page
    threshold = cells_of(run, "threshold")["reproduced"]
    assert threshold.startswith("mean cross-entropy above the image's own ")
    drawn = pictures(run)
    for variant in ("", "-learning-rate-1"):
        errors = json.dumps(drawn[f"errors{variant}"].to_dict())
        assert "a row's mean cross-entropy above the image's own" in errors
        loss = json.dumps(drawn[f"loss{variant}"].to_dict())
        assert '"loss: cross-entropy above the image\'s own"' in loss
        assert "and Keras counts, is left out" in loss
        assert "(bce)" not in errors + loss
    assert "The entropy of the image" not in as_markdown(small_run("fashion-held-out"))


def test_of_an_article_without_figures_none_are_called_published() -> None:
    run = small_run("fashion-held-out")
    normal = cells_of(run, "normal test rows")
    assert normal["published"] == "95 % by construction"
    assert cells_of(run, "abnormal test rows")["published"] == "-"
    assert "?" not in as_markdown(run)
    assert normal["reproduced"] == "38 of 40"


def test_that_the_default_rebuilds_hidden_pixels_is_said_where_it_does() -> None:
    said = "rebuilds every pixel while it is hidden"
    assert [name for name in NAMES if said in as_markdown(small_run(name))] == ["fashion-held-out"]


WATCHED = {
    "ecg-guide": "loss on the whole training split",
    "ecg-batchnorm": "loss on the test rows",
    "ecg-lab": "loss on the normal test rows",
    "fashion-held-out": "loss on the normal test rows",
    "mnist-conv": "loss on the test rows",
}


@pytest.mark.parametrize("name", NAMES)
def test_every_figure_names_its_recipe_and_variant_and_a_size_less_than_published(
    name: str,
) -> None:
    run = small_run(name)
    for figure, chart in pictures(run).items():
        title = chart.to_dict()["title"]
        whose = next((one for one in run.recipe.variants if figure.endswith(one)), "reproduced")
        named = name if figure == "samples" else f"{name}, {whose}"
        assert title["text"].startswith((f"{named}:", f"{named} "))
        assert "…" not in title["text"]
        said = "Not the published size: at most 230 training rows and 1 epoch"
        assert title["subtitle"][-1] == said
    published = dataclasses.replace(run, size=Size(default_epochs=1))
    for chart in pictures(published).values():
        assert "ublished size" not in json.dumps(chart.to_dict())


@pytest.mark.parametrize("name", NAMES)
def test_the_figure_of_the_losses_names_the_rows_that_were_watched(name: str) -> None:
    drawn = json.dumps(pictures(small_run(name))["loss"].to_dict())
    assert f'"{WATCHED[name]}"' in drawn
    assert "validation" not in drawn


def test_the_cells_of_beats_are_samples() -> None:
    drawn = pictures(small_run("ecg-lab"))
    for figure in ("samples", "reconstructions"):
        text = json.dumps(drawn[figure].to_dict())
        assert '"title": "sample"' in text
        assert '"title": "cell"' not in text


FLATTERED = {
    "ecg-guide": {"test rows", "abnormal rows"},
    "ecg-batchnorm": {"test rows", "abnormal rows"},
    "ecg-lab": {"training errors", "test rows", "abnormal rows"},
    "fashion-held-out": {"test rows"},
    "mnist-conv": {"test rows"},
}


@pytest.mark.parametrize("name", NAMES)
def test_what_a_protocol_should_not_have_seen_is_said_in_a_word(name: str) -> None:
    assert set(flatters(load(name))) == FLATTERED[name]


@pytest.fixture(scope="module")
def run() -> Run:
    return small_run("ecg-lab")


def test_a_folder_with_files_is_filled_only_by_force_and_keeps_other_files(
    run: Run, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    write_run(run, folder)  # an empty one may be filled
    (folder / "mine.txt").write_text("mine")
    (folder / "table.md").write_text("old")
    with pytest.raises(FileAccessError, match="not empty"):
        write_run(run, folder)
    assert (folder / "table.md").read_text() == "old"
    write_run(run, folder, overwrite=True)
    assert (folder / "table.md").read_text().startswith("# ecg-lab")
    assert (folder / "mine.txt").read_text() == "mine"


def test_a_place_that_cannot_be_filled_is_refused_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FileAccessError, match="is a file"):
        claim_folder(tmp_path / "file", overwrite=True)
    with pytest.raises(FileAccessError, match="does not exist"):
        claim_folder(tmp_path / "no" / "out", overwrite=True)
    claim_folder(tmp_path / "new", overwrite=False)


def test_a_failure_amid_the_writing_leaves_nothing_behind(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_run: Run) -> dict[str, object]:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "pictures", full)
    with pytest.raises(FileAccessError, match=r"out: could not be written: No space left"):
        write_run(run, tmp_path / "out")
    assert not list(tmp_path.iterdir())


def test_a_run_is_drawn_to_the_same_bytes(run: Run, tmp_path: Path) -> None:
    first = write_run(run, tmp_path / "first")
    shutil.move(tmp_path / "first", tmp_path / "moved")
    write_run(run, tmp_path / "second")
    for path in first:
        assert (tmp_path / "moved" / path.name).read_bytes() == (
            tmp_path / "second" / path.name
        ).read_bytes()
