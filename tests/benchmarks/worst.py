"""The worst calls of every public route: the largest body that limits allow, a small body with the
largest state behind it, the fullest list."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property, partial
from typing import Any, Protocol

import httpx

from emulators.client import PlatformClient
from emulators.demo.person import Person
from events.rights import MOST_OPERATIONS
from functions.approvals.rules.genesis import MOST_REFUSED
from mobile_api.service.cards import MOST_SHOWN
from mobile_api.service.sync import MOST_SYNCED
from shared.kit.instants import format_instant, parse_instant
from tests.benchmarks.largest import (
    LETTER,
    LONGEST_NAME,
    MANY,
    NOTE,
    Largest,
    dependent_spec,
    large_spec,
    sent,
    together,
    unused_name,
    veto_body,
)
from tests.journeys.world import World, decision, precedent, spec

# What a call without a `limit` may show: a list's page, unless it is asked for another.
DEFAULT_LIMIT = 25
LIMITS = (100, 1)
DEPENDENTS = 20
REASON = {"reason": LETTER * 2_000}


class Sender(Protocol):
    """Who makes calls."""

    def send(
        self, method: str, path: str, *, content: bytes, headers: Mapping[str, str]
    ) -> httpx.Response: ...


@dataclass(frozen=True)
class Call:
    """One call to be measured. `items` are created or decided; a read shows at most `limit`."""

    by: Sender
    path: str
    body: Any = None
    what: str = "the largest"
    items: int = 1
    limit: int = DEFAULT_LIMIT

    @property
    def sent(self) -> bytes:
        """The body's bytes."""
        return b"" if self.body is None else json.dumps(self.body, ensure_ascii=False).encode()


class Scene:
    """What calls are about, made when the first of them needs it."""

    def __init__(self, platform: PlatformClient) -> None:
        self.platform = platform
        self.plain = World(platform)

    @cached_property
    def big(self) -> Largest:
        """A tenant with the largest approval policy."""
        big = Largest(self.platform)
        big.adopt()
        return big

    @cached_property
    def full(self) -> Largest:
        """A tenant with more than a full page of everything, the largest of it the newest."""
        full = Largest(self.platform)
        names = [f"other-{n:02d}".ljust(60, "x") for n in range(50)]
        bodies: dict[str, Callable[[], Any]] = {
            "/v1/agents": lambda: dependent_spec(unused_name(), names),
            "/v1/approvals": full.small_request,
            "/v1/precedent-seeds": full.precedent,
        }
        for path, body in bodies.items():
            together(partial(_make, full.author, path, body), MANY)
        rejected = together(lambda: full.approval(), MOST_REFUSED)
        for card in rejected:
            full.decide(full.governor, card, "reject")
        full.world.settle()
        return full

    @cached_property
    def told(self) -> dict[str, Any]:
        """The largest approval, with a timeline longer than a card shows, and most votes."""
        card = self.big.approval(votes=15)
        now = parse_instant(self.platform.now())
        for hour in range(MOST_SHOWN):
            until = format_instant(now + timedelta(hours=hour + 1))
            self.big.decide(self.big.voters[15], card, "defer", until=until, note=NOTE)
        self.big.world.settle()
        return card

    @cached_property
    def agent(self) -> dict[str, Any]:
        """The case of a live agent with the largest spec."""
        case = self.waiting()
        self.plain.approve(case)
        return case

    def waiting(self) -> dict[str, Any]:
        """The case of the largest spec, which waits for the governor."""
        case = sent(self.plain.author, "/v1/agents", large_spec(unused_name()))
        self.plain.settle()
        return case

    def live(self) -> dict[str, Any]:
        """The case of a live agent."""
        return self.plain.live(unused_name())

    def depended_on(self, *, in_a_row: bool = False) -> dict[str, Any]:
        """The case of a live agent on which twenty others depend; or one does, on which one more
        does, and so on."""
        on = unused_name()
        case = self.plain.live(on)
        for _ in range(DEPENDENTS):
            name = unused_name()
            other = sent(self.plain.author, "/v1/agents", dependent_spec(name, [on]))
            on = name if in_a_row else on
            self.plain.settle()
            self.plain.approve(other)
        return case

    def voted(self) -> dict[str, Any]:
        """The card of the largest approval that waits for one vote."""
        return self.big.approval(votes=31)


Cases = Callable[[Scene], Iterator[Call]]
WORST: dict[tuple[str, str], Cases] = {}


def _make(by: Person, path: str, body: Callable[[], Any]) -> None:
    sent(by, path, body())


def worst_of(method: str, path: str) -> Callable[[Cases], Cases]:
    """Registers the worst calls of a route."""

    def register(cases: Cases) -> Cases:
        WORST[method, path] = cases
        return cases

    return register


def _list(path: str) -> None:
    @worst_of("GET", path)
    def cases(scene: Scene) -> Iterator[Call]:
        for limit in LIMITS:
            what = f"limit {limit}"
            yield Call(scene.full.governor, f"{path}?limit={limit}", what=what, limit=limit)


for _path in ("/v1/agents", "/v1/workflows", "/v1/approvals", "/v1/precedent-seeds", "/v1/skills"):
    _list(_path)
for _path in ("/v1/mobile/agents", "/v1/mobile/approvals", "/v1/mobile/seeds"):
    _list(_path)


@worst_of("GET", "/v1/mobile/violations")
def _violations(scene: Scene) -> Iterator[Call]:
    report = {"trigger": "scope_drift", "evidence": NOTE}
    for _ in range(3):
        agent = scene.live()["agent_id"]
        sent(scene.plain.watcher, f"/v1/agents/{agent}/reports", report)
    scene.plain.settle()
    for limit in (100, 1):
        path = f"/v1/mobile/violations?limit={limit}"
        yield Call(scene.plain.governor, path, what=f"limit {limit}", limit=limit)


@worst_of("GET", "/v1/agents/{agent_id}")
def _agent(scene: Scene) -> Iterator[Call]:
    yield Call(scene.plain.author, f"/v1/agents/{scene.agent['agent_id']}")


@worst_of("GET", "/v1/mobile/agents/{agent_id}")
def _phones_agent(scene: Scene) -> Iterator[Call]:
    yield Call(scene.plain.governor, f"/v1/mobile/agents/{scene.agent['agent_id']}")


@worst_of("GET", "/v1/workflows/{case_id}")
def _case(scene: Scene) -> Iterator[Call]:
    yield Call(scene.plain.author, f"/v1/workflows/{scene.agent['case_id']}")


@worst_of("GET", "/v1/pipeline")
def _pipeline(scene: Scene) -> Iterator[Call]:
    yield Call(scene.plain.author, "/v1/pipeline")


@worst_of("GET", "/v1/approvals/policy")
def _policy(scene: Scene) -> Iterator[Call]:
    yield Call(scene.big.author, "/v1/approvals/policy")


@worst_of("GET", "/v1/approvals/{approval_id}")
def _approval(scene: Scene) -> Iterator[Call]:
    yield Call(scene.big.author, f"/v1/approvals/{scene.told['id']}")


@worst_of("GET", "/v1/mobile/approvals/{approval_id}")
def _card(scene: Scene) -> Iterator[Call]:
    path = f"/v1/mobile/approvals/{scene.told['id']}"
    yield Call(scene.big.governor, path, limit=MOST_SHOWN)


@worst_of("GET", "/v1/mobile/approvals/{approval_id}/timeline")
def _timeline(scene: Scene) -> Iterator[Call]:
    for limit in (100, 1):
        path = f"/v1/mobile/approvals/{scene.told['id']}/timeline?limit={limit}"
        yield Call(scene.big.governor, path, what=f"limit {limit}", limit=limit)


@worst_of("GET", "/v1/mobile/dashboard")
def _dashboard(scene: Scene) -> Iterator[Call]:
    yield Call(scene.full.governor, "/v1/mobile/dashboard")


def _seed_of(scene: Scene) -> str:
    page = scene.full.governor.get("/v1/precedent-seeds", limit=1)
    return str(page["items"][0]["seed_id"])


@worst_of("GET", "/v1/precedent-seeds/{seed_id}")
def _seed(scene: Scene) -> Iterator[Call]:
    yield Call(scene.full.governor, f"/v1/precedent-seeds/{_seed_of(scene)}")


@worst_of("GET", "/v1/mobile/seeds/{seed_id}")
def _phones_seed(scene: Scene) -> Iterator[Call]:
    yield Call(scene.full.governor, f"/v1/mobile/seeds/{_seed_of(scene)}")


@worst_of("POST", "/v1/agents")
def _submit(scene: Scene) -> Iterator[Call]:
    yield Call(scene.plain.author, "/v1/agents", large_spec(unused_name()))
    yield Call(scene.plain.author, "/v1/agents", spec(unused_name()), what="an ordinary spec")
    yield Call(scene.plain.author, "/v1/agents", {"name": unused_name()}, what="only a name")


@worst_of("POST", "/v1/agents/import")
def _import(scene: Scene) -> Iterator[Call]:
    tools = [{"type": "function", "name": f"{number:060d}"} for number in range(MOST_OPERATIONS)]
    largest = {"name": "x", "instructions": LETTER * 22_000, "tools": tools}
    for value, what in ((largest, "the largest"), ({"name": "x"}, "only a name")):
        definition = json.dumps(value, ensure_ascii=False)
        body = {"format": "openai", "definition": definition}
        yield Call(scene.plain.author, "/v1/agents/import", body, what=what)


@worst_of("POST", "/v1/agents/{agent_id}/changes")
def _change(scene: Scene) -> Iterator[Call]:
    case = scene.live()
    name = scene.plain.agent(case)["name"]
    path = f"/v1/agents/{case['agent_id']}/changes"
    yield Call(scene.plain.author, path, large_spec(name))
    case = scene.live()
    name = scene.plain.agent(case)["name"]
    path = f"/v1/agents/{case['agent_id']}/changes"
    yield Call(scene.plain.author, path, {"name": name}, what="only a name")


@worst_of("POST", "/v1/agents/{agent_id}/suspend")
def _suspend(scene: Scene) -> Iterator[Call]:
    path = f"/v1/agents/{scene.live()['agent_id']}/suspend"
    yield Call(scene.plain.governor, path, REASON)
    path = f"/v1/agents/{scene.depended_on()['agent_id']}/suspend"
    what = f"{DEPENDENTS} depend on it"
    yield Call(scene.plain.governor, path, {"reason": "x"}, what=what, items=1 + DEPENDENTS)
    path = f"/v1/agents/{scene.depended_on(in_a_row=True)['agent_id']}/suspend"
    what = f"{DEPENDENTS} depend on it in a row"
    yield Call(scene.plain.governor, path, {"reason": "x"}, what=what, items=1 + DEPENDENTS)


@worst_of("POST", "/v1/agents/{agent_id}/reactivate")
def _reactivate(scene: Scene) -> Iterator[Call]:
    path = f"/v1/agents/{scene.live()['agent_id']}"
    sent(scene.plain.governor, f"{path}/suspend", REASON)
    scene.plain.settle()
    other = scene.plain.person("other", ("agents:write",), ("governor",))
    yield Call(other, f"{path}/reactivate", {"reason": "x"}, what="a long suspension")


@worst_of("POST", "/v1/agents/{agent_id}/reports")
def _report(scene: Scene) -> Iterator[Call]:
    for trigger, evidence in (("scope_drift", NOTE), ("ethics_violation", "x")):
        path = f"/v1/agents/{scene.live()['agent_id']}/reports"
        body = {"trigger": trigger, "evidence": evidence}
        what = f"evidence of {len(evidence)} characters"
        yield Call(scene.plain.watcher, path, body, what=what)


@worst_of("POST", "/v1/workflows/{case_id}/cancel")
def _cancel(scene: Scene) -> Iterator[Call]:
    case = scene.plain.submit(unused_name())
    yield Call(scene.plain.author, f"/v1/workflows/{case['case_id']}/cancel", what="it waits")
    case = sent(scene.plain.author, "/v1/agents", large_spec(unused_name()))
    scene.plain.settle()
    yield Call(scene.plain.author, f"/v1/workflows/{case['case_id']}/cancel")


@worst_of("POST", "/v1/workflows/{case_id}/revisions")
def _revise(scene: Scene) -> Iterator[Call]:
    for make, what in ((large_spec, "largest"), (lambda name: {"name": name}, "only a name")):
        name = unused_name()
        case = scene.plain.submit(name)
        answer = scene.plain.decide("request-changes", scene.plain.card(case), note=NOTE)
        assert answer.is_success, answer.text
        scene.plain.settle()
        path = f"/v1/workflows/{case['case_id']}/revisions"
        yield Call(scene.plain.author, path, make(name), what=what)


@worst_of("POST", "/v1/pipeline/resume")
def _resume(scene: Scene) -> Iterator[Call]:
    world = World(scene.platform)
    world.activate_precedent()
    # The third veto ends the precedent, so all cases come first.
    for case in [world.submit(unused_name()) for _ in range(6)]:
        assert world.veto(world.card(case)).is_success
        world.settle()
    yield Call(world.governor, "/v1/pipeline/resume", REASON)


@worst_of("POST", "/v1/approvals")
def _request(scene: Scene) -> Iterator[Call]:
    yield Call(scene.big.author, "/v1/approvals", scene.big.request())
    small = scene.big.request(content={}, evidence=[], rollback_plan="x", rule=None)
    small |= {"summary": "x", "subject": {"type": "x", "id": "x"}}
    yield Call(scene.big.author, "/v1/approvals", small, what="small, the largest policy")


@worst_of("PUT", "/v1/approvals/policy")
def _propose(scene: Scene) -> Iterator[Call]:
    yield Call(scene.plain.author, "/v1/approvals/policy", scene.big.policy)
    rule = {"kind": "any", "of": [{"role": "clerk"}]}
    small = {"entries": [{"kind": "artifact", "rule": rule}], "reason": "x"}
    yield Call(scene.big.author, "/v1/approvals/policy", small, what="it replaces the largest")


@worst_of("POST", "/v1/approvals/{approval_id}/decisions")
def _decide(scene: Scene) -> Iterator[Call]:
    big = scene.big
    tomorrow = format_instant(parse_instant(scene.platform.now()) + timedelta(days=1))
    for verb, by, votes, fields in (
        ("approve", big.added[15], 31, {}),
        ("approve", big.added[14], 30, {"note": NOTE}),
        ("reject", big.governor, 31, {}),
        ("request_changes", big.governor, 31, {"note": "x"}),
        ("defer", big.voters[15], 15, {"until": tomorrow}),
        ("delegate", big.voters[15], 15, {"to": "d" * LONGEST_NAME}),
        ("break_glass", big.governor, 31, {"grounds": "outage"}),
    ):
        card = big.approval(votes=votes)
        body = {**decision(card), "decision": verb, **fields}
        what = f"{verb}, {votes} votes before"
        yield Call(by, f"/v1/approvals/{card['id']}/decisions", body, what=what)
    other = Largest(scene.platform)
    card = other.proposal()
    body = {**decision(card), "decision": "approve"}
    path = f"/v1/approvals/{card['id']}/decisions"
    yield Call(other.governor, path, body, what="it adopts the largest policy")


@worst_of("POST", "/v1/approvals/{approval_id}/review")
def _review(scene: Scene) -> Iterator[Call]:
    card = scene.voted()
    scene.big.decide(scene.big.governor, card, "break_glass", grounds="outage", note=NOTE)
    scene.big.world.settle()
    body = {"verdict": "overturned", "note": "x"}
    yield Call(
        scene.big.second, f"/v1/approvals/{card['id']}/review", body, what="a long note before"
    )


@worst_of("POST", "/v1/mobile/approvals/{approval_id}/approve")
def _phone_approves(scene: Scene) -> Iterator[Call]:
    card = scene.voted()
    path = f"/v1/mobile/approvals/{card['id']}/approve"
    yield Call(scene.big.added[15], path, decision(card))
    card = scene.plain.card(scene.waiting())
    path = f"/v1/mobile/approvals/{card['id']}/approve"
    yield Call(scene.plain.governor, path, decision(card), what="the largest agent goes live")


@worst_of("POST", "/v1/mobile/approvals/{approval_id}/request-changes")
def _phone_returns(scene: Scene) -> Iterator[Call]:
    card = scene.voted()
    path = f"/v1/mobile/approvals/{card['id']}/request-changes"
    yield Call(scene.big.governor, path, {**decision(card), "note": "x"}, what="a short note")


@worst_of("POST", "/v1/mobile/approvals/{approval_id}/veto")
def _phone_vetoes(scene: Scene) -> Iterator[Call]:
    card = scene.voted()
    path = f"/v1/mobile/approvals/{card['id']}/veto"
    yield Call(scene.big.governor, path, veto_body(card))
    world = World(scene.platform)
    world.activate_precedent()
    card = world.card(world.submit(unused_name()))
    assert card["status"] == "auto_approved"
    body = {**decision(card), "reason_category": "safety", "explanation": "x"}
    path = f"/v1/mobile/approvals/{card['id']}/veto"
    yield Call(world.governor, path, body, what="an agent rolls back")


@worst_of("POST", "/v1/vetoes")
def _veto(scene: Scene) -> Iterator[Call]:
    card = scene.voted()
    small = {**decision(card), "reason_category": "safety", "explanation": "x"}
    yield Call(scene.big.governor, "/v1/vetoes", {**small, "approval_id": card["id"]}, "short")
    card = scene.voted()
    body = {**veto_body(card), "approval_id": card["id"]}
    yield Call(scene.big.governor, "/v1/vetoes", body)


@worst_of("POST", "/v1/mobile/sync")
def _sync(scene: Scene) -> Iterator[Call]:
    author, make = scene.big.author, scene.big.small_request
    cards = together(lambda: sent(author, "/v1/approvals", make()), MOST_SYNCED)
    scene.big.world.settle()
    vetoes = [{**veto_body(c), "approval_id": c["id"]} for c in cards]
    body = {"decisions": [{**each, "action": "veto"} for each in vetoes]}
    yield Call(scene.big.governor, "/v1/mobile/sync", body, items=MOST_SYNCED)


@worst_of("POST", "/v1/mobile/devices")
def _register(scene: Scene) -> Iterator[Call]:
    for number in range(20):
        body = {"platform": "ios", "token": f"{number:04d}" * 1_000}
        sent(scene.plain.governor, "/v1/mobile/devices", body)
    body = {"platform": "ios", "token": "t" * 4_096}
    yield Call(scene.plain.governor, "/v1/mobile/devices", body, what="one too many")


@worst_of("DELETE", "/v1/mobile/devices/{device_id}")
def _remove(scene: Scene) -> Iterator[Call]:
    body = {"platform": "ios", "token": "u" * 4_096}
    device = sent(scene.plain.governor, "/v1/mobile/devices", body)
    yield Call(scene.plain.governor, f"/v1/mobile/devices/{device['device_id']}")


def _seeds(prefix: str) -> None:
    @worst_of("POST", prefix)
    def post(scene: Scene) -> Iterator[Call]:
        yield Call(scene.full.author, prefix, scene.full.precedent())
        small = {**precedent("healthcare"), "kind": "execution", "title": "x", "rationale": "x"}
        yield Call(scene.full.author, prefix, small, what="a small one")

    @worst_of("POST", f"{prefix}/{{seed_id}}/activate")
    def activate(scene: Scene) -> Iterator[Call]:
        seed = sent(scene.full.author, prefix, scene.full.precedent())
        yield Call(scene.full.governor, f"{prefix}/{seed['seed_id']}/activate")
        # The next one would stand on the same ground.
        sent(scene.full.governor, f"{prefix}/{seed['seed_id']}/suspend", None)

    @worst_of("POST", f"{prefix}/{{seed_id}}/suspend")
    def suspend(scene: Scene) -> Iterator[Call]:
        world = World(scene.platform)
        seed = sent(world.governor, prefix, scene.full.precedent())
        sent(world.governor, f"{prefix}/{seed['seed_id']}/activate", None)
        world.settle()
        yield Call(world.governor, f"{prefix}/{seed['seed_id']}/suspend")


_seeds("/v1/precedent-seeds")
_seeds("/v1/mobile/seeds")
