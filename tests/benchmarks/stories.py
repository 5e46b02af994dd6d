"""What people and time do to the platform, told so that it can be counted."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

from infra.cost.measured import Action
from tests.benchmarks.combining import together, without
from tests.benchmarks.five_steps import rehearsed
from tests.journeys.world import GRACE_SECONDS, VETO_WINDOW_SECONDS, World, spec

# Both a veto window and the deadline of an approval last a day; their timers fire a minute later.
A_DAY_LATER = VETO_WINDOW_SECONDS + 2 * GRACE_SECONDS
# Within it every schedule is due that is not daily, and runs once.
AN_HOUR = 3600
# A full page of every list, and one more.
FULL_PAGE = 26
_UNKNOWN_AGENT = "agt_01JD3T5V1W0000000000000000"


class Counting(Protocol):
    """What counts while something is done."""

    def of(self, act: Callable[[], object]) -> Action: ...


Story = Callable[[Any, World], Action]


def by_hand(meter: Counting, world: World) -> Action:
    """Submitted, approved by the governor, live; its deadline's timer finds it decided."""
    case, submitted = _submitted(meter, world)
    card = world.card(case)
    approved = meter.of(lambda: _ok(world.decide("approve", card)))
    assert world.case(case)["status"] == "live"
    return together(submitted, approved, _a_day_later(meter, world))


def by_precedent(meter: Counting, world: World) -> Action:
    """Submitted, assented to by a precedent, live; nobody vetoes and the window closes."""
    world.activate_precedent()
    world.settle()
    case, submitted = _submitted(meter, world)
    assert world.case(case)["status"] == "live"
    confirmed = _a_day_later(meter, world)
    assert world.card(case)["status"] == "confirmed"
    return together(submitted, confirmed)


def vetoed(meter: Counting, world: World) -> Action:
    """Submitted, assented to by a precedent, live, vetoed, rolled back."""
    world.activate_precedent()
    world.settle()
    case, submitted = _submitted(meter, world)
    card = world.card(case)
    undone = meter.of(lambda: _ok(world.veto(card)))
    assert world.case(case)["status"] == "rolled_back"
    return together(submitted, undone, _a_day_later(meter, world))


def sweep(meter: Counting, world: World) -> Action:
    """One run of every schedule that is not daily and finds nothing to do."""
    world.settle()
    return meter.of(lambda: world.platform.advance(AN_HOUR))


def refused(meter: Counting, world: World) -> Action:
    """What the uptime check asks for: a public route, as nobody."""
    return meter.of(lambda: world.platform.http.get("/v1/mobile/dashboard"))


def missed(meter: Counting, world: World) -> Action:
    """Somebody asks for what is not there, and that is audited."""
    return meter.of(lambda: world.author.send("GET", f"/v1/agents/{_UNKNOWN_AGENT}"))


def _read(path: str) -> Story:
    """One read of a full page, or of one of its items."""

    def story(meter: Counting, world: World) -> Action:
        world = _full(world)
        reader = world.governor
        items = {} if "{" not in path else _first_of(world, path)
        return meter.of(lambda: reader.get(path.format(**items)))

    return story


def unchanged(meter: Counting, world: World) -> Action:
    """The dashboard again, with the tag of what the phone has."""
    governor = _full(world).governor
    tag = governor.send("GET", "/v1/mobile/dashboard").headers["ETag"]
    headers = {"If-None-Match": tag}
    return meter.of(lambda: governor.send("GET", "/v1/mobile/dashboard", headers=headers))


def run_of_five(meter: Counting, world: World) -> Action:
    """A rehearsed plan of five calls runs; the governor assents to the third; a day later the
    approval's deadline finds it decided."""
    plan_hash, ada = rehearsed(world)
    runs: list[dict[str, Any]] = []
    body = {"plan_hash": plan_hash}
    # What each run of a plan shows alike is stored with the first.
    first = ada.post("/v1/runs", body)
    world.settle()
    ada.post(f"/v1/runs/{first['run_id']}/cancel")
    # The deadlines of what was decided before are over too, and so is a session.
    world.platform.advance(A_DAY_LATER)
    ada.get(f"/v1/runs/{first['run_id']}")
    world.settle()
    started = meter.of(lambda: runs.append(ada.post("/v1/runs", body)))
    card = world.governor.get(f"/v1/mobile/approvals/{runs[0]['approval_id']}")
    approved = meter.of(lambda: _ok(world.decide("approve", card)))
    assert ada.get(f"/v1/runs/{runs[0]['run_id']}")["status"] == "completed"
    return together(started, approved, _a_day_later(meter, world))


STORIES: dict[str, Story] = {
    "sweep": sweep,
    "refused": refused,
    "creation_by_hand": by_hand,
    "creation_by_precedent": by_precedent,
    "creation_vetoed": vetoed,
    "run_of_five_steps": run_of_five,
    "lookup_missed": missed,
    "read_dashboard": _read("/v1/mobile/dashboard"),
    "read_dashboard_unchanged": unchanged,
    "read_approvals": _read("/v1/mobile/approvals"),
    "read_approval": _read("/v1/mobile/approvals/{approval_id}"),
    "read_agents": _read("/v1/mobile/agents"),
    "read_case": _read("/v1/workflows/{case_id}"),
}
STORING = ("creation_by_hand", "creation_by_precedent", "creation_vetoed", "run_of_five_steps")


def _submitted(meter: Counting, world: World) -> tuple[dict[str, Any], Action]:
    cases: list[dict[str, Any]] = []
    body = spec(f"agent-{uuid.uuid4().hex[:12]}")

    def submit() -> None:
        cases.append(_ok(world.author.send("POST", "/v1/agents", json=body)).json())

    action = meter.of(submit)
    return cases[0], action


def _a_day_later(meter: Counting, world: World) -> Action:
    """What time does to the case: a day's timers, without what every day brings."""
    passed = meter.of(lambda: world.platform.advance(A_DAY_LATER))
    return without(passed, meter.of(lambda: world.platform.advance(A_DAY_LATER)))


_FULL: dict[int, World] = {}


def _full(world: World) -> World:
    """One tenant of this platform with a full page of everything; made once."""
    key = id(world.platform)
    if key not in _FULL:
        with ThreadPoolExecutor(4) as people:
            answers = people.map(
                lambda number: world.author.send(
                    "POST", "/v1/agents", json=spec(f"agent-{number}")
                ),
                range(FULL_PAGE),
            )
            for answer in answers:
                _ok(answer)
        world.settle()
        _FULL[key] = world
    return _FULL[key]


def _first_of(world: World, path: str) -> dict[str, str]:
    if "approval_id" in path:
        return {"approval_id": world.governor.get("/v1/mobile/approvals")["items"][0]["id"]}
    return {"case_id": world.author.get("/v1/agents")["items"][0]["case_id"]}


def _ok(answer: Any) -> Any:
    assert answer.is_success, answer.text
    return answer
