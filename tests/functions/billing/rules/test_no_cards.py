"""No data of cards reaches us: no body has a field for it, and nothing of it is kept."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from functions.billing.aggregates import RUN
from functions.billing.rules.invoice import read_invoice
from functions.billing.rules.stripe_notices import StripeNotice
from functions.billing.rules.stripe_objects import read_subscription
from shared.kit.personal import parts_of
from shared.manifest import load_manifests

ROOT = Path(__file__).parents[4]
# As Stripe and others call them.
OF_CARDS = re.compile(
    r"card|^pan$|cvc|cvv|last4|fingerprint|exp_(month|year)|iban|account_number|payment_method"
)
AT = int(datetime(2026, 11, 27, tzinfo=UTC).timestamp())
CARD = {"number": "4242424242424242", "last4": "4242", "exp_month": 12, "cvc": "314"}
PERSON = {"customer_email": "ada@acme.example", "customer_name": "Ada Quagga"}
PAID_BY = {"default_payment_method": {"card": CARD}, "card": CARD, **PERSON}


def _bodies() -> Iterator[tuple[str, type[BaseModel]]]:
    for each in load_manifests(ROOT).deployables:
        if each.public:
            package = ".".join(each.folder.relative_to(ROOT).parts)
            for route in import_module(f"{package}.api").ROUTER.routes:
                if route.body is not None:
                    yield f"{each.noun} {route.path}", route.body.model


def _names(model: type[BaseModel], seen: set[type[BaseModel]]) -> Iterator[str]:
    if model in seen:
        return
    seen.add(model)
    for name, field in model.model_fields.items():
        yield name
        yield field.alias or name
        for part in parts_of(field):
            yield from _names(part, seen)


def test_no_body_of_any_function_has_a_field_for_a_card() -> None:
    found = {name: set(_names(model, set())) for name, model in _bodies()}
    assert len(found) > 50
    assert {
        (body, name) for body, names in found.items() for name in names if OF_CARDS.search(name)
    } == set()


@pytest.mark.parametrize("model", list(RUN.by_model), ids=lambda model: model.__name__)
def test_nothing_that_is_kept_has_a_field_for_a_card(model: type[BaseModel]) -> None:
    assert [name for name in _names(model, set()) if OF_CARDS.search(name)] == []


def test_what_stripe_says_of_a_card_is_not_kept() -> None:
    price = {"id": "price_1", "lookup_key": "assent:plan:pro:month:4900"}
    item = {
        "price": {**price, "recurring": {"interval": "month"}},
        "quantity": 2,
        "current_period_start": AT,
        "current_period_end": AT + 86_400,
    }
    subscription: dict[str, Any] = {
        "id": "sub_1",
        "customer": "cus_1",
        "status": "active",
        "items": {"data": [item]},
        "metadata": {"account": "a", "note": "4242424242424242"},
        "cancel_at_period_end": False,
        "created": AT,
        **PAID_BY,
    }
    line = {
        "id": "il_1",
        "description": "2 seats",
        "amount": 9_800,
        "quantity": 2,
        "period": {"start": AT, "end": AT},
        **PAID_BY,
    }
    invoice = {
        "id": "in_1",
        "customer": "cus_1",
        "status": "paid",
        "currency": "usd",
        "total": 9_800,
        "amount_remaining": 0,
        "amount_paid": 9_800,
        "attempt_count": 1,
        "period_start": AT,
        "period_end": AT,
        "created": AT,
        "lines": {"data": [line]},
        **PAID_BY,
    }
    bought = read_subscription(subscription)
    notice = {"id": "evt_1", "type": "invoice.paid", "data": {"object": {**invoice}}}
    for kept in (bought, read_invoice(invoice), StripeNotice.model_validate(notice)):
        text = kept.model_dump_json()
        assert json.loads(text)
        assert [each for each in ("4242", "314", "Quagga", "acme.example") if each in text] == []
