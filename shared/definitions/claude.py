"""Sub-agents of Claude Code: Markdown with YAML front matter.

Source: Claude Code's documentation, page Create custom subagents. `name` and `description` are
required. `tools` is a list, or text with commas, and an agent without it inherits every tool;
`disallowedTools` rules some out, `mcpServers` are servers of its own, and `hooks` run commands
beside its work. The Markdown below is the agent's system prompt."""

import json
import re
from collections.abc import Iterator
from typing import Any

from shared.definitions.definition import Definition
from shared.definitions.reading import ROOT, list_of, object_of, parsed, text_of, unread
from shared.definitions.tools import ANY_TOOL, Connectors, Tool, built_in, named_tool, product
from shared.kit.errors import Invalid
from shared.kit.parsing import refused
from shared.kit.plain_yaml import parse_yaml

READ = ("name", "description", "tools", "disallowedTools", "mcpServers", "hooks")

_FENCE = "---"
# Claude Code reads a description that YAML takes for a mapping, because it has a colon in it.
_BARE_TEXT = re.compile(r"^(name|description):[ \t]++(?![\"'|>\[{&*!#%@`])(.+)$", re.MULTILINE)
_PIECES = re.compile(r"\([^()]*\)|[^,()]+|[,()]")


def read_claude(text: str, connectors: Connectors) -> Definition:
    """The sub-agent that the Markdown defines. Raises Invalid."""
    front, prompt, is_repaired = _parts(text)
    if not (front.get("name") or front.get("description")):
        raise refused("must have a name and a description in its front matter", ROOT)
    denied = [*_tools(front, "disallowedTools", connectors)]
    never = tuple(tool for tool, part in denied if not part)
    tools, notes = _allowed(front, connectors)
    if is_repaired:
        notes.append(("/purpose", "is no YAML without quotation marks: it was read as it stands"))
    partly = any(part for _, part in denied)
    return Definition(
        name=text_of(front.get("name"), f"{ROOT}.name"),
        purpose=text_of(front.get("description"), f"{ROOT}.description"),
        instructions=prompt,
        tools=tuple(tool for tool in tools if not any(_covers(each, tool) for each in never)),
        denied=never,
        notes=tuple(notes),
        ignored=(
            *unread(front, READ),
            *(["disallowedTools of a part of a tool"] if partly else []),
        ),
    )


def _parts(text: str) -> tuple[dict[str, Any], str, bool]:
    first, *lines = [line.rstrip() for line in text.strip().split("\n")]
    if first != _FENCE or _FENCE not in lines:
        raise refused("must begin with front matter: YAML between two lines of ---", ROOT)
    end = lines.index(_FENCE)
    # The line that the fence was keeps the numbers of lines right.
    front = "\n".join(["", *lines[:end]])
    prompt = "\n".join(lines[end + 1 :]).strip()
    try:
        value = parsed(parse_yaml, front)
    except Invalid:
        quoted = _BARE_TEXT.sub(_quoted, front)
        if quoted == front:
            raise
        return object_of(parsed(parse_yaml, quoted), ROOT), prompt, True
    return object_of(value, ROOT), prompt, False


def _covers(denied: Tool, tool: Tool) -> bool:
    return denied.system == tool.system and denied.name in (tool.name, ANY_TOOL)


def _quoted(found: re.Match[str]) -> str:
    return f"{found[1]}: {json.dumps(found[2], ensure_ascii=False)}"


def _allowed(
    front: dict[str, Any], connectors: Connectors
) -> tuple[list[Tool], list[tuple[str, str]]]:
    """The tools that it may use, and what had to be assumed of them."""
    servers = [Tool(server, ANY_TOOL) for server in _servers(front)]
    if front.get("hooks"):
        servers.append(Tool("hooks", "run-commands"))
    of = product("claude")
    if front.get("tools") in (None, "", "*", ["*"]):
        every = [built_in(of, name) for name in of.effects]
        why = "it names no tools, so it inherits every tool of the session, those of servers too"
        return [*every, Tool("tools", ANY_TOOL), *servers], [("/systems", why)]
    tools, notes = [*_tools(front, "tools", connectors)], []
    for name in dict.fromkeys(tool.name for tool, part in tools if part):
        why = f"the definition allows a part of {name}: write that part under only"
        notes.append(("/rights", why[:400]))
    return [*(tool for tool, _ in tools), *servers], notes[:20]


def _tools(front: dict[str, Any], field: str, connectors: Connectors) -> Iterator[tuple[Tool, str]]:
    """Each tool, and the part of it in brackets, like `git diff:*`."""
    for name in _names(front.get(field), f"{ROOT}.{field}"):
        plain, _, part = name.partition("(")
        if plain.strip():
            yield named_tool(plain.strip(), connectors, product("claude")), part


def _names(value: Any, path: str) -> Iterator[str]:
    items = [value] if isinstance(value, str) else list_of(value, path)
    for index, item in enumerate(items):
        name: list[str] = []
        for piece in [*_PIECES.findall(text_of(item, f"{path}.{index}")), ","]:
            if piece != ",":
                name.append(piece)
                continue
            yield "".join(name).strip()
            name = []


def _servers(front: dict[str, Any]) -> Iterator[str]:
    """The names of its own servers: text, or objects whose key is the name."""
    found = front.get("mcpServers")
    items = list(found) if isinstance(found, dict) else list_of(found, f"{ROOT}.mcpServers")
    for index, item in enumerate(items):
        names = item if isinstance(item, dict) else [item]
        for name in names:
            yield text_of(name, f"{ROOT}.mcpServers.{index}") or "server"
