"""What the reader of texts answers is taken only where people can read it as it is."""

import http.server
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from functions.agents.reviewer import Reviewer
from functions.agents.rules.review import LARGEST_ANSWER_BYTES
from shared.kit.errors import Unavailable
from shared.runtime.certificates import trusted_certificates
from tests.functions.agents.specs import normal, spec


class _Model(http.server.ThreadingHTTPServer):
    answer: bytes = b"{}"


class _Answering(http.server.BaseHTTPRequestHandler):
    server: _Model

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-length", str(len(self.server.answer)))
        self.end_headers()
        self.wfile.write(self.server.answer)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def model() -> Iterator[_Model]:
    server = _Model(("127.0.0.1", 0), _Answering)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


QUOTE = {"quote": "Draft patient-education articles", "path": "/purpose"}


def _concern(reason: str, **fields: str) -> bytes:
    return json.dumps({"concerns": [{**QUOTE, "reason": reason, **fields}]}).encode()


async def _review(model: _Model, answer: bytes) -> Any:
    model.answer = answer
    reviewer = Reviewer(f"http://127.0.0.1:{model.server_port}/")
    return await reviewer.review("cas_01KAGQ0000000000000000000A", normal(spec()), [])


async def test_the_certificates_are_read_once_for_all_calls(model: _Model) -> None:
    trusted_certificates.cache_clear()
    for _ in range(2):
        await _review(model, _concern("it reads like advice"))
    known = trusted_certificates.cache_info()
    assert (known.misses, known.hits) == (1, 1)


async def test_a_plain_answer_is_read(model: _Model) -> None:
    (found,) = await _review(model, _concern("it reads like advice"))
    assert (found.check, found.verdict, found.path) == ("concern", "concern", "/purpose")
    assert found.evidence == '"Draft patient-education articles": it reads like advice'
    (found,) = await _review(model, _concern("x", path="/scope/in/0", quote="lay readers"))
    assert found.path == "/scope/in/0"


@pytest.mark.parametrize(
    "answer",
    [
        _concern("harmless \u202eecivda"),
        _concern("appr\u043eved"),
        _concern("x" * 1_001),
        _concern("not said there", path="/industry"),
        _concern("not said anywhere", quote="Sends it to everybody"),
        _concern("no text", path="/scope/in/9"),
        _concern("no text", path="/data_access/0/source/x"),
        b'{"concerns": [], "concerns": []}',
        b"{" + b" " * LARGEST_ANSWER_BYTES + b"}",
        b"no json",
    ],
)
async def test_any_other_answer_is_no_answer(model: _Model, answer: bytes) -> None:
    with pytest.raises(Unavailable):
        await _review(model, answer)
