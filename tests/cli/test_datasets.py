"""`isthmus datasets`: what is printed where, and what happens without a network."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from isthmus.cli.run import run
from isthmus.datasets import CATALOGUE, load_mnist
from tests.datasets.serving import serving, status, whole
from tests.datasets.test_images import as_npz, equal
from tests.datasets.tiny import arrays_of, tiny, write

SHARED = Path(__file__).parents[2].parent / "shared" / "data"


@pytest.fixture
def cache(tmp_path, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ISTHMUS_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "datasets"


@pytest.fixture
def server(monkeypatch):
    with serving() as state:
        row, packed = tiny("mnist", state.url("/gone/"), state.url("/"))
        monkeypatch.setitem(CATALOGUE, "mnist", row)
        for file, data in packed.items():
            state.serve(f"/{file}", whole(data))
        yield state


@pytest.fixture
def datasets(cache, capsys):
    def called(*words):
        capsys.readouterr()
        code = run(["datasets", *words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return called


def test_the_list_names_every_data_set_its_licence_and_where_it_is(datasets, server):
    code, out, err = datasets("list")
    assert (code, err) == (0, "")
    for row in CATALOGUE.values():
        assert f"{row.name} " in out and row.about in out and row.licence in out
    assert "2919 of them normal; comes with isthmus\n" in out
    assert "28 x 28, 10 classes; 31 MB to fetch\n" in out
    datasets("get", "mnist")
    assert "digits, 28 x 28, 10 classes; in the cache\n" in datasets("list")[1]


def test_the_list_as_json_says_the_same(datasets, server):
    listed = {row["name"]: row for row in json.loads(datasets("list", "--json")[1])}
    assert listed.keys() == CATALOGUE.keys()
    assert listed["ecg5000"]["ships"] and not listed["mnist"]["ships"]
    assert listed["fashion-mnist"]["bytes_to_fetch"] == 30878645
    assert not listed["mnist"]["cached"] and not listed["ecg5000"]["cached"]
    datasets("get", "mnist")
    datasets("get", "ecg5000")
    listed = {row["name"]: row for row in json.loads(datasets("list", "--json")[1])}
    assert listed["mnist"]["cached"] and listed["ecg5000"]["cached"]
    assert not listed["fashion-mnist"]["cached"]


def test_get_prints_where_the_files_are_and_says_the_rest_beside(datasets, server, cache):
    code, out, err = datasets("get", "mnist")
    assert code == 0
    paths = [Path(line) for line in out.splitlines()]
    assert sorted(paths) == sorted((cache / "mnist").iterdir())
    assert "answered 404 Not Found; trying the next mirror" in err
    assert "mnist: 4 new files; every file is checked" in err
    assert CATALOGUE["mnist"].licence in err and CATALOGUE["mnist"].citation in err
    assert equal(load_mnist(), arrays_of("mnist"))
    assert datasets("get", "mnist")[2].startswith("mnist: was here already; every file is checked")


def test_quiet_leaves_the_paths_alone(datasets, server):
    code, out, err = datasets("get", "mnist", "--quiet")
    assert (code, len(out.splitlines()), err) == (0, 4, "")


def test_json_says_which_files_are_new(datasets, server, cache):
    found = json.loads(datasets("get", "mnist", "--json", "-q")[1])
    assert [file["new"] for file in found["files"]] == [True] * 4
    assert Path(found["files"][0]["path"]).parent == cache / "mnist"
    assert found["cached"] and found["citation"] == CATALOGUE["mnist"].citation
    found = json.loads(datasets("get", "mnist", "--json", "-q")[1])
    assert [file["new"] for file in found["files"]] == [False] * 4


def test_on_a_terminal_there_is_a_bar(datasets, server, monkeypatch, capsys):
    monkeypatch.setattr(type(sys.stderr), "isatty", lambda _self: True)
    monkeypatch.setenv("TERM", "xterm")
    code, out, err = datasets("get", "mnist")
    assert (code, len(out.splitlines())) == (0, 4)
    assert "train-images-idx3-ubyte.gz" in err and "trying the next mirror" in err


def test_files_at_hand_and_another_cache_can_be_chosen(datasets, server, tmp_path):
    hand = write(tmp_path / "hand", {"mnist.npz": as_npz(**arrays_of("mnist"))})
    code, out, _ = datasets("get", "mnist", "--from", str(hand), "--cache", str(tmp_path / "c"))
    assert code == 0 and server.asked == []
    assert {Path(line).parent for line in out.splitlines()} == {tmp_path / "c/datasets/mnist"}
    code, out, _ = datasets("list", "--cache", str(tmp_path / "c"))
    assert "digits, 28 x 28, 10 classes; in the cache" in out


def test_without_a_network_there_is_one_clear_message(datasets, cache, monkeypatch):
    monkeypatch.setitem(CATALOGUE, "mnist", tiny("mnist", "http://127.0.0.1:9/")[0])
    code, out, err = datasets("get", "mnist")
    assert (code, out) == (6, "")
    assert err.splitlines() == [
        "isthmus: train-images-idx3-ubyte.gz: could not be fetched: no mirror can be reached; is "
        "this machine offline?",
        "  http://127.0.0.1:9/train-images-idx3-ubyte.gz: Connection refused",
        "  With the files at hand: isthmus datasets get mnist --from FOLDER. What is fetched is "
        f"kept in {cache / 'mnist'}.",
    ]


MISTAKES = [
    (("get",), 2, "NAME is missing"),
    (("get", "mnits"), 2, "there is no data set 'mnits'. Did you mean 'mnist'?"),
    (("get", "ecg5000", "--from", "."), 2, "--from was given, but ecg5000 comes with isthmus"),
    (("get", "mnist", "--from", "none"), 6, "none: there is no such folder or file"),
    (("get", "mnist", "--cache", ""), 2, "--cache: is empty"),
    (("list", "more"), 2, "extra argument"),
    (("gett", "mnist"), 2, "there is no command 'gett'. Did you mean 'get'?"),
    (("nonsense",), 2, "there is no command 'nonsense'"),
    ((), 2, "a command was expected"),
    (("--cache", "x", "list"), 2, "no such option: --cache"),
]


@pytest.mark.parametrize(("words", "code", "said"), MISTAKES, ids=lambda value: str(value)[:40])
def test_a_mistake_gets_one_clear_message_and_its_exit_code(datasets, server, words, code, said):
    came, out, err = datasets(*words)
    assert (came, out) == (code, "")
    assert said in err and err.count("isthmus: ") == 1
    assert server.asked == []


def test_what_is_wrong_with_every_mirror_is_said(datasets, server):
    for path in list(server.paths):
        server.serve(path, status(503))
    code, _, err = datasets("get", "mnist")
    assert code == 6
    assert "no mirror has it" in err
    assert "answered 404 Not Found" in err and "answered 503 Service Unavailable" in err


@pytest.mark.parametrize("name", ["mnist", "fashion-mnist"])
def test_the_real_images_at_hand_are_taken(datasets, cache, name):
    folder = SHARED / name.replace("-", "_")
    if not folder.exists():
        pytest.skip(f"{folder.name} is not beside the project")
    code, out, _ = datasets("get", name, "--from", str(folder))
    assert code == 0
    assert len(out.splitlines()) == 4
    assert f"{name}: was here already" in datasets("get", name)[2]
