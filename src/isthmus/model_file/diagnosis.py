"""What is wrong with bytes whose digest does not hold: a foreign file, a cut one, a changed one."""

from __future__ import annotations

from isthmus.errors import DamagedModelError
from isthmus.model_file.metadata import DIGEST_KEY, MANIFEST_KEY, Entry, entries
from isthmus.model_file.operators import IR_VERSION, PRODUCER
from isthmus.model_file.wire import (
    BYTES,
    VARINT,
    CutShortError,
    RefusedError,
    Span,
    WireReader,
    written_bytes,
)

START = bytes([1 << 3 | VARINT, IR_VERSION]) + written_bytes(2, PRODUCER.encode("ascii"))
"""The bytes with which every model file begins."""

SIGNATURES = (
    (b"PK\x03\x04", "a zip archive, such as a PyTorch or Keras model or a spreadsheet"),
    (b"\x89HDF", "an HDF5 file"),
    (b"PAR1", "a Parquet file"),
    (b"ARROW1", "an Arrow file"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"\x1f\x8b", "a gzip file"),
    (b"version https://git-lfs", "a Git LFS pointer; git lfs pull fetches the file itself"),
    (b"<", "a web page or XML"),
    (b"{", "JSON"),
    (b"[", "JSON"),
    *((bytes([0x80, protocol]), "a Python pickle") for protocol in range(2, 6)),
)

AGAIN = "Copy it again from where it came, or fit it anew."
ORIGIN = (
    "The digest proves integrity, not origin: it shows that a file is as it was written, "
    "not who wrote it."
)


def damage(data: bytes, name: str) -> DamagedModelError:
    """The failure to raise for bytes that do not end in their own digest.

    Parameters
    ----------
    data : bytes
        The whole file.
    name : str
        The file, for the message.
    """
    if not data:
        return _damaged(name, "is empty", AGAIN)
    ours = data.startswith(START) or START.startswith(data) or MANIFEST_KEY in data
    try:
        found = entries(data)
    except RefusedError as error:
        if not ours:
            return _foreign(name, data)
        if isinstance(error, CutShortError):
            return _damaged(name, f"is cut short, or damaged: {len(data)} bytes end amid it", AGAIN)
        return _damaged(name, "is damaged: its bytes are not those that were written", AGAIN)
    return _readable(name, data, found, ours)


def _readable(name: str, data: bytes, found: list[Entry], ours: bool) -> DamagedModelError:
    keys = [entry.key for entry in found]
    if MANIFEST_KEY in keys and DIGEST_KEY in keys:
        return _damaged(
            name,
            "has changed since it was written: it is damaged, or another tool has re-saved it",
            f"{ORIGIN} {AGAIN}",
        )
    if ours:
        return _damaged(
            name,
            "ends without its digest: it is cut short, or another tool has re-saved it",
            f"{ORIGIN} {AGAIN}",
        )
    return _bare(name) if _is_onnx(data) else _foreign(name, data)


def _bare(name: str) -> DamagedModelError:
    return _damaged(
        name,
        "is an ONNX model without the manifest and digest that isthmus writes",
        "isthmus scores only with model files that isthmus fit wrote.",
    )


def _is_onnx(data: bytes) -> bool:
    """Whether the top level, known to be readable, has a version and a graph."""
    shape = {(field.tag, field.wire) for field in WireReader(data).fields(Span(0, len(data)))}
    return {(1, VARINT), (7, BYTES)} <= shape


def _foreign(name: str, data: bytes) -> DamagedModelError:
    return _damaged(
        name,
        f"is not an isthmus model file: it looks like {_looks(data)}",
        "Give the .onnx file that isthmus fit wrote.",
    )


def _looks(data: bytes) -> str:
    for signature, words in SIGNATURES:
        if data.startswith(signature):
            return words
    if data[4:8] == b"ORTM":
        return "a model in ONNX Runtime's own format"
    if all(byte in b"\t\n\r" or 32 <= byte < 127 for byte in data[:1024]):
        return "text, such as CSV"
    return "something else"


def _damaged(name: str, what: str, advice: str) -> DamagedModelError:
    return DamagedModelError(f"{name}: {what}", advice=advice)
