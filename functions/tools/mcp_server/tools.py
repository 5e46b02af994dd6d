"""The tools that an agent may use, by the names that clients know them by. Pure."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from events.connectors import Connector
from events.effects import HARMLESS
from events.operations import OPERATIONS, SKILL, OperationDefinition
from events.schedules import BY_RUNS
from shared.agents.rights import KnownRights

# What every model's interface takes.
LONGEST_NAME = 64
_PLAIN = re.compile(r"[^A-Za-z0-9_-]")


class Tool(NamedTuple):
    """A tool: its name, the operation that it stands for, and what that is."""

    name: str
    operation: str
    definition: OperationDefinition
    description: str

    @property
    def hints(self) -> dict[str, bool]:
        """What clients may show of it; they are advice, and no rule here reads them."""
        effect = self.definition.effect
        return {
            "readOnlyHint": effect == "read",
            "destructiveHint": effect not in HARMLESS and self.definition.undo is None,
            "idempotentHint": self.definition.idempotent,
        }


def systems_of(rights: KnownRights) -> tuple[str, ...]:
    """The systems whose operations the agent may use."""
    named = {each.partition("/")[0] for each in (*rights.alone, *rights.with_approval)}
    return tuple(sorted(named))


def tools_of(rights: KnownRights, connectors: Mapping[str, Connector]) -> tuple[Tool, ...]:
    """The tools that an agent with those rights may use now, by their names: operations of Assent's
    own, and of active connectors. A skill is none: its code would be in no plan. Nor are schedules,
    which runs make."""
    held = {each for each in (*rights.alone, *rights.with_approval) if rights.held(each)}
    named = names_of(held - {SKILL} - BY_RUNS)
    tools = []
    for name, operation in named.items():
        definition = _definition(operation, connectors)
        if definition is not None:
            tools.append(Tool(name, operation, definition, _told(operation, definition, rights)))
    return tuple(sorted(tools))


def names_of(operations: Iterable[str]) -> dict[str, str]:
    """The operations by their names: `connector__operation`, in which each character that not every
    client takes is an underscore. A name that would equal another one, or be too long, ends in a
    part of the operation's hash."""
    by_name: dict[str, list[str]] = {}
    for operation in sorted(operations):
        by_name.setdefault(_plain(operation), []).append(operation)
    return {
        name if len(alike) == 1 and len(name) <= LONGEST_NAME else _hashed(name, each): each
        for name, alike in by_name.items()
        for each in alike
    }


def schema_of(definition: OperationDefinition) -> dict[str, Any]:
    """What the tool takes, as a schema of the type object."""
    return {"type": "object", **definition.input_schema}


def _plain(operation: str) -> str:
    system, _, named = operation.partition("/")
    return _PLAIN.sub("_", f"{system}__{named}")


def _hashed(name: str, operation: str) -> str:
    digest = hashlib.sha256(operation.encode()).hexdigest()[:8]
    return f"{name[: LONGEST_NAME - 9]}_{digest}"


def _definition(operation: str, connectors: Mapping[str, Connector]) -> OperationDefinition | None:
    if operation in OPERATIONS:
        return OPERATIONS[operation]
    system, _, named = operation.partition("/")
    connector = connectors.get(system)
    if connector is None or connector.status != "active":
        return None
    return connector.operation(named)


def _told(operation: str, definition: OperationDefinition, rights: KnownRights) -> str:
    if operation not in rights.alone:
        asks = "A person has to approve each call."
    elif definition.effect in HARMLESS or definition.undo is not None:
        asks = "Calls beyond what the agent may do alone need a person's approval."
    else:
        asks = "Nothing undoes it, so a person has to approve each call."
    return f"{definition.summary} Effect: {definition.effect}. {asks}"
