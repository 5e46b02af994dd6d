"""All manifests together: what follows from them, and what contradicts."""

import json
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from shared.kit.queues import queue_name
from shared.manifest import ManifestError, Manifests, load_manifests

ROOT = Path(__file__).parents[3]
ORDERS = """
summary = "Takes orders and remembers them."
[http]
routes = ["/v1/orders/**", "/v1/carts"]
[reactions]
events = ["assent.bill.paid.v1"]
timers = ["assent.late_order.due.v1"]
schedules = { "assent.sweep.due.v1" = "* * * * *" }
attempts = 7
backoff = ["5s", "60s"]
timeout = "120s"
[publishes]
topic = "orders"
[access]
secrets = ["orders-signing-key", "bills-public-keys"]
calls = ["bills-and-more"]
"""
BILLS = """
summary = "Writes bills and waits for money."
[http]
routes = ["/v1/bills"]
[publishes]
topic = "bills-and-more"
[access]
secrets = ["bills-public-keys"]
"""
Checkout = Callable[..., Manifests]


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    def checkout(
        orders: str = ORDERS, bills: str = BILLS, topic: str = "bills-and-more"
    ) -> Manifests:
        for folder, text in (("functions/orders", orders), ("bills_and_more", bills)):
            (tmp_path / folder).mkdir(parents=True, exist_ok=True)
            (tmp_path / folder / "function.toml").write_text(text)
        schemas = tmp_path / "events" / "schemas"
        schemas.mkdir(parents=True, exist_ok=True)
        schema = {"x-type": "assent.bill.paid.v1", "x-topic": topic}
        (schemas / "assent.bill.paid.v1.json").write_text(json.dumps(schema))
        return load_manifests(tmp_path)

    return checkout


def test_each_side_of_a_function_is_a_deployable(checkout: Checkout, tmp_path: Path) -> None:
    manifests = checkout()
    assert [(each.name, each.target, each.public) for each in manifests.deployables] == [
        ("orders", "api", True),
        ("orders-reactions", "react", False),
        ("bills-and-more", "api", True),
    ]
    reactions = manifests.deployable("orders-reactions")
    assert reactions.routes == ()
    assert reactions.sizing.timeout == "120s"
    assert reactions.source == tmp_path / "functions" / "orders" / "main.py"
    assert manifests.deployable("orders").routes == ("/v1/orders/**", "/v1/carts")
    assert manifests.deployable("bills-and-more").source == tmp_path / "bills_and_more" / "main.py"
    with pytest.raises(KeyError):
        manifests.deployable("bills-and-more-reactions")


def test_each_event_read_is_one_filtered_subscription(checkout: Checkout) -> None:
    (subscription,) = checkout().subscriptions
    assert subscription.name == "orders-reactions.bill-paid-v1"
    assert (subscription.topic, subscription.path) == ("bills-and-more", "/events/bills-and-more")
    assert subscription.filter == 'attributes."ce-type" = "assent.bill.paid.v1"'
    assert subscription.deployable == "orders-reactions"
    assert (subscription.attempts, subscription.backoff) == (7, ("5s", "60s"))


def test_the_filter_of_the_longest_type_fits_pub_subs_256_bytes() -> None:
    assert len(f'attributes."ce-type" = "{"x" * 100}"') <= 256


def test_each_timer_is_one_queue(checkout: Checkout) -> None:
    (queue,) = checkout().queues
    assert queue.name == "orders-late-order-due-v1" == queue_name("orders", queue.timer_type)
    assert queue.path == "/timers/orders-late-order-due-v1"
    assert (queue.deployable, queue.attempts) == ("orders-reactions", 7)


def test_each_schedule_is_one_job(checkout: Checkout) -> None:
    (schedule,) = checkout().schedules
    assert (schedule.name, schedule.cron) == ("orders-sweep-due-v1", "* * * * *")
    assert schedule.path == "/schedules/assent.sweep.due.v1"


def test_topics_and_secrets_are_each_named_once(checkout: Checkout) -> None:
    manifests = checkout()
    assert manifests.topics == ("orders", "bills-and-more")
    assert manifests.secrets == ("bills-public-keys", "orders-signing-key")


def test_an_event_that_nobody_publishes_is_refused(checkout: Checkout) -> None:
    unheard = ORDERS.replace("assent.bill.paid.v1", "assent.bill.lost.v1")
    with pytest.raises(
        ManifestError, match=r"orders/function.toml: reactions.events: nobody publishes"
    ):
        checkout(orders=unheard)


def test_a_topic_that_nobody_owns_is_refused(checkout: Checkout) -> None:
    with pytest.raises(ManifestError, match=r"bill.paid.v1.json: x-topic: no function publishes"):
        checkout(topic="somewhere")


def test_a_topic_has_the_name_of_its_only_publisher(checkout: Checkout) -> None:
    with pytest.raises(ManifestError, match=r"bills_and_more/function.toml: publishes.topic"):
        checkout(bills=BILLS.replace('"bills-and-more"', '"orders"'))


def test_a_route_has_one_owner(checkout: Checkout) -> None:
    with pytest.raises(ManifestError, match=r"http.routes: /v1/bills belongs to orders"):
        checkout(orders=ORDERS.replace("/v1/carts", "/v1/bills"))


def test_a_callee_exists(checkout: Checkout) -> None:
    with pytest.raises(ManifestError, match=r"function.toml: access.calls: nobody has no public"):
        checkout(orders=ORDERS.replace('["bills-and-more"]', '["nobody"]'))


def test_a_callee_has_a_public_side(checkout: Checkout) -> None:
    private = BILLS.replace('[http]\nroutes = ["/v1/bills"]', "[reactions]")
    with pytest.raises(ManifestError, match=r"access.calls: bills-and-more has no public side"):
        checkout(bills=private)


def test_two_timers_never_share_a_queue(checkout: Checkout) -> None:
    alike = ORDERS.replace(
        '["assent.late_order.due.v1"]', '["assent.late_order.due.v1", "assent.late.order_due.v1"]'
    )
    with pytest.raises(ManifestError, match=r"reactions.timers: assent.late.order_due.v1 is named"):
        checkout(orders=alike)


def test_a_lock_that_does_not_exist_is_refused(checkout: Checkout, tmp_path: Path) -> None:
    orders = f'requirements = "models"\n{ORDERS}'
    with pytest.raises(
        ManifestError, match=r"orders/function\.toml: requirements: .*models\.txt does not exist"
    ):
        checkout(orders=orders)
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "models.txt").touch()
    assert checkout(orders=orders).locks == ("models", "runtime")


def test_two_folders_never_share_a_name(checkout: Checkout, tmp_path: Path) -> None:
    (tmp_path / "functions" / "bills-and-more").mkdir(parents=True)
    (tmp_path / "functions" / "bills-and-more" / "function.toml").write_text(BILLS)
    with pytest.raises(ManifestError, match="bills-and-more is also the name of"):
        checkout()


def test_the_manifests_of_this_checkout_load_and_are_all_found() -> None:
    manifests = load_manifests(ROOT)
    assert {"agents", "approvals", "audit", "mobile-api"} <= set(manifests.by_noun)
    assert {each.name for each in manifests.deployables} >= {"approvals", "approvals-reactions"}
    for names in (
        [queue.name for queue in manifests.queues],
        [subscription.name for subscription in manifests.subscriptions],
    ):
        assert len(names) == len(set(names))


def test_every_manifest_says_at_least_what_it_needs() -> None:
    for file in ROOT.glob("functions/*/function.toml"):
        assert tomllib.loads(file.read_text())["summary"].endswith(".")
