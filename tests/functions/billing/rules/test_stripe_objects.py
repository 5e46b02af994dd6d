"""Which of Stripe's objects count for a tenant, and what a notice is about."""

from typing import Any

import pytest

from functions.billing.rules.stripe_notices import StripeNotice
from functions.billing.rules.stripe_objects import latest

PRO = "assent:plan:pro:month:4900"


def shown(created: int, status: str = "active", *keys: str | None) -> dict[str, Any]:
    items = [{"price": {"lookup_key": each}} for each in keys or (PRO,)]
    return {"created": created, "status": status, "items": {"data": items}}


def test_of_several_the_newest_that_lives_counts() -> None:
    old, gone = shown(1), shown(3, "canceled")
    assert latest([gone, old]) is old
    assert latest([gone, shown(0, "canceled")]) is gone
    assert latest([]) is None


@pytest.mark.parametrize("status", ["incomplete", "incomplete_expired"])
def test_what_was_never_paid_was_never_bought(status: str) -> None:
    assert latest([shown(2, status)]) is None
    ended = shown(1, "canceled")
    assert latest([shown(2, status), ended]) is ended


@pytest.mark.parametrize(
    "odd",
    [
        shown(2, "canceled", "assent:plan:gone:month:1"),
        shown(2, "canceled", PRO, PRO),
        shown(2, "active", "consulting"),
        shown(2, "active", None),
        shown(2, "incomplete"),
        shown(2, "a status of tomorrow"),
    ],
)
def test_an_odd_subscription_beside_the_tenants_own_is_not_even_read(odd: dict[str, Any]) -> None:
    own = shown(1)
    assert latest([odd, own]) is own


@pytest.mark.parametrize(
    ("type", "id", "invoice_id"),
    [
        ("invoice.paid", "in_1", "in_1"),
        ("invoice.upcoming", None, None),
        ("invoice.deleted", "in_1", None),
        ("customer.subscription.updated", "sub_1", None),
    ],
)
def test_a_notice_may_be_about_what_has_no_id_yet(
    type: str, id: str | None, invoice_id: str | None
) -> None:
    about = {"customer": "cus_1", **({"id": id} if id else {})}
    notice = StripeNotice.model_validate({"id": "evt_1", "type": type, "data": {"object": about}})
    assert notice.invoice_id == invoice_id
