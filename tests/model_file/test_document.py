"""docs/model-file.md says what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from isthmus.model_file import ALLOWED_OPERATORS, IR_VERSION, OPSET, Manifest
from isthmus.model_file import messages as table
from isthmus.model_file.agreement import expected_outputs
from isthmus.model_file.file import MAX_FILE_BYTES
from isthmus.model_file.manifest import View
from isthmus.model_file.manifest_json import MAX_BYTES, MAX_DEPTH
from isthmus.model_file.metadata import TRAILER_SIZE, trailer
from isthmus.model_file.wire import MAX_FIELDS
from isthmus.options import FitOptions
from tests.model_file.example import example, example_manifest

TEXT = Path(__file__).parents[2].joinpath("docs", "model-file.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in TEXT.splitlines()
    if line.startswith("|")
]


def words(text: str) -> list[str]:
    return re.findall(r"`(\w+)`", text)


def test_the_operators_are_all_listed():
    listed = TEXT.split("Only these operators are allowed:")[1].split("- At most")[0]
    assert words(listed) == sorted(ALLOWED_OPERATORS, key=str.lower)


@pytest.mark.parametrize(
    "message",
    [value for value in vars(table).values() if isinstance(value, table.Message)],
    ids=lambda message: message.name,
)
def test_the_fields_of_every_message_are_listed(message):
    (row,) = [row for row in ROWS if row[0] == f"`{message.name}`"]
    listed = [word for word in words(row[1]) if word != "metadata_props"]
    assert listed == [rule.name for rule in message.rules.values()]


def test_every_entry_of_the_manifest_is_described():
    section = TEXT.split("## The manifest")[1].split("## From score")[0]
    described = {word for row in ROWS for word in words(row[0])}
    assert set(Manifest.model_fields) <= described
    for model in (Manifest.model_fields["data"], Manifest.model_fields["training"]):
        assert set(model.annotation.model_fields) <= set(words(section))


def test_every_group_of_options_and_every_entry_of_a_view_is_named():
    (row,) = [row for row in ROWS if row[0] == "`options`"]
    assert set(FitOptions.model_fields) <= set(words(row[1]))
    (row,) = [row for row in ROWS if row[0] == "`views`"]
    assert set(View.model_fields) <= set(words(row[1]))


def test_the_outputs_are_listed_in_their_order():
    listed = [row[1].strip("`") for row in ROWS if row[0].startswith("output ")]
    assert listed == [value.name for value in expected_outputs(example_manifest())]


def test_the_numbers_are_those_of_the_code():
    assert f"| 1 `ir_version` | {IR_VERSION} |" in TEXT
    assert f"version {OPSET} |" in TEXT
    assert f"these {TRAILER_SIZE} bytes" in TEXT
    assert f"at most {MAX_FILE_BYTES >> 20} MB, its manifest at most {MAX_BYTES >> 20} MB" in TEXT
    assert f"nesting deeper than {MAX_DEPTH}" in TEXT
    assert f"at most {MAX_FIELDS:,} fields".replace(",", " ") in TEXT
    assert table.MAX_NODES == table.MAX_INITIALIZERS == 10_000
    assert (
        f"At most 10 000 nodes and 10 000 tensors, {table.MAX_DIMS} axes for a tensor, "
        f"{table.MAX_NAME_BYTES} bytes for a name."
    ) in TEXT


def test_the_bytes_are_those_of_a_file():
    start = re.search(r"eleven bytes `([0-9a-f ]+)`", TEXT)
    assert example().startswith(bytes.fromhex(start[1]))
    head = [row[0].strip("`") for row in ROWS if re.fullmatch(r"`[0-9a-f ]+`", row[0])]
    assert trailer("0" * 64) == bytes.fromhex("".join(head)) + b"0" * 64
