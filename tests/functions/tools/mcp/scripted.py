"""A server of the protocol's version 2026-07-28 that answers as a test says, with what no server in
good faith answers."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.local_servers import Answer, Asked, local_server

SCHEMA = {"type": "object", "properties": {"text": {"type": "string"}}}


def tool(name: str, **said: Any) -> dict[str, Any]:
    """A tool as a server lists it."""
    return {"name": name, "description": f"Does {name}.", "inputSchema": SCHEMA, **said}


def gave(text: str, **said: Any) -> dict[str, Any]:
    """What a call gives."""
    return {"content": [{"type": "text", "text": text}], **said}


@dataclass
class Script:
    """What the server lists and answers, and what it was asked. `answer` takes the request of the
    protocol and what was sent, and gives a result, an error, or a whole HTTP answer."""

    tools: list[dict[str, Any]] = field(default_factory=lambda: [tool("send")])
    answer: Callable[[dict[str, Any], Asked], dict[str, Any] | Answer | None] = (
        lambda message, asked: None
    )
    asked: list[tuple[str, Asked]] = field(default_factory=list)
    url: str = ""

    @property
    def calls(self) -> int:
        """How many calls of tools came."""
        return sum(method == "tools/call" for method, _ in self.asked)

    def __call__(self, asked: Asked) -> Answer:
        message = json.loads(asked.body or b"{}")
        method = message.get("method", asked.method)
        self.asked.append((method, asked))
        said = self.answer(message, asked)
        if isinstance(said, Answer):
            return said
        result = said if said is not None else self._usual(method)
        if "code" in result:
            body: dict[str, Any] = {"error": result}
        else:
            kept = {"resultType": "complete", "ttlMs": 0, "cacheScope": "private"}
            body = {"result": {**kept, **result}}
        return Answer(json.dumps({"jsonrpc": "2.0", "id": message.get("id"), **body}).encode())

    def _usual(self, method: str) -> dict[str, Any]:
        match method:
            case "server/discover":
                return {"supportedVersions": ["2026-07-28"], "capabilities": {"tools": {}}}
            case "tools/list":
                return {"tools": self.tools}
            case "tools/call":
                return gave("done")
            case _:
                return {"code": -32601, "message": "Method not found"}


@contextmanager
def serving(script: Script) -> Iterator[Script]:
    """The server, until the block ends."""
    with local_server(script) as base:
        script.url = f"{base}/mcp"
        yield script
