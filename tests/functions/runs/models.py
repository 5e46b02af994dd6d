"""The scripted model of a test, and steps in which it chooses."""

from typing import Any

import aiohttp

from emulators.model_server import SCRIPTED
from events.operations import OPERATIONS
from events.plan_content import AgentTurns, Call, Envelope, PlanStep
from events.rights import RightLimits
from tests.functions.runs.worlds import COUNTER, World, call

TOOL = "assent_counter_add"


def think(
    id: str,
    goal: Any,
    *calls: Call,
    most_calls: int = 5,
    most_turns: int = 5,
    spend: int = 50_000,
    model: str = SCRIPTED,
    **step: Any,
) -> PlanStep:
    """A step in which a model chooses among these calls, by default additions to a counter."""
    envelope = Envelope(
        model=model,
        calls=calls or (call(COUNTER, {}),),
        most_calls=most_calls,
        most_turns=most_turns,
        spend_usd_micros=spend,
    )
    return PlanStep(id=id, does=AgentTurns(goal=goal, envelope=envelope), **step)


def bounded(operation: str, **limits: Any) -> Call:
    """A call within limits of a right."""
    assert operation in OPERATIONS
    return call(operation, {}).but(limits=RightLimits(**limits))


def adds(amount: Any, counter: str = "visits", tool: str = TOOL) -> dict[str, Any]:
    """A call that the model chooses."""
    return {"name": tool, "arguments": {"counter": counter, "amount": amount}}


def turn(*calls: dict[str, Any], **answer: Any) -> dict[str, Any]:
    """An answer of the model that makes calls."""
    return {"calls": list(calls), **answer}


class Script:
    """What the model answers about one goal, which nobody else has."""

    def __init__(self, http: aiohttp.ClientSession, url: str, goal: str) -> None:
        self._http, self._url, self.goal = http, url, goal

    async def says(self, *answers: dict[str, Any]) -> None:
        """More answers."""
        body = {"goal": self.goal, "answers": list(answers)}
        async with self._http.post(f"{self._url}/scripts", json=body) as answer:
            assert answer.status == 200

    async def asked(self) -> list[Any]:
        """What the model was asked so far."""
        params = {"goal": self.goal}
        async with self._http.get(f"{self._url}/asked", params=params) as answer:
            return list(await answer.json())

    async def told(self) -> list[str]:
        """What the model was told last of its calls, in their order."""
        last = (await self.asked())[-1]["messages"]
        return [each["content"] for each in last if each["role"] == "tool"]


async def ended(world: World, run_id: str) -> Any:
    """The run once nothing follows by itself: its timer finds a process that died, or was slow."""
    for _ in range(8):
        await world.settle()
        run = await world.shown(run_id)
        if run["status"] != "running":
            return run
        await world.fire(run_id)
    raise AssertionError(f"it never ends: {run}")
