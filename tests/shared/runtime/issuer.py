"""An issuer of tokens on a loopback port, whose keys a test may change."""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from joserfc import jwt
from joserfc.jwk import OKPKey

from shared.kit.signing import ALGORITHM, public_key_set

ISSUER = "https://issuer.test"


class Issuer:
    """`answer` is what its key set's address answers, `asked` how often it was asked, and
    `elsewhere` where it sends whoever asks. It answers only while it is `awake`."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.asked = 0
        self.answer: tuple[int, bytes] = (200, b"")
        self.elsewhere = ""
        self.awake = threading.Event()
        self.awake.set()
        self.key = OKPKey.generate_key("Ed25519", {"kid": "one"})
        self.publish(self.key)

    def publish(self, *keys: OKPKey, beside: tuple[dict[str, Any], ...] = ()) -> None:
        document = public_key_set(*keys)
        document["keys"] += beside
        self.answer = 200, json.dumps(document).encode()

    def rotate(self) -> None:
        """A new key; the old one is no longer published."""
        self.key = OKPKey.generate_key("Ed25519", {"kid": "two"})
        self.publish(self.key)

    def sign(self, claims: Any, *, key: OKPKey | None = None, **header: Any) -> str:
        key = key or self.key
        return jwt.encode(
            {"alg": ALGORITHM, "kid": key.kid, "typ": "at+jwt", **header},
            claims,
            key,
            algorithms=[ALGORITHM],
        )


@contextmanager
def serving() -> Iterator[Issuer]:
    """An issuer, for as long as the context is open."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            issuer.asked += 1
            issuer.awake.wait(60)
            status, body = issuer.answer
            self.send_response(status)
            if issuer.elsewhere:
                self.send_header("Location", issuer.elsewhere)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    issuer = Issuer(f"http://127.0.0.1:{server.server_port}/jwks.json")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield issuer
    finally:
        issuer.awake.set()
        server.shutdown()
        server.server_close()
        thread.join()


def part(value: Any) -> str:
    """One part of a compact JWS."""
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
