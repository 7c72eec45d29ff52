"""Downloads: whole, resumed, refused and checked, against a server on this machine."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import random
import socket
import subprocess
import sys
import threading
from pathlib import Path
from urllib import request

import pytest

from isthmus.datasets import download as downloading
from isthmus.datasets import http, partial
from isthmus.datasets.download import Wanted, download
from isthmus.datasets.http import MirrorFailed
from isthmus.datasets.partial import part_of
from isthmus.datasets.watch import Watch
from isthmus.errors import FileAccessError
from tests.datasets import serving as server_ways
from tests.datasets.serving import (
    cut,
    hanging,
    ranged,
    redirect,
    serving,
    stating,
    status,
    whole,
    without_length,
    without_range,
)

DATA = random.Random(4).randbytes(300_000)
WANTED = Wanted(len(DATA), hashlib.sha256(DATA).hexdigest())
OTHER = DATA[:-1] + b"?"


@pytest.fixture(autouse=True)
def without_proxy_and_pauses(monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setattr(downloading, "PAUSE_SECONDS", 0.0)


@pytest.fixture
def server():
    with serving() as state:
        yield state


@pytest.fixture
def path(tmp_path):
    return tmp_path / "sub" / "file.gz"


def files(path):
    return sorted(entry.name for entry in path.parent.iterdir()) if path.parent.exists() else []


def failure(urls, path, **more):
    with pytest.raises(FileAccessError) as raised:
        download(urls, path, WANTED, **more)
    return str(raised.value)


class Heard:
    """A watch that writes down what it is told."""

    def __init__(self):
        self.notes, self.progress = [], []
        self.watch = Watch(self.notes.append, lambda *told: self.progress.append(told))


def test_a_file_comes_whole_and_nothing_else_stays(server, path):
    heard = Heard()
    download([server.serve("/f", whole(DATA))], path, WANTED, heard.watch)
    assert path.read_bytes() == DATA
    assert files(path) == ["file.gz"]
    assert heard.notes == []
    places = [here for _, here, _ in heard.progress]
    assert places[0] == 0 and places[-1] == len(DATA) and places == sorted(places)
    assert {(name, size) for name, _, size in heard.progress} == {("file.gz", len(DATA))}


def test_a_file_that_is_there_is_neither_fetched_nor_touched(server, path):
    path.parent.mkdir()
    path.write_bytes(b"mine")
    before = path.stat().st_mtime_ns
    download([server.serve("/f", whole(DATA))], path, WANTED)
    assert (path.read_bytes(), path.stat().st_mtime_ns) == (b"mine", before)
    assert server.asked == []
    assert files(path) == ["file.gz"]


def test_a_length_need_not_be_stated(server, path):
    download([server.serve("/f", without_length(DATA))], path, WANTED)
    assert path.read_bytes() == DATA


def test_a_cut_connection_is_gone_on_with_where_it_ended(server, path):
    heard = Heard()
    download([server.serve("/f", cut(DATA, 100_000))], path, WANTED, heard.watch)
    assert path.read_bytes() == DATA
    assert server.ranges == [None, "bytes=100000-", "bytes=200000-"]
    assert (
        "the connection ended after 100000 of 300000 bytes; going on from there" in heard.notes[0]
    )
    assert files(path) == ["file.gz"]


def test_a_connection_that_brings_a_little_each_time_is_not_asked_forever(server, path):
    said = failure([server.serve("/f", cut(DATA, 10))], path)
    assert len(server.asked) == downloading.MOST_TRIES
    assert f"the connection ended after {10 * downloading.MOST_TRIES} of 300000 bytes" in said
    assert files(path) == ["file.gz.part"]


def test_an_interrupted_fetch_leaves_only_the_part_and_is_resumed(server, path):
    def interrupt(_name, here, _size):
        if here > 100_000:
            raise KeyboardInterrupt

    url = server.serve("/f", whole(DATA))
    with pytest.raises(KeyboardInterrupt):
        download([url], path, WANTED, Watch(progress=interrupt))
    assert files(path) == ["file.gz.part"]
    had = part_of(path).stat().st_size
    assert 100_000 < had < len(DATA)
    download([url], path, WANTED)
    assert path.read_bytes() == DATA
    assert server.ranges == [None, f"bytes={had}-"]
    assert files(path) == ["file.gz"]


@pytest.mark.parametrize("had", [1, 299_999, 300_000])
def test_an_earlier_part_of_any_length_is_completed(server, path, had):
    path.parent.mkdir()
    part_of(path).write_bytes(DATA[:had])
    download([server.serve("/f", whole(DATA))], path, WANTED)
    assert path.read_bytes() == DATA
    assert server.ranges == ([] if had == len(DATA) else [f"bytes={had}-"])


def test_a_part_that_is_too_long_is_begun_again(server, path):
    path.parent.mkdir()
    part_of(path).write_bytes(DATA + b"more")
    download([server.serve("/f", whole(DATA))], path, WANTED)
    assert path.read_bytes() == DATA
    assert server.ranges == [None]


def test_a_server_that_ignores_ranges_gives_the_file_from_its_first_byte(server, path):
    path.parent.mkdir()
    part_of(path).write_bytes(b"x" * 5000)
    download([server.serve("/f", without_range(DATA))], path, WANTED)
    assert path.read_bytes() == DATA
    assert server.ranges == ["bytes=5000-"]


def test_a_wrong_part_is_found_out_and_the_same_mirror_asked_once_more(server, path):
    path.parent.mkdir()
    part_of(path).write_bytes(b"x" * 5000)
    heard = Heard()
    download([server.serve("/f", whole(DATA))], path, WANTED, heard.watch)
    assert path.read_bytes() == DATA
    assert server.ranges == ["bytes=5000-", None]
    assert "once more from the first byte" in heard.notes[0]


def test_a_wrong_checksum_is_said_and_what_came_is_deleted(server, path):
    said = failure([server.serve("/f", whole(OTHER))], path)
    assert f"its SHA-256 is {hashlib.sha256(OTHER).hexdigest()}" in said
    assert f"{WANTED.sha256} was expected; what came was deleted" in said
    assert "no mirror has it" in said
    assert files(path) == []


def test_the_file_that_stood_there_is_not_replaced_by_a_wrong_one(server, path, monkeypatch):
    """Another process may have put it there at the last moment."""
    path.parent.mkdir()

    def appear(_name, here, _size):
        path.write_bytes(b"mine")

    url = server.serve("/f", whole(OTHER))
    failure([url], path, watch=Watch(progress=appear))
    assert path.read_bytes() == b"mine"
    assert files(path) == ["file.gz"]


BAD = {
    "not found": (status(404), "answered 404 Not Found"),
    "forbidden": (status(403), "answered 403 Forbidden"),
    "broken": (status(500), "answered 500 Internal Server Error"),
    "no content": (status(204), "answered 204 No Content"),
    "part unasked": (ranged(DATA, f"bytes 0-299999/{len(DATA)}"), "answered 206 Partial Content"),
    "length too large": (stating(DATA, 300_001), "says the file has 300001 bytes, 300000 were"),
    "length too small": (stating(DATA[:7], 7), "says the file has 7 bytes, 300000 were expected"),
    "closed at once": (server_ways.nothing, "the connection broke off"),
    "not HTTP": (server_ways.garbage, "the connection broke off: \N{WHITE SQUARE}[31mno HTTP"),
    "to a file": (redirect("file:///etc/passwd"), "redirects in a circle"),
    "to another scheme": (
        redirect("ftp://127.0.0.1/f"),
        "redirects from http to ftp, which is not",
    ),
    "to https": (redirect("https://127.0.0.1/f"), "redirects from http to https, which is not"),
    "not modified": (status(304), "redirects in a circle, more than 5 times, or nowhere"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_mirror_that_fails_is_named_with_its_reason_and_leaves_nothing(server, path, name):
    behaviour, reason = BAD[name]
    url = server.serve("/f", behaviour)
    said = failure([url], path, advice="Do this.")
    assert said.splitlines()[0] == "file.gz: could not be fetched: no mirror has it"
    assert said.splitlines()[1].startswith(f"{url}: {reason}")
    assert said.splitlines()[2:] == ["Do this."]
    assert files(path) == []


@pytest.mark.parametrize("name", BAD)
def test_the_next_mirror_makes_good_what_one_failed_in(server, path, name):
    behaviour, reason = BAD[name]
    heard = Heard()
    urls = [server.serve("/bad", behaviour), server.serve("/good", whole(DATA))]
    download(urls, path, WANTED, heard.watch)
    assert path.read_bytes() == DATA
    assert len(heard.notes) == 1
    assert reason in heard.notes[0] and "trying the next mirror" in heard.notes[0]


def test_mirrors_are_tried_in_turn_and_no_further_than_needed(server, path):
    urls = [
        server.serve("/1", status(404)),
        server.serve("/2", whole(OTHER)),
        server.serve("/3", whole(DATA)),
        server.serve("/4", whole(DATA)),
    ]
    download(urls, path, WANTED)
    assert [asked for asked, _ in server.asked] == ["/1", "/2", "/3"]
    assert path.read_bytes() == DATA


def test_the_next_mirror_goes_on_with_what_another_gave(server, path):
    def once(to, given=[]):  # noqa: B006 (remembers that it was asked)
        (status(503) if given else cut(DATA, 120_000))(to)
        given.append(1)

    download([server.serve("/1", once), server.serve("/2", whole(DATA))], path, WANTED)
    assert path.read_bytes() == DATA
    assert server.asked == [("/1", None), ("/1", "bytes=120000-"), ("/2", "bytes=120000-")]


@pytest.mark.parametrize(
    "content_range", ["bytes 0-299999/300000", "bytes 7-299999/300001", "nonsense", "bytes 7-/x"]
)
def test_a_part_other_than_the_one_asked_for_is_not_taken(server, path, content_range):
    path.parent.mkdir()
    part_of(path).write_bytes(DATA[:7])
    said = failure([server.serve("/f", ranged(DATA[7:], content_range))], path)
    assert f"was asked for bytes from 7 of 300000, answered {content_range!r}" in said
    assert part_of(path).read_bytes() == DATA[:7]


def test_a_file_on_the_server_that_is_shorter_than_the_part_is_not_ours(server, path):
    path.parent.mkdir()
    part_of(path).write_bytes(DATA[:500])
    assert "shorter than what is here already" in failure([server.serve("/f", whole(b"x"))], path)


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed_and_the_range_goes_with_it(server, path, code):
    path.parent.mkdir()
    part_of(path).write_bytes(DATA[:7])
    server.serve("/there", whole(DATA))
    download([server.serve("/f", redirect("/there", code))], path, WANTED)
    assert path.read_bytes() == DATA
    assert server.asked == [("/f", "bytes=7-"), ("/there", "bytes=7-")]


def test_redirects_in_a_circle_end(server, path):
    server.serve("/b", redirect("/a"))
    said = failure([server.serve("/a", redirect("/b"))], path)
    assert "redirects in a circle" in said
    assert len(server.asked) < 20


def test_redirects_that_lead_on_and_on_end(server, path):
    for step in range(20):
        server.serve(f"/{step}", redirect(f"/{step + 1}"))
    server.serve("/20", whole(DATA))
    assert "more than 5 times" in failure([server.url("/0")], path)
    assert len(server.asked) == http.MOST_REDIRECTS + 1


def test_no_redirect_leads_from_https_to_http():
    handler, old = http._Redirects(), request.Request("https://example.org/f")
    with pytest.raises(MirrorFailed, match="redirects from https to http, which is not followed"):
        handler.redirect_request(old, io.BytesIO(), 302, "Found", {}, "http://example.org/f")
    new = handler.redirect_request(old, io.BytesIO(), 302, "Found", {}, "https://example.com/g")
    assert new.full_url == "https://example.com/g"


def test_a_server_that_falls_silent_is_given_up_on(server, path, monkeypatch):
    monkeypatch.setattr(http, "TIMEOUT_SECONDS", 0.2)
    end = threading.Event()
    silent = server.serve("/silent", hanging(DATA, end))
    download([silent, server.serve("/good", whole(DATA))], path, WANTED)
    end.set()
    assert path.read_bytes() == DATA
    assert server.asked[-1] == ("/good", "bytes=10-")
    assert {asked for asked, _ in server.asked} == {"/silent", "/good"}


def test_a_machine_without_network_is_told_so(path):
    with socket.socket() as closed:  # bound, but nobody listens
        closed.bind(("127.0.0.1", 0))
        urls = [f"http://127.0.0.1:{closed.getsockname()[1]}/{n}" for n in "ab"]
        heard = Heard()
        said = failure(urls, path, advice="Take the files at hand.", watch=heard.watch)
    assert "no mirror can be reached; is this machine offline?" in said
    assert said.count("Connection refused") == 2
    assert said.endswith("Take the files at hand.")
    assert heard.notes == []
    assert files(path) == []


@pytest.mark.skipif(os.name == "nt", reason="there is no lock")
def test_those_that_want_the_same_file_wait_and_fetch_it_once(server, path):
    gate, heard = threading.Event(), Heard()

    def slow(to):
        gate.wait(30)
        whole(DATA)(to)

    url = server.serve("/f", slow)
    threads = [
        threading.Thread(target=download, args=([url], path, WANTED, heard.watch)) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    while len(heard.notes) < 3:
        threads[0].join(0.01)
    gate.set()
    for thread in threads:
        thread.join()
    assert path.read_bytes() == DATA
    assert len(server.asked) == 1
    assert all("another process is fetching it; waiting" in note for note in heard.notes)
    assert files(path) == ["file.gz"]


def test_where_nothing_can_be_locked_no_wrong_file_ever_appears(server, path, monkeypatch):
    """Two that write one part may spoil it; then its checksum has them begin again, or fail."""
    monkeypatch.setattr(partial, "fcntl", None)
    url = server.serve("/f", whole(DATA))

    def fetch():
        with contextlib.suppress(FileAccessError):
            download([url, url, url], path, WANTED)

    for _ in range(5):
        threads = [threading.Thread(target=fetch) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not path.exists() or path.read_bytes() == DATA
        download([url], path, WANTED)
        assert path.read_bytes() == DATA
        path.unlink()


def test_processes_that_fetch_the_same_file_at_once_all_end_with_it_whole(server, path):
    url = server.serve("/f", cut(DATA, 160_000))
    code = (
        "import sys\nfrom pathlib import Path\n"
        "from isthmus.datasets.download import Wanted, download\n"
        f"download([{url!r}], Path({str(path)!r}), Wanted({WANTED.size}, {WANTED.sha256!r}))\n"
        f"assert Path({str(path)!r}).stat().st_size == {WANTED.size}\n"
    )
    running = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(3)]
    assert [process.wait() for process in running] == [0, 0, 0]
    assert path.read_bytes() == DATA
    assert files(path) == ["file.gz"]


@pytest.mark.skipif(os.name == "nt", reason="there is no such limit")
def test_a_full_disk_is_said_by_name_and_what_has_come_is_kept(server, path):
    url = server.serve("/f", whole(DATA))
    code = (
        "import resource, sys\nfrom pathlib import Path\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "from isthmus.datasets.download import Wanted, download\n"
        f"download([{url!r}], Path({str(path)!r}), Wanted({WANTED.size}, {WANTED.sha256!r}))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert f"FileAccessError: {part_of(path)}: could not be written: File too large" in done.stderr
    assert "Exception ignored" not in done.stderr
    assert files(path) == ["file.gz.part"]
    assert part_of(path).read_bytes() == DATA[: part_of(path).stat().st_size]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="this user may write anywhere")
def test_a_folder_that_cannot_be_written_to_is_named(server, path):
    path.parent.mkdir(mode=0o500)
    assert "could not be written: Permission denied" in failure([server.url("/f")], path)


def test_a_file_in_the_place_of_the_folder_is_named(server, path):
    path.parent.write_text("in the way")
    said = failure([server.url("/f")], path)
    assert f"{part_of(path)}: could not be written" in said
    assert "--cache or ISTHMUS_CACHE" in said


def test_importing_the_data_sets_loads_nothing_that_speaks_http():
    code = "import sys, isthmus.datasets; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"http.client", "urllib.request", "socket", "ssl"} & set(done.stdout.split())
    assert Path(http.__file__).name == "http.py"
