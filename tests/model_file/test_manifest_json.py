from __future__ import annotations

import json
import time
import tracemalloc

import pytest

from isthmus.errors import DamagedModelError, ModelVersionError
from isthmus.model_file import unseal
from isthmus.model_file.manifest_json import read_manifest, written_manifest
from isthmus.model_file.wire import RefusedError
from tests.model_file.example import example_graph, example_manifest
from tests.model_file.forgery import forged, record

MANIFEST = example_manifest()
TEXT = written_manifest(MANIFEST)


def document(**changes):
    return {**json.loads(TEXT), **changes}


def as_json(**changes) -> bytes:
    return json.dumps(document(**changes)).encode()


def refusal(data: bytes) -> RefusedError:
    with pytest.raises(RefusedError) as caught:
        read_manifest(data, name="detector.onnx")
    return caught.value


def test_a_manifest_comes_back():
    assert read_manifest(TEXT, name="detector.onnx") == MANIFEST
    assert written_manifest(read_manifest(TEXT, name="detector.onnx")) == TEXT


def test_the_order_of_a_dictionary_does_not_show_in_the_file():
    turned = MANIFEST.model_copy(
        update={"versions": dict(reversed(list(MANIFEST.versions.items())))}
    )
    assert list(turned.versions) != list(MANIFEST.versions)
    assert written_manifest(turned) == TEXT


def test_a_newer_format_is_named_with_both_versions_and_the_way_out():
    newer = as_json(format=2, created_by="isthmus 3.1.0", brand_new={"deep": [1]})
    with pytest.raises(ModelVersionError) as caught:
        unseal(forged(manifest=newer), name="detector.onnx")
    assert str(caught.value) == (
        "detector.onnx: written by isthmus 3.1.0, format 2; this isthmus reads format 1\n"
        "Upgrade with: pip install -U isthmus"
    )


def test_a_newer_format_is_named_before_the_graph_that_only_it_understands_is_refused():
    newer_graph = example_graph() + record(25, b"a function")
    with pytest.raises(ModelVersionError):
        unseal(forged(newer_graph, as_json(format=2)))


@pytest.mark.parametrize(
    "writer", ["\x1b[2J isthmus", "x" * 10_000, None, {"a": 1}, "isthmus a\nb"]
)
def test_a_newer_format_of_a_strange_writer_is_not_echoed(writer):
    with pytest.raises(ModelVersionError, match="written by a newer isthmus, format 99;"):
        unseal(forged(manifest=as_json(format=99, created_by=writer)))


@pytest.mark.parametrize("came", [0, -1, "2", 2.0, True, None, [2]])
def test_a_format_that_is_no_number_is_refused(came):
    assert "does not say which format" in str(refusal(as_json(format=came)))


def test_a_manifest_without_a_format_is_refused():
    without = document()
    del without["format"]
    assert "does not say which format" in str(refusal(json.dumps(without).encode()))


def test_every_unknown_wrong_and_missing_entry_is_named_at_once():
    wrong = document(members="3", colour="red", threshold={"rule": "conformal", "alpha": None})
    del wrong["data"]
    wrong["training"]["stopped"] = "crash"
    assert set(refusal(json.dumps(wrong).encode()).args) == {
        "its manifest: members: Input should be a valid integer",
        "its manifest: colour: Extra inputs are not permitted",
        "its manifest: data: Field required",
        "its manifest: training.stopped: Input should be 'budget' or 'patience'",
    }


def test_all_problems_of_a_manifest_reach_the_user_with_the_name_of_the_file():
    data = forged(manifest=as_json(members=2.5, colour="red"))
    with pytest.raises(DamagedModelError) as caught:
        unseal(data, name="detector.onnx")
    assert len(caught.value.problems) == 2
    assert all(line.startswith("detector.onnx: its manifest: ") for line in caught.value.problems)


def test_a_long_list_of_problems_is_cut():
    wrong = document(**{f"unknown{k}": k for k in range(1000)})
    assert len(refusal(json.dumps(wrong).encode()).args) == 10


def test_a_key_that_would_move_the_cursor_is_shown_harmlessly():
    (problem,) = refusal(as_json(**{"\x1b[2J" + "x" * 1000: 1})).args
    assert "\x1b" not in problem
    assert len(problem) < 150


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
def test_what_is_not_json_but_python_reads_is_refused(constant):
    text = TEXT.replace(b'"center":-0.5', b'"center":' + constant.encode())
    assert text != TEXT
    assert f"holds {constant}, which is not JSON" in str(refusal(text))


def test_a_number_beyond_float64_is_refused():
    text = TEXT.replace(b'"center":-0.5', b'"center":1e999')
    assert "views.0.center: Input should be a finite number" in str(refusal(text))


@pytest.mark.parametrize(
    "text",
    [
        b'{"format":1,"format":1' + TEXT[TEXT.index(b',"groups"') :],
        TEXT.replace(b'"rule":"conformal"', b'"rule":"conformal","rule":"fixed:0"'),
        TEXT.replace(b'"rule":"conformal"', b'"rule":"conformal","\\u0072ule":"fixed:0"'),
    ],
)
def test_a_key_that_stands_twice_is_refused(text):
    assert "its manifest has a key twice" in str(refusal(text))


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        TEXT[:-1],
        TEXT + b"}",
        b"\xff\xfe" + TEXT.decode().encode("utf-16-le"),
        TEXT.replace(b'"c0"', b'"\xff"'),
        b"\xef\xbb\xbf" + TEXT,
        TEXT.replace(b'"format":1', b'"format":' + b"1" * 5000),
        b"'" + TEXT,
    ],
)
def test_what_is_not_utf8_json_is_refused(text):
    assert "its manifest is not JSON" in str(refusal(text))


@pytest.mark.parametrize("text", [b"[]", b"1", b"null", b'"format"'])
def test_json_that_is_no_object_is_refused(text):
    assert "its manifest is not a JSON object" in str(refusal(text))


@pytest.mark.parametrize(
    "text",
    [
        b"[" * 10_000_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b"[" + b"[]," * 5_000_000 + b"[]]",
        b'"' + b'\\"' * 10_000_000,
        b'{"format":1,"a":' + b'"\\' * 5_000_000,
        b"{" + b" " * 30_000_000 + b"}",
        b"x" * 40_000_000,
    ],
    ids=["deep lists", "deep objects", "many lists", "quotes", "backslashes", "blanks", "large"],
)
def test_a_manifest_made_to_exhaust_the_reader_is_refused_in_a_moment(text):
    began = time.process_time()
    refusal(text)
    assert time.process_time() - began < 10  # against running away, not a stopwatch


def test_a_manifest_beyond_the_largest_is_named_as_such():
    assert "is larger than 33554432 bytes" in str(refusal(TEXT + b" " * 33554432))


def test_nesting_is_allowed_as_deep_as_stated():
    def nested(depth):
        return b'{"a":' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"

    assert "does not say which format" in str(refusal(nested(16)))
    assert "is nested more deeply than any manifest" in str(refusal(nested(17)))


def test_a_deep_manifest_is_refused_in_little_memory():
    text = b"[" * 10_000_000
    tracemalloc.start()
    refusal(text)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3 * len(text)


def test_brackets_inside_a_text_are_not_nesting():
    name = '[{"\\' * 50
    schema = MANIFEST.row_schema
    column = schema.columns[0].model_copy(update={"name": name})
    schema = schema.model_copy(update={"columns": (column, *schema.columns[1:])})
    manifest = MANIFEST.model_copy(update={"row_schema": schema})
    assert read_manifest(written_manifest(manifest), name="x") == manifest
