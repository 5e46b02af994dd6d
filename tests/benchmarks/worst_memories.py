"""The worst calls about memories: shelves that are full, and facts that were corrected often."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from emulators.demo.person import Person
from tests.benchmarks.largest import LETTER, sent
from tests.benchmarks.worst import LIMITS, Call, Scene, worst_of
from tests.benchmarks.worst_runs import Running, running
from tests.benchmarks.worst_tools import call_of

# As long as a fact may be, and as many as a tier of a shelf holds of them.
FACT = LETTER * (2_000 // len(LETTER.encode()))
MANY = 32


@cache
def _keeper(found: Running) -> Person:
    """Somebody who may tell, correct and erase."""
    scopes = ("knowledge:read", "knowledge:write")
    return found.world.person("kira", scopes, ("tenant_admin", "governor"))


def _told(found: Running, **fields: Any) -> dict[str, Any]:
    body = {"fact": FACT, "agent_id": found.agent_id, **fields}
    memory: dict[str, Any] = sent(_keeper(found), "/v1/memories", body)
    return memory


@cache
def _full(found: Running) -> Running:
    """An agent with as many facts as fit, of all tiers."""
    for tier in ("semantic", "episodic", "working"):
        for _ in range(MANY):
            _told(found, tier=tier)
    return found


@worst_of("POST", "/v1/memories")
def tell(scene: Scene) -> Iterator[Call]:
    found = _full(running(scene))
    body = {"fact": FACT, "agent_id": found.agent_id, "tier": "working"}
    yield Call(_keeper(found), "/v1/memories", body, what="one makes room")


@worst_of("GET", "/v1/memories")
def list_memories(scene: Scene) -> Iterator[Call]:
    found = _full(running(scene))
    for limit in LIMITS:
        call = f"/v1/memories?limit={limit}"
        yield Call(_keeper(found), call, what=f"limit {limit}", limit=limit)


@worst_of("GET", "/v1/memories/{memory_id}")
def show(scene: Scene) -> Iterator[Call]:
    found = running(scene)
    yield Call(_keeper(found), f"/v1/memories/{_told(found, tier='episodic')['memory_id']}")


@worst_of("POST", "/v1/memories/{memory_id}/correct")
def correct(scene: Scene) -> Iterator[Call]:
    found = _full(running(scene))
    memory_id = _told(found, tier="working")["memory_id"]
    yield Call(_keeper(found), f"/v1/memories/{memory_id}/correct", {"fact": FACT})


@worst_of("DELETE", "/v1/memories/{memory_id}")
def erase(scene: Scene) -> Iterator[Call]:
    found = _full(running(scene))
    memory = _told(found, tier="working")
    for _ in range(10):
        path = f"/v1/memories/{memory['memory_id']}/correct"
        memory = sent(_keeper(found), path, {"fact": FACT})
    yield Call(_keeper(found), f"/v1/memories/{memory['memory_id']}", what="of eleven", items=11)


@worst_of("POST", "/v1/memories/recall")
def recall(scene: Scene) -> Iterator[Call]:
    found = _full(running(scene))
    body = {"agent_id": found.agent_id, "query": FACT, "limit": 20}
    yield Call(_keeper(found), "/v1/memories/recall", body, what="twenty facts", items=20)


@worst_of("POST", "/v1/memories/erasures")
def erase_all(scene: Scene) -> Iterator[Call]:
    found = _full(running(scene))
    body = {"said_by": _keeper(found).principal}
    yield Call(_keeper(found), "/v1/memories/erasures", body, what="fifty facts", items=50)


@worst_of("POST", "/v1/memories/calls")
def recall_in_a_run(scene: Scene) -> Iterator[Call]:
    found = _full(running(scene))
    by, body = call_of(found, "assent/memory.recall", {"query": FACT, "limit": 20})
    yield Call(by, "/v1/memories/calls", body, what="twenty facts", items=20)
