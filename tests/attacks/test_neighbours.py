"""One caller never costs the others: what is large, slow or undecidable is refused or bounded.

More of it: `tests/shared/runtime/test_runtime_auth.py` (bad tokens while the key server is slow),
`tests/shared/messaging/test_messaging_sweep.py` (timers that fail),
`tests/contracts/http/test_every_call.py` (headers beyond ASCII)."""

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from emulators.running import RunningPlatform
from shared.messaging.crowds import MOST_TOGETHER
from shared.runtime import limits
from shared.runtime.limits import OF_CALLER, OF_GOVERNORS, OF_MEMBERS, Limits
from shared.runtime.settings import runtime_settings
from tests.attacks.asking import HOUR, MINUTE, ask, decide, refused, request, somebody, status
from tests.contracts.http.calls import LISTS
from tests.journeys.world import EVERY_READ, World, precedent

pytestmark = pytest.mark.platform

# Two cores that run everything at once; the attack took 17 s, and what is bounded takes 0.2 s.
PROCESSOR_SECONDS = 4.0
EXPIRED = "assent.approval.expired.v1"
LONG_ROLE = "r" * 567_000
LONGEST_NAME = "n" * 128
LONGEST_NOTE = "x" * 4_000
LARGEST = {
    "content": {"action": "reindex", "text": "x" * 255_000},
    "evidence": ["y" * 65_000],
    "summary": "s" * 2_000,
    "rollback_plan": "p" * 10_000,
    "rule": {"kind": "all", "of": [{"principal": f"{n:02}{LONGEST_NAME[2:]}"} for n in range(16)]},
}


def _slow_conditions() -> Iterator[list[dict[str, Any]]]:
    for first, second in (("in", "not_in"), ("in", "in"), ("subset_of", "subset_of")):
        values = [list(range(start, start + 12_000)) for start in (0, 20_000)]
        yield [
            {"field": "content.rows", "op": op, "value": value}
            for op, value in zip((first, second), values, strict=True)
        ]
    nested: list[Any] = []
    for _ in range(11):
        nested = [nested, nested]
    yield [{"field": "content.rows", "op": op, "value": [nested]} for op in ("in", "eq")]


@pytest.mark.parametrize("conditions", list(_slow_conditions()), ids=["in", "both", "sub", "deep"])
def test_no_precedent_keeps_an_instance_busy(
    world: World, conditions: list[dict[str, Any]]
) -> None:
    seed = {**precedent("retail"), "kind": "execution", "conditions": conditions}
    began = time.process_time()
    answer = world.governor.send("POST", "/v1/precedent-seeds", json=seed)
    assert answer.status_code in (201, 413, 422), answer.text
    assert time.process_time() - began < PROCESSOR_SECONDS
    if answer.status_code == 201 and answer.json()["status"] == "approved":
        world.governor.post(f"/v1/precedent-seeds/{answer.json()['seed_id']}/activate")
        began = time.process_time()
        ask(world.author, content={"rows": list(range(8_000))})
        assert time.process_time() - began < PROCESSOR_SECONDS


@pytest.fixture
def spent_slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limits of a deployed function, whose budgets refill too slowly for a test to see it."""
    limited = runtime_settings().model_copy(update={"local_limits": True})
    monkeypatch.setattr(limits, "runtime_settings", lambda: limited)
    slow = (replace(each, per_second=0.001) for each in (OF_CALLER, OF_MEMBERS, OF_GOVERNORS))
    monkeypatch.setattr(limits, "_limits", Limits(*slow))


@pytest.mark.usefixtures("spent_slowly")
def test_who_spends_a_budget_is_told_so_and_nobody_else_is(
    world: World, running: RunningPlatform
) -> None:
    neighbour = World(running.client)
    others = [somebody(world, f"helper-{number}", "author") for number in range(30)]
    answers = [
        world.author.send("POST", "/v1/approvals", json=request(**LARGEST)) for _ in range(15)
    ]
    taken = [each for each in answers if each.status_code == 201]
    # A write of 330 KB costs 4 and 20 more, its answer 1, and one caller has 80.
    assert len(taken) == 3
    told = answers[-1]
    refused(told, 429, "too_many_requests")
    assert int(told.headers["Retry-After"]) > 1
    assert "1 more for each 16 KiB of its body and its answer" in told.json()["detail"]
    # A colleague has what the tenant has left, and no crowd of colleagues has more.
    assert world.governor.send("GET", "/v1/approvals").status_code == 200
    answers = [each.send("POST", "/v1/approvals", json=request(**LARGEST)) for each in others]
    assert sum(each.status_code == 201 for each in answers) < 4
    refused(answers[-1], 429, "too_many_requests")
    assert "the calls of the tenant's callers together" in answers[-1].json()["detail"]
    assert ask(neighbour.author)["status"] == "pending"


def test_a_crowd_of_timers_fires_though_it_has_a_queue_apart(world: World) -> None:
    crowd = [ask(world.author, kind="artifact") for _ in range(MOST_TOGETHER + 10)]
    world.platform.advance(31 * MINUTE + 5)
    told = [each["subject"] for each in world.events() if each["type"] == EXPIRED]
    # Once each, whichever queue it came from.
    assert sorted(told) == sorted(f"approval/{each['id']}" for each in crowd)


def test_a_role_that_fills_a_document_is_refused_wherever_one_is_named(world: World) -> None:
    rule = {"kind": "any", "of": [{"role": LONG_ROLE}]}
    answer = world.author.send("POST", "/v1/approvals", json=request(rule=rule))
    refused(answer, 422, "invalid", "rule.of.0")
    policy = {"entries": [{"kind": "artifact", "rule": rule}], "reason": "Why not?"}
    answer = world.author.send("PUT", "/v1/approvals/policy", json=policy)
    refused(answer, 422, "invalid", "entries.0.rule.of.0")
    assert len(answer.content) < 10_000


@pytest.mark.nightly
def test_the_largest_request_can_be_decided_and_delays_nobodys_timer(
    world: World, running: RunningPlatform
) -> None:
    neighbour = World(running.client)
    largest = [ask(world.author, **LARGEST) for _ in range(3)]
    waits = ask(neighbour.author, kind="artifact")
    assert decide(world.governor, largest[0], "reject", note=LONGEST_NOTE).status_code == 200
    glass = decide(world.governor, largest[1], "break_glass", grounds="legal", note=LONGEST_NOTE)
    assert glass.json()["status"] == "approved", glass.text
    world.platform.advance(31 * MINUTE + 5)
    told = [e["type"] for e in neighbour.events() if e["subject"] == f"approval/{waits['id']}"]
    assert told[-1] == EXPIRED
    world.platform.advance(2 * HOUR)
    assert [status(world, each) for each in largest] == ["rejected", "approved", "expired"]


def test_a_short_decision_about_much_content_moves_little(world: World) -> None:
    card = ask(world.author, content=LARGEST["content"], evidence=LARGEST["evidence"])
    world.settle()
    world.platform.reset_operations()
    body = {"until": card["deadline_at"], "note": "later"}
    assert decide(world.governor, card, "defer", **body).status_code == 200
    world.settle()
    counted = world.platform.operations()["operations"]
    moved = sum(each["count"] for name, each in counted.items() if "pubsub" in name)
    assert 0 < moved <= 20 * 208 + 16_000


def test_no_function_serves_its_description_and_the_platform_does(
    running: RunningPlatform,
) -> None:
    functions = running.client.health()["functions"]
    public = [each for each in functions if not each["name"].endswith("-reactions")]
    assert public
    for each in public:
        for path in ("/openapi.json", "/docs", "/redoc"):
            assert httpx.get(f"{each['url']}{path}").status_code in (401, 404)
    assert running.client.http.get("/openapi.json").json()["paths"]


@pytest.mark.nightly
def test_a_page_reads_two_documents_an_item_in_every_list(world: World) -> None:
    for number in range(4):
        world.governor.post("/v1/precedent-seeds", precedent(f"industry-{number}"))
        card = world.card(world.submit(f"writer-{number}"))
        world.decide("approve", card)
        ask(world.author)
    world.settle()
    reader = world.person("gala", EVERY_READ, ("governor", "tenant_admin"))
    # The list of agents looks once whether the tenant has spent anything.
    for path in LISTS:
        if any(each in path for each in ("{run_id}", "{recall_id}", "{corpus_id}")):
            # They read more than a page of a list: the tests of their functions try them.
            continue
        concrete = path.replace("{approval_id}", card["id"])
        answer = reader.send("GET", concrete, params={"limit": 2})
        assert answer.status_code == 200, answer.text
        cost = dict(pair.split("=") for pair in answer.headers["Assent-Cost"].split(", ") if pair)
        most = 5 if path == "/v1/mobile/agents" else 4
        assert int(cost.get("firestore-reads", "0")) <= most, (path, cost)
