"""A server of the protocol's version 2026-07-28 that asks a person before it books."""

import json
from typing import Any

from tests.functions.tools.mcp.scripted import Script, gave, tool
from tests.local_servers import Asked

STATE = "sealed-by-the-server"
SEAT = {
    "type": "object",
    "required": ["seat"],
    "properties": {
        "seat": {"type": "string", "enum": ["aisle", "window"], "title": "Seat"},
        "bags": {"type": "integer", "minimum": 0, "maximum": 3},
    },
}
MESSAGE = "Which seat shall I book?"


def question(**said: Any) -> dict[str, Any]:
    """A question as a server asks it."""
    params = {"mode": "form", "message": MESSAGE, "requestedSchema": SEAT, **said}
    return {"method": "elicitation/create", "params": params}


def asks(*questions: dict[str, Any], state: str | None = STATE) -> dict[str, Any]:
    """A result that asks these."""
    keyed = {f"q{number}": each for number, each in enumerate(questions, 1)}
    said: dict[str, Any] = {"resultType": "input_required", "inputRequests": keyed}
    return said if state is None else {**said, "requestState": state}


def booking(*questions: dict[str, Any]) -> Script:
    """A server whose tool `book` asks each of the questions in turn, then books what it was
    told."""
    turns = questions or (question(),)

    def answer(message: dict[str, Any], _: Asked) -> dict[str, Any] | None:
        if message.get("method") != "tools/call":
            return None
        params = message["params"]
        state = params.get("requestState")
        done = 0 if state is None else int(state.removeprefix(f"{STATE}-"))
        if done and not params.get("inputResponses"):
            return {"code": -32602, "message": "the state came without an answer"}
        if done < len(turns):
            return asks(turns[done], state=f"{STATE}-{done + 1}")
        return gave(json.dumps(params["inputResponses"]["q1"], sort_keys=True))

    return Script(tools=[tool("book"), tool("look")], answer=answer)
