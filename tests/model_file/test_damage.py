from __future__ import annotations

import gzip
import io
import pickle
import random
import zipfile

import numpy as np
import onnx
import onnxruntime
import pytest

from isthmus.errors import DamagedModelError
from isthmus.model_file import unseal
from tests.model_file.example import example, example_graph, example_model
from tests.model_file.forgery import entry

WHOLE = example()
MANIFEST_AT = len(example_graph())


def refusal(data: bytes) -> DamagedModelError:
    with pytest.raises(DamagedModelError) as caught:
        unseal(data, name="detector.onnx")
    (problem,) = caught.value.problems
    assert problem.startswith("detector.onnx: ")
    return caught.value


def test_every_prefix_is_refused():
    for length in range(len(WHOLE)):
        assert "cut short" in refusal(WHOLE[:length]).problems[0] or length == 0


def test_a_changed_bit_is_refused_wherever_it_stands():
    bits = random.Random(0)
    for place in range(len(WHOLE)):
        changed = bytearray(WHOLE)
        changed[place] ^= 1 << bits.randrange(8)
        refusal(bytes(changed))


def test_every_bit_of_the_last_entry_is_checked():
    for place in range(len(WHOLE) - 84, len(WHOLE)):
        for bit in range(8):
            changed = bytearray(WHOLE)
            changed[place] ^= 1 << bit
            refusal(bytes(changed))


def test_random_runs_of_bytes_are_refused():
    source = random.Random(1)
    for _ in range(2000):
        start = source.randrange(len(WHOLE))
        end = min(len(WHOLE), start + source.choice([1, 2, 3, 7, 40, 500]))
        other = source.choice(
            [b"", b"\0" * (end - start), source.randbytes(end - start), WHOLE[start:end] * 2]
        )
        changed = WHOLE[:start] + other + WHOLE[end:]
        if changed != WHOLE:
            refusal(changed)


def test_uppercase_digits_are_not_the_digest():
    changed = WHOLE[:-64] + WHOLE[-64:].upper()
    assert changed != WHOLE
    refusal(changed)


def test_a_changed_weight_is_named_as_a_change():
    changed = bytearray(WHOLE)
    changed[MANIFEST_AT - 600] ^= 1
    assert "has changed since it was written: it is damaged, or another tool" in str(
        refusal(bytes(changed))
    )


def test_bytes_that_are_no_message_any_more_are_named_as_damage():
    graph_at = WHOLE.index(b"0.1.0") + 5
    changed = WHOLE[:graph_at] + b"\x3f" + WHOLE[graph_at + 1 :]
    assert "is damaged: its bytes are not those that were written" in str(refusal(changed))


def test_a_re_save_by_another_tool_is_named_and_the_digest_explained():
    model = onnx.load_from_string(WHOLE)
    model.doc_string = "optimised"
    failure = refusal(model.SerializeToString())
    assert failure.problems[0].endswith(
        "has changed since it was written: it is damaged, or another tool has re-saved it"
    )
    assert failure.advice.startswith("The digest proves integrity, not origin")


def test_a_re_save_by_onnx_runtime_is_refused(tmp_path):
    options = onnxruntime.SessionOptions()
    options.optimized_model_filepath = str(tmp_path / "optimised.onnx")
    options.log_severity_level = 4
    onnxruntime.InferenceSession(WHOLE, options, providers=["CPUExecutionProvider"])
    assert "another tool has re-saved it" in str(
        refusal((tmp_path / "optimised.onnx").read_bytes())
    )


def test_a_re_save_that_changes_no_byte_is_the_same_file(tmp_path):
    onnx.save(onnx.load_from_string(WHOLE), tmp_path / "again.onnx")
    assert (tmp_path / "again.onnx").read_bytes() == WHOLE


def test_a_re_save_that_drops_the_digest_is_refused():
    model = onnx.load_from_string(WHOLE)
    del model.metadata_props[1]
    assert "ends without its digest: it is cut short, or another tool has re-saved it" in str(
        refusal(model.SerializeToString())
    )


def test_bytes_after_the_digest_are_refused():
    refusal(WHOLE + b"\0")
    refusal(WHOLE + entry("note", b"mine"))
    refusal(WHOLE + WHOLE[-84:])


def test_a_bare_onnx_model_is_named_as_one():
    model = example_model()
    model.producer_name = "pytorch"
    failure = refusal(model.SerializeToString())
    assert "is an ONNX model without the manifest and digest that isthmus writes" in str(failure)


def test_a_message_of_the_smallest_possible_model_is_named_as_onnx():
    assert "is an ONNX model without" in str(refusal(b"\x08\x09\x3a\x00"))


def test_an_empty_file_is_named_as_one():
    assert refusal(b"").problems == ("detector.onnx: is empty",)


def zip_archive() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("data.pkl", b"x" * 100)
    return file.getvalue()


def numpy_array() -> bytes:
    file = io.BytesIO()
    np.save(file, np.zeros(10))
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "looks"),
    [
        (b"a,b,c\n1,2,3\n" * 20, "text, such as CSV"),
        (pickle.dumps({"weights": [1.0] * 10}), "a Python pickle"),
        (zip_archive(), "a zip archive, such as a PyTorch or Keras model or a spreadsheet"),
        (numpy_array(), "a NumPy array"),
        (gzip.compress(b"abc", mtime=0), "a gzip file"),
        (b"\x89HDF\r\n\x1a\n" + bytes(50), "an HDF5 file"),
        (b"PAR1" + bytes(50), "a Parquet file"),
        (b"ARROW1\0\0" + bytes(50), "an Arrow file"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n", "a Git LFS pointer"),
        (b"<!DOCTYPE html><html></html>", "a web page"),
        (b'{"format": 1}', "JSON"),
        (b"\x18\0\0\0ORTM" + bytes(50), "a model in ONNX Runtime's own format"),
        (b"\xff\xfe" * 50, "something else"),
    ],
)
def test_a_file_of_another_kind_is_named(data, looks):
    problem = refusal(data).problems[0]
    assert problem.startswith(f"detector.onnx: is not an isthmus model file: it looks like {looks}")
