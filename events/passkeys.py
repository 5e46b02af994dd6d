"""What `identity` publishes of passkeys."""

from events.registry import event
from shared.kit.instants import Instant
from shared.kit.models import EventData

TOPIC = "identity"


class PasskeyState(EventData):
    """A passkey after the event. `public_key` is a COSE key and `credential_id` the authenticator's
    name of it, both in base64url; `rp_id` is the site that it was made for; `sign_count` how often
    it had signed when it was added; `is_synced` says that its owner's other devices may have it.
    `added_in` and `removed_in` are the sessions in which that happened."""

    passkey_id: str
    principal_id: str
    credential_id: str
    public_key: str
    rp_id: str
    sign_count: int
    is_synced: bool
    added_at: Instant
    added_in: str
    removed_at: Instant | None = None
    removed_in: str | None = None


@event("assent.passkey.added.v1")
class PasskeyAdded(PasskeyState):
    """Somebody who had just signed in added a passkey: it signs decisions from now on."""


@event("assent.passkey.removed.v1")
class PasskeyRemoved(PasskeyState):
    """Its owner removed the passkey: it signs nothing any more, and is never added again."""
