"""What `identity` publishes of the issuers of tenants."""

from events.registry import event
from shared.kit.instants import Instant
from shared.kit.models import Data, EventData

TOPIC = "identity"


class GroupRoles(Data):
    """The roles of everybody in the directory's group of that name."""

    group: str
    roles: tuple[str, ...]


class SsoState(EventData):
    """A tenant's own issuer after the event. `verified_at`: since when its mail domain is proven to
    be the tenant's; before that, nobody signs in there. `joins`: whether
    whoever has a verified address at the domain becomes a member at their first sign-in; otherwise
    only people of the directory are let in."""

    issuer: str
    client_id: str
    domain: str
    joins: bool
    default_roles: tuple[str, ...]
    groups: tuple[GroupRoles, ...]
    changed_by: str
    changed_at: Instant
    verified_at: Instant | None = None


@event("assent.sso.configured.v1")
class SsoConfigured(SsoState):
    """An admin said at which issuer the tenant's people sign in, and which roles they have."""


@event("assent.sso.domain_verified.v1")
class SsoDomainVerified(SsoState):
    """The tenant proved that the mail domain is its own."""
