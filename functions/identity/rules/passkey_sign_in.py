"""Signing in with a passkey: what its answer must prove, and whom it lets in."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import StringConstraints

from functions.identity.rules.attempt import OWN_PAGE, Attempt, begun_elsewhere, check_time
from functions.identity.rules.passkey import Passkey
from functions.identity.rules.principal import Principal
from functions.identity.rules.refusals import SignInRefused
from functions.identity.rules.secrets import derived
from functions.identity.rules.session import Session
from shared.kit.ids import derive_id
from shared.kit.models import Model
from shared.kit.passkeys import (
    Assertion,
    CredentialId,
    PasskeyRefused,
    Site,
    check_assertion,
    read,
    written,
)
from shared.kit.transitions import Transition

# What attempts and sessions have as their provider; no configured provider has this name.
PROVIDER = "passkey"
# An authenticator asks for two minutes at most.
LIFE = timedelta(minutes=3)
_PURPOSE = "passkey challenge"


class PasskeyStartBody(Model):
    """Where the browser goes once somebody has signed in."""

    return_to: Annotated[str, StringConstraints(max_length=2000)] = OWN_PAGE


class PasskeySignInBody(Assertion):
    """What the authenticator signed, and whose passkey it says that is."""

    user_handle: CredentialId


@dataclass(frozen=True)
class Proof:
    """A passkey that signed what this browser was asked for, and how often it has signed."""

    passkey: Passkey
    session_id: str
    count: int


def challenge_for(attempt: Attempt) -> str:
    """What a passkey signs to sign in: 32 bytes in base64url that only this browser was given."""
    return derived(attempt.secret, _PURPOSE)


def user_handle(principal_id: str) -> str:
    """What an authenticator keeps as the owner of a passkey, in base64url."""
    return written(principal_id.encode())


def session_id(attempt: Attempt) -> str:
    """The session that the attempt starts: always the same, so it starts one only."""
    return derive_id("ses", attempt.expires_at - LIFE, challenge_for(attempt))


def check_attempt(attempt: Attempt | None, at: datetime) -> Attempt:
    """The attempt in this browser's cookie. Raises SignInRefused where there is none, or one at a
    provider, and after three minutes."""
    if attempt is None or attempt.provider != PROVIDER:
        raise begun_elsewhere()
    return check_time(attempt, at)


def check_proof(
    passkey: Passkey | None, body: PasskeySignInBody, attempt: Attempt, site: Site
) -> Proof:
    """What the assertion proves. Raises SignInRefused for a passkey that nobody added here, that
    was removed or made for another site, or whose owner the authenticator calls otherwise; and for
    an assertion of another challenge, on another site, or without a verified person."""
    is_known = passkey is not None and passkey.credential_id == body.credential_id
    if passkey is None or not is_known or body.user_handle != user_handle(passkey.principal_id):
        raise SignInRefused("unknown_key", "nobody has this passkey here; sign in at a provider")
    if passkey.removed_at is not None:
        raise SignInRefused("unknown_key", "this passkey was removed; sign in at a provider")
    if passkey.rp_id != site.rp_id:
        raise SignInRefused("another_origin", f"the passkey was made for {passkey.rp_id}")
    try:
        count = check_assertion(
            body, challenge=read(challenge_for(attempt)), public_key=passkey.public_key, site=site
        )
    except PasskeyRefused as refused:
        raise SignInRefused(refused.reason, refused.detail) from refused
    return Proof(passkey, session_id(attempt), count)


def check_unused(started: Session | None, owner: str) -> None:
    """Raises SignInRefused where the attempt started a session before."""
    if started is not None:
        detail = "this sign-in was used before: begin again at /signin"
        raise SignInRefused("replayed", detail, principal=owner)


def check_let_in(principal: Principal, *, is_held: bool) -> None:
    """Raises SignInRefused for somebody whom a company's own issuer lets in: a passkey would stay
    when the company removes them. `is_held`: a tenant signs in the people of their mail domain."""
    if principal.home is not None or is_held:
        detail = (
            "your company decides who signs in under your address: sign in at its provider; "
            "your passkey still signs your decisions"
        )
        raise SignInRefused("only_at_issuer", detail, principal=principal.principal_id)


def counted(proof: Proof) -> tuple[Transition[Passkey], ...]:
    """The passkey with its count; no change for one that does not count. Raises SignInRefused for a
    count that went back: there is a copy."""
    known = proof.passkey.sign_count
    if proof.count == known == 0:
        return ()
    if proof.count <= known:
        detail = (
            f"the passkey says that it has signed {proof.count} times, and it had signed {known} "
            "times before: somebody may have a copy; sign in at a provider, and remove it"
        )
        raise SignInRefused("counter_back", detail, principal=proof.passkey.principal_id)
    return (Transition(proof.passkey.but(sign_count=proof.count)),)
