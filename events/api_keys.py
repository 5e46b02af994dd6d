"""What `identity` publishes of API keys."""

from events.registry import event
from shared.kit.instants import Instant
from shared.kit.models import EventData
from shared.kit.workspaces import InWorkspace

TOPIC = "identity"


class ApiKeyState(EventData):
    """A key after the event. It acts as the member `principal_id`, with `scopes`; a key of a person
    has no role, one of a service has the service's. One of a workspace opens nothing outside of
    it. `requests_per_minute` limits it below what the tenant's tier allows. A service's key that
    names an agent acts with that agent's rights, and with no other's."""

    key_id: str
    principal_id: str
    workspace_id: InWorkspace = None
    scopes: tuple[str, ...]
    created_at: Instant
    expires_at: Instant
    requests_per_minute: int | None = None
    agent_id: str | None = None
    rotated_at: Instant | None = None
    revoked_at: Instant | None = None
    revoked_by: str | None = None


@event("assent.api_key.created.v1")
class ApiKeyCreated(ApiKeyState):
    """A member made a key for itself, or an admin one for a service."""


@event("assent.api_key.rotated.v1")
class ApiKeyRotated(ApiKeyState):
    """The key has another secret; the earlier one is taken for 24 more hours."""


@event("assent.api_key.revoked.v1")
class ApiKeyRevoked(ApiKeyState):
    """The key is taken no more."""
