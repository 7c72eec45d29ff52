"""What a run leaves behind: whole, true, or nothing."""

from __future__ import annotations

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
from isthmus.recipes.run import Run
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
