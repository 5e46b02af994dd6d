"""The event types that every function publishes about itself, the same on each topic."""

from typing import ClassVar, Literal

from shared.kit.instants import Instant
from shared.kit.models import EventData


class LookupMissed(EventData):
    """`function` answered 404 to a well-formed id. It does not look up whether the id exists for
    another tenant."""

    event_type: ClassVar[str] = "assent.lookup.missed.v1"

    function: str
    id: str
    principal: str
    asked_at: Instant
    impersonator: str | None = None


# The owner of what belongs to no tenant; no token can name it.
PLATFORM_TENANT = "_platform"
# The source of a schedule's runs; no function has this name.
SCHEDULES_SOURCE = "//assent/_schedules"

RefusalReason = Literal[
    "unverified",
    "another_issuer",
    "another_audience",
    "another_type",
    "reserved_principal",
    "expired",
    "not_valid_yet",
    "valid_too_long",
    "scope_missing",
    "tenant_missing",
    "tenant_suspended",
    "tenant_closing",
    "tenant_closed",
    # What the policies deny to a caller whose token is good.
    "not_permitted",
    "for_one_workspace",
    # What is sent to sign in, or to get a token.
    "another_browser",
    "cross_site",
    "nonce_differs",
    "open_redirect",
    "code_refused",
    "replayed",
    "revoked",
    # What a passkey signed, or a passkey that somebody adds.
    "challenge_differs",
    "another_origin",
    "user_not_verified",
    "unknown_key",
    "key_taken",
    "counter_back",
    # At a tenant's own issuer, or of what was to become one.
    "mail_unverified",
    "another_domain",
    "another_account",
    "not_in_directory",
    "issuer_refused",
    "domain_taken",
    "only_at_issuer",
    # A capability token that does not allow the call.
    "another_call",
    "not_assented",
    "cannot_act",
    # Support that acts as a member.
    "impersonated",
    "support_forbidden",
]


class CredentialRefused(EventData):
    """`function` refused what was to prove who calls, such as a bearer token, at `call` (a method
    and a route). `principal` is whom it names, where it is one that we issued; then the event
    belongs to its tenant, and is the principal's own act unless nobody may be called that.
    Otherwise it proves neither, and the event belongs to the platform: a stranger writes
    into no tenant's log. `impersonator` is the platform admin who acted as the principal. Nothing
    of the token itself is kept."""

    event_type: ClassVar[str] = "assent.credential.refused.v1"

    function: str
    call: str
    reason: RefusalReason
    principal: str | None
    refused_at: Instant
    impersonator: str | None = None


class DeliveryState(EventData):
    """A delivery that `function` dead-lettered. `path` is its destination; `delivered_…` describe
    the event or timer in it, as far as that could be read. `reason` is empty where the recovery
    was recorded first."""

    delivery_id: str
    function: str
    path: str
    delivered_id: str
    delivered_type: str
    delivered_subject: str
    reason: str


class DeliveryBuried(DeliveryState):
    """A delivery was dead-lettered, because no retry can succeed."""

    event_type: ClassVar[str] = "assent.delivery.buried.v1"


class DeliveryRecovered(DeliveryState):
    """A delivery that had been dead-lettered was handled."""

    event_type: ClassVar[str] = "assent.delivery.recovered.v1"


class EntryRefused(EventData):
    """An entry of the event log names `function` as its source, and that function did not commit
    it as it is: it was written by somebody else, or altered. It is never published. `entry_…`
    describe it, as far as that could be read."""

    event_type: ClassVar[str] = "assent.entry.refused.v1"

    function: str
    refusal_id: str
    entry_id: str
    entry_type: str
    entry_subject: str


BOOKKEEPING: tuple[type[EventData], ...] = (
    LookupMissed,
    CredentialRefused,
    DeliveryBuried,
    DeliveryRecovered,
    EntryRefused,
)
