"""Stripe's stand-in as a server: what it sends, and the pages that people click through."""

import http.server
import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx2
import pytest
import stripe

from emulators.stripe.running import running_stripe
from tests.emulators.stripe.conftest import BEGIN, DAY
from tests.emulators.stripe.published import problems

HOUR = 3_600
PATIENCE_SECONDS = 20


class Endpoint:
    """Takes events and checks them with Stripe's client; `refuses` says how often it answers 500
    first."""

    def __init__(self) -> None:
        self.secret, self.refuses = "", 0
        self.taken: list[Any] = []
        self.wrong: list[str] = []
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _handler(self) -> type[http.server.BaseHTTPRequestHandler]:
        endpoint = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(endpoint.take(body, self.headers["Stripe-Signature"]))
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Says nothing."""

        return Handler

    def take(self, body: bytes, signature: str) -> int:
        try:
            event = stripe.Webhook.construct_event(body, signature, self.secret)
        except stripe.SignatureVerificationError as error:
            self.wrong.append(str(error))
            return 400
        if self.refuses:
            self.refuses -= 1
            return 500
        self.wrong += problems(json.loads(body), "event")
        self.taken.append(event)
        return 200


class Served:
    """A served account whose clock a test moves, with an endpoint that takes all events."""

    def __init__(self, url: str, endpoint: Endpoint) -> None:
        self.url, self.endpoint = url, endpoint
        self.v1 = stripe.StripeClient("sk_test_any", base_addresses={"api": url}).v1
        made = self.v1.webhook_endpoints.create({"url": endpoint.url, "enabled_events": ["*"]})
        endpoint.secret = made.secret or ""

    def price(self, amount: int) -> str:
        product = self.v1.products.create({"name": f"Plan {amount}"}).id
        return self.v1.prices.create(
            {
                "product": product,
                "currency": "usd",
                "unit_amount": amount,
                "recurring": {"interval": "month"},
            }
        ).id

    def settle(self) -> None:
        """Waits until nothing is due and everything was sent."""
        until = time.monotonic() + PATIENCE_SECONDS
        while found := httpx2.get(f"{self.url}/_/waiting").json():
            assert time.monotonic() < until, found
            time.sleep(0.05)


class Clock:
    """The live clock of a test."""

    time = BEGIN

    def __call__(self) -> int:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def served(tmp_path: Path, clock: Clock) -> Iterator[Served]:
    endpoint = Endpoint()
    with running_stripe(tmp_path / "stripe.db", live=clock, repeats=0.5) as url:
        yield Served(url, endpoint)
    endpoint.close()
    assert endpoint.wrong == []


class _Form(HTMLParser):
    """The fields of the forms of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: list[dict[str, str | None]] = []
        self.labelled = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("input", "select", "button"):
            self.fields.append({"tag": tag, **dict(attrs)})

    def values(self, name: str) -> list[str | None]:
        return [each.get("value") for each in self.fields if each.get("name") == name]


def test_events_come_at_least_once_in_no_order_and_signed(served: Served) -> None:
    for each in range(20):
        served.v1.products.create({"name": f"Plan {each}"})
    served.settle()
    names = [each.id for each in served.endpoint.taken]
    kept = [each.id for each in served.v1.events.list({"limit": 100}).data][::-1]
    assert {*names} == {*kept}
    assert max(Counter(names).values()) > 1
    assert [*dict.fromkeys(names)] != kept


def test_a_refused_event_comes_again_and_after_three_days_no_more(
    served: Served, clock: Clock
) -> None:
    served.endpoint.refuses = 1
    served.v1.products.create({"name": "Pro"})
    served.settle()
    assert served.endpoint.taken == []
    clock.time += 2
    served.settle()
    assert [each.type for each in served.endpoint.taken][:1] == ["product.created"]
    served.endpoint.refuses = 10_000
    served.v1.products.create({"name": "Team"})
    served.settle()
    clock.time += 3 * DAY
    served.settle()
    assert served.v1.events.list({"limit": 1}).data[0].pending_webhooks == 0


def test_an_invoice_waits_for_those_who_are_told_of_it_also_where_the_clock_jumps(
    served: Served, clock: Clock
) -> None:
    customer = served.v1.customers.create({"email": "ada@acme.example"}).id
    method = served.v1.payment_methods.attach("pm_card_visa", {"customer": customer}).id
    made = served.v1.subscriptions.create(
        {
            "customer": customer,
            "items": [{"price": served.price(4900)}],
            "default_payment_method": method,
        }
    )
    served.settle()
    served.endpoint.refuses = 2
    clock.time += 40 * DAY
    served.v1.customers.retrieve(customer)
    draft = served.v1.invoices.list({"customer": customer}).data[0]
    assert (draft.status, draft.webhooks_delivered_at) == ("draft", None)
    served.v1.invoice_items.create(
        {"customer": customer, "invoice": draft.id, "amount": 100, "currency": "usd"}
    )
    until = time.monotonic() + PATIENCE_SECONDS
    while served.v1.invoices.retrieve(draft.id).status == "draft":
        assert time.monotonic() < until
        clock.time += 60
        time.sleep(0.05)
    served.settle()
    paid = served.v1.invoices.retrieve(draft.id)
    assert (paid.status, paid.amount_paid, made.status) == ("paid", 5000, "active")


def test_a_person_subscribes_with_a_card_that_is_declined_first(served: Served) -> None:
    served.v1.coupons.create({"id": "fifth", "percent_off": 20})
    served.v1.promotion_codes.create(
        {"code": "FRIEND", "promotion": {"type": "coupon", "coupon": "fifth"}}
    )
    session = served.v1.checkout.sessions.create(
        {
            "mode": "subscription",
            "line_items": [{"price": served.price(4900), "quantity": 2}],
            "success_url": "http://localhost/done?session={CHECKOUT_SESSION_ID}",
            "cancel_url": "http://localhost/back",
            "allow_promotion_codes": True,
            "client_reference_id": "acme",
            "subscription_data": {"metadata": {"tenant": "acme"}},
        }
    )
    url = session.url or ""
    page = httpx2.get(url)
    form = _Form(page.text)
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert "98.00 USD" in page.text
    assert not {"number", "cvc", "cardnumber"} & {each.get("name") for each in form.fields}
    said = {"email": "ada@acme.example", "card": "pm_card_chargeDeclined"}
    declined = httpx2.post(url, data=said)
    assert (declined.status_code, "Your card was declined." in declined.text) == (402, True)
    assert served.v1.customers.list().data == []
    wrong = httpx2.post(url, data=said | {"card": "pm_card_visa", "promotion_code": "NOPE"})
    assert (wrong.status_code, "code is invalid" in wrong.text) == (400, True)
    asks = said | {"card": "pm_card_authenticationRequired", "promotion_code": "friend"}
    assert "Your bank asks" in httpx2.post(url, data=asks).text
    assert httpx2.post(url, data=asks | {"confirmed": "no"}).status_code == 402
    done = httpx2.post(url, data=asks | {"confirmed": "yes"})
    assert done.headers["location"] == f"http://localhost/done?session={session.id}"
    after: Any = served.v1.checkout.sessions.retrieve(
        session.id, {"expand": ["subscription", "line_items", "invoice"]}
    )
    assert (after.status, after.payment_status, after.amount_total) == ("complete", "paid", 7840)
    assert after.subscription.metadata.to_dict() == {"tenant": "acme"}
    assert problems(json.loads(str(after))) == []
    assert httpx2.get(url).status_code == 404
    assert httpx2.post(url, data=asks).status_code == 404
    served.settle()
    assert "checkout.session.completed" in {each.type for each in served.endpoint.taken}


def test_a_customer_changes_plan_card_and_end_in_the_portal(served: Served) -> None:
    pro, team = served.price(4900), served.price(19_900)
    product = served.v1.prices.retrieve(team).product
    customer = served.v1.customers.create({"email": "ada@acme.example"}).id
    method = served.v1.payment_methods.attach("pm_card_visa", {"customer": customer}).id
    made = served.v1.subscriptions.create(
        {"customer": customer, "items": [{"price": pro}], "default_payment_method": method}
    )
    offered: Any = {
        "enabled": True,
        "default_allowed_updates": ["price", "quantity"],
        "products": [{"product": product, "prices": [team]}],
        "proration_behavior": "always_invoice",
    }
    configuration = served.v1.billing_portal.configurations.create(
        {
            "features": {
                "subscription_update": offered,
                "subscription_cancel": {"enabled": True},
                "payment_method_update": {"enabled": True},
                "invoice_history": {"enabled": True},
            }
        }
    )
    session = served.v1.billing_portal.sessions.create(
        {"customer": customer, "return_url": "http://localhost/", "configuration": configuration.id}
    )
    assert problems(json.loads(str(session))) == problems(json.loads(str(configuration))) == []
    url = session.url
    form = _Form(httpx2.get(url).text)
    assert form.values("action") == ["change", "cancel", "card"]
    change = {"action": "change", "subscription": made.id, "price": team, "quantity": "2"}
    assert "Your plan is changed." in httpx2.post(url, data=change).text
    now = served.v1.subscriptions.retrieve(made.id)
    assert (now["items"].data[0].price.id, now["items"].data[0].quantity) == (team, 2)
    assert httpx2.post(url, data=change | {"price": pro}).status_code == 400
    end = {"action": "cancel", "subscription": made.id}
    assert "ends with its period" in httpx2.post(url, data=end).text
    assert served.v1.subscriptions.retrieve(made.id).cancel_at_period_end
    httpx2.post(url, data=end | {"action": "keep"})
    assert not served.v1.subscriptions.retrieve(made.id).cancel_at_period_end
    httpx2.post(url, data={"action": "card", "card": "pm_card_mastercard"})
    newest: Any = served.v1.subscriptions.retrieve(made.id, {"expand": ["default_payment_method"]})
    assert newest.default_payment_method.card.last4 == "4444"
    other = served.v1.customers.create({}).id
    eve = served.v1.billing_portal.sessions.create({"customer": other}).url
    assert httpx2.post(eve, data=end).status_code == 400


def test_an_open_invoice_is_paid_on_its_page(served: Served) -> None:
    customer = served.v1.customers.create({"email": "ada@acme.example"}).id
    made = served.v1.subscriptions.create(
        {
            "customer": customer,
            "items": [{"price": served.price(4900)}],
            "payment_behavior": "default_incomplete",
        }
    )
    invoice: Any = made.latest_invoice
    url = served.v1.invoices.retrieve(invoice).hosted_invoice_url or ""
    assert "49.00 USD" in httpx2.get(url).text
    failed = httpx2.post(url, data={"card": "pm_card_chargeCustomerFail"})
    assert (failed.status_code, "declined" in failed.text) == (402, True)
    assert httpx2.post(url, data={"card": "pm_card_visa"}).status_code == 200
    assert served.v1.subscriptions.retrieve(made.id).status == "active"


def test_no_page_of_another_name_is_answered(served: Served) -> None:
    answered = httpx2.get(f"{served.url}/_/waiting", headers={"Host": "evil.example"})
    assert answered.status_code == 421


def test_settings_are_refused_where_they_make_no_sense(served: Served) -> None:
    url = f"{served.url}/_/settings"
    assert httpx2.post(url, json={"retry_days": [1], "after_retries": "unpaid"}).status_code == 200
    assert httpx2.post(url, json={"retry_days": [0]}).status_code == 400
    assert httpx2.post(url, json={"after_retries": "nothing"}).status_code == 400
    assert httpx2.post(url, json={"met_by_pause": "void"}).status_code == 200
    assert httpx2.post(url, json={"met_by_pause": "nothing"}).status_code == 400
    assert httpx2.post(url, json=[]).status_code == 400
    assert httpx2.post(f"{served.url}/_/endpoint", content=b"no").status_code == 400
