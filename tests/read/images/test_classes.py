"""Folders that are named like labels are not all learnt from unless somebody says so."""

from __future__ import annotations

from pathlib import Path

import pytest
from image_files import GREY, encoded

from isthmus.errors import UsageError
from isthmus.options import RowOptions
from isthmus.read import Rows, open_source, read_rows


def read(root: Path, *folders: str, **choices: object) -> Rows:
    for folder in folders:
        (root / folder).mkdir(parents=True)
        (root / folder / "a.png").write_bytes(encoded(GREY, "PNG"))
    return read_rows(open_source(root), RowOptions(**choices))


@pytest.mark.parametrize(
    "folders",
    [
        ("good", "bad"),
        ("good", "scratched"),
        ("Normal", "abnormal"),
        ("OK", "NG"),
        ("ok", "not-ok"),
        ("healthy", "sick"),
        ("defects",),
        ("monday", "Broken_2"),
        ("good", "cut", "hole"),
    ],
)
def test_labels_of_which_nothing_is_said_are_refused(tmp_path: Path, folders: tuple[str]) -> None:
    with pytest.raises(UsageError, match=r"named like labels .*\n.*--label class --normal"):
        read(tmp_path, *folders)


@pytest.mark.parametrize(
    "folders",
    [
        ("good",),
        ("camera1", "camera2"),
        ("2024", "2025"),
        ("train", "test"),
        ("cat", "dog"),
        ("goodyear", "badminton"),
        (),
    ],
)
def test_other_folders_are_learnt_from_as_they_are(tmp_path: Path, folders: tuple[str]) -> None:
    (tmp_path / "top.png").write_bytes(encoded(GREY, "PNG"))
    assert len(read(tmp_path, *folders).values) == len(folders) + 1


@pytest.mark.parametrize(
    "choices",
    [
        {"label": "class", "normal": ("good",)},
        {"label": 1, "normal": ("good",)},
        {"drop": ("class",)},
        {"drop": (1,)},
    ],
)
def test_whoever_says_what_the_folders_are_is_believed(
    tmp_path: Path, choices: dict[str, object]
) -> None:
    assert len(read(tmp_path, "good", "bad", **choices).values) == 2


def test_the_message_names_the_folder_that_can_be_given_alone(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"give .*/intact alone, or .* --drop class"):
        read(tmp_path, "intact", "other")
    assert len(read_rows(open_source(tmp_path / "intact"), RowOptions()).values) == 1
