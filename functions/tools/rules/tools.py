"""The tools that a server of the Model Context Protocol lists, as operations that people govern."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from pydantic import ValidationError

from events.connector_definition import (
    MOST_OPERATIONS,
    SAID_BY_PEOPLE,
    ConnectorDefinition,
    ToolOperation,
)
from events.mcp import MOST_LEFT_OUT, LeftOut, McpServer, McpTool
from functions.tools.rules.schemas import leads_out, schema_fault
from shared.kit.canonical import content_hash
from shared.kit.errors import Invalid
from shared.kit.json_limits import JsonLimit

_OPERATION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,99}")
_DEFINITION = JsonLimit(80 * 1024)
# The one version of the protocol whose own part tasks are.
TASKS_SINCE = "2025-11-25"


class ListingRefused(ValueError):
    """The tools of the server cannot be taken. Its text goes on after "the server"."""


class ToolSaid(NamedTuple):
    """A tool in its server's words. `needs_task`: it answers by a task only."""

    name: str
    title: str | None
    description: str | None
    input_schema: Mapping[str, Any]
    output_schema: Mapping[str, Any] | None
    annotations: Mapping[str, Any]
    needs_task: bool = False


class Listing(NamedTuple):
    """A server as it answered once."""

    name: str
    protocol: str
    tools: tuple[ToolSaid, ...]


def read(listing: Listing, known: ConnectorDefinition) -> ConnectorDefinition:
    """The connector with the tools of the listing. What people said of a tool stays with it while
    the server says the same of it, and of no other. Raises ListingRefused."""
    refuse_too_many(len(listing.tools))
    names = [each.name.casefold() for each in listing.tools]
    twice = next((each for each in names if names.count(each) > 1), None)
    if twice is not None:
        raise ListingRefused(f"lists {_shown(twice)} twice: nobody knows which one a call means")
    given = {each.name: each for each in known.operations if isinstance(each, ToolOperation)}
    # A task of a server in the image would end with one of its processes.
    takes_tasks = listing.protocol == TASKS_SINCE and known.baked is None
    operations, left_out = [], []
    for tool in listing.tools:
        taken = _operation(tool, takes_tasks=takes_tasks)
        if isinstance(taken, LeftOut):
            left_out.append(taken)
        else:
            operations.append(_with_words_of_people(taken, given.get(tool.name)))
    if not operations:
        why = f", such as {left_out[0].tool}: {left_out[0].reason}" if left_out else ""
        raise ListingRefused(f"lists no tool that can be called{why}")
    server = McpServer.model_validate(
        {
            "name": _shown(listing.name),
            "protocol": listing.protocol,
            "left_out": sorted(left_out[:MOST_LEFT_OUT], key=lambda each: (each.tool, each.sha256)),
        }
    )
    return known.but(operations=tuple(operations), server=server).in_order


def refuse_too_many(tools: int) -> None:
    """Raises ListingRefused for more tools than a connector has operations."""
    if tools > MOST_OPERATIONS:
        raise ListingRefused(f"lists more than {MOST_OPERATIONS} tools: connect one that has fewer")


def _operation(tool: ToolSaid, *, takes_tasks: bool) -> ToolOperation | LeftOut:
    why = _why_not(tool, takes_tasks=takes_tasks)
    if why is None:
        said = {
            "title": tool.title,
            "description": tool.description,
            "output_schema": tool.output_schema,
            "annotations": tool.annotations,
            "as_task": tool.needs_task,
        }
        try:
            return ToolOperation(
                name=tool.name,
                input_schema=dict(tool.input_schema),
                tool=McpTool.model_validate(said),
            )
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            field = ".".join(str(each) for each in first["loc"])
            why = f"{field}: {first['msg'].removeprefix('Value error, ')}"
    return LeftOut(tool=_shown(tool.name), reason=why[:300], sha256=_digest(tool))


def _why_not(tool: ToolSaid, *, takes_tasks: bool) -> str | None:
    """Why no call can name the tool, or be judged by its schemas; None where that can be."""
    if _OPERATION.fullmatch(tool.name) is None:
        return "its name has characters that no operation has, or more than 100"
    if tool.needs_task and not takes_tasks:
        return "it is called as a task only, which no server in the image, or of its version, is"
    problem = _DEFINITION.problem([tool.input_schema, tool.output_schema, tool.annotations])
    if problem is not None:
        return f"its schemas {problem}"
    told = schema_fault(tool.input_schema)
    if told is not None:
        return f"its input schema {told}"
    told = leads_out(tool.output_schema or {})
    return None if told is None else f"its output schema {told}"


def _with_words_of_people(operation: ToolOperation, before: ToolOperation | None) -> ToolOperation:
    if before is None:
        return operation
    said = {name: getattr(before, name) for name in SAID_BY_PEOPLE}
    same = operation.but(**said)
    return same if same == before else operation


def _digest(tool: ToolSaid) -> str:
    """The hash of all that the tool says of itself, also where that has no canonical form."""
    try:
        return content_hash(tool._asdict())
    except (Invalid, RecursionError):
        return content_hash({"tool": ascii(tool._asdict())})


def _shown(text: str) -> str:
    """The text as it may be shown: short, and printable."""
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text)[
        :200
    ]
