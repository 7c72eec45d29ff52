"""A graph is run in chunks, on one thread or on several, with the same result."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.scoring.session import Session
from isthmus.training.graph import Graph


@pytest.fixture(scope="module")
def doubling() -> bytes:
    """A graph that doubles the cells of rows, and finds the largest."""
    graph = Graph()
    two = graph.constant("two", np.asarray(2.0, np.float32))
    doubled = graph.node("Mul", "rows", two, name="doubled")
    largest = graph.node("ReduceMax", doubled, name="largest", keepdims=0, axes=[1])
    return graph.serialised(
        [("rows", "float32", ("N", 3))],
        [(doubled, "float32", ("N", 3)), (largest, "float32", ("N",))],
    )


@pytest.fixture(scope="module")
def sessions(doubling) -> dict[int, Session]:
    made = {threads: Session(doubling, threads=threads) for threads in (1, 2, 5)}
    for session in made.values():
        session.chunk_rows = 32
    return made


@settings(max_examples=30, deadline=None)
@given(count=st.integers(0, 300), threads=st.sampled_from([1, 2, 5]))
def test_every_row_has_its_result_in_its_place(sessions, count, threads):
    rows = np.arange(3.0 * count).reshape(count, 3)
    found = sessions[threads].run(rows, ["doubled", "largest"], "float32")
    np.testing.assert_array_equal(found["doubled"], 2 * rows.astype("float32"))
    np.testing.assert_array_equal(found["largest"], 2 * rows[:, 2].astype("float32"))


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_every_row_is_looked_at_once_as_the_graph_sees_it(sessions, threads):
    rows, seen, lock = np.arange(900.0).reshape(300, 3), [], threading.Lock()
    rows[::7, 1], rows[3::7, 1] = np.nan, np.inf

    def look(first, chunk):
        with lock:
            seen.append((first, chunk.copy()))

    sessions[threads].run(rows, ["largest"], "float32", look)
    firsts, chunks = zip(*sorted(seen, key=lambda one: one[0]), strict=True)
    assert [0, *np.cumsum([len(chunk) for chunk in chunks])[:-1]] == list(firsts)
    np.testing.assert_array_equal(np.concatenate(chunks), rows.astype("float32"))
    assert all(chunk.dtype == np.float32 for chunk in chunks)


def test_few_rows_are_shared_out_among_the_threads(sessions):
    seen = set()
    both = threading.Barrier(2, timeout=20)

    def look(first, chunk):
        seen.add((first, len(chunk)))
        both.wait()  # never passed by one thread alone

    sessions[2].run(np.full((32, 3), np.nan), ["largest"], "float32", look)
    assert seen == {(0, 16), (16, 16)}


@pytest.mark.parametrize("threads", [1, 2])
def test_a_failure_stops_what_has_not_begun(sessions, threads):
    begun = []

    def look(first, chunk):
        begun.append(first)
        if first == 32:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sessions[threads].run(np.full((32 * 400, 3), np.nan), ["largest"], "float32", look)
    assert len(begun) < 400


@pytest.mark.parametrize("cell", [np.nan, np.inf, -np.inf])
def test_only_chunks_in_which_something_may_be_amiss_are_looked_at(sessions, cell):
    rows, seen = np.ones((32 * 5, 3)), []
    rows[70, 2] = cell
    sessions[1].run(rows, ["largest"], "float32", lambda first, chunk: seen.append(first))
    assert seen == [64]
