"""Plans whose steps add to a counter, of an agent that may do that alone."""

from emulators.demo.person import Person
from tests.journeys.world import World, spec

SCOPES = (
    *("agents:read", "agents:write", "capsules:read", "capsules:write", "runs:read", "runs:write"),
    *("approvals:read", "approvals:write", "governance:read", "audit:read"),
)
_SYSTEM = {
    "name": "assent",
    "connector": "assent",
    "operations": [{"name": "counter.add", "effect": "change", "undo": "counter.add"}],
}


def counting(steps: int, asks: int) -> str:
    """A capsule of so many calls, one of which somebody must assent to."""
    head = "capsule: count-visits\nversion: 1.0.0\nagent: visit-counter\ninputs: {}\nsteps:\n"
    return head + "".join(
        f"  - id: count_{number}\n    use: assent/counter.add\n"
        "    with: {counter: visits, amount: 1}\n"
        + ("    approval: required\n" if number == asks else "")
        for number in range(1, steps + 1)
    )


TWO, FIVE = counting(2, asks=2), counting(5, asks=3)


def rehearsed(world: World, capsule: str = FIVE) -> tuple[str, Person]:
    """The hash of a rehearsed plan of the capsule, and who may run it."""
    agent = spec(
        "visit-counter",
        systems=[_SYSTEM],
        skills=["keep-records"],
        data_access=[{"source": "assent", "mode": "write", "classification": "internal"}],
        rights={"alone": ["assent/counter.add"], "with_approval": [], "never": []},
    )
    case = world.author.send("POST", "/v1/agents", json=agent)
    assert case.status_code == 202, case.text
    world.settle()
    world.approve(case.json())
    ada = world.person("ada", SCOPES, ("operator",))
    headers = {"Content-Type": "application/yaml"}
    ada.send("POST", "/v1/capsules", content=capsule.encode(), headers=headers).raise_for_status()
    ada.post("/v1/capsules/count-visits/versions/1.0.0/publish")
    body = {"capsule": "count-visits", "version": "1.0.0", "inputs": {}}
    plan_hash = str(ada.post("/v1/plans", body)["plan_hash"])
    passes = ada.post(f"/v1/plans/{plan_hash}/ghostrun", {"mode": "full"})
    assert passes["passes"], passes
    world.settle()
    return plan_hash, ada
