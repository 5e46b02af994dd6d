"""Agents of CrewAI: `agents.yaml`, with one agent under each name.

Source: CrewAI's documentation, pages Agents and Collaboration. `role`, `goal` and `backstory` are
what an agent is told. `tools`, `mcps` and `apps` are what it can use, `allow_code_execution` lets
it run code, and `allow_delegation` gives it tools that hand work and questions to other agents.
`{words}` are filled in when a crew starts."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from shared.definitions.definition import Definition
from shared.definitions.reading import ROOT, object_of, parsed, shown, text_of, texts_of, unread
from shared.definitions.tools import ANY_TOOL, Connectors, Tool, built_in, named_tool, product
from shared.kit.parsing import refused
from shared.kit.plain_yaml import parse_yaml
from shared.kit.wording import one_of

READ = (
    *("role", "goal", "backstory", "tools", "mcps", "apps"),
    *("allow_delegation", "allow_code_execution"),
)
TEXTS = ("role", "goal", "backstory")
MOST_NAMED = 20

_FILLED_IN = re.compile(r"\{\w{1,60}\}")


def read_crewai(text: str, connectors: Connectors, agent: str | None) -> Definition:
    """The agent of the file, or the one of that name. Raises Invalid, which lists the names where
    none or another one was chosen."""
    name, fields = _chosen(parsed(parse_yaml, text), agent)
    path = f"{ROOT}.{shown(name)}"
    role, goal, backstory = (text_of(fields.get(each), f"{path}.{each}") for each in TEXTS)
    texts = {"Role": role, "Goal": goal, "Backstory": backstory}
    notes = []
    if _FILLED_IN.search(f"{role} {goal} {backstory}"):
        notes.append(("/purpose", "words in braces are filled in when a crew starts"))
    return Definition(
        name=name or role,
        purpose=goal or role,
        instructions="\n\n".join(f"{title}: {each}" for title, each in texts.items() if each),
        tools=tuple(_tools(fields, path, connectors)),
        notes=tuple(notes),
        ignored=unread(fields, READ),
    )


def _chosen(value: Any, agent: str | None) -> tuple[str, dict[str, Any]]:
    agents = object_of(value, ROOT)
    if _is_agent(agents):
        agents = {"": agents}
    found = {name: fields for name, fields in agents.items() if _is_agent(fields)}
    if not found:
        raise refused("must name agents, each with a role, a goal or a backstory", ROOT)
    if agent is None and len(found) == 1:
        ((name, fields),) = found.items()
        return name, fields
    if agent not in found:
        more = f" (and {len(found) - MOST_NAMED} more)" if len(found) > MOST_NAMED else ""
        known = one_of(shown(name) for name in sorted(found)[:MOST_NAMED])
        raise refused(f"must name one agent of the definition: {known}{more}", "agent")
    return agent, found[agent]


def _is_agent(value: Any) -> bool:
    texts = (value.get(name) for name in TEXTS) if isinstance(value, dict) else ()
    return any(each is not None and not isinstance(each, dict) for each in texts)


def _tools(fields: dict[str, Any], path: str, connectors: Connectors) -> Iterator[Tool]:
    of = product("crewai")
    for name in texts_of(fields.get("tools"), f"{path}.tools"):
        yield named_tool(name.removesuffix("()"), connectors, of)
    for name in texts_of(fields.get("mcps"), f"{path}.mcps"):
        yield _server(name)
    for name in texts_of(fields.get("apps"), f"{path}.apps"):
        app, _, action = name.partition("/")
        yield Tool(app, action or ANY_TOOL)
    if fields.get("allow_code_execution") not in (None, False):
        yield built_in(of, "CodeInterpreterTool")
    if fields.get("allow_delegation") not in (None, False):
        yield Tool("coworkers", "delegate-work")
        yield Tool("coworkers", "ask-question")


def _server(reference: str) -> Tool:
    """The tool of a server that an address or `place:server#tool` names. What an address asks for
    is left out, since keys stand there."""
    place, _, tool = reference.partition("#")
    try:
        host = urlsplit(place).hostname if "://" in place else None
    except ValueError:
        host = "server"
    named = place.partition("?")[0].rpartition("@")[2].rpartition(":")[2]
    return Tool(host or named, tool or ANY_TOOL)
