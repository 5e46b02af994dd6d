"""The operations that a capsule may name: Assent's own, and those of the connectors that are active
where it lies."""

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import NamedTuple

from events.connectors import Connector
from events.operations import OPERATIONS, SYSTEM, OperationDefinition
from functions.capsules.rules.source import CapsuleBody


class Refused(ValueError):
    """The agent may not; says the smallest change that would let it."""


class Operations(NamedTuple):
    """Assent's own operations, and those of these connectors, by their names."""

    connectors: Mapping[str, Connector] = {}

    def find(self, operation: str) -> OperationDefinition | None:
        """The definition of an operation, whether or not its connector is active."""
        system, _, named = operation.partition("/")
        connector = self.connectors.get(system)
        return OPERATIONS.get(operation) if connector is None else connector.operation(named)

    def defined(self, operation: str) -> OperationDefinition:
        """The definition of an operation that is served now. Raises Refused for any other."""
        system = operation.partition("/")[0]
        connector = self.connectors.get(system)
        if connector is not None and connector.status != "active":
            raise Refused(
                f"the connector {system} is {connector.status}: a governor activates it"
                f" (POST /v1/connectors/{system}/activate)"
            )
        found = self.find(operation)
        if found is None:
            raise Refused(f"nothing serves {operation}: use {self._near(operation, connector)}")
        return found

    def _near(self, operation: str, connector: Connector | None) -> str:
        """What it may be a misspelling of: all that there is, where it is like nothing."""
        known = sorted(OPERATIONS)
        if connector is not None:
            known = [f"{connector.name}/{each.name}" for each in connector.definition.operations]
        return " or ".join(get_close_matches(operation, known, 1) or known[:20])


OWN = Operations()


def is_own(operation: str) -> bool:
    """Whether it is an operation of Assent's own, or would be."""
    return operation.partition("/")[0] == SYSTEM


def connectors_named(operations: Iterable[str]) -> tuple[str, ...]:
    """The names of the connectors that the operations are of, each once."""
    systems = (each.partition("/")[0] for each in operations if not is_own(each))
    return tuple(dict.fromkeys(systems))


def operations_in(body: CapsuleBody) -> Iterator[str]:
    """The operations that the steps of a source name."""
    for _, step in body.with_places:
        if step.use is not None:
            yield step.use
        if step.undo is not None:
            yield step.undo.use
