"""The operations that a capsule names, and whether they are served where it lies."""

from collections.abc import Iterator
from difflib import get_close_matches

from events.connectors import Connector
from events.operations import COMPLETE, OPERATIONS, OperationDefinition
from functions.capsules.rules.source import CapsuleBody
from shared.connectors.operations import Operations


class Refused(ValueError):
    """The agent may not; says the smallest change that would let it."""


def defined(operation: str, operations: Operations) -> OperationDefinition:
    """The definition of an operation that is served now. Raises Refused for any other."""
    system = operation.partition("/")[0]
    connector = operations.connectors.get(system)
    if connector is not None and connector.status != "active":
        raise Refused(
            f"the connector {system} is {connector.status}: a governor activates it"
            f" (POST /v1/connectors/{system}/activate)"
        )
    found = operations.find(operation)
    if found is None:
        raise Refused(f"nothing serves {operation}: use {_near(operation, connector)}")
    return found


def operations_in(body: CapsuleBody) -> Iterator[str]:
    """The operations that the steps of a source name, and those that a model may choose in them."""
    for _, step in body.with_places:
        if step.use not in (None, COMPLETE):
            yield step.use
        if step.undo is not None:
            yield step.undo.use
        if step.agent is not None:
            yield from step.agent.tools
        if step.calls is not None:
            yield from step.calls.operations


def _near(operation: str, connector: Connector | None) -> str:
    """What it may be a misspelling of: all that there is, where it is like nothing."""
    known = sorted(OPERATIONS)
    if connector is not None:
        known = [f"{connector.name}/{each.name}" for each in connector.definition.operations]
    return " or ".join(get_close_matches(operation, known, 1) or known[:20])
