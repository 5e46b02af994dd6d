"""The answers of the API about connectors and credentials (docs/contracts.md)."""

from typing import Any, Self

from events.connector_definition import AnyOperation, ConnectorTrust, GovernedOperation, Method
from events.connectors import Connector, ConnectorStatus, Difference
from events.credentials import (
    Credential,
    CredentialKind,
    CredentialStatus,
    CredentialUse,
    Shown,
)
from events.effects import Effect
from events.mail import MailSettings
from events.mcp import McpServer, McpTool
from events.specs import Classification
from functions.tools.rules.differences import Changed, differences
from shared.kit.instants import Instant
from shared.kit.models import Model, Page, part_of
from shared.kit.workspaces import InWorkspace


class OperationView(GovernedOperation):
    """An operation of an HTTP service, with how it is called, or a `tool` of an MCP server, in that
    server's words, which nobody believes. `counts_as` is its effect, or the gravest where nobody
    gave it one."""

    method: Method | None = None
    path: str | None = None
    query: tuple[str, ...] = ()
    idempotency_header: str | None = None
    tool: McpTool | None = None
    counts_as: Effect

    @classmethod
    def of(cls, operation: AnyOperation) -> Self:
        """The operation as it is shown."""
        return part_of(cls, operation, counts_as=operation.counted_effect)


class DifferenceView(Difference):
    """What differs from the definition that was activated last, with what the fields were and
    are."""

    before: dict[str, Any]
    after: dict[str, Any]

    @classmethod
    def of(cls, changed: Changed) -> Self:
        """The difference as it is shown."""
        before, after = dict(changed.before), dict(changed.after)
        return part_of(cls, changed.difference, before=before, after=after)


class ConnectorSummary(Model):
    """A connector without its operations. `pin` is the hash of its definition, `active_pin` the one
    that was activated last; plans name the pin that they were compiled with."""

    name: str
    kind: str
    status: ConnectorStatus
    url: str
    hosts: tuple[str, ...]
    credential: str | None
    trust: ConnectorTrust
    classification: Classification | None
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
    """A connector with its operations. `server`: an MCP server, as its tools were read. `mail`:
    what a relay takes. `differences`: where something else was activated last, what differs from
    that."""

    operations: tuple[OperationView, ...]
    server: McpServer | None = None
    mail: MailSettings | None = None
    differences: tuple[DifferenceView, ...] = ()

    @classmethod
    def of(cls, connector: Connector) -> Self:
        """The connector as it is shown."""
        definition, activated = connector.definition, connector.activated
        differing = differences(activated, definition) if activated is not None else ()
        return part_of(
            cls,
            connector,
            **_definition(connector),
            operations=tuple(map(OperationView.of, definition.operations)),
            server=definition.server,
            mail=definition.mail,
            differences=tuple(map(DifferenceView.of, differing)),
        )


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
    named = ("kind", "url", "hosts", "credential", "trust", "classification")
    return {name: getattr(connector.definition, name) for name in named}
