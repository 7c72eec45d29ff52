"""Where the cache folder is, on every platform."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from isthmus.datasets.cache import cache_folder, dataset_folder
from isthmus.errors import FileAccessError, UsageError


@pytest.fixture(autouse=True)
def home(monkeypatch, tmp_path):
    for name in ("ISTHMUS_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("platform", "folder"),
    [
        ("linux", ".cache/isthmus"),
        ("freebsd14", ".cache/isthmus"),
        ("darwin", "Library/Caches/isthmus"),
        ("win32", "AppData/Local/isthmus/Cache"),
    ],
)
def test_each_platform_has_its_own(monkeypatch, home, platform, folder):
    monkeypatch.setattr(sys, "platform", platform)
    assert cache_folder() == home / folder


def test_the_variables_of_the_platforms_are_heeded(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_folder() == tmp_path / "xdg" / "isthmus"
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "local"))
    assert cache_folder() == tmp_path / "local" / "isthmus" / "Cache"


@pytest.mark.parametrize("useless", ["", "relative/folder"])
def test_a_cache_home_that_is_no_absolute_path_is_ignored(monkeypatch, home, useless):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", useless)
    assert cache_folder() == home / ".cache" / "isthmus"


def test_what_is_chosen_wins_over_the_variable_and_that_over_the_platform(monkeypatch, tmp_path):
    monkeypatch.setenv("ISTHMUS_CACHE", "")
    assert cache_folder().name == "isthmus"
    monkeypatch.setenv("ISTHMUS_CACHE", str(tmp_path / "variable"))
    assert cache_folder() == tmp_path / "variable"
    assert cache_folder(tmp_path / "chosen") == tmp_path / "chosen"
    assert dataset_folder("mnist") == tmp_path / "variable" / "datasets" / "mnist"


def test_an_empty_name_is_refused_and_not_taken_for_none():
    with pytest.raises(UsageError, match="--cache: is empty"):
        cache_folder("")


def test_a_user_without_a_home_is_told_what_to_do(monkeypatch):
    def homeless():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", homeless)
    monkeypatch.setattr(sys, "platform", "linux")
    with pytest.raises(FileAccessError, match="Choose one with --cache or ISTHMUS_CACHE"):
        cache_folder()


def test_asking_makes_no_folder(tmp_path):
    dataset_folder("mnist", tmp_path / "new")
    assert not (tmp_path / "new").exists()
