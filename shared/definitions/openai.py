"""Assistants and agents of OpenAI: the JSON object that its API takes and shows.

Source: OpenAI's documentation, pages Assistants, Function calling and Tools. `name`, `description`
and `instructions` may be null. Each of `tools` has a `type`: a function of the author's own, with
its schema under `function` or beside the type; a server (`mcp`), which is where its author says,
so no connector; a `namespace` of tools; or a tool that OpenAI runs. `functions` is the older list.
An agent may have servers (`mcp_servers`) and hand over to others (`handoffs`)."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from shared.definitions.definition import Definition
from shared.definitions.reading import (
    ROOT,
    list_of,
    object_of,
    parsed,
    refuse_taken,
    text_of,
    texts_of,
    unread,
)
from shared.definitions.tools import ANY_TOOL, Tool, built_in, product
from shared.kit.parsing import parse_json, refused

READ = (
    *("name", "description", "instructions", "object"),
    *("tools", "functions", "mcp_servers", "handoffs"),
)
READ_OF_TOOL = ("type", "name", "description", "function", "server_label", "allowed_tools", "tools")
NAMES_AN_AGENT = {"name", "instructions", "tools"}


def read_openai(text: str) -> Definition:
    """The assistant or agent that the object defines. Raises Invalid."""
    value = object_of(parsed(parse_json, text), ROOT)
    if not value.keys() & NAMES_AN_AGENT:
        raise refused("must be an assistant or agent, with name, instructions and tools", ROOT)
    tools = [*_tools(value.get("tools"), f"{ROOT}.tools")]
    tools += _tools(value.get("functions"), f"{ROOT}.functions")
    servers = _servers(value.get("mcp_servers"), f"{ROOT}.mcp_servers")
    handoffs = texts_of(value.get("handoffs"), f"{ROOT}.handoffs")
    taken: set[str] = set()
    found = [each for tool in tools for each in _named(tool, taken)]
    return Definition(
        name=text_of(value.get("name"), f"{ROOT}.name"),
        purpose=text_of(value.get("description"), f"{ROOT}.description"),
        instructions=text_of(value.get("instructions"), f"{ROOT}.instructions"),
        work=tuple(told for _, told in found if told),
        tools=(
            *(tool for tool, _ in found),
            *(Tool(name, ANY_TOOL) for name in servers),
            *(Tool("agents", name) for name in handoffs),
        ),
        ignored=(*unread(value, READ), *dict.fromkeys(_unread_of_tools(tools))),
    )


class _ToolEntry(NamedTuple):
    """One entry of a list of tools, with its path. `system` is the one that a function in the list
    belongs to."""

    fields: dict[str, Any]
    kind: str
    path: str
    system: str


def _tools(value: Any, path: str, system: str = "functions") -> Iterator[_ToolEntry]:
    """Each tool, also those within a namespace."""
    for index, item in enumerate(list_of(value, path)):
        place = f"{path}.{index}"
        fields = object_of({"type": item} if isinstance(item, str) else item, place)
        kind = text_of(fields.get("type"), f"{place}.type") or "function"
        if kind == "namespace":
            name = text_of(fields.get("name"), f"{place}.name") or kind
            yield from _tools(fields.get("tools"), f"{place}.tools", name)
        else:
            yield _ToolEntry(fields, kind, place, system)


def _named(tool: _ToolEntry, taken: set[str]) -> Iterator[tuple[Tool, str]]:
    """The tools that one entry gives, and what its author says that each is for. No two functions
    of a namespace have one name."""
    of = product("openai")
    if tool.kind == "mcp":
        server = text_of(tool.fields.get("server_label"), f"{tool.path}.server_label") or "server"
        for name in _allowed(tool):
            yield Tool(server, name), ""
    elif tool.kind in of.effects:
        yield built_in(of, tool.kind), ""
    elif tool.kind not in ("function", "custom"):
        yield Tool("tools", tool.kind), ""
    else:
        own = object_of(tool.fields.get("function") or tool.fields, f"{tool.path}.function")
        name, told = (text_of(own.get(n), f"{tool.path}.{n}") for n in ("name", "description"))
        if not name:
            raise refused("must be given", f"{tool.path}.name")
        refuse_taken(f"{tool.system}.{name}", taken, f"{tool.path}.name")
        yield Tool(tool.system, name), f"{name}: {told}" if told else ""


def _allowed(tool: _ToolEntry) -> tuple[str, ...]:
    allowed = tool.fields.get("allowed_tools")
    names = allowed.get("tool_names") if isinstance(allowed, dict) else allowed
    return (ANY_TOOL,) if names is None else texts_of(names, f"{tool.path}.allowed_tools")


def _servers(value: Any, path: str) -> Iterator[str]:
    for index, item in enumerate(list_of(value, path)):
        name = item.get("name") if isinstance(item, dict) else item
        yield text_of(name, f"{path}.{index}") or "server"


def _unread_of_tools(tools: Iterable[_ToolEntry]) -> Iterator[str]:
    for tool in tools:
        own = tool.fields.get("function")
        fields = {**tool.fields, **(own if isinstance(own, dict) else {})}
        for name in unread(fields, READ_OF_TOOL):
            yield f"{tool.kind}.{name}"
