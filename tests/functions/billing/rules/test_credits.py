"""What credits pay of an invoice, and what comes back."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import BaseModel

from events.credits import CreditApplied
from functions.billing.rules import credits as rules
from functions.billing.rules.credit_settlement import LATEST_LINE, StripeStatus, beyond, settle
from functions.billing.rules.credits import (
    MOST_GRANTS,
    MOST_SPENDINGS,
    CreditBody,
    Credits,
    Spending,
    Steps,
    no_credits,
)
from shared.kit.errors import VersionConflict

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def granted(*days: int) -> Credits:
    """Credits of 500 each, `crd_0` and so on, that expire after so many days."""
    known = no_credits("ten_1")
    for number, each in enumerate(days):
        body = CreditBody(
            tenant_id="ten_1",
            amount_cents=500,
            reason="Outage",
            expires_at=AT + timedelta(days=each),
        )
        known = after(known, rules.grant(known, body, f"crd_{number}", AT))
    return known


def after(known: Credits, steps: Steps) -> Credits:
    return steps[-1].state if steps else known


def reserved(known: Credits, due: int, stripe_id: str = "in_1", at: datetime = AT) -> Credits:
    return after(known, rules.reserve(known, "ivc_1", stripe_id, due, at, at))


def parts(spending: Spending | None) -> dict[str, int]:
    assert spending is not None
    return {each.credit_id: each.cents for each in spending.parts}


def test_the_first_to_expire_pays_first_and_what_expired_pays_nothing() -> None:
    known = granted(30, 10, 20, 1)
    drawn = reserved(known, 700, at=AT + timedelta(days=2))
    assert parts(drawn.spending_on("in_1")) == {"crd_1": 500, "crd_2": 200}
    assert [each.left_cents for each in drawn.grants] == [500, 0, 300, 500]
    assert rules.reserve(drawn, "ivc_1", "in_1", 700, AT, AT) == ()
    assert rules.reserve(known, "ivc_1", "in_1", 0, AT, AT) == ()


@pytest.mark.parametrize(
    ("status", "written", "becomes", "left"),
    [
        ("draft", {"crd_0": 500}, "reserved", 300),
        ("open", {"crd_0": 500, "crd_1": 200}, "spent", 300),
        ("paid", {"crd_0": 500}, "spent", 500),
        ("paid", {"crd_0": 400, "crd_1": 400}, "spent", 200),
        ("paid", {"crd_0": 400, "crd_1": 900}, "spent", 100),
        ("uncollectible", {"crd_0": 500, "crd_1": 200}, "spent", 300),
        ("paid", {}, "returned", 1_000),
        ("void", {"crd_0": 500, "crd_1": 200}, "returned", 1_000),
        ("gone", {}, "returned", 1_000),
        ("held", {}, "returned", 1_000),
    ],
)
def test_what_an_invoice_took_is_spent_and_the_rest_comes_back(
    status: StripeStatus, written: dict[str, int], becomes: str, left: int
) -> None:
    known = reserved(granted(10, 20), 700)
    settled = after(known, settle(known, "in_1", status, written, AT))
    spending = settled.spending_on("in_1")
    assert spending is not None
    assert (spending.status, settled.balance(AT)) == (becomes, left)
    if status != "held":
        assert settle(settled, "in_1", "paid" if status != "draft" else status, {}, AT) == ()


def test_what_came_back_is_reserved_again_by_another_attempt() -> None:
    known = reserved(granted(10), 300)
    back = after(known, settle(known, "in_1", "gone", {}, AT))
    again = reserved(back, 400)
    assert [(each.attempt, each.cents) for each in again.spendings] == [(2, 400)]
    assert again.balance(AT) == 100


def moved(steps: Steps) -> tuple[type[BaseModel] | None, int]:
    """What happened to the balance, and by how many cents."""
    (step,) = steps
    return step.event, step.fields["cents"]


def test_a_line_that_came_late_is_found_until_none_can_come() -> None:
    known = reserved(granted(10, 20), 700)
    held = after(known, settle(known, "in_1", "held", {}, AT))
    spending = held.spending_on("in_1")
    assert spending is not None
    assert (spending.is_settled, spending.watched_until) == (False, AT + LATEST_LINE)
    # Within an hour nothing is new; after it nobody looks again.
    soon, later = AT + LATEST_LINE / 2, AT + LATEST_LINE
    assert settle(held, "in_1", "held", {}, soon) == ()
    over = after(held, settle(held, "in_1", "held", {}, later))
    assert over.spending_on("in_1") == spending.but(watched_until=None)
    assert settle(over, "in_1", "paid", {"crd_0": 500}, later) == ()
    gone: tuple[StripeStatus, ...] = ("gone", "void")
    for each in gone:
        (step,) = settle(held, "in_1", each, {}, soon)
        assert (step.event, step.state.balance(AT)) == (None, 1_000)


def test_what_a_late_line_took_is_spent_once_the_draft_is_final_after_all() -> None:
    known = reserved(granted(10, 20), 700)
    held = after(known, settle(known, "in_1", "held", {}, AT))
    steps = settle(held, "in_1", "paid", {"crd_0": 500}, AT)
    assert moved(steps) == (CreditApplied, 500)
    paid = after(held, steps)
    assert parts(paid.spending_on("in_1")) == {"crd_0": 500}
    assert [each.left_cents for each in paid.grants] == [0, 500]
    assert settle(paid, "in_1", "paid", {"crd_0": 500}, AT) == ()
    # Meanwhile another invoice took all of it but a part.
    other = reserved(held, 900, "in_2")
    steps = settle(other, "in_1", "paid", {"crd_0": 500, "crd_1": 200}, AT)
    assert moved(steps) == (CreditApplied, 100)
    assert beyond(steps, "in_1", {"crd_0": 500, "crd_1": 200}) == 600
    assert after(other, steps).balance(AT) == 0
    none = settle(held, "in_1", "paid", {}, AT)
    assert after(held, none).spending_on("in_1") == held.spendings[0].but(watched_until=None)
    assert beyond(none, "in_1", {}) == 0


def test_a_used_credit_is_kept_until_it_expires() -> None:
    known = reserved(granted(*[10] * MOST_GRANTS), 500)
    known = after(known, settle(known, "in_1", "paid", {"crd_0": 500}, AT))
    body = CreditBody(
        tenant_id="ten_1", amount_cents=1, reason="More", expires_at=AT + timedelta(days=99)
    )
    with pytest.raises(VersionConflict, match="have not expired"):
        rules.grant(known, body, "crd_more", AT)
    (step,) = settle(known, "in_1", "void", {}, AT)
    assert step.fields["cents"] == 500
    assert step.state.balance(AT) == 500 * MOST_GRANTS
    later = AT + timedelta(days=10)
    dropped = after(known, rules.grant(known, body, "crd_more", later))
    assert dropped.grant_of("crd_0") is None
    # Nothing of it comes back, and nobody is told that it did.
    (step,) = settle(dropped, "in_1", "void", {}, later)
    assert step.event is None


def test_what_is_still_to_be_settled_is_never_cut() -> None:
    known = reserved(granted(10), 100, "in_held")
    for number in range(MOST_SPENDINGS):
        known = reserved(known, 1, f"in_{number}")
        known = after(known, settle(known, f"in_{number}", "void", {}, AT))
    assert len(known.spendings) == MOST_SPENDINGS
    assert known.spending_on("in_held") is not None
    assert known.spending_on("in_0") is None


def test_what_a_late_line_may_still_reach_is_never_cut() -> None:
    known = reserved(granted(10), 100, "in_held")
    known = after(known, settle(known, "in_held", "held", {}, AT))
    for number in range(MOST_SPENDINGS):
        known = reserved(known, 1, f"in_{number}")
        known = after(known, settle(known, f"in_{number}", "void", {}, AT))
    assert known.spending_on("in_held") is not None
