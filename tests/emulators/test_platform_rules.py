"""The platform's rules as values: what is owed, what is due, what is billed, who may call whom."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from emulators.activity import Activity
from emulators.faults import Fault, Faults
from emulators.functions.environment import Services, of_all, of_deployable
from emulators.gateway.messages import Answer, Call, as_the_front_end_sends, passed_on
from emulators.iam import invokers, push_account
from emulators.operations import Operations, billed_bytes, billed_ms, parse_cost
from emulators.provisioning import secret_values
from emulators.pubsub.ledger import Ledger, Message
from emulators.scheduler import Run
from emulators.time_travel import next_step
from shared.kit.signing import load_public_keys, load_signing_key, sign, verify
from shared.manifest import Manifests, RouteTable, Schedule, load_manifests
from tests.emulators.checkouts import CHECKOUT

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
WRITTEN = {"ce-type": "assent.note.written.v1"}
SUBSCRIPTION = "notes-reactions.notes.a3cdc46e"


@pytest.fixture(scope="module")
def manifests() -> Manifests:
    return load_manifests(CHECKOUT)


@pytest.fixture
def services() -> Services:
    urls = {"notes": "http://notes", "notes-reactions": "http://reactions"}
    return Services(
        firestore="f",
        pubsub="p",
        cloud_tasks="t",
        secret_manager="s",
        issuer="http://issuer",
        keys="http://issuer/jwks.json",
        clock=Path("/clock"),
        postgres_dsn="postgresql://x",
        buckets=None,
        urls=urls,
    )


# What is owed


def _message(topic: str, attributes: dict[str, str]) -> Message:
    return Message("1", topic, b"{}", attributes, "2026-11-20T12:00:00.000Z")


def test_a_message_is_owed_until_it_is_settled(manifests: Manifests) -> None:
    ledger = Ledger(manifests.subscriptions)
    [owed] = ledger.published(_message("notes", WRITTEN))
    assert owed.subscription == SUBSCRIPTION
    assert ledger.owed() == 1
    ledger.settled(SUBSCRIPTION, "1")
    assert ledger.owed() == 0


@pytest.mark.parametrize(
    ("topic", "attributes"),
    [("other", WRITTEN), ("notes", {}), ("notes", {"ce-type": "assent.scrap.thrown.v1"})],
)
def test_a_message_nobody_subscribes_to_is_owed_to_nobody(
    manifests: Manifests, topic: str, attributes: dict[str, str]
) -> None:
    ledger = Ledger(manifests.subscriptions)
    assert ledger.published(_message(topic, attributes)) == []
    assert ledger.owed() == 0


# What is due


def _run(minutes: int) -> Run:
    return Run(NOON + timedelta(minutes=minutes), Schedule("assent.s.due.v1", "* * * * *", ("d",)))


@pytest.mark.parametrize(
    ("task_minutes", "run_minutes", "expected_minutes"),
    [(None, [], None), (5, [], 5), (5, [3, 9], 3), (2, [3], 2), (61, [], None), (61, [60], 60)],
)
def test_the_next_step_is_the_first_moment_until_the_end(
    task_minutes: int | None, run_minutes: list[int], expected_minutes: int | None
) -> None:
    task = None if task_minutes is None else NOON + timedelta(minutes=task_minutes)
    expected = None if expected_minutes is None else NOON + timedelta(minutes=expected_minutes)
    runs = [_run(minutes) for minutes in run_minutes]
    assert next_step(task, runs, NOON + timedelta(hours=1)) == expected


# What is billed


@pytest.mark.parametrize(
    ("seconds", "billed"), [(0, 100), (0.0001, 100), (0.1, 100), (0.1001, 200), (1.0, 1000)]
)
def test_instance_time_is_billed_by_started_tenths(seconds: float, billed: int) -> None:
    assert billed_ms(seconds) == billed


def test_a_small_message_is_billed_as_a_thousand_bytes() -> None:
    assert (billed_bytes(1), billed_bytes(1000), billed_bytes(1001)) == (1000, 1000, 1001)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", {}),
        ("firestore-reads=2, cloud-tasks=1", {"firestore-reads": 2, "cloud-tasks": 1}),
        ("a=1,b=x, =3, c, d=-1,e=2", {"a": 1, "e": 2}),
    ],
)
def test_a_functions_cost_is_read_as_far_as_it_is_numbers(
    header: str, expected: dict[str, int]
) -> None:
    assert parse_cost(header) == expected


def test_operations_add_up_and_can_be_reset() -> None:
    operations = Operations()
    answer = Answer(200, (("Assent-Cost", "firestore-reads=2"),), b"")
    operations.count_answer("notes", answer, 0.01)
    operations.count_answer("notes", answer, 0.11)
    counted = operations.by_function()["notes"]
    assert counted == {"firestore-reads": 4, "instance-milliseconds": 300, "requests": 2}
    operations.reset()
    assert operations.by_function() == {}


# Who may call whom


def test_a_private_function_may_be_invoked_by_what_its_manifest_implies(
    manifests: Manifests,
) -> None:
    allowed = invokers(manifests, manifests.deployable("notes-reactions"))
    assert allowed == {push_account("notes-reactions")}


def test_a_function_without_triggers_may_be_invoked_by_nobody(manifests: Manifests) -> None:
    assert invokers(manifests, manifests.deployable("notes")) == frozenset()


# What travels on


def test_hop_by_hop_headers_and_those_named_by_connection_stay_behind() -> None:
    headers = (("Connection", "close, X-Hop"), ("X-Hop", "1"), ("TE", "x"), ("X-Kept", "1"))
    assert passed_on(headers) == (("X-Kept", "1"),)


def test_a_client_cannot_claim_what_the_front_end_says() -> None:
    claimed = (("X-Forwarded-For", "evil"), ("X-Serverless-Authorization", "x"), ("A", "b"))
    carried = as_the_front_end_sends(Call("GET", "/", claimed, b""), "127.0.0.1")
    assert ("A", "b") in carried.headers
    assert carried.header("x-forwarded-for") == "127.0.0.1"
    assert carried.header("x-serverless-authorization") is None


def test_the_most_specific_route_wins(manifests: Manifests) -> None:
    routes = RouteTable(manifests.deployables)
    assert routes.find("/v1/notes") == routes.find("/v1/notes/a/b") == "notes"
    assert routes.find("/v1/exact") == "notes"
    assert routes.find("/v1/exact/") is routes.find("/v1") is routes.find("/v1/notesX") is None


# What a function is given


def test_a_function_is_given_its_own_environment_and_nothing_of_its_neighbours(
    manifests: Manifests, services: Services
) -> None:
    env = of_deployable(manifests.deployable("notes-reactions"), services)
    assert env["FUNCTION_TARGET"] == "react"
    assert env["K_SERVICE"] == "notes-reactions"
    assert env["ASSENT_SERVICE_ACCOUNT"] == push_account("notes-reactions")
    assert env["ASSENT_REACTIONS_URL"] == "http://reactions"
    assert "ASSENT_POSTGRES_DSN" not in env
    assert "ASSENT_URL_NOTES" not in env
    assert of_all(manifests, services)["ASSENT_URL_NOTES"] == "http://notes"


def test_a_platform_limits_callers_only_if_it_was_told_to(
    manifests: Manifests, services: Services
) -> None:
    notes = manifests.deployable("notes")
    assert of_deployable(notes, services)["ASSENT_LOCAL_LIMITS"] == "false"
    limited = replace(services, limits=True)
    assert of_deployable(notes, limited)["ASSENT_LOCAL_LIMITS"] == "true"
    assert "ASSENT_LOCAL_TIER" not in of_deployable(notes, limited)
    in_tier = replace(limited, tier="pro")
    assert of_deployable(notes, in_tier)["ASSENT_LOCAL_TIER"] == "pro"


def test_each_signing_key_comes_with_the_public_keys_that_verify_it() -> None:
    values = secret_values(("notes-public-keys", "notes-signing-key", "webhook"))
    key = load_signing_key(values["notes-signing-key"].decode())
    keys = load_public_keys(values["notes-public-keys"].decode())
    assert verify(sign({"a": 1}, key), keys) == {"a": 1}
    assert len(values["webhook"]) >= 32
    assert "d" not in json.loads(values["notes-public-keys"])["keys"][0]


def test_public_keys_without_their_signing_key_are_refused() -> None:
    with pytest.raises(ValueError, match="other-public-keys"):
        secret_values(("other-public-keys",))


# Faults and what is in flight


def test_armed_faults_are_taken_once_and_in_order() -> None:
    faults = Faults()
    faults.arm("pubsub", Fault("delay"), 2)
    faults.arm("pubsub", Fault("duplicate"), 1)
    taken = [faults.take("pubsub") for _ in range(4)]
    assert [fault and fault.kind for fault in taken] == ["delay", "delay", "duplicate", None]
    assert faults.take("elsewhere") is None


def test_activity_ends_also_when_the_work_fails() -> None:
    activity = Activity()

    def work() -> None:
        with activity.one("requests"):
            raise KeyError(activity.in_flight()["requests"])

    with pytest.raises(KeyError, match="1"):
        work()
    assert activity.in_flight() == {}
