"""A passkey: a key in an authenticator of somebody's, with which they sign decisions."""

from datetime import datetime, timedelta

from events.passkeys import PasskeyAdded, PasskeyRemoved, PasskeyState
from functions.identity.rules.principal import Principal
from functions.identity.rules.session import PasskeyChallenge, Session
from functions.identity.rules.tenant import Name
from shared.kit.callers import RECENT
from shared.kit.errors import SignInTooOld, VersionConflict
from shared.kit.models import Model
from shared.kit.passkeys import (
    Attestation,
    ClientData,
    NewKey,
    PasskeyRefused,
    passkey_id_of,
    read,
)
from shared.kit.transitions import Transition

# How long a challenge waits: an authenticator asks for two minutes at most.
CHALLENGE_LIFE = timedelta(minutes=3)
MOST_PASSKEYS = 10


class PasskeyBody(Model):
    """A key that the caller's authenticator has just made; `name` is what its owner calls it."""

    name: Name
    client_data_json: ClientData
    attestation_object: Attestation


class Passkey(PasskeyState):
    """The fields that events publish, and what its owner calls it."""

    name: str


Step = Transition[Passkey] | Transition[Principal] | Transition[Session]


def check_recent(session: Session | None, principal_id: str, at: datetime) -> Session:
    """The session, where it is a sign-in of the principal's own in a browser, under five minutes
    ago. Raises SignInTooOld for any other: a key, a device, a token that was not given here, or a
    sign-in that has ended."""
    is_own = session is not None and session.principal_id == principal_id
    if session is None or not is_own or session.client != "browser" or session.is_over(at):
        raise SignInTooOld("only somebody who signed in here with a browser may change passkeys")
    if at - session.started_at >= RECENT:
        detail = "sign in again (/signin?return_to=/passkeys), and repeat it within five minutes"
        raise SignInTooOld(detail)
    return session


def begin(
    session: Session, principal: Principal, challenge: str, rp_id: str, at: datetime
) -> Transition[Session]:
    """The session with the challenge for its next passkey, in place of an earlier one. Raises
    VersionConflict for somebody with ten passkeys."""
    if len(principal.passkeys) >= MOST_PASSKEYS:
        raise VersionConflict(f"you have {MOST_PASSKEYS} passkeys, which is the most: remove one")
    waiting = PasskeyChallenge(value=challenge, rp_id=rp_id, expires_at=at + CHALLENGE_LIFE)
    return Transition(session.but(challenge=waiting))


def challenge_of(session: Session, rp_id: str, at: datetime) -> bytes:
    """What the new passkey must have signed. Raises PasskeyRefused where the session has asked for
    none, or has used it, or it is too old, or for another site."""
    waiting = session.challenge
    if waiting is None or waiting.rp_id != rp_id:
        detail = "this sign-in waits for no new passkey: call POST /v1/passkeys/options again"
        raise PasskeyRefused("replayed", detail)
    if at >= waiting.expires_at:
        detail = "the challenge is older than three minutes: call POST /v1/passkeys/options again"
        raise PasskeyRefused("expired", detail)
    return read(waiting.value)


def add(
    session: Session,
    principal: Principal,
    known: Passkey | None,
    key: NewKey,
    name: str,
    at: datetime,
) -> tuple[Step, ...]:
    """The principal with one more passkey; the session's challenge is used up. `known` is what is
    stored of that key. Raises VersionConflict for a key of the principal's that is, or was, added,
    PasskeyRefused for somebody else's, in the same words, and VersionConflict for an eleventh."""
    assert session.challenge is not None
    detail = "this key was added before, and each is added once: let the device make another"
    if known is not None and known.principal_id == principal.principal_id:
        raise VersionConflict(detail)
    if known is not None:
        raise PasskeyRefused("key_taken", detail)
    if len(principal.passkeys) >= MOST_PASSKEYS:
        raise VersionConflict(f"you have {MOST_PASSKEYS} passkeys, which is the most: remove one")
    passkey = Passkey(
        passkey_id=passkey_id_of(key.credential_id),
        principal_id=principal.principal_id,
        credential_id=key.credential_id,
        public_key=key.public_key,
        rp_id=session.challenge.rp_id,
        sign_count=key.sign_count,
        is_synced=key.is_synced,
        added_at=at,
        added_in=session.session_id,
        name=name,
    )
    owned = (*principal.passkeys, passkey.passkey_id)
    return (
        Transition(session.but(challenge=None)),
        Transition(principal.but(passkeys=owned)),
        Transition(passkey, PasskeyAdded),
    )


def remove(
    principal: Principal, passkey: Passkey, session_id: str, at: datetime
) -> tuple[Step, ...]:
    """The principal without the passkey; no change for one that was removed before. Raises
    VersionConflict for the only one."""
    if passkey.removed_at is not None:
        return ()
    others = tuple(each for each in principal.passkeys if each != passkey.passkey_id)
    if not others:
        raise VersionConflict("it is your only passkey: add another one before you remove it")
    gone = passkey.but(removed_at=at, removed_in=session_id)
    return (
        Transition(principal.but(passkeys=others)),
        Transition(gone, PasskeyRemoved),
    )
