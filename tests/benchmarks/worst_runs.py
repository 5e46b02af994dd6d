"""The worst calls of `runs`: runs that make a hundred calls, that wait, and whose steps gave as
much as a step keeps."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property
from itertools import count
from typing import Any

from emulators.demo.person import Person
from shared.budgets.aggregates import BUDGETS
from shared.budgets.budget import Budget
from shared.storage.batches import Batch
from shared.storage.firestore import TenantStore
from tests.benchmarks.largest import LETTER, MANY, sent, together, unused_name
from tests.benchmarks.worst import LIMITS, Call, Scene, worst_of
from tests.benchmarks.worst_control import PlatformAdmin
from tests.journeys.test_run import SCOPES, counter_spec
from tests.journeys.world import World

CALLS = 100
# A step keeps 64 KB of output.
TEXT = LETTER * 20_000
LONG_WAIT = 3_600
OPERATIONS = (
    {"name": "counter.add", "effect": "change", "undo": "counter.add"},
    {"name": "artifacts.write", "effect": "draft"},
    {"name": "transform.apply", "effect": "read"},
    {"name": "ledger.append", "effect": "change"},
    {"name": "people.notify", "effect": "send"},
)
# So many of them it may do without anybody's assent: what nothing undoes needs it.
ALONE = 3
RUN = "/v1/runs/{run_id}"
_NUMBERS = count(1)
Step = dict[str, Any]


class Running:
    """A tenant with a live agent that may call every operation alone, and plans of it."""

    def __init__(self, scene: Scene) -> None:
        self.world = World(scene.platform)
        scopes = (*SCOPES, "governance:write")
        self.ada: Person = self.world.person("ada", scopes, ("operator", "developer"))
        self.governor: Person = self.world.person("gala", scopes, ("governor",))
        self.agent = unused_name()
        system = {"name": "assent", "connector": "assent", "operations": list(OPERATIONS)}
        names = [f"assent/{each['name']}" for each in OPERATIONS]
        rights = {"alone": names[:ALONE], "with_approval": names[ALONE:], "never": []}
        skills = ["keep-records", "notify"]
        spec = {**counter_spec(self.agent), "systems": [system], "rights": rights, "skills": skills}
        case = sent(self.world.author, "/v1/agents", spec)
        self.world.settle()
        self.world.approve(case)
        self.agent_id: str = case["agent_id"]

    def publish(self, *steps: Step) -> str:
        """The version of a capsule of these steps."""
        version = f"1.0.{next(_NUMBERS)}"
        source = {
            "capsule": "works",
            "version": version,
            "agent": self.agent,
            "inputs": {"text": {"type": "string", "default": TEXT}},
            "steps": list(steps),
        }
        sent(self.ada, "/v1/capsules", source)
        sent(self.ada, f"/v1/capsules/works/versions/{version}/publish", None)
        return version

    def plan(self, *steps: Step) -> str:
        """The hash of a rehearsed plan of these steps."""
        version = self.publish(*steps)
        plan = sent(self.ada, "/v1/plans", {"capsule": "works", "version": version})
        hash: str = plan["plan_hash"]
        rehearsed = sent(self.ada, f"/v1/plans/{hash}/ghostrun", {"mode": "full"})
        assert rehearsed["passes"], rehearsed
        return hash

    def start(self, *steps: Step) -> dict[str, Any]:
        """A run of a new plan of these steps, as far as it goes by itself."""
        return self.run(self.plan(*steps))

    def run(self, plan: str) -> dict[str, Any]:
        """A run of that plan, as far as it goes by itself."""
        begun = sent(self.ada, "/v1/runs", {"plan_hash": plan})
        self.world.settle()
        return dict(self.ada.get(f"/v1/runs/{begun['run_id']}"))

    @cached_property
    def waits(self) -> str:
        """The plan whose runs wait for an hour before a hundred calls."""
        return self.plan(rest(), *additions())

    def paused(self) -> dict[str, Any]:
        """A paused run whose wait is over, and which has a hundred calls to make."""
        run = self.run(self.waits)
        sent(self.ada, f"/v1/runs/{run['run_id']}/pause", None)
        self.world.platform.advance(LONG_WAIT + 1)
        self.world.settle()
        self.ada.sign_in()
        return run

    def assented(self, run: dict[str, Any]) -> dict[str, Any]:
        """The run, after the governor assented to what it asks."""
        card = self.world.governor.get(f"/v1/mobile/approvals/{run['approval_id']}")
        answer = self.world.decide("approve", card)
        assert answer.is_success, answer.text
        self.world.settle()
        return dict(self.ada.get(f"/v1/runs/{run['run_id']}"))

    @cached_property
    def told(self) -> dict[str, Any]:
        """A run of which two steps with fifty calls each, and fifty more, gave the most that a step
        keeps."""
        return self.start(gives("first", 50), gives("second", 50), gives("last", 1))


def rest() -> Step:
    """A step that waits."""
    return {"id": "rest", "wait": {"for": LONG_WAIT}}


def additions(many: int = CALLS) -> tuple[Step, ...]:
    """Steps that each add to a counter."""
    given = {"counter": "c" * 100, "amount": 1}
    return tuple({"id": f"s{n}", "use": "assent/counter.add", "with": given} for n in range(many))


def appends(many: int = CALLS) -> tuple[Step, ...]:
    """Steps that each append a line, which nothing repeats: an intent and an outcome each."""
    given = {"ledger": "log", "line": LETTER * 400}
    return tuple({"id": f"s{n}", "use": "assent/ledger.append", "with": given} for n in range(many))


def adds(**more: Any) -> Step:
    """One step that adds a hundred times."""
    given = {"counter": "visits", "amount": "${{ item }}"}
    items = f"{list(range(1, CALLS + 1))}"
    return {"id": "count", "use": "assent/counter.add", "for_each": items, "with": given, **more}


def gives(id: str, many: int) -> Step:
    """One step of so many calls that give all that a step keeps."""
    given = {"data": "${{ inputs.text }}", "expression": "data"}
    use = "assent/transform.apply"
    return {"id": id, "use": use, "for_each": f"{list(range(many))}", "with": given}


@cache
def running(scene: Scene) -> Running:
    """The scene's tenant, made when the first call needs it."""
    return Running(scene)


@worst_of("POST", "/v1/runs")
def start_run(scene: Scene) -> Iterator[Call]:
    found = running(scene)
    kinds: dict[str, tuple[tuple[Step, ...], int]] = {
        "a hundred steps": (additions(), CALLS),
        "a step of a hundred calls": ((adds(),), CALLS),
        "one call": (additions(1), 1),
        "one that asks about a hundred steps": (appends(), 1),
        "one that asks about a step of a hundred calls": ((adds(approval="required"),), 1),
    }
    for what, (steps, items) in kinds.items():
        body = {"plan_hash": found.plan(*steps)}
        yield Call(found.ada, "/v1/runs", body, what=what, items=items)


@worst_of("GET", "/v1/runs")
def list_runs(scene: Scene) -> Iterator[Call]:
    found = running(scene)
    body = {"plan_hash": found.plan(adds(approval="required"))}
    together(lambda: sent(found.ada, "/v1/runs", body), MANY)
    for limit in LIMITS:
        yield Call(found.ada, f"/v1/runs?limit={limit}", what=f"limit {limit}", limit=limit)


@worst_of("GET", RUN)
def show_run(scene: Scene) -> Iterator[Call]:
    found = running(scene)
    run = found.start(adds(approval="required"))
    yield Call(found.ada, f"/v1/runs/{run['run_id']}", limit=1)


@worst_of("GET", f"{RUN}/steps")
def list_steps(scene: Scene) -> Iterator[Call]:
    found = running(scene)
    for limit in LIMITS:
        path = f"/v1/runs/{found.told['run_id']}/steps?limit={limit}"
        yield Call(found.ada, path, what=f"limit {limit}", limit=limit)


@worst_of("GET", f"{RUN}/events")
def follow_run(scene: Scene) -> Iterator[Call]:
    found = running(scene)
    path = f"{RUN.format(run_id=found.told['run_id'])}/events"
    for limit in LIMITS:
        yield Call(found.ada, f"{path}?limit={limit}", what=f"limit {limit}", limit=limit)
    yield Call(found.ada, f"{path}?after=1000", what="nothing new", limit=1)


@worst_of("GET", f"{RUN}/snapshots")
def list_snapshots(scene: Scene) -> Iterator[Call]:
    found = running(scene)
    run = found.start(*additions())
    for limit in LIMITS:
        path = f"/v1/runs/{run['run_id']}/snapshots?limit={limit}"
        yield Call(found.ada, path, what=f"limit {limit}", limit=limit)


@worst_of("POST", f"{RUN}/replay")
def replay_run(scene: Scene) -> Iterator[Call]:
    found = running(scene)
    run = found.start(adds())
    path = f"/v1/runs/{run['run_id']}/replay"
    yield Call(found.ada, path, {"mode": "full"}, what="of a hundred calls", items=CALLS)


@worst_of("POST", f"{RUN}/pause")
def pause_run(scene: Scene) -> Iterator[Call]:
    found = running(scene)
    yield Call(found.ada, f"/v1/runs/{found.run(found.waits)['run_id']}/pause")


for _verb in ("resume", "retry"):

    @worst_of("POST", f"{RUN}/{_verb}")
    def go_on(scene: Scene, verb: str = _verb) -> Iterator[Call]:
        found = running(scene)
        path = f"/v1/runs/{found.paused()['run_id']}/{verb}"
        yield Call(found.ada, path, what="before a hundred calls", items=CALLS)


@worst_of("POST", f"{RUN}/cancel")
def cancel_run(scene: Scene) -> Iterator[Call]:
    found = running(scene)
    run = found.start(adds(approval="required"))
    yield Call(found.ada, f"/v1/runs/{run['run_id']}/cancel", what="one that waits for assent")


@worst_of("POST", f"{RUN}/undo")
def undo_run(scene: Scene) -> Iterator[Call]:
    found = running(scene)
    run = found.start(adds())
    assert run["status"] == "completed", run
    path = f"/v1/runs/{run['run_id']}/undo"
    yield Call(found.ada, path, what="of a hundred calls", items=CALLS)


@worst_of("GET", "/v1/runs/retention")
def show_retention(scene: Scene) -> Iterator[Call]:
    yield Call(running(scene).ada, "/v1/runs/retention")


@worst_of("PUT", "/v1/runs/retention")
def set_retention(scene: Scene) -> Iterator[Call]:
    found = running(scene)
    admin = found.world.person("ana", SCOPES, ("tenant_admin",))
    yield Call(admin, "/v1/runs/retention", {"days": 30})


@worst_of("GET", "/v1/budgets")
def list_budgets(scene: Scene) -> Iterator[Call]:
    found = running(scene)
    keep_budgets(found, MANY)
    for limit in LIMITS:
        call = f"/v1/budgets?limit={limit}"
        yield Call(found.governor, call, what=f"limit {limit}", limit=limit)


@worst_of("PUT", "/v1/budgets/{scope}")
def set_budget(scene: Scene) -> Iterator[Call]:
    found = running(scene)
    body = {"limit_usd_micros": 1_000_000_000_000}
    yield Call(found.governor, f"/v1/budgets/{found.agent_id}", body)


@worst_of("GET", "/v1/budgets/platform")
def show_platform_budget(scene: Scene) -> Iterator[Call]:
    yield Call(PlatformAdmin(scene), "/v1/budgets/platform")


@worst_of("PUT", "/v1/budgets/platform")
def set_platform_budget(scene: Scene) -> Iterator[Call]:
    body = {"limit_usd_micros": 1_000_000_000_000}
    yield Call(PlatformAdmin(scene), "/v1/budgets/platform", body)


def keep_budgets(found: Running, many: int) -> None:
    """An agent's budgets of so many days, as `runs` stores them."""

    async def kept() -> None:
        batch = Batch()
        for day in range(many):
            period = f"{datetime(2020, 1, 1, tzinfo=UTC) + timedelta(days=day):%Y-%m-%d}"
            words = {"scope": found.agent_id, "period": period, "limit_usd_micros": 1_000_000}
            budget = Budget.model_validate(words)
            batch.put(BUDGETS.collection, BUDGETS.id(budget), BUDGETS.fields(budget, 1, None))
        await TenantStore(found.world.tenant).commit(batch)

    asyncio.run(kept())
