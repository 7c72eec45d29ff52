"""Items made by a thread of their own while those before them are still worked on."""

from __future__ import annotations

from collections.abc import Iterator
from queue import Empty, Queue
from threading import Event, Thread
from typing import TypeVar

Item = TypeVar("Item")

WAITING = 2
"""Items that are made ahead, at most: what is in memory stays bounded."""
_LOOK = 0.05
"""Seconds between looks at whether a thread has ended."""


class _End:
    """What comes after the last item: nothing, or why there are no more."""

    def __init__(self, failure: BaseException | None = None) -> None:
        self.failure = failure


def ahead(items: Iterator[Item]) -> Iterator[Item]:
    """The same items in the same order, made in another thread, `WAITING` of them in advance.

    A failure is raised where its item would have come. Whoever stops early waits until the item
    under way is made; from a pipe, which may never give it, nothing should be read ahead.
    """
    waiting: Queue[Item | _End] = Queue(WAITING)
    stopped = Event()
    thread = Thread(target=_make, args=(items, waiting, stopped), daemon=True)
    thread.start()
    try:
        while not isinstance(item := waiting.get(), _End):
            yield item
        try:
            if item.failure is not None:
                raise item.failure
        finally:
            del item  # it holds the failure, which holds this frame: files would stay open
    finally:
        stopped.set()
        while thread.is_alive():  # it may wait for room
            try:
                waiting.get(timeout=_LOOK)
            except Empty:
                continue


def _make(items: Iterator[Item], waiting: Queue[Item | _End], stopped: Event) -> None:
    try:
        for item in items:
            waiting.put(item)
            if stopped.is_set():
                break
    except BaseException as failure:
        waiting.put(_End(failure))  # raised again where the items are used
    else:
        waiting.put(_End())
    finally:
        if (close := getattr(items, "close", None)) is not None:
            close()  # here: a generator belongs to the thread that runs it
