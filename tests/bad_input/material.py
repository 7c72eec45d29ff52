"""A folder with two detectors and their rows, to which every case adds what is bad."""

from __future__ import annotations

import gzip
import io
import json
import pickle
import shlex
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import onnx
import pyarrow as pa
import pyarrow.parquet
from onnx import helper

from isthmus.cli.run import run
from isthmus.model_file import unseal
from isthmus.model_file.manifest import FORMAT
from isthmus.model_file.manifest_json import written_manifest
from isthmus.model_file.metadata import MANIFEST_KEY, digest_of, trailer, written_entry

QUICK = "--max-steps 20 --encoder 8 --code-size 2"
NAMES = ("temperature", "pressure", "speed")
MAKERS = ("abb", "bosch", "kuka")
USUAL = ("20", "5", "100")
"""A row like those that were learnt."""


@cache
def normal_rows(count: int = 60) -> tuple[tuple[str, ...], ...]:
    """Rows of a machine: pressure falls as temperature rises, speed goes its own way."""
    generator = np.random.default_rng(0)
    heat = generator.normal(size=count)
    columns = (20 + heat, 5 - 2 * heat, 100 + generator.normal(size=count))
    noise = 0.1 * generator.normal(size=(3, count))
    return tuple(
        tuple(f"{value:.3f}" for value in row) for row in zip(*(columns + noise), strict=True)
    )


N = len(normal_rows())


def lines(*rows: Sequence[str], names: Sequence[str] = NAMES) -> bytes:
    """A CSV file of these rows."""
    return "".join(",".join(row) + "\n" for row in (names, *rows)).encode()


def normal(**columns: Sequence[str]) -> bytes:
    """Normal rows in which some columns are others, or come on top."""
    rows = [list(row) for row in normal_rows()]
    names = list(NAMES)
    for name, cells in columns.items():
        if name not in names:
            names.append(name)
            rows = [[*row, ""] for row in rows]
        place = names.index(name)
        for row, cell in zip(rows, cells, strict=True):
            row[place] = cell
    return lines(*rows, names=names)


def normal_with(cell: str) -> bytes:
    """Normal rows, one of which has that temperature."""
    return normal(temperature=[cell, *(row[0] for row in normal_rows()[1:])])


def to_score(*rows: Sequence[str], names: Sequence[str] = NAMES) -> bytes:
    """A usual row, these rows, and another usual one."""
    usual = (*USUAL, *[""] * len(names))[: len(names)]
    return lines(usual, *rows, usual, names=names)


def labelled(*labels: str) -> bytes:
    """Normal rows with labels, repeated to the end."""
    return normal(state=[labels[place % len(labels)] for place in range(len(normal_rows()))])


def json_lines(**columns: object) -> bytes:
    """Normal rows as JSON lines, in which some columns have one value throughout."""
    rows = [dict(zip(NAMES, map(float, row), strict=True)) | columns for row in normal_rows()]
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def parquet(**columns: pa.Array) -> bytes:
    """Normal rows as Parquet, in which some columns are others, or come on top."""
    held = {
        name: pa.array([float(row[place]) for row in normal_rows()])
        for place, name in enumerate(NAMES)
    }
    file = io.BytesIO()
    pyarrow.parquet.write_table(pa.table(held | columns), file)
    return file.getvalue()


def packed(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def pickled() -> bytes:
    return pickle.dumps({"weights": [1.0]})


def foreign_onnx() -> bytes:
    """A sound ONNX model that isthmus did not write."""
    value = helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [1])
    other = helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, [1])
    graph = helper.make_graph([helper.make_node("Abs", ["x"], ["y"])], "g", [value], [other])
    return bytes(helper.make_model(graph).SerializeToString())


def detector() -> bytes:
    """A detector of the normal rows."""
    return models()["detector.onnx"]


def one_bit_changed() -> bytes:
    """The same detector, but for one bit amid it."""
    content = bytearray(detector())
    content[len(content) // 2] ^= 1
    return bytes(content)


def of_tomorrow() -> bytes:
    """The same detector as a newer isthmus would write it."""
    model = unseal(detector())
    manifest = model.manifest.model_copy(
        update={"format": FORMAT + 1, "created_by": "isthmus 99.0.0"}
    )
    body = model.graph + written_entry(MANIFEST_KEY, written_manifest(manifest))
    return body + trailer(digest_of(body))


def photos() -> np.ndarray:
    """Grey images of 6 x 5 pixels."""
    return np.random.default_rng(5).integers(60, 190, (40, 6, 5), dtype=np.uint8)


@cache
def models() -> dict[str, bytes]:
    """The detectors, trained in a moment: numbers alone, with a category, and of images."""
    made = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        makers = [MAKERS[place % 3] for place in range(len(normal_rows()))]
        machines = [(*row[:2], maker) for row, maker in zip(normal_rows(), makers, strict=True)]
        (folder / "normal.csv").write_bytes(normal())
        (folder / "machines.csv").write_bytes(
            lines(*machines, names=("temperature", "pressure", "maker"))
        )
        np.save(folder / "photos.npy", photos())
        for data, model in (
            ("normal.csv", "detector"),
            ("machines.csv", "machines"),
            ("photos.npy --architecture dense", "photos"),
        ):
            words = f"fit {folder}/{data} -o {folder}/{model}.onnx --quiet {QUICK}"
            if run(shlex.split(words)):
                raise RuntimeError(f"isthmus {words} failed")
            made[f"{model}.onnx"] = (folder / f"{model}.onnx").read_bytes()
    return made
