"""The operations that there are where something lies: Assent's own, and those of its connectors."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from events.connectors import Connector
from events.operations import OPERATIONS, SYSTEM, OperationDefinition


class Operations(NamedTuple):
    """Assent's own operations, and those of these connectors, by the connectors' names."""

    connectors: Mapping[str, Connector] = {}

    def find(self, operation: str) -> OperationDefinition | None:
        """The definition of an operation, whether or not its connector is active."""
        system, _, named = operation.partition("/")
        connector = self.connectors.get(system)
        return OPERATIONS.get(operation) if connector is None else connector.operation(named)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all of them, as `system/operation`, Assent's own first."""
        connected = (
            f"{name}/{each.name}"
            for name, connector in self.connectors.items()
            for each in connector.definition.operations
        )
        return (*OPERATIONS, *connected)


OWN = Operations()


def is_own(operation: str) -> bool:
    """Whether it is an operation of Assent's own, or would be."""
    return operation.partition("/")[0] == SYSTEM


def connectors_named(operations: Iterable[str]) -> tuple[str, ...]:
    """The names of the connectors that the operations are of, each once."""
    systems = (each.partition("/")[0] for each in operations if not is_own(each))
    return tuple(dict.fromkeys(systems))
