"""How subscriptions change as time passes: renewals, ends of trials and pauses, planned ends."""

from collections.abc import Iterable

from emulators.stripe import items, subscription_status
from emulators.stripe.account import Account, copy
from emulators.stripe.amounts import price_of
from emulators.stripe.discounts import in_force, used
from emulators.stripe.drafts import draft, pending
from emulators.stripe.invoices import finalize, forgive, method_of, settle, void
from emulators.stripe.invoices import turn as turn_alone
from emulators.stripe.lines import line
from emulators.stripe.payments import stop
from emulators.stripe.store import Document


def turn(account: Account, subscription: Document) -> None:
    """Does what is due at this instant of the subscription's clock."""
    now = account.now(subscription)
    status, pause = subscription["status"], subscription["pause_collection"]
    if status == "incomplete":
        _expire(account, subscription)
    elif subscription["cancel_at"] is not None and subscription["cancel_at"] <= now:
        end_planned(account, subscription)
    elif pause and pause["resumes_at"] is not None and pause["resumes_at"] <= now:
        subscription_status.change(account, subscription, pause_collection=None)
    elif status == "trialing" and subscription["trial_end"] <= now:
        end_trial(account, subscription)
    elif status == "trialing" and not subscription["_warned"]:
        subscription["_warned"] = True
        account.emit("customer.subscription.trial_will_end", account.save(subscription))
    else:
        renew(account, subscription)


def bill(
    account: Account,
    subscription: Document,
    which: Iterable[Document],
    *,
    reason: str,
    period: tuple[int, int] | None = None,
    free: bool = False,
    extra: Iterable[Document] = (),
) -> Document:
    """A draft for the current periods of those items."""
    customer = account.get("customer", subscription["customer"])
    subscription["discounts"] = in_force(account, subscription)
    lines = {
        item["id"]: items.full_line(subscription, item, name_of(account, item), free=free)
        for item in which
    }
    invoice = draft(
        account,
        customer,
        reason=reason,
        currency=subscription["currency"],
        lines=[*lines.values(), *extra],
        subscription=subscription,
        period=period,
        overrides={"default_payment_method": None},
    )
    made = {each["id"]: each for each in invoice["lines"]["data"]}
    for item in subscription["items"]["data"]:
        if item["id"] in lines:
            items.billed(item, made[lines[item["id"]]["id"]])
    subscription["discounts"] = used(account, subscription, invoice)
    subscription["latest_invoice"] = invoice["id"]
    account.save(subscription)
    return invoice


def renew(account: Account, subscription: Document) -> None:
    """Begins the next period of each item whose period is over, and bills it."""
    now, before = account.now(subscription), copy(subscription)
    ended = [each for each in subscription["items"]["data"] if each["current_period_end"] <= now]
    period = (min(each["current_period_start"] for each in ended), now)
    for item in ended:
        items.begin(item, subscription["billing_cycle_anchor"], now)
    invoice = bill(account, subscription, ended, reason="subscription_cycle", period=period)
    account.emit("customer.subscription.updated", subscription, before)
    hold(account, subscription, invoice)


def hold(account: Account, subscription: Document, invoice: Document) -> bool:
    """Does with a new draft what a pause of collection says; whether there is such a pause. An
    unpaid subscription's drafts wait, too."""
    pause = subscription["pause_collection"]
    if pause is None:
        if subscription["status"] != "unpaid":
            return False
        account.save(invoice | {"auto_advance": False, "automatically_finalizes_at": None})
        return True
    _pause(account, invoice, pause["behavior"])
    return True


def turn_invoice(account: Account, invoice: Document) -> None:
    """What happens to an invoice by itself, at its time. The setting says what becomes of a draft
    that a pause met."""
    subscription = subscription_status.subscription_of(account, invoice)
    choice = account.store.setting(subscription_status.MET_BY_PAUSE, subscription_status.COLLECTS)
    is_met = subscription is not None and subscription["pause_collection"] is not None
    if invoice["status"] != "draft" or not is_met or choice == subscription_status.COLLECTS:
        turn_alone(account, invoice)
        return
    before = copy(invoice)
    _pause(account, invoice, choice)
    if invoice["status"] == "draft":
        account.emit("invoice.updated", invoice, before)


def _pause(account: Account, invoice: Document, behaviour: str) -> None:
    if behaviour == "keep_as_draft":
        invoice |= {"auto_advance": False, "automatically_finalizes_at": None}
        account.save(invoice)
        return
    finalize(account, invoice)
    if invoice["status"] == "open":
        if behaviour == "void":
            void(account, invoice)
        else:
            forgive(account, invoice, "subscription_paused")


def end_trial(account: Account, subscription: Document) -> None:
    """Begins to bill; without a payment method does what the trial's settings say."""
    now, before = account.now(subscription), copy(subscription)
    subscription |= {"trial_end": min(subscription["trial_end"], now), "_warned": True}
    behaviour = (subscription["trial_settings"] or {}).get("end_behavior", {})
    missing = behaviour.get("missing_payment_method", "create_invoice")
    probe = {
        "parent": {"subscription_details": {"subscription": subscription["id"]}},
        "customer": subscription["customer"],
        "default_payment_method": None,
    }
    if missing != "create_invoice" and method_of(account, probe) is None:
        if missing == "cancel":
            subscription_status.end(account, account.save(subscription), "cancellation_requested")
            return
        subscription["status"] = "paused"
        account.emit("customer.subscription.updated", account.save(subscription), before)
        account.emit("customer.subscription.paused", subscription)
        return
    restart(account, subscription, now, status="active")
    invoice = bill(
        account,
        subscription,
        subscription["items"]["data"],
        reason="subscription_cycle",
        period=(subscription["trial_start"], now),
    )
    account.emit("customer.subscription.updated", subscription, before)
    hold(account, subscription, invoice)


def restart(account: Account, subscription: Document, now: int, *, status: str) -> None:
    """Lets all periods begin now."""
    subscription |= {"status": status, "billing_cycle_anchor": now}
    for item in subscription["items"]["data"]:
        items.begin(item, now, now)
    account.save(subscription)


def end_planned(account: Account, subscription: Document) -> None:
    """Ends it at the planned time, with a last invoice for the items that wait for one."""
    currency, customer = subscription["currency"], subscription["customer"]
    if pending(account, customer, currency, subscription["id"]):
        invoice = bill(account, subscription, (), reason="subscription_cycle")
        settle(account, invoice)
        subscription = account.get("subscription", subscription["id"])
    if subscription["status"] not in subscription_status.OVER:
        subscription_status.end(account, subscription, "cancellation_requested")


def name_of(account: Account, item: Document) -> str:
    """The name of an item's product."""
    product = account.get("product", item["price"]["product"])
    return str(product["name"])


def added_line(account: Account, subscription: Document, params: Document) -> Document:
    """The line of a one-time price on the next invoice."""
    price, quantity = account.get("price", params["price"], "price"), params["quantity"]
    now = account.now(subscription)
    product = account.get("product", price["product"])
    return line(
        amount=price_of(price, quantity),
        currency=subscription["currency"],
        period=(now, now),
        description=product["name"],
        quantity=quantity,
        price=price,
        parent=None,
        subscription=subscription["id"],
    )


def _expire(account: Account, subscription: Document) -> None:
    before = copy(subscription)
    invoice = account.get("invoice", subscription["latest_invoice"])
    subscription["status"] = "incomplete_expired"
    subscription["ended_at"] = account.now(subscription)
    account.emit("customer.subscription.updated", account.save(subscription), before)
    if invoice["status"] == "open":
        stop(account, invoice, "failed_invoice")
        void(account, invoice)
