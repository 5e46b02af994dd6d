"""Sends a delivery that is due: takes it, in a commit of its own, sends it, and notes what came of
it. A process that dies in between leaves a delivery of which nobody knows whether it was sent: it
is sent once more, and no more."""

import logging
import secrets
from datetime import datetime
from typing import NamedTuple

from events.approvals import ApprovalState
from functions.notifications.aggregates import DELIVERIES, RECIPIENTS, RUN
from functions.notifications.means.mail import mail_to
from functions.notifications.means.push import push
from functions.notifications.means.slack import post_to_slack
from functions.notifications.means.webhook import call_webhook
from functions.notifications.rules import delivery as rules
from functions.notifications.rules import recipient as recipients
from functions.notifications.rules.delivery import Delivery, Ended, Steps
from functions.notifications.rules.message import deadline_of, is_moot, message_of
from functions.notifications.rules.notice import Notice, concerns
from functions.notifications.rules.quiet import last_call_at
from functions.notifications.rules.recipient import Recipient
from shared.aggregates.command import Command
from shared.aggregates.unit_of_work import UnitOfWork
from shared.approvals.reading import APPROVALS
from shared.kit import clock
from shared.kit.callers import Caller
from shared.kit.errors import Unavailable
from shared.kit.models import Data
from shared.kit.sealing import ERASED, SealBroken
from shared.members.reading import read_members
from shared.messaging.envelope import Envelope
from shared.storage.firestore import TenantStore
from shared.storage.states import read_state
from shared.storage.subject_keys import opened

_log = logging.getLogger(__name__)


class Taken(Data):
    """The delivery that this process sends; None where it has nothing to send."""

    delivery: Delivery | None


async def send_due(event: Envelope) -> None:
    """Sends the delivery of a timer that is due, at most once for all copies of the timer, and
    notes what became of it. Nothing is sent in a tenant that is not open. Raises Unavailable."""
    is_due: list[str] = []

    async def note(work: UnitOfWork, delivery: Delivery) -> None:
        is_due[:] = [delivery.delivery_id]

    await RUN.timed(DELIVERIES, note)(event)
    if is_due:
        await send(event.tenantid, is_due[0], event.received_at)


async def send(tenant_id: str, delivery_id: str, at: datetime) -> None:
    """As `send_due`, for a delivery by its id."""
    claim = secrets.token_hex(8)
    caller = Caller.acting("service:notifications", tenant_id, at)

    async def take(work: Command) -> Taken:
        found = await work.find(DELIVERIES, delivery_id)
        if found is None:
            return Taken(delivery=None)
        work.is_about(DELIVERIES, delivery_id)
        taken = await work.save_change(found, *rules.begin(found, claim, work.at))
        return Taken(delivery=taken if taken.claim == claim else None)

    delivery = (await RUN.command(caller, take, Taken)).delivery
    if delivery is None:
        return
    outcome = await _outcome(TenantStore(tenant_id), delivery, at)
    # A message took its time: the pause before the next try begins now.
    ended_at = max(at, clock.now())
    noting = Caller.acting("service:notifications", tenant_id, ended_at)
    await _save(noting, delivery_id, claim, outcome)


class Moved(NamedTuple):
    """The deadline of what it is about has moved: its last call comes later."""

    until: datetime


async def _outcome(store: TenantStore, delivery: Delivery, at: datetime) -> Ended | Moved | None:
    """What became of the try; None where nobody needs to be told any more. What cannot be read now
    is tried again later; nothing was sent."""
    try:
        approval = await _approval(store, delivery)
        recipient = await _recipient(store, delivery.principal)
        if not await _still_concerns(store, delivery, at):
            return None
        if approval is not None:
            until = deadline_of(approval)
            if is_moot(delivery.kind, approval, at) or until is None:
                return None
            if delivery.kind == "last_call" and until != delivery.useful_until:
                return Moved(until)
        return await _sent(store, delivery, recipient, approval, at)
    except (Unavailable, SealBroken) as error:
        _log.warning("%s was not sent: %s", delivery.delivery_id, error)
        return Ended("not_sent", "what it needs cannot be read now")


async def _sent(
    store: TenantStore,
    delivery: Delivery,
    recipient: Recipient,
    approval: ApprovalState | None,
    at: datetime,
) -> Ended:
    message = message_of(delivery, approval, recipient.quiet_hours)
    if delivery.means == "push":
        return await push(store, delivery, message, at)
    channel = recipient.channel(delivery.channel_id or "")
    if channel is None or not channel.is_told:
        return Ended("gone", "the channel was removed")
    address = await opened(store.tenant_id, channel.address)
    if address == ERASED:
        return Ended("gone", "its owner was erased")
    match channel.means:
        case "slack":
            return await post_to_slack(address, message, at)
        case "webhook":
            secret = await opened(store.tenant_id, channel.secret)
            return await call_webhook(address, secret, store.tenant_id, delivery, message, at)
        case "mail":
            return await mail_to(address, message, at)


async def _save(
    caller: Caller, delivery_id: str, claim: str, outcome: Ended | Moved | None
) -> None:
    """Notes what became of it, and forgets a place that is gone. Raises Unavailable."""

    async def note(work: Command) -> Taken:
        delivery = await work.find(DELIVERIES, delivery_id)
        assert delivery is not None
        work.is_about(DELIVERIES, delivery_id)
        steps = _after(delivery, claim, outcome, work.at)
        await work.save(*steps)
        if steps and isinstance(outcome, Ended) and outcome.outcome == "gone":
            known = await work.find(RECIPIENTS, delivery.principal)
            if known is not None:
                await work.save(*_without(known, delivery, work.at))
        return Taken(delivery=None)

    await RUN.command(caller, note, Taken)


def _after(delivery: Delivery, claim: str, outcome: Ended | Moved | None, at: datetime) -> Steps:
    """What follows for the delivery as it then is."""
    if isinstance(outcome, Ended):
        return rules.end(delivery, claim, outcome, at)
    called = last_call_at(outcome.until, at) if outcome is not None else None
    if outcome is None or called is None:
        return rules.stand_down(delivery, claim)
    return rules.put_off(delivery, claim, called, outcome.until)


def _without(recipient: Recipient, delivery: Delivery, at: datetime) -> recipients.Steps:
    if delivery.device_id is not None:
        return recipients.unpushed(recipient, delivery.device_id)
    return recipients.end(recipient, delivery.channel_id or "", at)


async def _approval(store: TenantStore, delivery: Delivery) -> ApprovalState | None:
    """The approval that the delivery is about, as it is now."""
    if delivery.approval_id is None:
        return None
    return await read_state(store, APPROVALS, ApprovalState, delivery.approval_id)


async def _recipient(store: TenantStore, principal: str) -> Recipient:
    document = await store.get(RECIPIENTS.collection, principal)
    return recipients.unknown(principal) if document is None else RECIPIENTS.state_in(document.data)


async def _still_concerns(store: TenantStore, delivery: Delivery, at: datetime) -> bool:
    """Whether the recipient may still see what it is about: they may have left meanwhile."""
    members = await read_members(store, [delivery.principal])
    notice = Notice(
        delivery.event_id,
        delivery.kind,
        delivery.subject,
        delivery.roles,
        delivery.principals,
        workspace_id=delivery.workspace_id,
    )
    return concerns(notice, delivery.principal, members[delivery.principal], at)
