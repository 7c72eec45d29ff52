"""A small server on this machine that behaves well, or badly in one way that is chosen."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Behaviour = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Serving:
    """What is served at which path, and who asked for what."""

    port: int
    paths: dict[str, Behaviour] = field(default_factory=dict)
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    """Path and Range of every request, in turn."""

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def serve(self, path: str, behaviour: Behaviour) -> str:
        self.paths[path] = behaviour
        return self.url(path)

    @property
    def ranges(self) -> list[str | None]:
        return [range_ for _, range_ in self.asked]


@contextlib.contextmanager
def serving() -> Iterator[Serving]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.asked.append((self.path, self.headers.get("Range")))
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                state.paths.get(self.path, status(404))(self)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state = Serving(server.server_port)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def whole(data: bytes) -> Behaviour:
    """The file, or from the byte on that is asked for."""

    def answer(to: BaseHTTPRequestHandler) -> None:
        start = start_of(to)
        if start >= len(data):
            status(416)(to)
        elif start:
            begin(to, 206, len(data) - start, f"bytes {start}-{len(data) - 1}/{len(data)}")
            to.wfile.write(data[start:])
        else:
            begin(to, 200, len(data))
            to.wfile.write(data)

    return answer


def without_range(data: bytes) -> Behaviour:
    """The whole file, whatever is asked for."""

    def answer(to: BaseHTTPRequestHandler) -> None:
        begin(to, 200, len(data))
        to.wfile.write(data)

    return answer


def without_length(data: bytes) -> Behaviour:
    def answer(to: BaseHTTPRequestHandler) -> None:
        to.send_response(200)
        to.end_headers()
        to.wfile.write(data)

    return answer


def cut(data: bytes, every: int) -> Behaviour:
    """From the byte on that is asked for, but never more than `every` bytes at once."""

    def answer(to: BaseHTTPRequestHandler) -> None:
        start = start_of(to)
        place = f"bytes {start}-{len(data) - 1}/{len(data)}"
        begin(to, 206 if start else 200, len(data) - start, place)
        to.wfile.write(data[start : start + every])

    return answer


def ranged(data: bytes, content_range: str) -> Behaviour:
    """A part that says of itself what is given here."""

    def answer(to: BaseHTTPRequestHandler) -> None:
        begin(to, 206, len(data), content_range)
        to.wfile.write(data)

    return answer


def stating(data: bytes, length: int) -> Behaviour:
    """The file with another length in the header."""

    def answer(to: BaseHTTPRequestHandler) -> None:
        begin(to, 200, length)
        to.wfile.write(data)

    return answer


def status(code: int) -> Behaviour:
    def answer(to: BaseHTTPRequestHandler) -> None:
        begin(to, code, 0)

    return answer


def redirect(to_where: str, code: int = 302) -> Behaviour:
    def answer(to: BaseHTTPRequestHandler) -> None:
        to.send_response(code)
        to.send_header("Location", to_where)
        to.send_header("Content-Length", "0")
        to.end_headers()

    return answer


def hanging(data: bytes, until: threading.Event) -> Behaviour:
    """Some bytes, then nothing for long."""

    def answer(to: BaseHTTPRequestHandler) -> None:
        begin(to, 200, len(data))
        to.wfile.write(data[:10])
        to.wfile.flush()
        until.wait(30)

    return answer


def nothing(to: BaseHTTPRequestHandler) -> None:
    """Close the connection without a word."""
    to.close_connection = True


def garbage(to: BaseHTTPRequestHandler) -> None:
    to.wfile.write(b"\x1b[31mno HTTP\r\n\r\n")


def start_of(to: BaseHTTPRequestHandler) -> int:
    asked = to.headers.get("Range", "bytes=0-")
    return int(asked.removeprefix("bytes=").removesuffix("-"))


def begin(
    to: BaseHTTPRequestHandler, code: int, length: int, content_range: str | None = None
) -> None:
    to.send_response(code)
    to.send_header("Content-Length", str(length))
    if code == 206 and content_range:
        to.send_header("Content-Range", content_range)
    to.end_headers()
