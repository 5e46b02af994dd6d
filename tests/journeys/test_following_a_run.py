"""Somebody follows a run as its events happen, over the platform's port and a real process."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from emulators.demo.person import Person
from emulators.options import Options
from emulators.running import RunningPlatform, running_platform
from functions.runs.service.streams import EVENT_STREAM, OF_TENANT, OPEN_SECONDS
from shared.manifest import load_manifests, seconds
from tests.journeys.test_run import SCOPES, rehearsed
from tests.journeys.world import World

pytestmark = [pytest.mark.platform, pytest.mark.timeout(300)]

ROOT = Path(__file__).parents[2]
AS_STREAM = {"Accept": EVENT_STREAM}


@pytest.fixture(scope="module")
def processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPlatform]:
    """A platform whose functions are processes: only these answer before they are done."""
    state = tmp_path_factory.mktemp("following")
    with running_platform(Options(root=ROOT, state=state)) as platform:
        yield platform


@pytest.fixture(scope="module")
def world(processes: RunningPlatform) -> World:
    return World(processes.client)


@pytest.fixture(scope="module")
def ada(world: World) -> Person:
    return world.person("ada", SCOPES, ("operator",))


@pytest.fixture(scope="module")
def plan_hash(world: World, ada: Person) -> str:
    return rehearsed(world, ada)


@contextmanager
def _stream(
    world: World, who: Person, run_id: str, query: str = "", **headers: str
) -> Iterator[httpx.Response]:
    token = world.platform.token(
        who.principal, who.tenant, scopes=("runs:read",), roles=("operator",)
    )
    signed = {**AS_STREAM, "Authorization": f"Bearer {token}", **headers}
    path, base = f"/v1/runs/{run_id}/events{query}", world.platform.http.base_url
    with (
        httpx.Client(base_url=base, timeout=60) as http,
        http.stream("GET", path, headers=signed) as answer,
    ):
        yield answer


def _events(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    """The events of a stream, as a client reads them."""
    fields: dict[str, str] = {}
    for line in lines:
        if line.startswith(":"):
            continue
        if not line and "data" in fields:
            data = json.loads(fields["data"])
            assert (int(fields["id"]), fields["event"]) == (data["sequence"], data["type"])
            yield data
        if not line:
            fields = {}
            continue
        name, _, value = line.partition(": ")
        fields[name] = value


def _waiting(ada: Person, plan_hash: str) -> dict[str, Any]:
    run = ada.post("/v1/runs", {"plan_hash": plan_hash})
    # The first processes start slowly on a busy machine, and the run goes on by its timer.
    until = time.monotonic() + 120
    while run["status"] != "awaiting_approval" and time.monotonic() < until:
        time.sleep(1)
        run = ada.get(f"/v1/runs/{run['run_id']}")
    assert run["status"] == "awaiting_approval", run
    return dict(run)


def _approve(world: World, run: dict[str, Any]) -> None:
    world.settle()
    card = world.governor.get(f"/v1/mobile/approvals/{run['approval_id']}")
    answer = world.decide("approve", card)
    assert answer.status_code == 200, answer.text


@pytest.mark.nightly
def test_what_follows_an_approval_comes_live_and_the_stream_ends_with_the_run(
    world: World, ada: Person, plan_hash: str
) -> None:
    run = _waiting(ada, plan_hash)
    came: list[dict[str, Any]] = []
    deciding = threading.Thread(target=_approve, args=(world, run))
    # A machine that is too busy needs more than one stream: the next goes on after the last.
    while not came or came[-1]["status"] != "completed":
        last = {"Last-Event-ID": str(len(came))}
        with _stream(world, ada, run["run_id"], **last) as answer:
            assert answer.status_code == 200
            assert answer.headers["content-type"] == f"{EVENT_STREAM}; charset=utf-8"
            for event in _events(answer.iter_lines()):
                came.append(event)
                # It is told that the run waits before anybody has decided.
                if event["status"] == "awaiting_approval" and deciding.ident is None:
                    deciding.start()
    deciding.join()
    polled = ada.get(f"/v1/runs/{run['run_id']}/events", limit=100)
    assert (came, polled["is_over"]) == (polled["items"], True)
    assert [each["sequence"] for each in came] == list(range(1, len(came) + 1))

    # Whoever comes again gets the rest, each once, and the number beats the one in the address.
    last = {"Last-Event-ID": "2"}
    with _stream(world, ada, run["run_id"], "?after=0&limit=1", **last) as answer:
        assert list(_events(answer.iter_lines())) == came[2:]
    # Nothing follows: a browser does not come again.
    with _stream(world, ada, run["run_id"], **{"Last-Event-ID": str(len(came))}) as answer:
        assert (answer.status_code, answer.read()) == (204, b"")


@pytest.mark.nightly
def test_refusals_are_those_of_the_polled_call(world: World, ada: Person, plan_hash: str) -> None:
    run = _waiting(ada, plan_hash)
    stranger = Person(
        world.platform,
        principal="eve",
        tenant="another",
        scopes=("runs:read",),
        roles=("operator",),
    )
    for who, headers, refusal in (
        (stranger, {}, (404, "not_found")),
        (ada, {"Last-Event-ID": "evt_1"}, (422, "invalid")),
        (ada, {"Last-Event-ID": "-1"}, (422, "invalid")),
        (ada, {"Authorization": "Bearer nonsense"}, (401, "unauthenticated")),
    ):
        with _stream(world, who, run["run_id"], **headers) as answer:
            problem = json.loads(answer.read())
            assert answer.headers["content-type"] == "application/problem+json"
            assert (answer.status_code, problem["code"]) == refusal


@pytest.mark.nightly
def test_a_client_that_goes_away_frees_its_place(world: World, ada: Person, plan_hash: str) -> None:
    run = _waiting(ada, plan_hash)
    with ExitStack() as open_streams:
        for _ in range(OF_TENANT):
            opened = open_streams.enter_context(_stream(world, ada, run["run_id"]))
            next(_events(opened.iter_lines()))
        with _stream(world, ada, run["run_id"]) as refused:
            problem = json.loads(refused.read())
            assert (refused.status_code, problem["code"]) == (429, "too_many_requests")
            assert int(refused.headers["retry-after"]) > 0
        # Polling goes on.
        assert len(ada.get(f"/v1/runs/{run['run_id']}/events")["items"]) == 2
        head = ada.send("HEAD", f"/v1/runs/{run['run_id']}/events", headers=AS_STREAM)
        assert head.status_code == 429
    path = f"/v1/runs/{run['run_id']}/events"
    left_at = time.monotonic()
    while (head := ada.send("HEAD", path, headers=AS_STREAM)).status_code == 429:
        # They would have ended by themselves later.
        assert time.monotonic() - left_at < OPEN_SECONDS - 5, "the places of those who left stay"
        time.sleep(0.2)
    assert (head.status_code, head.content) == (200, b"")
    # The connection is free at once for what comes next, as nobody reads that stream.
    asked_at = time.monotonic()
    ada.get(f"/v1/runs/{run['run_id']}")
    assert time.monotonic() - asked_at < OPEN_SECONDS - 5


def test_a_stream_ends_itself_before_its_request_would_be_cut_off() -> None:
    (runs,) = (each for each in load_manifests(ROOT).deployables if each.name == "runs")
    assert seconds(runs.sizing.timeout) >= OPEN_SECONDS + 2
