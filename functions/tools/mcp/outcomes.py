"""What became of a call of a tool, as far as anybody knows."""

from typing import NamedTuple

from pydantic import JsonValue

from functions.tools.http.outcomes import Answered, NeverSent, Refused, Unknown
from functions.tools.rules.elicitation import Requested


class Gave(NamedTuple):
    """A whole answer, in the shape of `events.mcp.MCP_OUTPUT`."""

    output: JsonValue


class Failed(NamedTuple):
    """The tool says that it failed, in words of its own. Nobody knows how far it came."""

    detail: str


class Asks(NamedTuple):
    """The server wants these before it goes on, and `state` back with them."""

    requests: tuple[Requested, ...]
    state: str | None = None


class Working(NamedTuple):
    """The server goes on with the call as a task, or has ended that without a result."""

    task_id: str
    status: str
    poll_ms: int | None
    ttl_ms: int | None
    message: str | None


# `Answered` is an answer of HTTP that is none of the protocol: never one that is done.
ToolOutcome = Gave | Failed | Asks | Working | Answered | Refused | NeverSent | Unknown
