"""Damage a model file in 20 000 ways: how many are accepted? And how many by ONNX Runtime alone?

``python -m benchmarks.model_file_damage``
"""

from __future__ import annotations

import os
import random
import resource
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import onnxruntime

from benchmarks.results import store
from isthmus.errors import ModelFileError
from isthmus.model_file import unseal
from tests.model_file.example import example, example_rows

FILES = 20_000
AT_ONCE = 250
SECONDS_PER_FILE = 20
MEMORY = 8 << 30
ROWS = example_rows(8)


def measure() -> dict[str, Any]:
    """Refused and accepted files, by kind of damage, for isthmus and for ONNX Runtime alone."""
    whole = example()
    kinds: dict[str, list[bytes]] = {
        "truncated": [whole[:length] for length in range(len(whole))],
        "bits flipped": list(_made(whole, _flip_bits, (FILES - len(whole)) // 2, seed=1)),
    }
    rest = FILES - sum(map(len, kinds.values()))
    kinds["bytes replaced, removed or doubled"] = list(_made(whole, _change_run, rest, seed=2))
    figures = {kind: _outcomes(files, whole) for kind, files in kinds.items()}
    return {
        "file_bytes": len(whole),
        "damaged_files": sum(map(len, kinds.values())),
        "accepted": sum(kind["accepted"] for kind in figures.values()),
        "accepted_by_onnx_runtime_alone": sum(
            kind["accepted_by_onnx_runtime_alone"] for kind in figures.values()
        ),
        "other_scores_by_onnx_runtime_alone": sum(
            kind["other_scores_by_onnx_runtime_alone"] for kind in figures.values()
        ),
        "kinds": figures,
    }


def main() -> None:
    """Measure, print and store."""
    figures = measure()
    print(f"{FILES} damaged copies of a model file of {figures['file_bytes']} bytes")
    heads = ("files", "accepted", "by ONNX Runtime alone", "of these with other scores")
    print(f"{'':36}" + "".join(f"{head:>28}" for head in heads))
    for kind, row in figures["kinds"].items():
        numbers = (
            row["files"],
            row["accepted"],
            row["accepted_by_onnx_runtime_alone"],
            row["other_scores_by_onnx_runtime_alone"],
        )
        print(f"{kind:36}" + "".join(f"{number:28}" for number in numbers))
    print(f"stored in {store('model_file_damage', figures)}")


def _made(
    whole: bytes, damage: Callable[[bytes, random.Random], bytes], count: int, seed: int
) -> Iterator[bytes]:
    source = random.Random(seed)
    while count:
        damaged = damage(whole, source)
        if damaged != whole:
            count -= 1
            yield damaged


def _flip_bits(whole: bytes, source: random.Random) -> bytes:
    damaged = bytearray(whole)
    for _ in range(source.choice([1, 1, 1, 2, 3, 8])):
        damaged[source.randrange(len(damaged))] ^= 1 << source.randrange(8)
    return bytes(damaged)


def _change_run(whole: bytes, source: random.Random) -> bytes:
    start = source.randrange(len(whole))
    end = min(len(whole), start + source.choice([1, 2, 4, 16, 64, 512]))
    run = whole[start:end]
    other = source.choice([b"", bytes(len(run)), source.randbytes(len(run)), run + run])
    return whole[:start] + other + whole[end:]


def _outcomes(files: list[bytes], whole: bytes) -> dict[str, Any]:
    began = time.perf_counter()
    accepted = sum(map(_accepted, files))
    seconds = time.perf_counter() - began
    alone = Counter(_alone(files, whole))
    return {
        "files": len(files),
        "accepted": accepted,
        "milliseconds_per_file": round(1000 * seconds / len(files), 3),
        "accepted_by_onnx_runtime_alone": alone["same"] + alone["other"] + alone["fails later"],
        "other_scores_by_onnx_runtime_alone": alone["other"],
        "onnx_runtime_stopped_the_process": alone["stopped"],
    }


def _accepted(data: bytes) -> bool:
    try:
        unseal(data)
    except ModelFileError:
        return False
    return True


# ONNX Runtime runs in processes of its own: a damaged file may stop it, or never let it end.

OUTCOMES = ("refused", "same", "other", "fails later", "stopped")


def _alone(files: list[bytes], whole: bytes) -> Iterator[str]:
    """What ONNX Runtime alone makes of each file; one of `OUTCOMES`."""
    done = 0
    while done < len(files):
        chunk = files[done : done + AT_ONCE]
        outcomes = _in_child(chunk, whole)
        if len(outcomes) < len(chunk):
            outcomes.append("stopped")
        yield from outcomes
        done += len(outcomes)


def _in_child(files: list[bytes], whole: bytes) -> list[str]:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            _report(files, whole, writing)
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        codes = pipe.read()
    os.waitpid(child, 0)
    return [OUTCOMES[code] for code in codes]


def _report(files: list[bytes], whole: bytes, writing: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    expected = _session(whole).run(["anomaly_score"], {"rows": ROWS})[0]
    for data in files:
        signal.alarm(SECONDS_PER_FILE)
        os.write(writing, bytes([OUTCOMES.index(_outcome(data, expected))]))


def _outcome(data: bytes, expected: np.ndarray) -> str:
    try:
        session = _session(data)
    except Exception:
        return "refused"
    try:
        scores = session.run(["anomaly_score"], {"rows": ROWS})[0]
    except Exception:
        return "fails later"
    return "same" if np.array_equal(scores, expected) else "other"


def _session(data: bytes) -> Any:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])


if __name__ == "__main__":
    main()
