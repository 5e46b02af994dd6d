"""Assistants and agents of OpenAI: the JSON object that its API takes and shows.

Source: OpenAI's documentation, pages Assistants, Function calling and Tools. `name`, `description`
and `instructions` may be null. Each of `tools` has a `type`: a function of the author's own, with
its schema under `function` or beside the type; a server (`mcp`); or a tool that OpenAI runs. An
agent may hand over to others (`handoffs`)."""

from collections.abc import Iterator
from typing import Any

from shared.definitions.definition import Definition
from shared.definitions.reading import (
    ROOT,
    list_of,
    object_of,
    parsed,
    text_of,
    texts_of,
    unread,
)
from shared.definitions.tools import Connectors, Tool, named_tool, product, server_tool
from shared.kit.parsing import parse_json, refused

READ = ("name", "description", "instructions", "tools", "handoffs", "object")
NAMES_AN_AGENT = {"name", "instructions", "tools"}


def read_openai(text: str, connectors: Connectors) -> Definition:
    """The assistant or agent that the object defines. Raises Invalid."""
    value = object_of(parsed(parse_json, text), ROOT)
    if not value.keys() & NAMES_AN_AGENT:
        raise refused("must be an assistant or agent, with name, instructions and tools", ROOT)
    found = [*_tools(value, connectors)]
    handoffs = texts_of(value.get("handoffs"), f"{ROOT}.handoffs")
    return Definition(
        name=text_of(value.get("name"), f"{ROOT}.name"),
        purpose=text_of(value.get("description"), f"{ROOT}.description"),
        instructions=text_of(value.get("instructions"), f"{ROOT}.instructions"),
        work=tuple(told for _, told in found if told),
        tools=(*(tool for tool, _ in found), *(Tool("agents", name) for name in handoffs)),
        ignored=unread(value, READ),
    )


def _tools(value: dict[str, Any], connectors: Connectors) -> Iterator[tuple[Tool, str]]:
    """Each tool, and what its author says that it is for."""
    of = product("openai")
    for index, item in enumerate(list_of(value.get("tools"), f"{ROOT}.tools")):
        path = f"{ROOT}.tools.{index}"
        tool = object_of({"type": item} if isinstance(item, str) else item, path)
        kind = text_of(tool.get("type"), f"{path}.type")
        if kind == "mcp":
            for name in _allowed(tool, path) or ("",):
                label = text_of(tool.get("server_label"), f"{path}.server_label")
                yield server_tool(label or "server", name, connectors), ""
            continue
        if kind not in ("function", "custom", ""):
            yield named_tool(kind, connectors, of), ""
            continue
        own = object_of(tool.get("function") or tool, f"{path}.function")
        name, description = (text_of(own.get(n), f"{path}.{n}") for n in ("name", "description"))
        if not name:
            raise refused("must be given", f"{path}.name")
        told = f"{name}: {description}" if description else ""
        yield named_tool(name, connectors, system="functions"), told


def _allowed(tool: dict[str, Any], path: str) -> tuple[str, ...]:
    allowed = tool.get("allowed_tools")
    names = allowed.get("tool_names") if isinstance(allowed, dict) else allowed
    return texts_of(names, f"{path}.allowed_tools")
