"""What `tools` publishes about connectors: systems outside that governed runs act on."""

from datetime import datetime
from typing import Literal

from events.connector_definition import ConnectorDefinition
from events.operations import OperationDefinition
from events.registry import event
from shared.kit.instants import Instant
from shared.kit.models import Data, EventData
from shared.kit.personal import PersonalText
from shared.kit.workspaces import InWorkspace

TOPIC = "tools"
# `functions/tools` alone writes them.
CONNECTORS = "connectors"
ConnectorStatus = Literal["draft", "active", "suspended", "removed"]


class Difference(Data):
    """What of a definition is another one than before: `fields` of an operation, or of the
    connector itself where `operation` is empty. Both definitions are contents, so that whoever has
    their hashes finds what the fields were and are. `renamed`: all but the name is the same."""

    operation: str = ""
    change: Literal["added", "removed", "renamed", "changed"]
    fields: tuple[str, ...] = ()
    name_before: str | None = None


class ConnectorState(EventData):
    """A connector after the event. `pin` is the hash of the content with its definition, `revision`
    counts its definitions; `active_pin` is the definition that somebody activated last."""

    connector_id: str
    name: str
    status: ConnectorStatus
    pin: str
    revision: int
    active_pin: str | None = None
    written_by: str
    written_at: Instant
    activated_by: str | None = None
    activated_at: Instant | None = None
    workspace_id: InWorkspace = None


class Connector(ConnectorState):
    """A connector as it is stored, with its definition and, where it is another one, that which was
    activated last."""

    definition: ConnectorDefinition
    activated: ConnectorDefinition | None = None

    @property
    def listed_at(self) -> datetime | None:
        """Where it stands in the list; nowhere once it was removed."""
        return self.written_at if self.status != "removed" else None

    def operation(self, named: str) -> OperationDefinition | None:
        """The operation with that name, as it is now."""
        found = self.definition.operation(named)
        return None if found is None else self.definition.defined(found)


@event("assent.connector.registered.v1")
class ConnectorRegistered(ConnectorState):
    """Somebody registered a connector; nothing is called by it yet."""


@event("assent.connector.changed.v1")
class ConnectorChanged(ConnectorState):
    """Its definition is another one. Plans with the one before are refused, and an active connector
    is suspended until somebody activates what it is now."""

    changed_by: str
    pin_before: str
    differences: tuple[Difference, ...] = ()


@event("assent.connector.activated.v1")
class ConnectorActivated(ConnectorState):
    """Runs may act by exactly this definition."""


@event("assent.connector.suspended.v1")
class ConnectorSuspended(ConnectorState):
    """Nothing is called by it any more."""

    suspended_by: str
    reason: PersonalText


@event("assent.connector.removed.v1")
class ConnectorRemoved(ConnectorState):
    """The connector is gone; its name may be given again."""

    removed_by: str


def connector_id(name: str, workspace_id: str | None) -> str:
    """The id of a connector: one for each name in a workspace, or in the rest of the tenant."""
    return name if workspace_id is None else f"{workspace_id}.{name}"
