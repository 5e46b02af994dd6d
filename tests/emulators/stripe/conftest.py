"""Accounts at Stripe's stand-in, for the unmodified client. Every answer that a test gets is
checked against what Stripe publishes."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import stripe

from emulators.stripe.account import Account
from emulators.stripe.api import Call, answer
from emulators.stripe.due_times import due_of
from emulators.stripe.rendering import rendered
from emulators.stripe.store import Store
from tests.emulators.stripe.published import problems

# 2026-01-31 12:00 UTC: the longest month is followed by the shortest.
BEGIN = 1_769_860_800
DAY = 86_400
CHECKED: set[tuple[str, str | None]] = set()


class Transport(stripe.HTTPClient):
    """Carries what the client says to an account of this process."""

    name = "in-process"

    def __init__(self, account: Account, *, checked: bool) -> None:
        super().__init__()
        self.account, self.checked = account, checked
        self.wrong: list[str] = []

    def request(self, method: str, url: str, headers: Any, post_data: Any = None, **_: Any) -> Any:
        parts = urlsplit(url)
        said = post_data or parts.query
        made = answer(
            self.account,
            Call(
                method.upper(),
                parts.path,
                said.decode() if isinstance(said, bytes) else said or "",
                headers.get("Authorization", ""),
                headers.get("Idempotency-Key"),
                headers.get("Stripe-Version"),
            ),
        )
        if self.checked:
            self.wrong += problems(json.loads(made.body), f"{method} {parts.path}")
        return made.body, made.status, {"Request-Id": made.request}

    def close(self) -> None:
        """Nothing is open."""


class Shop:
    """One account, its client, a clock that a test moves, and what is commonly sold."""

    def __init__(self, file: Path | str, *, checked: bool = True) -> None:
        self.time = BEGIN
        self.account = Account(Store(file, due_of), lambda: self.time, "http://localhost:1")
        self.transport = Transport(self.account, checked=checked)
        self.client = stripe.StripeClient(
            "sk_test_any", http_client=self.transport, max_network_retries=0
        )
        self.v1 = self.client.v1

    def price(self, amount: int, interval: Any = "month", **more: Any) -> str:
        """A price of a new product."""
        product = self.v1.products.create({"name": f"Plan {amount}"})
        asked: Any = {"product": product.id, "currency": "usd", "unit_amount": amount, **more}
        return self.v1.prices.create(asked | {"recurring": {"interval": interval}}).id

    def customer(self, card: str = "pm_card_visa", **more: Any) -> str:
        """A customer that pays with that card."""
        asked: Any = {"email": "ada@acme.example", **more}
        customer = self.v1.customers.create(asked)
        method = self.v1.payment_methods.attach(card, {"customer": customer.id})
        self.v1.customers.update(
            customer.id, {"invoice_settings": {"default_payment_method": method.id}}
        )
        return customer.id

    def to(self, time: int) -> None:
        """Moves the clock, and lets happen what is due."""
        self.time = time
        self.v1.customers.list({"limit": 1})

    def invoices(self, customer: str) -> list[Any]:
        """All invoices of a customer, the oldest first."""
        found = self.v1.invoices.list({"customer": customer, "limit": 100})
        return [*found.auto_paging_iter()][::-1]

    def subscription(self, name: str) -> Any:
        return self.v1.subscriptions.retrieve(name)

    def close(self) -> None:
        """Checks all answers, and one event of each kind and status of its object."""
        wrong = self.transport.wrong
        for event in self.account.store.all("event") if self.transport.checked else ():
            kind = (event["type"], event["data"]["object"].get("status"))
            if kind not in CHECKED:
                CHECKED.add(kind)
                wrong += problems(rendered(self.account.store, event), "event")
        self.account.store.close()
        assert not wrong, "\n".join(wrong[:20])


@pytest.fixture
def shop() -> Iterator[Shop]:
    opened = Shop(":memory:")
    yield opened
    opened.close()
