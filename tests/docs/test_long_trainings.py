"""Every command and program of docs/long-trainings.md works in turn, and gives what is shown."""

from __future__ import annotations

import re

import pytest
from pages import differences, done, page, steps

from isthmus.training import tensorboard
from isthmus.training.checkpoint import EVERY_SECONDS

DOCUMENT = page("long-trainings")


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """A folder in which everything was done, and what each step said beside what is shown."""
    pytest.importorskip("tensorboard", reason="the extra tensorboard is not installed")
    folder = tmp_path_factory.mktemp("long")
    # A text that does not follow a program shows what a training says in another case.
    document = re.sub(r"(?<!```\n)\n```text\n(?!bytes).*?^```\n", "", DOCUMENT, flags=re.S | re.M)
    said = []
    for words, output in steps(document):
        came = done(words, folder)
        assert came.returncode == 0, f"{words[-1]}\n{came.stdout}"
        said.append((words[-1], output, came.stdout))
    return folder, said


def test_every_step_says_what_is_shown(ran):
    _, said = ran
    assert len(said) == 5
    for words, output, came in said:
        difference = differences(output, came)
        assert not (output and difference), f"{words}\n{difference}\n\n{came}"


def test_the_checkpoint_of_the_command_is_gone_and_that_of_the_program_stays(ran):
    folder, _ = ran
    assert not (folder / "fit.checkpoint").exists()
    assert {path.name for path in folder.iterdir()} >= {"detector.onnx", "runs"}


def test_every_tag_of_the_log_is_in_the_table_and_no_other(ran):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    folder, _ = ran
    events = EventAccumulator(str(folder / "runs" / "first"))
    events.Reload()
    tags = events.Tags()
    logged = {tag for kind in ("scalars", "histograms", "images") for tag in tags[kind]}
    table = re.findall(r"^\| (`.*?) \|", DOCUMENT.split("| tag |")[1], re.M)
    shown = [tag for cell in table for tag in re.findall(r"`([^`]+)`", cell)]
    assert len(shown) == 7
    families = {re.sub(r"\d+$", "1", re.sub(r"weights/.*", "weights/...", tag)) for tag in logged}
    assert families == set(shown)


def test_the_numbers_of_the_page_are_those_of_the_program():
    assert f"every {EVERY_SECONDS:g} seconds" in DOCUMENT
    assert f"about {tensorboard.MOST_DETAILS} times" in DOCUMENT
    assert f"up to {tensorboard.CODED_ROWS} watched rows" in DOCUMENT
    assert (tensorboard.SHOWN_ROWS, "eight watched ones" in DOCUMENT) == (8, True)
