"""A device's request to act for a person (RFC 8628): a person reads its code and decides."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import StringConstraints

from events.sessions import DeviceGrantDecided, DeviceGrantState
from functions.identity.rules.refusals import GrantRefused
from functions.identity.rules.session import REPEATED_WITHIN
from shared.kit.errors import NotFound, VersionConflict
from shared.kit.instants import Instant
from shared.kit.transitions import Transition

LIFE = timedelta(minutes=10)
INTERVAL_SECONDS = 5
_LONGEST_INTERVAL = timedelta(minutes=1)
# A device that asks in time may arrive a little early.
_EARLY = timedelta(seconds=1)
# Consonants, so that no code is a word and none is misread; 34 bits, for ten minutes and for
# people who are signed in.
_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
_LENGTH = 8

UserCode = Annotated[str, StringConstraints(max_length=20)]


class DeviceGrant(DeviceGrantState):
    """The fields that events publish, and private ones: the code that a person types, what the
    device calls itself, and the session that it was given."""

    user_code: str
    client_name: str
    session_id: str | None = None
    redeemed_at: Instant | None = None

    def is_waiting(self, at: datetime) -> bool:
        """Whether somebody may still decide."""
        return self.decided_at is None and at < self.expires_at


Step = Transition[DeviceGrant]


def new_user_code() -> str:
    """A code that a person types, without its hyphen."""
    return "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))


def shown(code: str) -> str:
    """The code as it is shown: `BCDF-GHJK`."""
    return f"{code[: _LENGTH // 2]}-{code[_LENGTH // 2 :]}"


def read_user_code(typed: str) -> str:
    """The code that somebody typed, however they spaced it; empty where it can be none."""
    code = "".join(each for each in typed.upper() if each.isalnum())
    is_code = len(code) == _LENGTH and all(each in _LETTERS for each in code)
    return code if is_code else ""


def request(user_code: str, grant_id: str, client_name: str, scope: str, at: datetime) -> Step:
    """A new request; nothing publishes it before a person decides."""
    grant = DeviceGrant(
        grant_id=grant_id,
        user_code=user_code,
        client_name=client_name,
        scope=scope,
        requested_at=at,
        expires_at=at + LIFE,
    )
    return Transition(grant)


def decide(
    grant: DeviceGrant | None, principal: str, is_allowed: bool, at: datetime
) -> tuple[Step, ...]:
    """The decided request; no change for the same decision again. Raises NotFound for a code that
    no device shows, VersionConflict for one that was decided otherwise."""
    if grant is None or (grant.decided_at is None and at >= grant.expires_at):
        raise NotFound("no device waits with that code; look at the device again")
    if grant.decided_at is not None:
        if (grant.decided_by, grant.allowed) != (principal, is_allowed):
            raise VersionConflict("the code was used before; start again on the device")
        return ()
    decided = grant.but(decided_by=principal, decided_at=at, allowed=is_allowed)
    return (Transition(decided, DeviceGrantDecided),)


def check_redeemable(grant: DeviceGrant | None, at: datetime) -> DeviceGrant:
    """The request whose device may have its session. The same answer is given again for thirty
    seconds, because it may have been lost. Raises GrantRefused where nobody has decided, somebody
    denied it, or it was redeemed before."""
    if grant is None:
        raise GrantRefused("invalid_grant", "no device waits with that code", "unverified")
    if grant.allowed is False:
        raise GrantRefused("access_denied", "the person denied it")
    if grant.redeemed_at is not None:
        if at - grant.redeemed_at > REPEATED_WITHIN:
            detail = "the code was used before; start again on the device"
            raise GrantRefused("invalid_grant", detail, "replayed")
        return grant
    if at >= grant.expires_at:
        raise GrantRefused("expired_token", "nobody decided within ten minutes; start again")
    if grant.allowed is None:
        raise GrantRefused("authorization_pending", "the person has not decided yet")
    return grant


@dataclass(frozen=True)
class Pace:
    """When a device asked last, and how long it has to wait until it asks again."""

    asked_at: datetime
    interval: timedelta = timedelta(seconds=INTERVAL_SECONDS)

    def is_too_fast(self, at: datetime) -> bool:
        """Whether a device that asks now has not waited."""
        return at - self.asked_at < self.interval - _EARLY

    def then(self, at: datetime) -> "Pace":
        """The pace after the device asked now: five seconds slower where that was too soon
        (RFC 8628, 3.5)."""
        if not self.is_too_fast(at):
            return Pace(at, self.interval)
        slower = self.interval + timedelta(seconds=INTERVAL_SECONDS)
        return Pace(at, min(slower, _LONGEST_INTERVAL))


def redeem(grant: DeviceGrant, session_id: str, at: datetime) -> Step:
    """The request with the session that it led to."""
    return Transition(grant.but(session_id=session_id, redeemed_at=at))
