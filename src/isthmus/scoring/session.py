"""Run a graph in ONNX Runtime, in chunks, with a result that does not depend on the chunks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

import numpy as np
import numpy.typing as npt
import onnxruntime

from isthmus.scoring.sum import sum_of

FEWEST_ROWS = 4
"""Calls are padded to a multiple of so many rows: kernels of one row may differ in the last bit,
and a graph may take so many as one."""

CHUNK_BYTES = 2_000_000
"""About the size of the widest intermediate result of one call; larger ones leave the cache."""

WIDE = 65_536
"""Numbers of one row from which on fewer than 256 rows are computed at once."""

_ERRORS_ONLY = 3

Look = Callable[[int, np.ndarray], None]
"""Shown every chunk in which a cell may be missing or infinite: the number of its first row, and
its rows as the graph will see them."""


class Session:
    """A graph with one input of shape (N, D), ready to run.

    Parameters
    ----------
    model : bytes
        A serialised ONNX model.
    whole : bytes, optional
        One that gives the same bits for rows without missing cells, sooner.
    width : int, optional
        Numbers that the widest step of the graph makes of one row; decides the chunk size, which
        is thus a fixed function of the shapes.
    threads : int
        Chunks that are computed at the same time, each on a thread of its own.
    """

    def __init__(
        self, model: bytes, *, whole: bytes | None = None, width: int = 256, threads: int = 1
    ) -> None:
        self._model, self._whole = model, whole
        self._sessions: dict[bool, tuple[onnxruntime.InferenceSession, str]] = {}
        self._making = Lock()
        self._threads = threads
        # What is far wider, such as the maps of large images, must not fill the memory.
        fewest = 256 if width <= WIDE else 16
        self.chunk_rows = int(np.clip(CHUNK_BYTES // (4 * width), fewest, 1024)) // 16 * 16

    def run(
        self,
        rows: np.ndarray,
        outputs: Sequence[str],
        element: npt.DTypeLike | None = None,
        look: Look | None = None,
    ) -> dict[str, np.ndarray]:
        """Compute `outputs` for rows of shape (N, D), each with N as its first axis.

        A row's results are the same bits alone, in any company and in any order. Rows are
        converted to `element` chunk by chunk, while they are near.
        """
        count = len(rows)
        size = self._chunk_of(count)

        def compute(first: int) -> list[np.ndarray]:
            chunk = rows[first : first + size]
            with np.errstate(over="ignore"):  # what does not fit float32 becomes an infinity
                chunk = np.ascontiguousarray(chunk, element)
            total = sum_of(chunk)
            if look is not None and not np.isfinite(total):
                look(first, chunk)
            simpler = self._whole is not None and not np.isnan(total)
            return self._run_chunk(chunk, outputs, whole=simpler)

        whole: list[np.ndarray] = []
        places = range(0, max(count, 1), size)
        for first, parts in zip(places, self._of_each(compute, places), strict=True):
            if len(places) == 1:
                return dict(zip(outputs, parts, strict=True))
            whole = whole or [np.empty((count, *part.shape[1:]), part.dtype) for part in parts]
            for result, part in zip(whole, parts, strict=True):
                result[first : first + len(part)] = part
        return dict(zip(outputs, whole, strict=True))

    def _chunk_of(self, count: int) -> int:
        """Rows at once: few rows are shared out among the threads."""
        share = -(-count // self._threads)
        return max(min(self.chunk_rows, -(-share // 16) * 16), 16)

    def _of_each(
        self, compute: Callable[[int], list[np.ndarray]], places: Sequence[int]
    ) -> Iterator[list[np.ndarray]]:
        """What is computed of every place, in their order, on so many threads."""
        if self._threads == 1 or len(places) == 1:
            yield from map(compute, places)
            return
        pool = ThreadPoolExecutor(self._threads)
        try:
            yield from pool.map(compute, places)
        finally:  # after Ctrl-C, say, what has not begun never does
            pool.shutdown(cancel_futures=True)

    def _run_chunk(
        self, rows: np.ndarray, outputs: Sequence[str], *, whole: bool
    ) -> list[np.ndarray]:
        count = len(rows)
        if lacking := -count % FEWEST_ROWS or FEWEST_ROWS * (not count):
            padding = np.zeros((lacking, rows.shape[1]), rows.dtype)
            rows = np.concatenate([rows, padding])
        session, name = self._session(whole=whole)
        results = session.run(list(outputs), {name: rows})
        return [result[:count] for result in results] if lacking else list(results)

    def call(self, inputs: Mapping[str, np.ndarray], outputs: Sequence[str]) -> list[np.ndarray]:
        """One call of a graph with any inputs, as they are: neither cut into chunks nor padded."""
        session, _ = self._session()
        results: list[np.ndarray] = session.run(list(outputs), dict(inputs))
        return results

    def _session(self, *, whole: bool = False) -> tuple[onnxruntime.InferenceSession, str]:
        """That of one of the two models, made when it is first needed, and its first input."""
        model = self._whole if whole else None
        with self._making:
            key = model is not None
            if key not in self._sessions:
                session = _made(self._model if model is None else model)
                self._sessions[key] = session, session.get_inputs()[0].name
            return self._sessions[key]


def _made(model: bytes) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    # Most steps of a chunk are too small to be shared out: threads take whole chunks.
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = _ERRORS_ONLY
    # Without `enable_fallback` a failure would be printed to standard output and retried.
    return onnxruntime.InferenceSession(
        model, options, providers=["CPUExecutionProvider"], enable_fallback=0
    )
