"""A session: one sign-in, and the chain of tokens that follows from it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from events.sessions import Client, EndedBecause, SessionEnded, SessionStarted, SessionState
from shared.kit.instants import Instant
from shared.kit.models import Model
from shared.kit.transitions import Transition

# An answer that was lost on its way is asked for again within this time.
REPEATED_WITHIN = timedelta(seconds=30)
LIFE = timedelta(days=30)
LONGEST_DEVICE = 200


class PasskeyChallenge(Model):
    """What a new passkey must sign, once, until `expires_at`, for the site `rp_id`."""

    value: str
    rp_id: str
    expires_at: Instant


class Session(SessionState):
    """The fields that events publish, and private ones: `number` is that of its newest token,
    which was derived at `renewed_at`; `tenant_id` the tenant that was chosen last; `device` what
    the client calls itself; `resource` what the tokens of a client are for; `agent_workspace_id`
    where its agent lies; `challenge` that of a passkey which is about to be added."""

    number: int = 0
    renewed_at: Instant
    used_at: Instant
    tenant_id: str | None = None
    scope: str = ""
    device: str = ""
    resource: str | None = None
    agent_workspace_id: str | None = None
    challenge: PasskeyChallenge | None = None

    @property
    def tenant_bound(self) -> bool:
        """Whether it was begun for the one tenant that it is for."""
        return self.client in ("client", "support")

    def is_over(self, at: datetime) -> bool:
        """Whether it gives no token any more."""
        return self.ended_at is not None or at >= self.expires_at


class PlatformSeat(Model):
    """The one session of a platform admin."""

    principal_id: str
    session_id: str


Step = Transition[Session]


@dataclass(frozen=True)
class Renewal:
    """What became of a token that was presented: the session with its newest token, or None where
    none is given; `is_copied` where it was used before, by whoever copied it or was copied from."""

    steps: tuple[Step, ...] = ()
    session: Session | None = None
    is_copied: bool = False


def start(
    session_id: str,
    principal_id: str,
    at: datetime,
    *,
    client: Client,
    provider: str,
    device: str,
    scope: str = "",
    passkey_id: str | None = None,
) -> Step:
    """A new session."""
    session = Session(
        session_id=session_id,
        principal_id=principal_id,
        client=client,
        provider=provider,
        started_at=at,
        expires_at=at + LIFE,
        renewed_at=at,
        used_at=at,
        scope=scope,
        device=device[:LONGEST_DEVICE],
        passkey_id=passkey_id,
    )
    return Transition(session, SessionStarted)


def start_support(
    session_id: str,
    principal_id: str,
    impersonator: str,
    tenant_id: str,
    at: datetime,
    life: timedelta,
) -> Step:
    """A session in which support acts as the principal, in one tenant."""
    session = Session(
        session_id=session_id,
        principal_id=principal_id,
        client="support",
        provider="support",
        started_at=at,
        expires_at=at + life,
        renewed_at=at,
        used_at=at,
        tenant_id=tenant_id,
        device="Support",
        impersonator=impersonator,
    )
    return Transition(session, SessionStarted)


def renew(session: Session, number: int, at: datetime, tenant_id: str | None) -> Renewal:
    """The session after token `number` was presented. The newest token gets a successor. The one
    before it gets that same successor again for thirty seconds, because its answer may have been
    lost. Any older use ends the session: two hold copies of one token, and nobody can tell whose is
    the thief's."""
    if session.is_over(at) or number > session.number:
        return Renewal()
    if number == session.number:
        newer = session.but(number=number + 1, renewed_at=at, used_at=at, tenant_id=tenant_id)
        return Renewal((Transition(newer),), newer)
    if number == session.number - 1 and at - session.renewed_at <= REPEATED_WITHIN:
        if tenant_id == session.tenant_id:
            return Renewal((), session)
        chosen = session.but(tenant_id=tenant_id)
        return Renewal((Transition(chosen),), chosen)
    return Renewal(end(session, "reused", at), None, is_copied=True)


def admits(session: Session, number: int, at: datetime) -> bool:
    """Whether a page may be shown to whoever holds token `number`, which stays as it is. None is to
    support that acts as somebody: on pages, people decide."""
    is_newest = number == session.number
    is_repeat = number == session.number - 1 and at - session.renewed_at <= REPEATED_WITHIN
    is_theirs = session.impersonator is None
    return is_theirs and not session.is_over(at) and (is_newest or is_repeat)


def end(session: Session, because: EndedBecause, at: datetime) -> tuple[Step, ...]:
    """The ended session; nothing changes for one that has ended before."""
    if session.ended_at is not None:
        return ()
    ended = session.but(ended_at=at, ended_because=because)
    return (Transition(ended, SessionEnded),)
