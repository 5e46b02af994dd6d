"""A server of the protocol's version 2025-11-25 that keeps sessions, and says which it has."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.functions.tools.mcp.scripted import gave
from tests.local_servers import Answer, Asked, local_server

PROTOCOL = "2025-11-25"


@dataclass
class Keeping:
    """`begun` counts the sessions that it opened, `ended` those that were ended at it; `acted` are
    the sessions of the calls that it did, and `shown` the credentials that came with them.
    `unknown` is what it answers where it has no such session."""

    unknown: int = 404
    fails: int | None = None
    text: str = "done"
    begun: int = 0
    ended: int = 0
    acted: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    known: set[str] = field(default_factory=set)
    url: str = ""
    # Set while a call may be answered.
    may_answer: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.may_answer.set()

    def __call__(self, asked: Asked) -> Answer:
        headers = {name.lower(): value for name, value in asked.headers.items()}
        session = headers.get("mcp-session-id", "")
        if asked.method == "DELETE":
            self.ended += session in self.known
            self.known.discard(session)
            return Answer(b"")
        message = json.loads(asked.body)
        if message["method"] == "initialize":
            self.begun += 1
            session = f"session-{self.begun}"
            self.known.add(session)
            said = {"protocolVersion": PROTOCOL, "capabilities": {}}
            said |= {"serverInfo": {"name": "keeping", "version": "1"}}
            return _answer(message, said, {"Mcp-Session-Id": session})
        if session not in self.known:
            return Answer(b"", self.unknown)
        if "id" not in message:
            return Answer(b"", 202)
        self.acted.append(session)
        self.shown.append(headers.get("authorization", ""))
        self.may_answer.wait(5)
        return Answer(b"", self.fails) if self.fails else _answer(message, gave(self.text), {})


def _answer(message: dict[str, Any], result: dict[str, Any], headers: dict[str, str]) -> Answer:
    body = {"jsonrpc": "2.0", "id": message["id"], "result": result}
    return Answer(json.dumps(body).encode(), 200, headers)


@contextmanager
def keeping(**said: Any) -> Iterator[Keeping]:
    """The server, until the block ends."""
    server = Keeping(**said)
    with local_server(server) as base:
        server.url = f"{base}/mcp"
        yield server
