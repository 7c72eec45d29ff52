from __future__ import annotations

import pytest

from benchmarks import mutations
from benchmarks.mutations import FAULTS, Fault, document, found, measure


def name(fault: Fault) -> str:
    return fault.what


@pytest.mark.parametrize("fault", FAULTS, ids=name)
def test_the_text_that_a_fault_changes_stands_exactly_once_in_its_file(fault):
    assert found(fault) == 1
    assert fault.new != fault.old


@pytest.mark.parametrize("fault", FAULTS, ids=name)
def test_the_tests_that_should_notice_it_are_there(fault):
    files = [part for part in fault.tests.split() if part.endswith(".py")]
    assert files
    assert all((mutations.ROOT / "tests" / file).is_file() for file in files)


def test_no_fault_is_listed_twice():
    assert len({fault.what for fault in FAULTS}) == len(FAULTS)
    assert len({(fault.file, fault.old, fault.new) for fault in FAULTS}) == len(FAULTS)


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    """A repository of one line and one test, which does not look at all of it."""
    source, tests = tmp_path / "src" / "isthmus", tmp_path / "tests"
    source.mkdir(parents=True)
    tests.mkdir()
    (source / "__init__.py").write_text("seen = 1\nunseen = 1\n")
    (tests / "test_it.py").write_text("import isthmus\ndef test_it(): assert isthmus.seen == 1\n")
    (tests / "test_bad.py").write_text("def test_it(): assert False\n")
    names = "src/isthmus/__init__.py\0tests/test_it.py\0tests/test_bad.py\0"
    output = mutations._output
    monkeypatch.setattr(mutations, "ROOT", tmp_path)
    monkeypatch.setattr(
        mutations, "_output", lambda c, folder: names if c[0] == "git" else output(c, folder)
    )
    return tmp_path


def test_a_fault_that_a_test_sees_is_noticed_and_another_survives(tiny):
    faults = [
        Fault("seen", "__init__.py", "\nunseen = 1", "\nunseen = 2", "test_it.py"),
        Fault("felt", "__init__.py", "seen = 1\nu", "seen = 2\nu", "test_it.py -k it"),
    ]
    figures = measure(faults)
    assert (figures["faults"], figures["noticed"], figures["survivors"]) == (2, 1, ["seen"])
    page = document(figures["list"])
    assert "| seen (`__init__.py`) | **nothing** |" in page
    assert "| felt (`__init__.py`) | `test_it.py -k it` |" in page
    assert (tiny / "src" / "isthmus" / "__init__.py").read_text() == "seen = 1\nunseen = 1\n"


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault("f", "__init__.py", "gone", "", "test_it.py"), "stands there 0 times, not once"),
        (Fault("f", "__init__.py", "seen = 1", "", "test_it.py"), "2 times, not once"),
        (Fault("f", "__init__.py", "unseen = 1", "", "test_bad.py"), "without any fault"),
        (Fault("f", "__init__.py", "unseen = 1", "", "test_it.py -k none"), "could not run"),
        (Fault("f", "__init__.py", "unseen = 1", "no python", "test_it.py"), "could not run"),
    ],
)
def test_a_fault_that_cannot_be_tried_is_a_failure_and_no_success(tiny, fault, words):
    with pytest.raises(RuntimeError, match=words):
        measure([fault])
