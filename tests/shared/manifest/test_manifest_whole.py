"""All manifests together: what follows from them, and what contradicts."""

import json
import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from shared.kit.queues import crowd_queues
from shared.manifest import ManifestError, Manifests, load_manifests

ROOT = Path(__file__).parents[3]
ORDERS = """
summary = "Takes orders and remembers them."
[http]
routes = ["/v1/orders/**", "/v1/carts"]
[reactions]
attempts = 7
backoff = ["5s", "60s"]
timeout = "120s"
[access]
secrets = ["orders-signing-key", "bills-public-keys"]
calls = ["bills-and-more"]
"""
BILLS = """
summary = "Writes bills and waits for money."
[http]
routes = ["/v1/bills"]
[access]
secrets = ["bills-public-keys"]
"""
HANDLES = {"events": ["assent.bill.paid.v1"], "timers": ["assent.late_order.due.v1"]}
TOPICS = {
    "assent.bill.paid.v1": ["bills-and-more"],
    "assent.bill.written.v1": ["bills-and-more"],
    "assent.bill.sent.v1": ["bills-and-more"],
    "assent.lookup.missed.v1": ["bills-and-more", "orders"],
}
Checkout = Callable[..., Manifests]


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    def checkout(
        orders: str = ORDERS,
        bills: str = BILLS,
        handles: Mapping[str, list[str]] = HANDLES,
        topics: Mapping[str, list[str]] = TOPICS,
    ) -> Manifests:
        for folder, text, handled in (
            ("functions/orders", orders, handles),
            ("bills_and_more", bills, {"events": [], "timers": []}),
        ):
            (tmp_path / folder).mkdir(parents=True, exist_ok=True)
            (tmp_path / folder / "function.toml").write_text(text)
            (tmp_path / folder / "handles.json").write_text(json.dumps(handled))
        schemas = tmp_path / "events" / "schemas"
        schemas.mkdir(parents=True, exist_ok=True)
        for event_type, named in topics.items():
            schema = {"x-type": event_type, "x-topic": named}
            (schemas / f"{event_type}.json").write_text(json.dumps(schema))
        return load_manifests(tmp_path)

    return checkout


def test_each_side_of_a_function_is_a_deployable(checkout: Checkout, tmp_path: Path) -> None:
    manifests = checkout()
    assert [(each.name, each.target, each.public) for each in manifests.deployables] == [
        ("orders", "api", True),
        ("orders-reactions", "react", False),
        ("bills-and-more", "api", True),
        ("bills-and-more-reactions", "react", False),
    ]
    reactions = manifests.deployable("orders-reactions")
    assert reactions.routes == ()
    assert reactions.sizing.timeout == "120s"
    assert reactions.source == tmp_path / "functions" / "orders" / "main.py"
    assert manifests.deployable("orders").routes == ("/v1/orders/**", "/v1/carts")
    assert manifests.deployable("bills-and-more").source == tmp_path / "bills_and_more" / "main.py"
    with pytest.raises(KeyError):
        manifests.deployable("bills")


def test_each_topic_read_is_one_filtered_subscription(checkout: Checkout) -> None:
    (subscription,) = checkout().subscriptions
    assert re.fullmatch(r"orders-reactions\.bills-and-more\.[0-9a-f]{8}", subscription.name)
    assert (subscription.topic, subscription.path) == ("bills-and-more", "/events/bills-and-more")
    assert str(subscription.filter) == 'hasPrefix(attributes.ce-type,"assent.bill.paid.v")'
    assert subscription.deployable == "orders-reactions"
    assert (subscription.attempts, subscription.backoff) == (7, ("5s", "60s"))


def test_what_is_published_everywhere_is_read_everywhere(checkout: Checkout) -> None:
    handles = {"events": ["assent.lookup.missed.v1"], "timers": []}
    found = checkout(handles=handles).subscriptions
    assert [each.topic for each in found] == ["bills-and-more", "orders"]
    assert found[0].filter.passes("assent.lookup.missed.v1")
    assert not found[0].filter.passes("assent.bill.paid.v1")


def test_another_filter_is_another_subscription(checkout: Checkout) -> None:
    (before,) = checkout().subscriptions
    (same,) = checkout(topics={**TOPICS, "assent.cart.filled.v1": ["orders"]}).subscriptions
    handles = {**HANDLES, "events": ["assent.bill.paid.v1", "assent.bill.sent.v1"]}
    (after,) = checkout(handles=handles).subscriptions
    assert before.name == same.name != after.name


def test_all_timers_of_a_function_are_one_queue_and_those_for_crowds(checkout: Checkout) -> None:
    timers = ["assent.late_order.due.v1", "assent.cart.due.v1"]
    queue, *crowds = checkout(handles={"events": [], "timers": timers}).queues
    assert queue.name == "orders"
    assert tuple(each.name for each in crowds) == crowd_queues("orders")
    for each in (queue, *crowds):
        assert (each.path, each.deployable) == ("/timers/orders", "orders-reactions")
        assert (each.attempts, each.backoff) == (queue.attempts, queue.backoff)
    assert queue.attempts == 7
    assert checkout(handles={"events": [], "timers": []}).queues == ()


def test_crowds_leave_most_places_to_other_timers(checkout: Checkout) -> None:
    timers = ["assent.cart.due.v1"]
    queue, *crowds = checkout(handles={"events": [], "timers": timers}).queues
    sizing = checkout().deployable("orders-reactions").sizing
    # All crowds together, in one instance.
    assert sum(each.at_once for each in crowds) <= sizing.concurrency / 2
    assert sum(each.per_second for each in crowds) < queue.per_second / 4


def test_who_publishes_is_swept_every_two_minutes(checkout: Checkout) -> None:
    (sweep,) = checkout().schedules
    assert (sweep.name, sweep.cron) == ("sweep-due-v1", "*/2 * * * *")
    assert sweep.path == "/schedules/assent.sweep.due.v1"
    assert sorted(sweep.deployables) == ["bills-and-more-reactions", "orders-reactions"]


def test_a_public_side_that_sweeps_has_no_private_one(checkout: Checkout) -> None:
    manifests = checkout(bills=BILLS.replace("[access]", "sweeps = true\n[access]"))
    (sweep,) = manifests.schedules
    assert sweep.deployables == ("orders-reactions",)
    assert "bills-and-more-reactions" not in {each.name for each in manifests.deployables}
    public = manifests.deployable("bills-and-more")
    assert public.manifest.access.firestore == "read-write"
    assert "bills-and-more-log-key" in public.manifest.access.secrets


def test_a_function_is_swept_by_one_of_its_sides(checkout: Checkout) -> None:
    with pytest.raises(ManifestError, match=r"http.sweeps: its private side sweeps already"):
        checkout(orders=ORDERS.replace("[reactions]", "sweeps = true\n[reactions]"))


def test_each_schedule_is_one_job_beside_the_sweep(checkout: Checkout) -> None:
    crons = '{ "assent.month.due.v1" = "0 0 1 * *" }'
    manifests = checkout(orders=ORDERS.replace("attempts", f"schedules = {crons}\nattempts"))
    found = {each.name: (each.cron, len(each.deployables)) for each in manifests.schedules}
    assert found == {"month-due-v1": ("0 0 1 * *", 1), "sweep-due-v1": ("*/2 * * * *", 2)}


def test_a_schedule_runs_at_one_time_in_every_function(checkout: Checkout) -> None:
    crons = '{ "assent.sweep.due.v1" = "*/5 * * * *" }'
    with pytest.raises(ManifestError, match=r"assent.sweep.due.v1 runs \*/2 \* \* \* \* in bills"):
        checkout(orders=ORDERS.replace("attempts", f"schedules = {crons}\nattempts"))


def test_who_publishes_may_write_its_log_unless_its_manifest_says_otherwise(
    checkout: Checkout,
) -> None:
    assert checkout().by_noun["orders"].access.firestore == "read-write"
    narrower = ORDERS.replace("[access]", '[access]\nfirestore = "read"')
    assert checkout(orders=narrower).by_noun["orders"].access.firestore == "read"


def test_who_only_reads_events_may_read_the_log(checkout: Checkout) -> None:
    mail = 'summary = "Sends mail about bills."\n'
    topics = {type: ["bills-and-more"] for type in TOPICS}
    assert checkout(orders=mail, topics=topics).by_noun["orders"].access.firestore == "read"
    timers = {"events": [], "timers": ["assent.mail.due.v1"]}
    found = checkout(orders=mail, topics=topics, handles=timers).by_noun["orders"]
    assert (found.access.firestore, found.reactions is None) == ("none", False)


def test_a_reader_of_events_that_may_not_read_the_log_is_refused(checkout: Checkout) -> None:
    blind = ORDERS.replace("[access]", '[access]\nfirestore = "none"')
    with pytest.raises(ManifestError, match=r"orders/function.toml: access.firestore: .*event log"):
        checkout(orders=blind)


def test_topics_and_secrets_are_each_named_once(checkout: Checkout) -> None:
    manifests = checkout()
    assert manifests.topics == ("bills-and-more", "orders")
    assert manifests.secrets == (
        "bills-and-more-log-key",
        "bills-public-keys",
        "orders-log-key",
        "orders-signing-key",
    )


def test_the_key_of_a_log_is_read_by_the_function_that_publishes_and_named_by_nobody(
    checkout: Checkout,
) -> None:
    by_noun = checkout().by_noun
    readers = [noun for noun, each in by_noun.items() if "orders-log-key" in each.access.secrets]
    assert readers == ["orders"]
    for key in ("bills-and-more-log-key", "orders-log-key"):
        named = ORDERS.replace('"orders-signing-key"', f'"orders-signing-key", "{key}"')
        with pytest.raises(ManifestError, match=rf"orders/function.toml: access.secrets: .*{key}"):
            checkout(orders=named)


@pytest.mark.parametrize(
    "name",
    [
        *("bills-signing-key", "bills-bucket-key", "bills-providers"),
        *("bills-and-more", "bills-and-more-wrapping-key"),
    ],
)
def test_what_lies_in_the_secret_of_another_function_is_refused(
    checkout: Checkout, name: str
) -> None:
    named = ORDERS.replace('"orders-signing-key"', f'"orders-signing-key", "{name}"')
    with pytest.raises(ManifestError, match=rf"orders/function.toml: access.secrets: .*{name}"):
        checkout(orders=named)


@pytest.mark.parametrize("name", ["tenants", "public_keys"])
def test_no_function_has_the_name_of_a_secret_that_others_read(
    checkout: Checkout, tmp_path: Path, name: str
) -> None:
    (tmp_path / "functions" / name).mkdir(parents=True)
    (tmp_path / "functions" / name / "function.toml").write_text(BILLS)
    with pytest.raises(ManifestError, match=r"is the name of a secret that others read"):
        checkout()


def test_an_event_that_nobody_publishes_is_refused(checkout: Checkout) -> None:
    with pytest.raises(ManifestError, match=r"orders/handles.json: events: nobody publishes"):
        checkout(handles={"events": ["assent.bill.lost.v1"], "timers": []})


def test_a_topic_that_nobody_owns_is_refused(checkout: Checkout) -> None:
    with pytest.raises(ManifestError, match=r"bill.paid.v1.json: x-topic: no function publishes"):
        checkout(topics={"assent.bill.paid.v1": ["somewhere"]})


def test_a_route_has_one_owner(checkout: Checkout) -> None:
    with pytest.raises(ManifestError, match=r"http.routes: /v1/bills belongs to orders"):
        checkout(orders=ORDERS.replace("/v1/carts", "/v1/bills"))


def test_a_callee_exists(checkout: Checkout) -> None:
    with pytest.raises(ManifestError, match=r"function.toml: access.calls: nobody has no public"):
        checkout(orders=ORDERS.replace('["bills-and-more"]', '["nobody"]'))


def test_a_callee_has_a_public_side(checkout: Checkout) -> None:
    private = BILLS.replace('[http]\nroutes = ["/v1/bills"]', "")
    with pytest.raises(ManifestError, match=r"access.calls: bills-and-more has no public side"):
        checkout(bills=private)


def test_two_schedules_never_share_a_job(checkout: Checkout) -> None:
    crons = '{ "assent.late_order.due.v1" = "* * * * *", "assent.late.order_due.v1" = "* * * * *" }'
    with pytest.raises(
        ManifestError, match=r"reactions.schedules: assent.late_order.due.v1 is named like"
    ):
        checkout(orders=ORDERS.replace("attempts", f"schedules = {crons}\nattempts"))


@pytest.mark.parametrize(
    ("route", "other"),
    [
        ("/v1/bills/*/paid", "/v1/bills/first/*"),
        ("/v1/bills/*/paid/**", "/v1/bills/first/**"),
        ("/v1/bills/*/paid", "/v1/bills/*/*"),
    ],
)
def test_of_two_routes_that_share_a_path_one_is_more_specific(
    checkout: Checkout, route: str, other: str
) -> None:
    orders = ORDERS.replace("/v1/carts", route)
    bills = BILLS.replace("/v1/bills", other)
    if other.endswith("*/*"):
        assert checkout(orders=orders, bills=bills).routes.find("/v1/bills/x/paid") == "orders"
    else:
        with pytest.raises(ManifestError, match=r"http.routes: .* is no more specific than"):
            checkout(orders=orders, bills=bills)


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
