"""Time: what is due is done in its order, on the live clock and on test clocks."""

from emulators.stripe import checkout, cycle, form
from emulators.stripe.account import Account, clock_of, copy, new_id
from emulators.stripe.failures import StripeFailure, invalid, missing
from emulators.stripe.form import Form
from emulators.stripe.periods import DAY
from emulators.stripe.store import LIVE, Document

_TURNS = {
    "subscription": cycle.turn,
    "invoice": cycle.turn_invoice,
    "checkout.session": checkout.expire,
}
KIND = "test_helpers.test_clock"


def run(account: Account) -> None:
    """Does what is due on every clock. A step waits until what earlier steps published was sent
    once, and a new invoice up to three times, so that its receiver can still change it,
    also when the clock jumped over the hour in which it was a draft."""
    account.step = None
    while _step(account, LIVE, account.live()):
        account.step = None
    for clock in account.store.all(KIND):
        while clock["status"] == "advancing" and _step(account, clock["id"], _target(clock)):
            pass
        _arrive(account, clock["id"])


def create(account: Account, params: Form) -> Document:
    form.check(params, ("frozen_time", "name"))
    frozen = form.number(params, "frozen_time")
    if frozen is None:
        raise missing("frozen_time")
    return account.save(
        {
            "id": new_id("clock"),
            "object": KIND,
            "created": account.live(),
            "deletes_after": account.live() + 30 * DAY,
            "frozen_time": frozen,
            "livemode": False,
            "name": form.text(params, "name"),
            "status": "ready",
            "status_details": {},
        }
    )


def advance(account: Account, params: Form, identifier: str) -> Document:
    """Lets a test clock run to a later time; read it until its status is `ready` again."""
    form.check(params, ("frozen_time",))
    clock, until = account.get(KIND, identifier), form.number(params, "frozen_time")
    if until is None:
        raise missing("frozen_time")
    if clock["status"] != "ready":
        raise StripeFailure(
            429,
            "Test clock advancement underway - cannot advance.",
            code="test_clock_advancement_in_progress",
        )
    if until <= clock["frozen_time"]:
        raise invalid("Time can only be advanced forward.", "frozen_time")
    before = copy(clock)
    clock |= {
        "status": "advancing",
        "status_details": {"advancing": {"target_frozen_time": until}},
    }
    account.emit("test_helpers.test_clock.advancing", account.save(clock), before)
    return clock


def delete(account: Account, params: Form, identifier: str) -> Document:
    """Deletes the clock with all that lives on it."""
    account.get(KIND, identifier)
    for kind in ("customer", "subscription", "invoice", "invoiceitem"):
        for each in account.store.all(kind):
            if clock_of(each) == identifier:
                account.store.remove(each["id"])
    account.store.remove(identifier)
    return {"id": identifier, "object": KIND, "deleted": True}


def waiting(account: Account) -> dict[str, int]:
    """What is due and not done yet, and what is to be sent; empty when nothing is."""
    now = account.live()
    due = account.store.next_due(LIVE)
    counts = {
        "due": int(due is not None and due[0] <= now),
        "clocks": sum(each["status"] == "advancing" for each in account.store.all(KIND)),
        "deliveries": sum(each.due <= now for each in account.store.owed()),
    }
    return {name: count for name, count in counts.items() if count}


def _step(account: Account, clock: str, until: int) -> bool:
    due = account.store.next_due(clock)
    if due is None or due[0] > until:
        return False
    at, document = due
    if account.store.untried(clock):
        account.step = (account.last or at) if clock == LIVE else None
        return False
    with account.store.transaction():
        if clock == LIVE:
            account.step = account.last = at
        else:
            frozen = account.get(KIND, clock)
            account.save(frozen | {"frozen_time": max(at, frozen["frozen_time"])})
        _TURNS[document["object"]](account, copy(document))
        if account.store.find(document["id"]) == document:
            raise RuntimeError(f"nothing changed about {document['id']}, which was due at {at}")
    return True


def _arrive(account: Account, identifier: str) -> None:
    clock = account.get(KIND, identifier)
    if clock["status"] != "advancing" or account.store.untried(identifier):
        return
    with account.store.transaction():
        before = copy(clock)
        clock |= {"frozen_time": _target(clock), "status": "ready", "status_details": {}}
        account.emit("test_helpers.test_clock.ready", account.save(clock), before)


def _target(clock: Document) -> int:
    return int(clock["status_details"]["advancing"]["target_frozen_time"])
