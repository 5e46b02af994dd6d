"""The answers of the API about connectors and credentials (docs/contracts.md)."""

from typing import Any, Self

from events.connectors import Connector, ConnectorOperation, ConnectorStatus
from events.credentials import (
    Credential,
    CredentialKind,
    CredentialStatus,
    CredentialUse,
    Shown,
)
from events.effects import Effect
from shared.kit.instants import Instant
from shared.kit.models import Model, Page, part_of
from shared.kit.workspaces import InWorkspace


class OperationView(ConnectorOperation):
    """An operation. `counts_as` is its effect, or the gravest where nobody gave it one."""

    counts_as: Effect

    @classmethod
    def of(cls, operation: ConnectorOperation) -> Self:
        """The operation as it is shown."""
        return part_of(cls, operation, counts_as=operation.counted_effect)


class ConnectorSummary(Model):
    """A connector without its operations. `pin` is the hash of its definition, `active_pin` the one
    that was activated last; plans name the pin that they were compiled with."""

    name: str
    kind: str
    status: ConnectorStatus
    url: str
    hosts: tuple[str, ...]
    credential: str | None
    pin: str
    revision: int
    active_pin: str | None
    written_by: str
    written_at: Instant
    activated_by: str | None
    activated_at: Instant | None
    workspace_id: InWorkspace = None

    @classmethod
    def of(cls, connector: Connector) -> Self:
        """The connector as it is shown."""
        return part_of(cls, connector, **_definition(connector))


class ConnectorView(ConnectorSummary):
    """A connector with its operations."""

    operations: tuple[OperationView, ...]

    @classmethod
    def of(cls, connector: Connector) -> Self:
        """The connector as it is shown."""
        operations = tuple(map(OperationView.of, connector.definition.operations))
        return part_of(cls, connector, **_definition(connector), operations=operations)


class ConnectorPage(Page[ConnectorSummary]):
    """Some connectors without their operations, those that were written last first."""


class CredentialView(Model):
    """A credential without its value, which nobody is ever shown."""

    name: str
    kind: CredentialKind
    status: CredentialStatus
    used_by: CredentialUse
    hosts: tuple[str, ...]
    shown: Shown
    version: int
    set_by: str
    set_at: Instant
    workspace_id: InWorkspace = None

    @classmethod
    def of(cls, credential: Credential) -> Self:
        """The credential as it is shown."""
        return part_of(cls, credential)


class CredentialPage(Page[CredentialView]):
    """Some credentials, those that were set last first."""


def _definition(connector: Connector) -> dict[str, Any]:
    named = ("kind", "url", "hosts", "credential")
    return {name: getattr(connector.definition, name) for name in named}
