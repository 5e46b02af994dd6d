"""Grants credits, writes them on a draft at Stripe once, and takes back what an invoice did not
use, whatever notices of Stripe arrive, how often and in which order."""

import logging
from collections.abc import Container, Iterable, Mapping
from typing import Any, cast

from events.invoices import InvoiceStatus
from functions.billing.aggregates import CREDITS, RUN, SUBSCRIPTIONS
from functions.billing.credit_views import CreditsView
from functions.billing.rules import credits as rules
from functions.billing.rules.credit_settlement import StripeStatus, beyond, settle
from functions.billing.rules.credits import CreditBody, Credits, Part, Spending, no_credits
from functions.billing.rules.draft_lines import draft_line
from functions.billing.rules.invoice import Invoice, is_held
from functions.billing.rules.refusals import StripeMissing, StripeRefused
from functions.billing.service.invoice_calls import (
    items_on,
    retrieve_invoice,
    take_line_off,
    write_line,
)
from shared.aggregates.command import Command
from shared.kit.callers import Caller, check_platform_admin
from shared.kit.errors import NotFound
from shared.kit.ids import new_id
from shared.members.tenants import COLLECTION as TENANTS
from shared.storage.firestore import TenantStore
from shared.storage.idempotency import IdempotencyKey

_MARK = "credit"
_ATTEMPT = "attempt"
_KEEPING: frozenset[InvoiceStatus] = frozenset({"draft", "open", "paid", "uncollectible"})
_FINAL: frozenset[StripeStatus] = frozenset({"open", "paid", "uncollectible"})
_LOGGER = logging.getLogger(__name__)


async def grant_credit(caller: Caller, key: IdempotencyKey, body: CreditBody) -> CreditsView:
    """The tenant's credits with the granted one. Raises Forbidden for all but platform admins,
    Invalid, NotFound for an unknown tenant, VersionConflict for too many credits, Unavailable."""
    check_platform_admin(caller)
    rules.check_expiry(body, caller.received_at)
    if not await _exists(body.tenant_id):
        raise NotFound(f"there is no tenant {body.tenant_id[:40]!r}")
    actor = Caller.acting(caller.principal, body.tenant_id, caller.received_at)

    async def use_case(work: Command) -> CreditsView:
        known = await _known_to(work)
        steps = rules.grant(known, body, new_id(rules.PREFIX, work.at), work.at)
        return CreditsView.of(await work.save_change(known, *steps), work.at)

    return await RUN.command(actor, use_case, CreditsView, key=key.of(actor))


async def show_credits(caller: Caller) -> CreditsView:
    """The caller's credits and spendings, as the API shows them. One read. Raises Unavailable."""
    return CreditsView.of(await known_credits(caller), caller.received_at)


async def known_credits(caller: Caller) -> Credits:
    """The credits of the caller's tenant. One read. Raises Unavailable."""
    return await RUN.find(caller, CREDITS, caller.tenant_id) or no_credits(caller.tenant_id)


async def apply_credits(caller: Caller, invoice: Invoice) -> bool:
    """Writes on the draft what credits pay of it; whether it wrote anything. The reservation is
    committed once, before the lines are written; the next notice writes what a crash left out.
    Raises Unknown, Unavailable."""
    known = await known_credits(caller)
    for each in known.spendings:
        if each.is_settled:
            continue
        # Stripe may send no notice of a draft that was deleted or no longer becomes final.
        if each.stripe_id != invoice.stripe_id:
            await settle_credits(caller, each.stripe_id, None)
        elif each.status == "returned":
            await _take_off(invoice.stripe_id, each.attempt)
    if not known.grants:
        return False
    credits = await RUN.command(caller, _reserve(invoice), Credits)
    spending = credits.spending_on(invoice.stripe_id)
    if spending is None or spending.status != "reserved":
        return False
    return await _write(caller, invoice, credits, spending)


async def settle_credits(caller: Caller, stripe_id: str, seen: InvoiceStatus | None) -> None:
    """Spends the credits that lines of a final invoice took off and returns the rest; returns all
    where the invoice was voided, deleted or is held. Takes the lines off a held draft first, and
    again later, since one may have been on its way. Where the invoice was read with the status
    `seen`, which returns nothing, spent credits stay so without a call. Raises Unknown,
    Unavailable."""
    known = (await known_credits(caller)).spending_on(stripe_id)
    if known is None or (known.status == "returned" and known.is_settled):
        return
    if known.status == "spent" and seen in _KEEPING:
        return

    async def use_case(work: Command) -> Credits:
        before = await _known_to(work)
        if before.spending_on(stripe_id) is None:
            return before
        status = await _status_of(stripe_id)
        # Nothing more can be written on an invoice that is final: all of its lines are read here.
        written = await _written_on(stripe_id) if status in _FINAL else {}
        steps = settle(before, stripe_id, status, written, work.at)
        if cents := beyond(steps, stripe_id, written):
            _LOGGER.error("lines took %s cents more than credits had left: %s", cents, stripe_id)
        return await work.save_change(before, *steps)

    await RUN.command(caller, use_case, Credits)


def _reserve(invoice: Invoice) -> Any:
    async def use_case(work: Command) -> Credits:
        known = await _known_to(work)
        before = known.spending_on(invoice.stripe_id)
        if before is not None and before.status != "returned":
            return known
        try:
            at_stripe = await retrieve_invoice(invoice.stripe_id)
        except StripeMissing:
            return known
        if at_stripe["status"] != "draft" or is_held(at_stripe):
            return known
        steps = rules.reserve(
            known,
            invoice.invoice_id,
            invoice.stripe_id,
            at_stripe["total"],
            invoice.created_at,
            work.at,
        )
        return await work.save_change(known, *steps)

    return use_case


async def _write(caller: Caller, invoice: Invoice, credits: Credits, spending: Spending) -> bool:
    """Writes the lines of the spending's attempt that the draft lacks, and takes off those of
    earlier attempts; whether it wrote anything."""
    items = await items_on(invoice.stripe_id)
    await _delete(items, range(1, spending.attempt))
    there = {each["metadata"][_MARK] for each in items if _attempt_of(each) == spending.attempt}
    missing = [each for each in spending.parts if each.credit_id not in there]
    for part in missing:
        try:
            await write_line(_key(spending, part), _item(invoice, credits, spending, part))
        except StripeRefused as error:
            _LOGGER.warning("credits wait for a later invoice: %s", error)
            await settle_credits(caller, invoice.stripe_id, None)
            break
    if missing:
        now = (await known_credits(caller)).spending_on(invoice.stripe_id)
        if now is None or now.status == "returned" or now.attempt != spending.attempt:
            # The credits were returned while these lines were on their way.
            await _take_off(invoice.stripe_id, spending.attempt)
    return bool(missing)


async def _known_to(work: Command) -> Credits:
    return await work.get_or_initial(CREDITS, work.caller.tenant_id)


async def _exists(tenant_id: str) -> bool:
    """Whether the tenant signed up, or has a subscription document by a token of the operator."""
    places = [(TENANTS, tenant_id), (SUBSCRIPTIONS.collection, tenant_id)]
    return any(each is not None for each in await TenantStore(tenant_id).get_many(places))


async def _status_of(stripe_id: str) -> StripeStatus:
    """The status of the invoice at Stripe, after the lines of credits were taken off a held
    draft."""
    try:
        invoice = await retrieve_invoice(stripe_id)
        if is_held(invoice):
            await _take_off(stripe_id)
            # It may have become final before all lines were off.
            invoice = await retrieve_invoice(stripe_id)
    except StripeMissing:
        return "gone"
    return "held" if is_held(invoice) else cast(InvoiceStatus, invoice["status"])


async def _take_off(stripe_id: str, attempt: int | None = None) -> None:
    """Takes the lines of credits off a draft: those of the attempt, or all."""
    await _delete(await items_on(stripe_id), None if attempt is None else [attempt])


async def _delete(items: Iterable[Mapping[str, Any]], attempts: Container[int] | None) -> None:
    for each in items:
        attempt = _attempt_of(each)
        if attempt and (attempts is None or attempt in attempts):
            await take_line_off(str(each["id"]))


async def _written_on(stripe_id: str) -> dict[str, int]:
    """The cents that lines of each credit take off the invoice, in all attempts."""
    written: dict[str, int] = {}
    for each in await items_on(stripe_id):
        if _attempt_of(each):
            credit_id = each["metadata"][_MARK]
            written[credit_id] = written.get(credit_id, 0) - each["amount"]
    return written


def _attempt_of(item: Mapping[str, Any]) -> int:
    """The attempt that wrote a line of credits, from 1 on; 0 for any other line."""
    metadata = item.get("metadata") or {}
    attempt = metadata.get(_ATTEMPT, "1") if metadata.get(_MARK) else "0"
    return int(attempt) if attempt.isdecimal() else 0


def _key(spending: Spending, part: Part) -> str:
    again = f"-{spending.attempt}" if spending.attempt > 1 else ""
    return f"credit-{spending.stripe_id}-{part.credit_id}{again}"


def _item(invoice: Invoice, credits: Credits, spending: Spending, part: Part) -> dict[str, Any]:
    grant = credits.grant_of(part.credit_id)
    assert grant is not None
    metadata = {_MARK: part.credit_id, _ATTEMPT: str(spending.attempt)}
    return draft_line(invoice, -part.cents, grant.description, metadata)
