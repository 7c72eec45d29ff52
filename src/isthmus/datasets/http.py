"""Asking one server for a file, or for what is still missing of it."""

from __future__ import annotations

import contextlib
import re
import ssl
from collections.abc import Iterator
from http.client import HTTPException, HTTPResponse
from typing import IO, Any
from urllib import request
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit

from isthmus.printable import clean

TIMEOUT_SECONDS = 20.0
"""For making the connection, and for each piece that is waited for."""
MOST_REDIRECTS = 5
PIECE = 1 << 16


class MirrorFailed(Exception):  # noqa: N818 (what happened, which another mirror may make good)
    """One server did not give the file; the text says why, in part in the server's words.

    `answered` is false where there was no connection at all.
    """

    def __init__(self, reason: str, *, answered: bool = True) -> None:
        super().__init__(clean(reason, most=300))
        self.answered = answered


class Cut(MirrorFailed):
    """The connection ended before the file did: the rest can be asked for."""


@contextlib.contextmanager
def asked(url: str, start: int, size: int) -> Iterator[tuple[int, HTTPResponse]]:
    """Ask for a file of a known size from byte `start` on.

    Yields the byte that the answer begins with, which is 0 where the server gives only whole
    files, and the answer to read from with `piece_of`.

    Raises
    ------
    MirrorFailed
        If there is no connection, the server refuses, or its file is of another size.
    """
    wanted = request.Request(url, headers={"User-Agent": "isthmus", "Accept-Encoding": "identity"})
    if start:
        wanted.add_header("Range", f"bytes={start}-")
    with _opened(wanted) as answer:
        yield _beginning(answer, start, size), answer


def piece_of(answer: HTTPResponse, most: int) -> bytes:
    """The next bytes of an answer, none at its end.

    Raises
    ------
    Cut
        If they do not come.
    """
    try:
        return answer.read1(min(most, PIECE))  # what is there, not what is still to come
    except TimeoutError:
        raise Cut(f"nothing came for {TIMEOUT_SECONDS:g} s") from None
    except (OSError, HTTPException) as error:
        raise Cut(f"the connection broke off: {_reason(error)}") from error


def _opened(wanted: request.Request) -> HTTPResponse:
    try:
        answer: HTTPResponse = _opener().open(wanted, timeout=TIMEOUT_SECONDS)
        return answer
    except HTTPError as error:
        with error:
            raise MirrorFailed(_refusal(error)) from error
    except URLError as error:
        spoke = isinstance(error.reason, ssl.SSLError)
        raise MirrorFailed(_reason(error.reason), answered=spoke) from error
    except TimeoutError:
        raise MirrorFailed(f"nothing came for {TIMEOUT_SECONDS:g} s") from None
    except (OSError, HTTPException) as error:
        raise MirrorFailed(f"the connection broke off: {_reason(error)}") from error


def _opener() -> request.OpenerDirector:
    """What speaks HTTP and nothing else: no redirect can lead to a file of this machine."""
    opener = request.OpenerDirector()
    for handler in (
        request.ProxyHandler,
        request.HTTPHandler,
        request.HTTPSHandler,
        request.UnknownHandler,
        request.HTTPDefaultErrorHandler,
        request.HTTPErrorProcessor,
        _Redirects,
    ):
        opener.add_handler(handler())
    return opener


class _Redirects(request.HTTPRedirectHandler):
    """Follows a few redirects, none of them from https to http."""

    max_redirections = MOST_REDIRECTS

    def redirect_request(
        self, req: request.Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str
    ) -> request.Request | None:
        old, new = urlsplit(req.full_url).scheme, urlsplit(newurl).scheme
        if old != new:
            fp.close()
            raise MirrorFailed(f"redirects from {old} to {new}, which is not followed")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _beginning(answer: HTTPResponse, start: int, size: int) -> int:
    """The first byte of an answer, once what it says of itself fits."""
    stated = answer.headers.get("Content-Length", "")
    if answer.status == 206 and start:
        found = re.fullmatch(
            r"bytes (\d+)-\d+/(\d+|\*)", answer.headers.get("Content-Range", "").strip()
        )
        if not found or int(found[1]) != start or found[2] not in ("*", str(size)):
            raise MirrorFailed(
                f"was asked for bytes from {start} of {size}, answered "
                f"{answer.headers.get('Content-Range')!r}"
            )
        return start
    if answer.status != 200:
        raise MirrorFailed(f"answered {answer.status} {answer.reason}")
    if stated.isdecimal() and int(stated) != size:
        raise MirrorFailed(f"says the file has {int(stated)} bytes, {size} were expected")
    return 0


def _refusal(error: HTTPError) -> str:
    if 300 <= error.code < 400:
        return f"redirects in a circle, more than {MOST_REDIRECTS} times, or nowhere"
    if error.code == 416:
        return "its file is shorter than what is here already"
    return f"answered {error.code} {error.reason}"


def _reason(error: Any) -> str:
    return str(getattr(error, "strerror", None) or error) or type(error).__name__
