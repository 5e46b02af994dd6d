"""What may be done in a tenant now: the control document, and the sessions that ended.

Identity writes both, each in the commit of what it says; every function reads them
(`shared.runtime.control`)."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from shared.kit.bookkeeping import PLATFORM_TENANT
from shared.kit.instants import Instant
from shared.kit.models import Model
from shared.kit.plans import AddOn, Plan, SubscriptionStatus
from shared.kit.tier_limits import Tier

TenantStatus = Literal["trial", "active", "suspended", "closing", "closed"]
OPEN: frozenset[TenantStatus] = frozenset({"trial", "active"})
StoppedReason = Literal["tenant_suspended", "tenant_closing", "tenant_closed"]
# Why nothing happens in a tenant of that status, as a refusal says it.
STOPPED: Mapping[TenantStatus, StoppedReason] = {
    "suspended": "tenant_suspended",
    "closing": "tenant_closing",
    "closed": "tenant_closed",
}

COLLECTION, ID = "control", "control"
ENDED_SESSIONS = "ended_sessions"
# An access token lives fifteen minutes, and the commit that revokes it may take some more.
KEPT = timedelta(minutes=17)


class Flag(Model):
    """A flag, with the share of principals for whom it is on."""

    percent: Annotated[int, Field(ge=0, le=100)]


class Suspension(Model):
    """A time in which nothing could happen in the tenant. `until` is None while it lasts."""

    at: Instant
    until: Instant | None = None


class Revocation(Model):
    """When the tokens of a key, a principal or a workspace were revoked. A principal's tokens are
    refused where they have a lower `version` of its place in the tenant."""

    at: Instant
    version: int = 0


class Subscribed(Model):
    """What the tenant pays for, as the event of `billing` with that `sequence` said it, which later
    ones replace: the plan, so many seats, and so many of each add-on, which hold as long as
    `shared.quotas.plans` says. Where its payment failed, it is past due since
    `past_due_since`."""

    plan: Plan
    seats: Annotated[int, Field(ge=1)] = 1
    status: SubscriptionStatus = "active"
    add_ons: Mapping[AddOn, int] = {}
    past_due_since: Instant | None = None
    sequence: int = 0


class Control(Model):
    """The control document of one tenant. A tenant without one did not sign up here, as those of
    tokens that a local platform mints: its control is `Control()`, which is open, has no flag and
    revokes nothing.

    `subscription` is what the tenant pays for; None for one that never paid, which has the plan
    that its tier names. `entitlements` are what the tenant has beyond its tier. `policy_version` is
    that of what it has published of policies, a few seconds after each publication. `revoked` names
    keys, principals and archived workspaces of the last seventeen minutes; where they were too
    many, `reissued_at` says that every token issued until then is refused. `suspensions` are the
    times in which it was not open; while it is closing, `closes_at` is when it can be resumed no
    more."""

    status: TenantStatus = "active"
    tier: Tier = "free"
    # Not written at its default: the release before knows no such field.
    subscription: Annotated[Subscribed | None, Field(exclude_if=lambda each: each is None)] = None
    entitlements: Mapping[str, int] = {}
    flags: Mapping[str, Flag] = {}
    policy_version: int = 0
    revoked: Mapping[str, Revocation] = {}
    reissued_at: Instant | None = None
    suspensions: tuple[Suspension, ...] = ()
    closes_at: Instant | None = None

    @property
    def is_open(self) -> bool:
        """Whether anything may happen in the tenant."""
        return self.status in OPEN

    def has_flag_for_all(self, name: str) -> bool:
        """Whether the flag is on for everybody in the tenant, and for what acts in it."""
        flag = self.flags.get(name)
        return flag is not None and flag.percent == 100

    def has_flag(self, name: str, principal: str) -> bool:
        """Whether the flag is on for the principal: always the same answer for the same
        percentage, and a larger one only adds principals."""
        flag = self.flags.get(name)
        digest = hashlib.sha256(f"{name}\n{principal}".encode()).digest()
        return flag is not None and int.from_bytes(digest[:8]) % 100 < flag.percent


def postponed_by(
    suspensions: Iterable[Suspension], since: datetime | None, due: datetime, at: datetime
) -> timedelta:
    """How long, by `at`, the tenant was not open while something ran that began at `since` and was
    due at `due`: it is due that much later. Where `since` is None, it ran from the beginning."""
    lost = timedelta(0)
    for each in suspensions:
        begin = each.at if since is None else max(each.at, since)
        end = each.until or at
        if begin < end and each.at < due + lost:
            lost += end - begin
    return lost


class EndedSessions(Model):
    """Sessions of the last seventeen minutes whose tokens are refused, with when they ended: those
    that may have tokens for one tenant, or, in one of several such documents, for none."""

    place: str
    ended: Mapping[str, Instant] = {}
    reissued_at: Instant | None = None


class Bearer(NamedTuple):
    """What an access token says of itself. `credential_id` is its session or key; `version` that of
    its principal's place in the tenant when it was issued, `workspace_id` the one that it is
    for."""

    principal: str
    credential_id: str | None
    issued_at: int
    version: int
    workspace_id: str | None = None


class KnownTenant(NamedTuple):
    """What one function knows of a tenant, at most twenty seconds old."""

    control: Control = Control()
    ended: EndedSessions = EndedSessions(place="")

    def refuses(self, bearer: Bearer) -> bool:
        """Whether the token was revoked after it was issued."""
        control, sid = self.control, bearer.credential_id
        principal = control.revoked.get(bearer.principal)
        reissued = [each for each in (control.reissued_at, self.ended.reissued_at) if each]
        return (
            (sid is not None and (sid in control.revoked or sid in self.ended.ended))
            or (bearer.workspace_id is not None and bearer.workspace_id in control.revoked)
            or (principal is not None and bearer.version < principal.version)
            or any(bearer.issued_at <= each.timestamp() for each in reissued)
        )


NOTHING_KNOWN = KnownTenant()


def place_of_ended(tenant_id: str, session_id: str) -> str:
    """Where an ended session is named for those who check its tokens of that tenant. Tokens for no
    tenant are checked in one of several documents, so that not everybody who signs out changes the
    same."""
    shard = f".{session_id[-1:].lower()}" if tenant_id == PLATFORM_TENANT else ""
    return f"{tenant_id}{shard}"
