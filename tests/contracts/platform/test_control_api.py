"""The control API as docs/contracts.md has it, call by call, on real processes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from emulators.options import Options
from emulators.running import RunningPlatform, running_platform
from shared.kit.instants import parse_instant
from tests.emulators.checkouts import copy_checkout

pytestmark = [pytest.mark.platform, pytest.mark.xdist_group("contracts-platform")]

CONTRACTS = Path(__file__).parents[3] / "docs" / "contracts.md"


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPlatform]:
    checkout = copy_checkout(tmp_path_factory.mktemp("contracts") / "checkout")
    with running_platform(Options(root=checkout.root)) as running:
        yield running


@pytest.fixture
def http(platform: RunningPlatform) -> httpx.Client:
    return platform.client.http


def _json(answer: httpx.Response, status: int = 200) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["cache-control"] == "private, no-store"
    content: dict[str, Any] = answer.json()
    return content


def test_health_says_whether_every_emulator_answers_and_lists_functions(http: httpx.Client) -> None:
    health = _json(http.get("/_platform/health"))
    assert set(health["emulators"].values()) == {"ok"}
    assert {function["state"] for function in health["functions"]} <= {"cold", "starting", "warm"}
    assert [function["name"] for function in health["functions"]] == ["notes", "notes-reactions"]


def test_token_answers_with_an_access_token(http: httpx.Client) -> None:
    asked = {"principal": "g", "tenant": "t", "scopes": ["a:b"], "roles": ["r"], "expires_in": 60}
    answer = _json(http.post("/_platform/token", json=asked))
    assert answer["access_token"].count(".") == 2


def test_clock_tells_the_time_and_advance_moves_it(http: httpx.Client) -> None:
    before = _json(http.get("/_platform/clock"))
    after = _json(http.post("/_platform/clock/advance", json={"seconds": 3600}))
    moved = parse_instant(after["now"]) - parse_instant(before["now"])
    assert 3600 <= moved.total_seconds() < 3700


def test_idle_answers_when_nothing_is_in_flight(http: httpx.Client) -> None:
    assert _json(http.get("/_platform/idle", params={"timeout": 30})) == {"idle": True}


def test_events_are_items(http: httpx.Client) -> None:
    assert _json(http.get("/_platform/events")) == {"items": []}
    asked = {"type": "assent.note.written.v1", "subject": "note/1", "tenant": "t1"}
    assert _json(http.get("/_platform/events", params=asked)) == {"items": []}


def test_operations_are_counted_by_kind_and_function_with_their_price_and_deleted(
    http: httpx.Client,
) -> None:
    assert http.get("/v1/notes").status_code == 200
    counted = _json(http.get("/_platform/operations"))
    assert counted["operations"]["requests"]["count"] >= 1
    assert counted["functions"]["notes"]["operations"]["requests"] >= 1
    total = sum(operation["usd"] for operation in counted["operations"].values())
    assert counted["usd"] == pytest.approx(total)
    assert counted["published"] == {}
    assert http.delete("/_platform/operations").status_code == 204
    assert _json(http.get("/_platform/operations"))["operations"] == {}


@pytest.mark.parametrize(
    ("target", "kind"),
    [
        ("pubsub", "duplicate"),
        ("pubsub", "drop_once"),
        ("pubsub", "delay"),
        ("pubsub", "unavailable"),
        ("firestore", "unavailable"),
        ("firestore", "delay"),
        ("tasks", "duplicate"),
        ("tasks", "drop_once"),
        ("tasks", "delay"),
        ("tasks", "unavailable"),
        ("function:notes", "kill"),
        ("function:notes-reactions", "unavailable"),
        ("function:notes", "delay"),
    ],
)
def test_every_fault_of_the_contract_can_be_armed(
    http: httpx.Client, target: str, kind: str
) -> None:
    asked = {"target": target, "kind": kind, "count": 1}
    assert _json(http.post("/_platform/faults", json=asked), 201)["armed"]["kind"] == kind
    assert http.delete("/_platform/faults").status_code == 204


@pytest.mark.parametrize("name", ["notes", "notes-reactions"])
def test_kill_ends_the_processes_of_a_noun(http: httpx.Client, name: str) -> None:
    http.get("/v1/notes")
    killed = _json(http.post(f"/_platform/functions/{name}/kill"))["killed"]
    assert ("notes" in killed) is (name == "notes")
    states = {
        found["name"]: found["state"] for found in http.get("/_platform/health").json()["functions"]
    }
    assert states["notes-reactions"] == "cold"


def test_every_call_of_the_page_is_answered(http: httpx.Client) -> None:
    section = CONTRACTS.read_text().partition("local platform's control API")[2]
    calls = [
        line.split("`")[1]
        for line in section.splitlines()
        if "/_platform/" in line and "| `" in line
    ]
    assert len(calls) >= 8
    for call in calls:
        methods, _, path = call.partition(" /")
        path = f"/{path.partition('?')[0].replace('{name}', 'notes')}"
        for method in (part.strip() for part in f"{methods}".split(",")):
            status = http.request(method, path).status_code
            assert status not in (404, 405), f"{method} {path}: {status}"
