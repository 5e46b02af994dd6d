"""Passkeys as `approvals` knows them, by identity's events, and the check of what they signed."""

from events.assertions import DecisionAssertion
from events.passkeys import PasskeyAdded, PasskeyRemoved, PasskeyState
from functions.approvals.aggregates import PASSKEYS, RUN
from functions.approvals.queries import holds_passkey
from functions.approvals.rules.approval import Approval
from functions.approvals.rules.commands import DecisionBody, GovernorVetoBody
from functions.approvals.rules.passkeys import (
    KnownPasskey,
    PasskeyRequired,
    check_signed,
    follow,
    refuse_unsigned,
)
from functions.approvals.rules.signatures import statement, verb_of
from shared.aggregates.command import Command
from shared.aggregates.unit_of_work import UnitOfWork
from shared.kit.bookkeeping import PLATFORM_TENANT
from shared.kit.callers import Caller
from shared.kit.passkeys import passkey_id_of
from shared.kit.transitions import Transition
from shared.messaging.envelope import Envelope
from shared.runtime.site import site_of_passkeys


async def follow_added(event: Envelope) -> None:
    """Knows a passkey from now on."""
    await _follow(event, event.payload(PasskeyAdded))


async def follow_removed(event: Envelope) -> None:
    """Refuses the passkey's signatures from now on."""
    await _follow(event, event.payload(PasskeyRemoved))


async def _follow(event: Envelope, published: PasskeyState) -> None:
    async def use_case(work: UnitOfWork) -> None:
        known = await work.find(PASSKEYS, published.passkey_id)
        await work.save(*follow(known, published))

    await RUN.reaction(event, use_case)


async def check_passkey(
    caller: Caller,
    approval: Approval,
    body: DecisionBody | GovernorVetoBody,
    *,
    by_self: bool,
) -> DecisionAssertion | None:
    """What is kept of the passkey's signature of a decision that is about to be committed; None for
    one without. Whoever approves their own request (`by_self`) signs it if they can. Raises
    PasskeyRequired, PasskeyRefused, Unavailable.

    A key that counts has its count stored in a commit of its own, before the decision's: passkeys
    lie with the platform. Where the process dies between the two, the same signature is taken
    again."""
    if body.assertion is None:
        refuse_unsigned(approval, verb_of(body))
        if by_self and await holds_passkey(caller.principal):
            raise PasskeyRequired(
                "you decide on your own request, and you have a passkey: send its assertion"
            )
        return None
    id = passkey_id_of(body.assertion.credential_id)
    stated = statement(caller.tenant_id, approval.approval_id, body)
    owner = Caller.acting(caller.principal, PLATFORM_TENANT, caller.received_at)
    kept: list[DecisionAssertion] = []

    async def use_case(work: Command) -> KnownPasskey:
        known = await work.find(PASSKEYS, id)
        assertion, counted = check_signed(known, caller.principal, body, stated, site_of_passkeys())
        kept.append(assertion)
        if counted != known:
            await work.save(Transition(counted))
        return counted

    await RUN.command(owner, use_case, KnownPasskey)
    return kept[-1]
