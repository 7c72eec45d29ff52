"""Items made ahead: the same, in the same order, few of them waiting, failures in their place."""

from __future__ import annotations

import gc
import threading
import time
import weakref

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.read.ahead import WAITING, ahead


class BrokenError(Exception):
    pass


def failing_after(items):
    yield from items
    raise BrokenError("here")


def until(condition):
    """Wait for another thread, at most ten seconds."""
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.002)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers()))
def test_the_items_are_the_same_in_the_same_order(items):
    assert list(ahead(iter(items))) == items


def test_items_are_made_in_another_thread_and_one_after_another():
    def where():
        for _ in range(20):
            yield threading.get_ident()

    (thread,) = set(ahead(where()))
    assert thread != threading.get_ident()


def test_no_more_than_a_few_are_made_ahead():
    made = []

    def items():
        for number in range(100):
            made.append(number)
            yield number

    coming = ahead(items())
    assert next(coming) == 0
    until(lambda: len(made) == WAITING + 2)  # one that was taken, one that waits for room
    time.sleep(0.05)
    assert len(made) == WAITING + 2
    coming.close()


def test_the_next_item_is_made_while_one_is_worked_on():
    begun = threading.Event()

    def items():
        yield 1
        begun.set()
        yield 2

    coming = ahead(items())
    assert next(coming) == 1
    assert begun.wait(10)
    assert list(coming) == [2]


def test_a_failure_comes_where_its_item_would_have_come():
    coming = ahead(failing_after([1, 2, 3]))
    assert [next(coming) for _ in range(3)] == [1, 2, 3]
    with pytest.raises(BrokenError, match="here"):
        next(coming)


def test_a_failure_holds_nothing_once_it_was_dealt_with():
    class Open:
        pass

    def items():
        held = Open()
        seen.append(weakref.ref(held))
        yield 1
        raise BrokenError

    seen: list[weakref.ref[Open]] = []
    gc.disable()  # what only it could collect is still there
    try:
        with pytest.raises(BrokenError) as caught:
            list(ahead(items()))
        del caught
        assert seen[0]() is None
    finally:
        gc.enable()


def test_stopping_early_ends_the_thread_and_closes_what_it_reads():
    closed = []

    def items():
        try:
            yield from range(1000)
        finally:
            closed.append(threading.get_ident())

    before = threading.active_count()
    coming = ahead(items())
    assert next(coming) == 0
    coming.close()
    assert len(closed) == 1
    assert closed[0] != threading.get_ident()
    assert threading.active_count() == before


def test_one_may_read_ahead_of_another():
    coming = ahead(number * 2 for number in ahead(iter(range(500))))
    assert list(coming) == [2 * number for number in range(500)]
    with pytest.raises(BrokenError):
        list(ahead(iter(ahead(failing_after([1])))))
