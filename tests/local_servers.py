"""Little HTTP servers of tests, each on a port of its own."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

_POLL_SECONDS = 0.02


class Asked(NamedTuple):
    """A request; it has a body where it is a POST."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


class Answer(NamedTuple):
    """What is sent back: JSON, unless the headers say otherwise."""

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = {}


@contextmanager
def local_server(answer: Callable[[Asked], Answer]) -> Iterator[str]:
    """The address of a server that answers so until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(b"")

        def do_DELETE(self) -> None:
            self._answer(b"")

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers["Content-Length"])))

        def _answer(self, body: bytes) -> None:
            said = answer(Asked(self.command, self.path, dict(self.headers), body))
            length = str(len(said.body))
            headers = {"Content-Type": "application/json", "Content-Length": length}
            self.send_response(said.status)
            for name, value in {**headers, **said.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(said.body)

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(_POLL_SECONDS,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
