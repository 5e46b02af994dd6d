"""What `identity` publishes of principals.

No event of identity holds a name, an address or a secret of a person: a principal's id is its
pseudonym."""

from typing import Literal

from events.registry import event
from shared.kit.instants import Instant
from shared.kit.models import EventData

TOPIC = "identity"


class PrincipalState(EventData):
    """A principal after the event. `provider` is where it signed in first."""

    principal_id: str
    kind: Literal["human"]
    provider: str
    created_at: Instant


@event("assent.principal.created.v1")
class PrincipalCreated(PrincipalState):
    """Somebody signed in for the first time."""


@event("assent.person.erased.v1")
class PersonErased(EventData):
    """The key of what the principal wrote in the tenant was erased: nobody reads those texts from
    now on. What they write later has another key."""

    principal_id: str
    erased_at: Instant
