"""What a model reviewer answers is read only where people can read it as it is."""

import http.server
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from functions.agents.reviewer import LARGEST_ANSWER_BYTES, Reviewer
from functions.agents.rules.judgement import judge
from shared.kit.errors import Unavailable
from tests.functions.agents.specs import spec


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


def _finding(evidence: str) -> bytes:
    finding = {"stage": 5, "check": "tone", "verdict": "fail", "evidence": evidence}
    return json.dumps({"findings": [finding]}).encode()


async def _review(model: _Model, answer: bytes) -> Any:
    model.answer = answer
    asked = spec()
    reviewer = Reviewer(f"http://127.0.0.1:{model.server_port}/")
    return await reviewer.review("cas_01KAGQ0000000000000000000A", asked, judge(asked))


async def test_a_plain_answer_is_read(model: _Model) -> None:
    found = await _review(model, _finding("it reads like advice"))
    assert [each.check for each in found[5]] == ["model_tone"]


@pytest.mark.parametrize(
    "answer",
    [
        _finding("harmless \u202eecivda"),
        _finding("appr\u043eved"),
        _finding("x" * 1_001),
        b'{"findings": [], "findings": []}',
        b"{" + b" " * LARGEST_ANSWER_BYTES + b"}",
        b"no json",
    ],
)
async def test_any_other_answer_is_no_answer(model: _Model, answer: bytes) -> None:
    with pytest.raises(Unavailable):
        await _review(model, answer)
