"""Builds a draft of a spec from a definition, and marks everything in it that had to be assumed."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from pydantic import JsonValue

from shared.definitions.definition import MOST_OPERATIONS, Definition
from shared.definitions.reading import ROOT
from shared.definitions.tools import ANY_TOOL, GRAVEST, HARMLESS, Tool
from shared.kit.json_parts import nearest
from shared.kit.models import Model
from shared.kit.parsing import refused
from shared.kit.plain_text import oddity

LONGEST_NAME, SHORTEST_NAME = 60, 3
LONGEST_LABEL = 90
LONGEST_IGNORED = 100
LONGEST_TEXT, LONGEST_INSTRUCTIONS = 2_000, 32_000
MOST_TEXTS, MOST_SYSTEMS = 50, 50
NO_NAME = "imported-agent"

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NO_NAME_PART = re.compile(r"[^a-z0-9]+")
_NO_LABEL_PART = re.compile(r"[^A-Za-z0-9._:-]+")

Note = tuple[str, str]


class Assumption(Model):
    """What the definition does not say: the path in the draft, the value that was put there, and
    why."""

    path: str
    value: JsonValue
    why: str


class Draft(Model):
    """A spec to go on from, what had to be assumed for it, and the fields of the definition that
    it leaves out."""

    spec: dict[str, JsonValue]
    assumptions: tuple[Assumption, ...]
    ignored: tuple[str, ...]


class _Operation(NamedTuple):
    label: str
    tool: Tool


class _System(NamedTuple):
    label: str
    operations: tuple[_Operation, ...]

    @property
    def connector(self) -> str | None:
        return next((each.tool.connector for each in self.operations if each.tool.connector), None)


def draft_of(definition: Definition) -> Draft:
    """The draft. What nothing is known about counts as gravest and needs a person; only what is
    known to read or to draft may be done alone; all data is restricted. What nobody could assume is
    left out, and a finding asks for it. Raises Invalid for more systems or operations than a spec
    has."""
    systems, never = _systems(definition.tools, definition.denied)
    instructions = definition.instructions
    spec: dict[str, Any] = {
        "name": _kebab(definition.name),
        "purpose": _cut(definition.purpose, LONGEST_TEXT),
        "instructions": _cut(instructions, LONGEST_INSTRUCTIONS),
        "scope": {"in": _texts(definition.work)},
        "data_access": [_data(system) for system in systems],
        "systems": [_declared(system) for system in systems],
        "rights": _rights(systems, never),
        "interfaces": {
            "inputs": _texts(definition.inputs),
            "outputs": _texts(definition.outputs),
        },
    }
    notes = [*_text_notes(definition, spec), *definition.notes, *_notes(systems)]
    if not instructions:
        del spec["instructions"]
    return Draft(
        spec=spec,
        assumptions=tuple(
            Assumption(path=p, value=nearest(spec, p)[1], why=why) for p, why in notes
        ),
        ignored=tuple(name[:LONGEST_IGNORED] for name in definition.ignored[:MOST_TEXTS]),
    )


def _text_notes(definition: Definition, spec: dict[str, Any]) -> Iterator[Note]:
    if spec["name"] != definition.name:
        told = f'it is called "{definition.name[:200]}"' if definition.name else "it has no name"
        yield "/name", f"{told}; a name is lower-case words and hyphens, 3 to 60 characters"
    for name in ("purpose", "instructions"):
        kept, given = len(spec[name]), len(getattr(definition, name))
        if kept < given:
            yield f"/{name}", f"the first {kept} of {given} characters: a spec takes no more"
    for path, texts in (
        ("/scope/in", definition.work),
        ("/interfaces/inputs", definition.inputs),
        ("/interfaces/outputs", definition.outputs),
    ):
        if tuple(nearest(spec, path)[1]) != texts:
            why = f"a spec takes {MOST_TEXTS} entries, each of {LONGEST_TEXT} characters"
            yield path, f"shortened from {len(texts)} entries: {why}"


def _notes(systems: Iterable[_System]) -> Iterator[Note]:
    for index, system in enumerate(systems):
        path = f"/systems/{index}"
        if system.connector:
            why = f"it is called as the connector {system.connector}; leave it out for another one"
            yield f"{path}/connector", why
        for number, (label, tool) in enumerate(system.operations):
            place = f"{path}/operations/{number}"
            if label != tool.name:
                yield f"{place}/name", f'the definition calls it "{tool.name[:200]}"'
            yield f"{place}/effect", tool.why or _unknown(tool)
        yield (
            f"/data_access/{index}",
            "it is not said which data this holds: it counts as restricted",
        )
    if systems:
        yield "/rights/alone", "only what is known to read or to draft"
        yield "/rights/with_approval", "everything else: a person decides until you say otherwise"


def _unknown(tool: Tool) -> str:
    if tool.name == ANY_TOOL:
        return f"its tools are not named, and count as {GRAVEST}, the gravest: name those it needs"
    return f"nothing says what it does, and it counts as {GRAVEST}, the gravest: write what it is"


def _systems(tools: Iterable[Tool], denied: Iterable[Tool]) -> tuple[list[_System], list[str]]:
    """The systems in the order of their first tools, each tool once; and what is ruled out, in the
    same labels."""
    named: dict[str, dict[str, Tool]] = {}
    for tool in tools:
        known = named.setdefault(tool.system, {})
        same = known.get(tool.name, tool)
        # Two tools of one name that are known for different things: nothing is known.
        known[tool.name] = tool if tool == same else Tool(tool.system, tool.name)
    count = sum(map(len, named.values()))
    if len(named) > MOST_SYSTEMS or count > MOST_OPERATIONS:
        raise refused(
            f"names {count} tools of {len(named)} systems; a spec has at most {MOST_OPERATIONS} of "
            f"{MOST_SYSTEMS}: leave out those that the agent does not need",
            ROOT,
        )
    names = {system: [*tools] for system, tools in named.items()}
    for tool in denied:
        names.setdefault(tool.system, []).append(tool.name)
    systems = dict(zip(names, _labels(names, folded=True), strict=True))
    labels = {
        (system, tool): label
        for system, tools in names.items()
        for tool, label in zip(dict.fromkeys(tools), _labels(dict.fromkeys(tools)), strict=True)
    }
    never = (
        f"{systems[system]}/{'*' if tool == ANY_TOOL else labels[system, tool]}"
        for system, tool, *_ in denied
    )
    return [
        _System(systems[name], tuple(_Operation(labels[name, each.name], each) for each in there))
        for name, there in ((name, tools.values()) for name, tools in named.items())
    ], list(dict.fromkeys(never))


def _labels(names: Iterable[str], *, folded: bool = False) -> list[str]:
    """A label for each name, no two the same; where `folded`, also not when capitals do not
    count."""
    taken: dict[str, str] = {}
    for name in names:
        plain = _label(name)
        label, number = plain, 1
        while (key := label.casefold() if folded else label) in taken:
            number += 1
            label = f"{plain}-{number}"
        taken[key] = label
    return list(taken.values())


def _label(name: str) -> str:
    # Only an exact name may be that of a connector or of one of its operations.
    label = "any-tool" if name == ANY_TOOL else _NO_LABEL_PART.sub("-", name)
    return (label if label[:1].isalnum() else f"tool{label}")[:LONGEST_LABEL]


def _declared(system: _System) -> dict[str, Any]:
    connector = {"connector": system.connector} if system.connector else {}
    there = {each.tool.name for each in system.operations}
    operations = [
        {
            "name": label,
            "effect": tool.effect or GRAVEST,
            **({"undo": tool.undo} if tool.undo in there else {}),
        }
        for label, tool in system.operations
    ]
    return {"name": system.label, **connector, "operations": operations}


def _data(system: _System) -> dict[str, Any]:
    effects = {each.tool.effect for each in system.operations}
    mode = "read" if effects == {"read"} else "write"
    return {"source": system.label, "mode": mode, "classification": "restricted"}


def _rights(systems: Iterable[_System], never: Iterable[str]) -> dict[str, list[str]]:
    alone: list[str] = []
    with_approval: list[str] = []
    for system in systems:
        for label, tool in system.operations:
            entries = alone if tool.effect in HARMLESS else with_approval
            entries.append(f"{system.label}/{label}")
    return {"alone": alone, "with_approval": with_approval, "never": list(never)}


def _texts(texts: Iterable[str]) -> list[str]:
    return [_cut(text, LONGEST_TEXT) for text in list(texts)[:MOST_TEXTS]]


def _cut(text: str, most: int) -> str:
    """The beginning of a text, without the rest of a character that others join."""
    cut = text[:most]
    while len(cut) < len(text) and oddity(cut):
        cut = cut[:-1]
    return cut


def _kebab(name: str) -> str:
    words = _NO_NAME_PART.sub("-", _CAMEL.sub("-", name).lower()).strip("-")
    kebab = words[:LONGEST_NAME].strip("-")
    if len(kebab) >= SHORTEST_NAME:
        return kebab
    return f"{kebab}-agent" if kebab else NO_NAME
