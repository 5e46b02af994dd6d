"""Changes of a subscription: of its items with proration by the second, of its trial, of when it
ends, and whether its invoices are collected."""

from emulators.stripe import form, items, subscription_status, subscriptions
from emulators.stripe.account import Account, copy
from emulators.stripe.customers import own_method
from emulators.stripe.cycle import added_line, bill, end_trial, hold, restart
from emulators.stripe.discounts import coupons_of, given
from emulators.stripe.failures import absent, invalid
from emulators.stripe.form import Form
from emulators.stripe.invoices import collect, finalize
from emulators.stripe.store import Document
from emulators.stripe.subscription_shape import trial_settings

_OF_CANCELED = {"metadata", "cancellation_details"}
UPDATE = (
    *("items", "metadata", "default_payment_method", "proration_behavior", "proration_date"),
    *("cancel_at_period_end", "cancel_at", "cancellation_details", "discounts", "trial_end"),
    *("billing_cycle_anchor", "pause_collection", "collection_method", "days_until_due"),
    *("payment_behavior", "description", "trial_settings", "automatic_tax", "add_invoice_items"),
    *("payment_settings", "off_session"),
)


def update(account: Account, params: Form, identifier: str) -> Document:
    """Changes what the call names and nothing else. The proration goes to the next invoice; with
    `always_invoice`, and where periods begin anew, to an invoice that is made at once."""
    form.check(params, UPDATE)
    subscription = account.get("subscription", identifier)
    if subscription["status"] in subscription_status.OVER and not params.keys() <= _OF_CANCELED:
        raise invalid(
            "A canceled subscription can only update its cancellation_details and metadata."
        )
    before = copy(subscription)
    _apply_fields(account, subscription, params)
    extra = [added_line(account, subscription, each) for each in subscriptions.added(params)]
    invoice = _change(account, subscription, params, extra)
    _plan_end(account, subscription, params)
    account.save(subscription)
    if subscription != before:
        account.emit("customer.subscription.updated", subscription, before)
    if collection_paused(before) != collection_paused(subscription):
        kind = "paused" if collection_paused(subscription) else "resumed"
        account.emit(f"customer.subscription.{kind}", subscription)
    if invoice is not None:
        _settle(account, subscription, invoice, params)
    return account.get("subscription", identifier)


def collection_paused(subscription: Document) -> bool:
    """Whether the collection of its invoices is paused."""
    return subscription["pause_collection"] is not None


def _change(
    account: Account, subscription: Document, params: Form, extra: list[Document]
) -> Document | None:
    """Changes items and trial; returns the invoice that this makes at once, if it makes one."""
    now = account.now(subscription)
    behaviour = form.choice(
        params, "proration_behavior", subscriptions.PRORATIONS, subscriptions.PRORATIONS[0]
    )
    at = form.number(params, "proration_date", now)
    trial = form.text(params, "trial_end")
    if subscription["status"] == "trialing" or trial is not None:
        _apply(account, subscription, params)
        return _change_trial(account, subscription, trial, behaviour, now)
    again = form.choice(params, "billing_cycle_anchor", ("now", "unchanged"), "unchanged") == "now"
    old = copy(subscription)["items"]["data"]
    new = copy(subscription)
    _apply(account, new, params)
    again |= _other_interval(old, new["items"]["data"])
    changed = _changed(old, new["items"]["data"])
    if changed:
        _check_date(subscription, at)
    for item in old if behaviour != "none" else ():
        if again or item["id"] in changed:
            subscriptions.give_back(account, subscription, item, at)
    subscription["items"] = new["items"]
    if again:
        restart(account, subscription, now, status=subscription["status"])
        data = subscription["items"]["data"]
        return bill(account, subscription, data, reason="subscription_update", extra=extra)
    for item in subscription["items"]["data"]:
        if item["id"] in changed:
            _charge_rest(account, subscription, item, at, free=behaviour == "none")
    account.save(subscription)
    if behaviour == "always_invoice" and (changed or extra):
        return bill(account, subscription, (), reason="subscription_update", extra=extra)
    return None


def _charge_rest(
    account: Account, subscription: Document, item: Document, at: int, *, free: bool
) -> None:
    """Asks for the rest of the period of an item that was changed or added."""
    if item["_new"]:
        items.begin(item, subscription["billing_cycle_anchor"], at)
    if free:
        return
    amount = items.remaining(item, coupons_of(account, subscription), at)
    item["_billed"] = {"amount": amount, "start": at, "end": item["current_period_end"]}
    if amount:
        product = account.get("product", item["price"]["product"])
        made = items.prorated(subscription, item, amount, at, product["name"])
        account.emit("invoiceitem.created", account.save(made))


def _apply(account: Account, subscription: Document, params: Form) -> None:
    """Makes the items what the call says, without periods and money."""
    data = subscription["items"]["data"]
    for each in form.rows(params, "items"):
        form.check(each, ("id", "price", "quantity", "deleted", "metadata", "clear_usage"), "items")
        name, quantity = form.text(each, "id"), form.number(each, "quantity")
        if name is None:
            price = subscriptions.own_price(account, each)
            item = subscriptions.add_item(
                account, subscription, price, quantity, form.metadata(each)
            )
            _place(subscription, item, account.now(subscription))
            continue
        matching = [item for item in data if item["id"] == name]
        if not matching:
            raise absent("subscription_item", name, "items[0][id]")
        if form.truth(each, "deleted"):
            data.remove(matching[0])
            continue
        _change_item(account, matching[0], each, quantity)
    if not data:
        raise invalid(
            "A subscription must have at least one active plan. In order to cancel a"
            " subscription, please use the Cancel Subscription API endpoint.",
            "items",
        )


def _place(subscription: Document, item: Document, now: int) -> None:
    if subscription["status"] == "trialing":
        start, end = now, subscription["trial_end"]
        item |= {"current_period_start": start, "current_period_end": end}
        item |= {"_billed": {"amount": 0, "start": start, "end": end}, "_whole": [start, end]}
        return
    items.begin(item, subscription["billing_cycle_anchor"], now)
    item["_new"] = True


def _change_item(account: Account, item: Document, params: Form, quantity: int | None) -> None:
    if form.text(params, "price") is not None:
        price = subscriptions.own_price(account, params)
        if price["recurring"] is None:
            raise invalid("The price of an item recurs.", "items[0][price]")
        item |= {"price": price, "plan": items.plan(price)}
        if items.metered(price):
            item.pop("quantity", None)
        else:
            item["quantity"] = item.get("quantity", 1)
    if quantity is not None:
        if items.metered(item["price"]):
            raise invalid("You may not set `quantity` with a metered price.", "items[0][quantity]")
        item["quantity"] = quantity
    item["metadata"] = form.metadata(params, item["metadata"])


def _change_trial(
    account: Account, subscription: Document, trial_end: str | None, behaviour: str, now: int
) -> Document | None:
    if trial_end is None:
        return None
    if trial_end == "now":
        if subscription["status"] != "trialing":
            return None
        subscription["trial_end"] = now
        end_trial(account, subscription)
        if subscription["status"] != "active":
            return None
        return account.get("invoice", subscription["latest_invoice"])
    until = form.number({"trial_end": trial_end}, "trial_end", least=now + 1)
    if subscription["status"] != "trialing":
        for item in subscription["items"]["data"] if behaviour != "none" else ():
            subscriptions.give_back(account, subscription, item, now)
        subscription |= {"trial_start": now, "status": "trialing"}
    subscription |= {"trial_end": until, "billing_cycle_anchor": until, "_warned": False}
    for item in subscription["items"]["data"]:
        item |= {"current_period_end": until, "_whole": [item["current_period_start"], until]}
        item["_billed"] = {"amount": 0, "start": now, "end": until}
    account.save(subscription)
    return None


def _apply_fields(account: Account, subscription: Document, params: Form) -> None:
    """The parts that cost nothing."""
    subscription["metadata"] = form.metadata(params, subscription["metadata"])
    customer = account.get("customer", subscription["customer"])
    if "default_payment_method" in params:
        subscription["default_payment_method"] = own_method(
            account, params, "default_payment_method", customer["id"]
        )
    if "description" in params:
        subscription["description"] = form.text(params, "description")
    if "trial_settings" in params:
        subscription["trial_settings"] = trial_settings(params)
    if "discounts" in params:
        subscription["discounts"] = given(
            account, form.rows(params, "discounts"), customer, subscription["id"]
        )
    if "collection_method" in params:
        subscription["collection_method"] = form.choice(
            params, "collection_method", ("charge_automatically", "send_invoice")
        )
    subscription["days_until_due"] = form.number(
        params, "days_until_due", subscription["days_until_due"]
    )
    tax = form.part(params, "automatic_tax")
    if tax:
        enabled = form.truth(tax, "enabled")
        subscription["automatic_tax"] = {
            "disabled_reason": None,
            "enabled": enabled,
            "liability": {"account": None, "type": "self"} if enabled else None,
        }
    if "pause_collection" in params:
        pause = form.part(params, "pause_collection")
        form.check(pause, ("behavior", "resumes_at"), "pause_collection")
        subscription["pause_collection"] = (
            pause
            and {
                "behavior": form.choice(
                    pause, "behavior", subscription_status.PAUSES, subscription_status.PAUSES[0]
                ),
                "resumes_at": form.number(pause, "resumes_at"),
            }
        ) or None
    account.save(subscription)


def _plan_end(account: Account, subscription: Document, params: Form) -> None:
    now = account.now(subscription)
    if "cancel_at" in params:
        if form.truth(params, "cancel_at_period_end"):
            raise invalid("Pass only one of cancel_at and cancel_at_period_end.", "cancel_at")
        until = form.number(params, "cancel_at", least=now)
        subscription |= {"cancel_at": until, "cancel_at_period_end": False}
        subscription["canceled_at"] = None if until is None else now
    elif "cancel_at_period_end" in params:
        ends = form.truth(params, "cancel_at_period_end")
        subscription["cancel_at_period_end"] = ends
        subscription["cancel_at"] = subscriptions.last_end(subscription) if ends else None
        subscription["canceled_at"] = now if ends else None
    elif subscription["cancel_at_period_end"]:
        subscription["cancel_at"] = subscriptions.last_end(subscription)
    planned = subscription["cancel_at"] is not None
    details = subscription["cancellation_details"] | subscriptions.cancellation(params)
    details["reason"] = "cancellation_requested" if planned else details["reason"]
    if not planned and subscription["status"] not in subscription_status.OVER:
        details["reason"] = None
    subscription["cancellation_details"] = details


def _settle(account: Account, subscription: Document, invoice: Document, params: Form) -> None:
    """Finalizes the invoice of a change and tries to take what is due."""
    behaviour = form.choice(
        params, "payment_behavior", subscriptions.BEHAVIOURS, subscriptions.BEHAVIOURS[0]
    )
    if invoice["status"] != "draft" or hold(account, subscription, invoice):
        return
    finalize(account, invoice)
    if invoice["collection_method"] == "send_invoice" or behaviour == "default_incomplete":
        return
    made = collect(account, invoice)
    if behaviour == "error_if_incomplete":
        subscriptions.check_paid(made)


def _changed(old: list[Document], new: list[Document]) -> set[str]:
    """The items that cost something else now."""
    before = {each["id"]: (each["price"]["id"], each.get("quantity")) for each in old}
    after = {each["id"]: (each["price"]["id"], each.get("quantity")) for each in new}
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


def _other_interval(old: list[Document], new: list[Document]) -> bool:
    """Whether an item changed to a price of another interval: periods then begin anew."""
    before = {each["id"]: each["price"]["recurring"] for each in old}
    return any(
        each["id"] in before
        and any(
            before[each["id"]][name] != each["price"]["recurring"][name]
            for name in ("interval", "interval_count")
        )
        for each in new
    )


def _check_date(subscription: Document, at: int) -> None:
    for item in subscription["items"]["data"]:
        if not item["current_period_start"] <= at <= item["current_period_end"]:
            raise invalid(
                "Cannot specify proration date outside of current subscription period.",
                "proration_date",
            )
