"""What became of a call of a tool, as far as anybody knows."""

from typing import NamedTuple

from pydantic import JsonValue

from functions.tools.http.outcomes import Answered, NeverSent, Refused, Unknown


class Gave(NamedTuple):
    """A whole answer, in the shape of `events.mcp.MCP_OUTPUT`."""

    output: JsonValue


class Failed(NamedTuple):
    """The tool says that it failed, in words of its own. Nobody knows how far it came."""

    detail: str


class Asks(NamedTuple):
    """The server answers with questions, by what each would have us do, such as
    `elicitation/create`, and goes on only where they are answered."""

    methods: tuple[str, ...]


# `Answered` is an answer of HTTP that is none of the protocol: never one that is done.
ToolOutcome = Gave | Failed | Asks | Answered | Refused | NeverSent | Unknown
