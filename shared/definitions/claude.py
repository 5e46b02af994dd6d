"""Sub-agents of Claude Code: Markdown with YAML front matter.

Source: Claude Code's documentation, page Create custom subagents. `name` and `description` are
required. `tools` is a list, or text with commas, and an agent without it inherits every tool;
`disallowedTools` rules some out, `mcpServers` are servers of its own, and `hooks` run commands
beside its work. The Markdown below is the agent's system prompt."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from shared.definitions.definition import MOST_OPERATIONS, Definition
from shared.definitions.reading import ROOT, list_of, object_of, parsed, shown, text_of, unread
from shared.definitions.tools import ANY_TOOL, Connectors, Tool, named_tool, product
from shared.kit.errors import Invalid
from shared.kit.parsing import refused
from shared.kit.plain_yaml import parse_yaml

READ = ("name", "description", "tools", "disallowedTools", "mcpServers", "hooks")
MOST_NOTES, MOST_STARS = 20, 4

_FENCE = "---"
# Claude Code reads a description that YAML takes for a mapping, because it has a colon in it.
_BARE_TEXT = re.compile(r"^(name|description):[ \t]++(?![\"'|>\[{&*!#%@`])(.+)$", re.MULTILINE)
_NAME = re.compile(r"(?:[^\s,()]|\([^()]*\)?)++")
# With or without what would come before a tool's name.
_ONE_SERVER = re.compile(r"(mcp__(?:(?!__)[^*])+)(?:__)?\Z")
_ALL_OF_ONE_SERVER = re.compile(r"mcp__(?:(?!__)[^*])+__\*\Z")


def read_claude(text: str, connectors: Connectors) -> Definition:
    """The sub-agent that the Markdown defines. Raises Invalid."""
    front, prompt, is_repaired = _parts(text)
    if not (front.get("name") or front.get("description")):
        raise refused("must have a name and a description in its front matter", ROOT)
    reading = _Reading(connectors, frozenset(_servers(front, with_place=True)))
    denied = _names(front, "disallowedTools")
    ruled_out = _RuledOut(name for name, part in denied if not part)
    tools, notes = _allowed(front, reading, ruled_out)
    if is_repaired:
        notes.append(("/purpose", "is no YAML without quotation marks: it was read as it stands"))
    left_out = [
        *(["disallowedTools of a part of a tool"] if any(part for _, part in denied) else []),
        *(f"disallowedTools by the pattern {shown(each)}" for each in ruled_out.open),
    ]
    return Definition(
        name=text_of(front.get("name"), f"{ROOT}.name"),
        purpose=text_of(front.get("description"), f"{ROOT}.description"),
        instructions=prompt,
        tools=tuple(tools),
        denied=tuple(reading.tool(name) for name in ruled_out.named),
        notes=tuple(notes),
        ignored=(*unread(front, READ), *left_out),
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


def _quoted(found: re.Match[str]) -> str:
    return f"{found[1]}: {json.dumps(found[2], ensure_ascii=False)}"


@dataclass(frozen=True)
class _Reading:
    """What the name of a tool means: `own` are servers that the definition sets up itself, which
    are no connectors."""

    connectors: Connectors
    own: frozenset[str]

    def tool(self, name: str) -> Tool:
        tool = named_tool(name, self.connectors, product("claude"))
        return Tool(tool.system, tool.name) if tool.connector in self.own else tool


class _RuledOut:
    """The tools that `disallowedTools` rules out. `named` are those that it names, or all of a
    server; `open` patterns stand for tools that nobody knows before a session."""

    def __init__(self, names: Iterable[str]) -> None:
        names = [found[1] if (found := _ONE_SERVER.match(each)) else each for each in names]
        patterns = [each for each in names if "*" in each]
        self.open = [each for each in patterns if not _ALL_OF_ONE_SERVER.match(each)]
        self.named = [each for each in names if each not in self.open]
        servers = [f"{each}__*" for each in self.named if _ONE_SERVER.match(each)]
        self._names = frozenset(names)
        self._patterns = [each.split("*") for each in (*patterns, *servers)]

    def covers(self, name: str) -> bool:
        return name in self._names or any(_fits(name, each) for each in self._patterns)


def _fits(name: str, pieces: list[str]) -> bool:
    """Whether the name has the pieces one after another, the first and the last at its ends."""
    first, *middle, last = pieces
    if not name.startswith(first):
        return False
    at = len(first)
    for piece in middle:
        at = name.find(piece, at) + len(piece)
        if at < len(piece):
            return False
    return len(name) - len(last) >= at and name.endswith(last)


def _allowed(
    front: dict[str, Any], reading: _Reading, ruled_out: _RuledOut
) -> tuple[list[Tool], list[tuple[str, str]]]:
    """The tools that it may use, and what had to be assumed of them."""
    names = _names(front, "tools")
    servers = [f"mcp__{server}" for server in _servers(front)]
    inherits = ("*", "") in names or (not names and not isinstance(front.get("tools"), list))
    if inherits:
        of = product("claude")
        all_named = [*of.effects, *(name for name, _ in names if name != "*"), *servers]
    else:
        all_named = [*(name for name, _ in names), *servers]
    tools = [reading.tool(each) for each in all_named if not ruled_out.covers(each)]
    notes: list[tuple[str, str]] = []
    if inherits and not ruled_out.covers("*"):
        tools.append(Tool("tools", ANY_TOOL))
        why = "it names no tools, so it inherits every tool of the session, those of servers too"
        notes.append(("/systems", why))
    if front.get("hooks"):
        tools.append(Tool("hooks", "run-commands"))
    for name in dict.fromkeys(name for name, part in names if part):
        why = f"the definition allows a part of {name}: write that part under only"
        notes.append(("/rights", why[:400]))
    return tools, notes[:MOST_NOTES]


def _names(front: dict[str, Any], field: str) -> list[tuple[str, str]]:
    """Each tool once, and the part of it in brackets, like `git diff:*`. Raises Invalid for more
    than a spec has operations."""
    value, path = front.get(field), f"{ROOT}.{field}"
    items = [value] if isinstance(value, str) else list_of(value, path)
    names: dict[tuple[str, str], None] = {}
    for index, item in enumerate(items):
        text = text_of(item, f"{path}.{index}")
        if text.count("(") != text.count(")"):
            raise refused("must close each bracket that it opens", path)
        for name in _NAME.findall(text):
            plain, _, part = name.partition("(")
            if not plain:
                raise refused(f"must name a tool before the bracket: {shown(name)}", path)
            if plain.count("*") > MOST_STARS:
                raise refused(f"has more than {MOST_STARS} * in {shown(plain)}", path)
            names[plain, part] = None
    if len(names) > MOST_OPERATIONS:
        raise refused(f"names {len(names)} tools; at most {MOST_OPERATIONS} are taken", path)
    return list(names)


def _servers(front: dict[str, Any], *, with_place: bool = False) -> Iterator[str]:
    """The names of its own servers: text, or objects whose key is the name, or which have a name;
    `with_place`: those that it says how to start or reach."""
    found, path = front.get("mcpServers"), f"{ROOT}.mcpServers"
    items = [{n: p} for n, p in found.items()] if isinstance(found, dict) else list_of(found, path)
    for index, item in enumerate(items):
        named: dict[Any, Any]
        if not isinstance(item, dict):
            named = {text_of(item, f"{path}.{index}"): None}
        elif "name" in item:
            named = {text_of(item["name"], f"{path}.{index}.name"): item}
        else:
            named = item
        for name, place in named.items():
            if not name:
                raise refused("must name a server", f"{path}.{index}")
            if place or not with_place:
                yield name
