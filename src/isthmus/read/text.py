"""Bytes that must be UTF-8 text, and what to say where they are not."""

from __future__ import annotations

from isthmus.errors import UnreadableDataError

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
UTF16 = (b"\xff\xfe", b"\xfe\xff")


def refuse_utf16(head: bytes, name: str) -> None:
    """Raise an `UnreadableDataError` where the first bytes are the mark of UTF-16."""
    if head.startswith(UTF16):
        raise UnreadableDataError(
            f"{name}: is UTF-16 text (byte offset 0), UTF-8 was expected",
            advice="Convert it: iconv -f UTF-16 -t UTF-8 OLD > NEW",
        )


def refuse_not_text(block: bytes, name: str, first_line: int, offset: int) -> None:
    """Raise an `UnreadableDataError` at the first byte that UTF-8 text cannot have there.

    Parameters
    ----------
    block : bytes
        Whole lines.
    name : str
        What the message calls the file.
    first_line, offset : int
        Where in the file the block begins: the number of its line from 1, and of its byte from 0.
    """
    nul = block.find(b"\0")
    if nul >= 0:
        raise UnreadableDataError(
            f"{name}: {_where(block, nul, first_line, offset)}: a NUL byte, text was expected",
            advice="Is it a binary file (--format), or UTF-16 (convert it to UTF-8)?",
        )
    if block.isascii():
        return
    try:
        block.decode()
    except UnicodeDecodeError as error:
        where = _where(block, error.start, first_line, offset)
        raise UnreadableDataError(
            f"{name}: {where}: the byte 0x{block[error.start]:02x} is not UTF-8",
            advice="Convert it, if it is Latin-1 so: iconv -f LATIN1 -t UTF-8 OLD > NEW",
        ) from None


def _where(block: bytes, place: int, first_line: int, offset: int) -> str:
    line = first_line + block.count(b"\n", 0, place)
    return f"line {line}, byte offset {offset + place}"
