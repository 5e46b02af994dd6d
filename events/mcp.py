"""What is kept of a server of the Model Context Protocol, word for word: all that its tools say of
themselves. A connector's pin covers it."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints

from shared.kit.json_limits import JsonLimit
from shared.kit.models import Model

Protocol = Literal["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"]
# The versions that have no handshake: each request says all that the server needs.
WITHOUT_HANDSHAKE: frozenset[str] = frozenset({"2026-07-28"})
MOST_LEFT_OUT = 100
LONGEST_DESCRIPTION = 16_000

_SCHEMA = JsonLimit(64 * 1024)
_ANNOTATIONS = JsonLimit(4 * 1024)
_Text = Annotated[str, StringConstraints(strict=True, max_length=LONGEST_DESCRIPTION)]
_Sha256 = Annotated[str, StringConstraints(strict=True, pattern=r"^[0-9a-f]{64}$")]

# What a call of a tool gives: its texts, its structured content, or null, and all that is neither,
# such as links and images, as the protocol has them.
MCP_OUTPUT: dict[str, Any] = {
    "type": "object",
    "required": ["text", "structured", "content"],
    "properties": {"text": {"type": "string"}, "structured": {}, "content": {"type": "array"}},
}


class McpTool(Model):
    """What a server says of one of its tools, beside its name and what it takes. Nobody believes
    any of it: `annotations` are the server's own words about what the tool does. `as_task`: it
    answers by a task only, which the server is asked about until it ends."""

    title: _Text | None = None
    description: _Text | None = None
    output_schema: Annotated[dict[str, Any], AfterValidator(_SCHEMA)] | None = None
    annotations: Annotated[dict[str, Any], AfterValidator(_ANNOTATIONS)] = Field(
        default_factory=dict
    )
    # Left out where it is not so: the pins of all other tools stay what they were.
    as_task: bool = Field(default=False, exclude_if=lambda is_so: not is_so)


class LeftOut(Model):
    """A tool that nothing can call, and why; `sha256` is the hash of all that it says of itself."""

    tool: Annotated[str, StringConstraints(strict=True, max_length=200)]
    reason: Annotated[str, StringConstraints(strict=True, max_length=300)]
    sha256: _Sha256


class McpServer(Model):
    """A server as its tools were read: what it calls itself, the version of the protocol that it is
    called in, and its tools that nothing can call."""

    name: Annotated[str, StringConstraints(strict=True, max_length=200)] = ""
    protocol: Protocol
    left_out: Annotated[tuple[LeftOut, ...], Field(max_length=MOST_LEFT_OUT)] = ()
