"""What follows for an invoice from what Stripe shows of it, and whose it is."""

from datetime import UTC, datetime
from typing import Any

import pytest

from events.invoices import (
    InvoiceDrawnUp,
    InvoiceFinalized,
    InvoicePaid,
    InvoicePaymentFailed,
    InvoiceState,
    InvoiceStatus,
    InvoiceVoided,
)
from functions.billing.rules.customer import claim
from functions.billing.rules.invoice import MOST_LINES, Invoice, adopt, invoice_id_of, read_invoice
from shared.kit.errors import AssentError

AT = datetime(2026, 11, 27, 12, tzinfo=UTC)
SECONDS = int(AT.timestamp())


def shown(status: InvoiceStatus = "draft", **fields: Any) -> Invoice:
    line = {
        "id": "il_1",
        "description": None,
        "amount": 4_900,
        "period": {"start": SECONDS, "end": SECONDS + 60},
    }
    said = {
        "id": "in_1",
        "customer": "cus_1",
        "status": status,
        "currency": "usd",
        "total": 4_900,
        "amount_remaining": 4_900,
        "amount_paid": 0,
        "attempt_count": 0,
        "period_start": SECONDS,
        "period_end": SECONDS + 60,
        "created": SECONDS,
        "lines": {"data": [line] * (MOST_LINES + 1)},
        **fields,
    }
    return read_invoice(said)


@pytest.mark.parametrize(
    ("status", "event"),
    [
        ("draft", InvoiceDrawnUp),
        ("open", InvoiceFinalized),
        ("paid", InvoicePaid),
        ("void", InvoiceVoided),
        ("uncollectible", InvoiceVoided),
    ],
)
def test_each_status_is_told_once(status: InvoiceStatus, event: type[InvoiceState]) -> None:
    (first,) = adopt(None, shown(status), "cus_1")
    assert (first.event, first.state.status, first.state.readings) == (event, status, 1)
    (again,) = adopt(first.state, shown(status), "cus_1")
    assert (again.event, again.state.readings) == (None, 2)


def test_each_payment_that_fails_is_told_once() -> None:
    (final,) = adopt(None, shown("open"), "cus_1")
    (failed,) = adopt(final.state, shown("open", attempt_count=1), "cus_1")
    assert failed.event is InvoicePaymentFailed
    (again,) = adopt(failed.state, shown("open", attempt_count=1), "cus_1")
    assert again.event is None
    (paid,) = adopt(again.state, shown("paid", attempt_count=2), "cus_1")
    assert paid.event is InvoicePaid


def test_a_payment_that_failed_before_the_invoice_was_seen_final_is_told() -> None:
    (drawn,) = adopt(None, shown("draft"), "cus_1")
    for known in (drawn.state, None):
        final, failed = adopt(known, shown("open", attempt_count=1), "cus_1")
        assert (final.event, failed.event) == (InvoiceFinalized, InvoicePaymentFailed)


@pytest.mark.parametrize("customer_id", [None, "cus_2"])
def test_an_invoice_of_another_tenants_customer_is_refused(customer_id: str | None) -> None:
    with pytest.raises(AssentError, match="another customer"):
        adopt(None, shown(), customer_id)


def test_an_invoice_has_the_same_id_at_each_reading_and_lines_up_to_a_limit() -> None:
    read = shown()
    assert read.invoice_id == invoice_id_of("in_1") != invoice_id_of("in_2")
    assert len(read.lines) == MOST_LINES
    assert (read.lines[0].description, read.lines[0].period_start) == ("", AT)


def test_a_customer_is_of_one_tenant() -> None:
    (step,) = claim(None, "cus_1", "ten_1", AT)
    assert (step.state.tenant_id, step.state.claimed_at) == ("ten_1", AT)
    assert claim(step.state, "cus_1", "ten_1", AT) == ()
    with pytest.raises(AssentError, match="another tenant"):
        claim(step.state, "cus_1", "ten_2", AT)
