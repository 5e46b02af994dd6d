"""The worst calls of `policy`: of a tenant with many published policies and long decisions."""

from collections.abc import Iterator
from functools import cache, cached_property
from typing import Any

from emulators.demo.person import Person
from functions.policy.rules.questions import MOST_ENTITIES
from shared.policy.sources import LONGEST_SOURCE, MOST_POLICIES
from tests.benchmarks.largest import LETTER, MANY, sent, together
from tests.benchmarks.worst import LIMITS, Call, Scene, worst_of
from tests.journeys.world import World, decision

SCOPES = ("policies:read", "policies:write")
SPAN = {"from": "2000-01-01T00:00:00Z", "to": "2100-01-01T00:00:00Z"}
# A body has a million bytes at most.
LARGEST_CASES = 15


def largest_source(policies: int, role: str = "end_user") -> str:
    """As many policies as that, and as long as a source may be, mostly of three bytes each."""
    room = LONGEST_SOURCE // policies - 1
    lines = (
        f'permit (principal in Role::"{role}", action, resource) when {{ context.at == {n} }};//'
        for n in range(policies)
    )
    return "".join(line.ljust(room, LETTER) + "\n" for line in lines)


def longest_request(tenant: str) -> dict[str, Any]:
    """A request on as many entities as are taken, of 64 KiB together."""
    home = {"type": "Tenant", "id": tenant}
    agents = [
        {
            "uid": {"type": "Agent", "id": f"agt_{n:03d}"},
            "attrs": {
                "name": LETTER * 160, "status": "active", "mode": "x", "submitters": [],
                "authors": [],
            },
            "parents": [],
        }
        for n in range(MOST_ENTITIES - 2)
    ]  # fmt: skip
    principal = {
        "uid": {"type": "Principal", "id": "ada"},
        "attrs": {"tenant": {"__entity": home}, "has_role": True},
        "parents": [{"type": "Role", "id": "end_user"}],
    }
    context = {"at": 1, "hour": 12, "weekday": 3}
    return {
        "principal": principal["uid"],
        "action": "audit.exports.create",
        "resource": home,
        "context": context,
        "entities": [
            principal,
            {"uid": home, "attrs": {"is_alone": False}, "parents": []},
            *agents,
        ],
    }


class Written:
    """A tenant with as many published policies as it may have, and many decisions."""

    def __init__(self, scene: Scene) -> None:
        self.world = World(scene.platform)
        self.author: Person = self.world.person("devin", SCOPES, ("developer",))
        self.governor = self.world.governor
        waiting = self.draft(largest_source(MOST_POLICIES // 2))
        sent(self.author, f"/v1/policies/{waiting}/publish", None)
        self.world.settle()
        shown = self.author.get(f"/v1/policies/{waiting}")
        card = self.governor.get(f"/v1/approvals/{shown['approval_id']}")
        body = {**decision(card), "decision": "approve"}
        sent(self.governor, f"/v1/approvals/{card['id']}/decisions", body)
        self.world.settle()
        assert self.author.get(f"/v1/policies/{waiting}")["status"] == "published"
        self.changed = self.draft(largest_source(MOST_POLICIES // 2, "developer"))

    def draft(self, source: str, name: str = "x" * 60) -> str:
        """A version, by its id."""
        made = sent(self.author, "/v1/policies", {"name": name, "source": source})
        return str(made["policy_id"])

    @cached_property
    def decided(self) -> int:
        """So many decisions, each of the largest."""
        body = longest_request(self.world.tenant)
        together(lambda: sent(self.author, "/v1/decisions", body), MANY)
        return MANY


@cache
def written(scene: Scene) -> Written:
    """The scene's tenant, made when the first call needs it."""
    return Written(scene)


@worst_of("GET", "/v1/policies")
def list_policies(scene: Scene) -> Iterator[Call]:
    found = written(scene)
    together(lambda: found.draft("permit (principal, action, resource);"), MANY)
    for limit in LIMITS:
        yield Call(found.author, f"/v1/policies?limit={limit}", what=f"limit {limit}", limit=limit)


@worst_of("POST", "/v1/policies")
def write_policy(scene: Scene) -> Iterator[Call]:
    body = {"name": "y" * 60, "source": largest_source(MOST_POLICIES)}
    yield Call(written(scene).author, "/v1/policies", body)
    yield Call(written(scene).author, "/v1/policies", {**body, "source": "x"}, what="a short one")


@worst_of("GET", "/v1/policies/{policy_id}")
def show_policy(scene: Scene) -> Iterator[Call]:
    yield Call(written(scene).author, f"/v1/policies/{written(scene).changed}")


for _verb in ("validate", "compare"):

    @worst_of("POST", f"/v1/policies/{{policy_id}}/{_verb}")
    def examine(scene: Scene, verb: str = _verb) -> Iterator[Call]:
        yield Call(written(scene).author, f"/v1/policies/{written(scene).changed}/{verb}")


@worst_of("POST", "/v1/policies/{policy_id}/test")
def test_policy(scene: Scene) -> Iterator[Call]:
    found = written(scene)
    path = f"/v1/policies/{found.changed}/test"
    case = {"request": longest_request(found.world.tenant), "expect": "allow"}
    yield Call(found.author, path, {"cases": [case] * LARGEST_CASES}, what="the largest cases")


@worst_of("POST", "/v1/policies/{policy_id}/replay")
def replay_policy(scene: Scene) -> Iterator[Call]:
    found = written(scene)
    path = f"/v1/policies/{found.changed}/replay"
    what = f"{found.decided} of the largest decisions"
    yield Call(found.author, path, SPAN, what=what, items=found.decided)


@worst_of("POST", "/v1/policies/{policy_id}/publish")
def publish_policy(scene: Scene) -> Iterator[Call]:
    yield Call(written(scene).author, f"/v1/policies/{written(scene).changed}/publish")


@worst_of("POST", "/v1/policies/{policy_id}/withdraw")
def withdraw_policy(scene: Scene) -> Iterator[Call]:
    found = written(scene)
    waiting = found.draft("forbid (principal, action, resource) when { context.at == 0 };")
    sent(found.author, f"/v1/policies/{waiting}/publish", None)
    found.world.settle()
    yield Call(found.author, f"/v1/policies/{waiting}/withdraw", what="many examples")


@worst_of("POST", "/v1/decisions")
def ask_decision(scene: Scene) -> Iterator[Call]:
    found = written(scene)
    yield Call(found.author, "/v1/decisions", longest_request(found.world.tenant))


@worst_of("GET", "/v1/decisions")
def list_decisions(scene: Scene) -> Iterator[Call]:
    assert written(scene).decided
    for limit in LIMITS:
        call = f"/v1/decisions?limit={limit}"
        yield Call(written(scene).author, call, what=f"limit {limit}", limit=limit)
