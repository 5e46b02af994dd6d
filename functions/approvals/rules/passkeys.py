"""Decisions that a passkey signs: which need it, and when a signature counts."""

import hashlib

from events.assertions import DecisionAssertion, DecisionStatement
from events.passkeys import PasskeyState
from functions.approvals.rules.approval import REFUSALS, Approval, Verb
from functions.approvals.rules.commands import DecisionBody, GovernorVetoBody
from shared.kit.errors import AssentError
from shared.kit.instants import Instant
from shared.kit.models import Model, part_of
from shared.kit.passkeys import PasskeyRefused, Site
from shared.kit.transitions import Transition


class PasskeyRequired(AssentError):
    code = "passkey_required"
    title = "Only a passkey's signature decides this"
    http_status = 403


class KnownPasskey(Model):
    """What `approvals` knows of a passkey. `sign_count` is the highest count that it has signed
    with, and `signed` the SHA-256 of the signature that had it."""

    passkey_id: str
    principal_id: str
    credential_id: str
    public_key: str
    rp_id: str
    sign_count: int
    removed_at: Instant | None
    signed: str | None = None

    @property
    def held_by(self) -> str:
        """Whose it is, while it signs; empty once it was removed."""
        return self.principal_id if self.removed_at is None else ""


def follow(known: KnownPasskey | None, published: PasskeyState) -> tuple[Transition[KnownPasskey]]:
    """The passkey after one of its events. Events may come late, twice, or in another order: a
    removed one stays removed, and what it has signed stays known."""
    if known is None:
        return (Transition(part_of(KnownPasskey, published)),)
    removed_at = known.removed_at or published.removed_at
    return (Transition(known.but(removed_at=removed_at)),)


def refuse_unsigned(approval: Approval, verb: Verb) -> None:
    """Raises PasskeyRequired for a decision that the policy lets only a passkey take. Whoever may
    decide may always refuse without one: a lost key takes nobody's veto away."""
    if verb in REFUSALS or approval.passkey_for == "nothing":
        return
    if approval.passkey_for == "break_glass" and verb != "break_glass":
        return
    raise PasskeyRequired(
        f"the approval policy takes {verb} with a passkey's signature only: send an assertion "
        "(add a passkey at /passkeys if you have none); refusing needs none"
    )


def check_signed(
    known: KnownPasskey | None,
    principal: str,
    body: DecisionBody | GovernorVetoBody,
    stated: DecisionStatement,
    site: Site,
) -> tuple[DecisionAssertion, KnownPasskey]:
    """What is kept of the signature, and the passkey with its count. Raises PasskeyRefused where
    the key is not the principal's own now, signed anything else or elsewhere, verified nobody, or
    its count went back. The same signature again counts: its first answer may have been lost."""
    signed = body.assertion
    assert signed is not None
    if known is None or known.credential_id != signed.credential_id:
        detail = "no passkey of yours has that credential_id; a new one is known after a moment"
        raise PasskeyRefused("unknown_key", detail)
    if known.principal_id != principal or known.removed_at is not None:
        detail = "no passkey of yours has that credential_id now: sign with another one"
        raise PasskeyRefused("unknown_key", detail)
    if known.rp_id != site.rp_id:
        raise PasskeyRefused("another_origin", f"the passkey was made for {known.rp_id}")
    kept = part_of(
        DecisionAssertion,
        signed,
        passkey_id=known.passkey_id,
        public_key=known.public_key,
        rp_id=known.rp_id,
        statement=stated,
    )
    count = kept.verify(site.origins)
    digest = hashlib.sha256(signed.signature.encode()).hexdigest()
    if digest == known.signed or count == known.sign_count == 0:
        return kept, known
    if count <= known.sign_count:
        detail = (
            f"the passkey says that it has signed {count} times, and it had signed "
            f"{known.sign_count} times before: somebody may have a copy; sign again, or remove it"
        )
        raise PasskeyRefused("counter_back", detail)
    return kept, known.but(sign_count=count, signed=digest)
