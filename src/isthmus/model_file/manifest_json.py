"""The manifest as JSON: one spelling when written, a strict reading."""

from __future__ import annotations

import json
import re
from typing import Any

from pydantic import ValidationError

from isthmus.errors import ModelVersionError
from isthmus.model_file.manifest import FORMAT, Manifest
from isthmus.model_file.wire import RefusedError

MAX_BYTES = 32 * 1024 * 1024
MAX_DEPTH = 16
MAX_BRACKETS = 1_000_000
MOST_PROBLEMS = 10

_STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)
_WRITER = re.compile(r"isthmus [\w.+-]{1,40}", re.ASCII)
_WORD = re.compile(r"\w{1,60}", re.ASCII)


def written_manifest(manifest: Manifest) -> bytes:
    """The manifest as compact UTF-8 JSON with sorted keys.

    Every float is written with as many digits as bring back the same bits.
    """
    return json.dumps(
        manifest.model_dump(mode="json"),
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
        allow_nan=False,
    ).encode("utf-8")


def read_manifest(data: bytes, *, name: str) -> Manifest:
    """Read a manifest, refusing whatever this isthmus would not have written.

    Parameters
    ----------
    data : bytes
        UTF-8 JSON.
    name : str
        The file that holds it, for messages.

    Raises
    ------
    ModelVersionError
        If its format is newer than this isthmus reads.
    RefusedError
        If it is not JSON, or not a manifest; each problem is one argument.
    """
    document = _document(data)
    if not isinstance(document, dict):
        raise RefusedError("its manifest is not a JSON object")
    _check_format(document, name)
    try:
        return Manifest.model_validate_json(data, strict=True)
    except ValidationError as error:
        raise RefusedError(*map(_problem, error.errors()[:MOST_PROBLEMS])) from None


def _document(data: bytes) -> Any:
    if len(data) > MAX_BYTES:
        raise RefusedError(f"its manifest is larger than {MAX_BYTES} bytes")
    try:
        text = data.decode("utf-8")
        _check_nesting(text)
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except RefusedError:
        raise
    except ValueError as error:
        raise RefusedError(f"its manifest is not JSON: {error}") from None


def _check_nesting(text: str) -> None:
    """Refuse deep nesting before a parser that recurses sees it."""
    depth = brackets = 0
    for match in _STRING_OR_BRACKET.finditer(text):
        character = match[0][0]
        if character == '"':
            continue
        brackets += 1
        depth += 1 if character in "[{" else -1
        if depth > MAX_DEPTH or brackets > MAX_BRACKETS:
            raise RefusedError("its manifest is nested more deeply than any manifest")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) < len(pairs):
        raise RefusedError("its manifest has a key twice")
    return document


def _no_constant(constant: str) -> None:
    raise RefusedError(f"its manifest holds {constant}, which is not JSON")


def _check_format(document: dict[str, Any], name: str) -> None:
    came = document.get("format")
    if type(came) is not int or came < 1:
        raise RefusedError("its manifest does not say which format it has")
    if came > FORMAT:
        writer = str(document.get("created_by"))
        if not _WRITER.fullmatch(writer):
            writer = "a newer isthmus"
        raise ModelVersionError(
            f"{name}: written by {writer}, format {came}; this isthmus reads format {FORMAT}",
            advice="Upgrade with: pip install -U isthmus",
        )


def _problem(error: Any) -> str:
    parts = [part if _WORD.fullmatch(part) else ascii(part)[:60] for part in map(str, error["loc"])]
    return f"its manifest: {'.'.join(parts)}: {error['msg']}"
