"""Data sets come into the cache once, checked, from wherever they are."""

from __future__ import annotations

import numpy as np
import pytest

from isthmus import datasets
from isthmus.datasets import CATALOGUE, load_ecg5000, load_fashion_mnist, load_mnist
from isthmus.datasets.catalogue import dataset
from isthmus.datasets.watch import Watch
from isthmus.errors import FileAccessError, UnreadableDataError, UsageError
from isthmus.read import open_source
from isthmus.read.idx import read_idx
from tests.datasets.serving import serving, whole
from tests.datasets.test_images import as_npz, equal
from tests.datasets.tiny import arrays_of, tiny, write


@pytest.fixture
def cache(tmp_path, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ISTHMUS_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "datasets"


@pytest.fixture
def server(monkeypatch):
    """Both image sets, tiny, on a server of this machine."""
    with serving() as state:
        for name in ("mnist", "fashion-mnist"):
            row, packed = tiny(name, state.url("/gone/"), state.url(f"/{name}/"))
            monkeypatch.setitem(CATALOGUE, name, row)
            for file, data in packed.items():
                state.serve(f"/{name}/{file}", whole(data))
        yield state


LOADERS = {"mnist": load_mnist, "fashion-mnist": load_fashion_mnist}


@pytest.mark.parametrize("name", LOADERS)
def test_what_was_got_can_be_loaded_and_is_fetched_once(server, cache, name):
    had = datasets.get(name)
    assert [path.parent for path in had.files] == [cache / name] * 4
    assert had.new == had.files
    assert equal(LOADERS[name](), arrays_of(name))
    asked = len(server.asked)
    assert asked == 8  # each file once at the mirror that has it not, once at the one that has it
    again = datasets.get(name)
    assert again.files == had.files and again.new == ()
    assert len(server.asked) == asked


def test_only_what_is_missing_is_fetched(server, cache):
    had = datasets.get("mnist")
    had.files[1].unlink()
    before = had.files[0].stat().st_mtime_ns
    assert datasets.get("mnist").new == (had.files[1],)
    assert had.files[0].stat().st_mtime_ns == before


@pytest.mark.parametrize("damage", [b"", b"\x1f\x8b broken", None])
def test_a_damaged_file_in_the_cache_is_replaced_and_said(server, cache, damage):
    had, notes = datasets.get("mnist"), []
    whole_file = had.files[0].read_bytes()
    had.files[0].write_bytes(whole_file[:-9] if damage is None else damage)
    assert datasets.get("mnist", watch=Watch(note=notes.append)).new == (had.files[0],)
    assert had.files[0].read_bytes() == whole_file
    assert notes[0] == f"{had.files[0]}: is damaged and will be replaced"


def test_the_cache_may_be_chosen(server, cache, tmp_path):
    had = datasets.get("mnist", cache=tmp_path / "other")
    assert had.files[0].parent == tmp_path / "other" / "datasets" / "mnist"
    assert not cache.exists()


@pytest.mark.parametrize("original", [True, False])
def test_files_at_hand_are_taken_without_the_network(server, cache, tmp_path, original):
    packed = tiny("mnist")[1]
    files = packed if original else {"mnist.npz": as_npz(**arrays_of("mnist"))}
    had = datasets.get("mnist", source=write(tmp_path / "hand", files))
    assert server.asked == []
    assert had.new == had.files
    assert equal(load_mnist(), arrays_of("mnist"))
    assert [path.read_bytes() == packed[path.name] for path in had.files] == [original] * 4
    assert datasets.get("mnist").new == ()
    assert np.array_equal(read_idx(had.files[0]), arrays_of("mnist")["x_train"])


def test_files_at_hand_that_are_others_are_refused_and_nothing_is_written(server, cache, tmp_path):
    hand = write(tmp_path / "hand", tiny("fashion-mnist")[1])
    with pytest.raises(UnreadableDataError, match="x_train is not that of mnist"):
        datasets.get("mnist", source=hand)
    with pytest.raises(FileAccessError, match="there is no such folder or file"):
        datasets.get("mnist", source=tmp_path / "none")
    with pytest.raises(FileAccessError, match="are not there"):
        datasets.get("mnist", source=tmp_path)
    assert not cache.exists()
    assert server.asked == []


def test_where_nothing_can_be_fetched_the_way_out_is_said(cache, monkeypatch):
    row, _ = tiny("mnist", "http://127.0.0.1:9/")
    monkeypatch.setitem(CATALOGUE, "mnist", row)
    with pytest.raises(FileAccessError) as failure:
        datasets.get("mnist")
    assert str(failure.value).splitlines()[-1] == (
        "With the files at hand: isthmus datasets get mnist --from FOLDER. "
        f"What is fetched is kept in {cache / 'mnist'}."
    )
    assert not (cache / "mnist").exists()


def test_the_heartbeats_are_written_as_a_file_that_the_commands_read(cache):
    had = datasets.get("ecg5000")
    assert had.files == had.new == (cache / "ecg5000" / "ecg5000.npz",)
    source, beats = open_source(had.files[0]), load_ecg5000()
    assert len(source.columns) == 141 and source.columns[-1] == "label"
    with np.load(had.files[0], allow_pickle=False) as held:
        assert np.array_equal(held["X"], beats.beats)
        assert np.array_equal(held["y"], beats.classes)
    before = had.files[0].stat().st_mtime_ns
    assert datasets.get("ecg5000").new == ()
    assert had.files[0].stat().st_mtime_ns == before


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04", None])
def test_damaged_heartbeats_are_written_again(cache, damage):
    (path,) = datasets.get("ecg5000").files
    data = path.read_bytes()
    path.write_bytes(data[:-2000] if damage is None else damage)
    assert datasets.get("ecg5000").new == (path,)
    assert path.stat().st_size == len(data)


def test_a_source_for_what_ships_is_refused_and_not_ignored(cache, tmp_path):
    with pytest.raises(UsageError, match="--from was given, but ecg5000 comes with isthmus"):
        datasets.get("ecg5000", source=tmp_path)


def test_an_unknown_name_is_answered_with_those_that_there_are():
    with pytest.raises(UsageError) as failure:
        dataset("mnits")
    assert str(failure.value) == (
        "there is no data set 'mnits'. Did you mean 'mnist'?\n"
        "There are: ecg5000, fashion-mnist, mnist."
    )


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(FileAccessError, match="could not be made"):
        datasets.get("ecg5000", cache=tmp_path / "file")
