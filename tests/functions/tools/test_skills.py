"""Calls that are programs: done by a token like every call, repeated and replayed with the same
outcome, and never in doubt."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from events.operations import SKILL
from shared.kit.control import Control, Flag
from shared.sandbox import workers
from shared.sandbox.full_python import FLAG, why_not_there
from tests.functions.tools.worlds import Call, World
from tests.shared.control import write_control

CHANCE = "import random, time\ndef run():\n    return [random.random(), time.time()]"


def _skill(code: str, shape: dict[str, Any] | None = None, **inputs: Any) -> Call:
    return Call(SKILL, {"code": code, "inputs": inputs, "output": shape or {}})


async def _replayed(world: World, call: Call) -> Any:
    return await world.invoke(call, await world.token(call, purpose="replay"))


async def test_a_skill_gives_its_value(world: World) -> None:
    code = "def run(lines):\n    return {'total': sum(lines)}"
    shape = {"type": "object", "properties": {"total": {"type": "integer"}}}
    answer = await world.invoke(_skill(code, shape, lines=[1, 2, 3]))
    assert (answer["status"], answer["output"]["value"]) == ("confirmed", {"total": 6})
    assert answer["cost_usd_micros"] == 0
    assert answer["decision"]


@pytest.mark.parametrize(
    ("code", "reason", "detail"),
    [
        ("def run(a):\n    return a['b']", "it failed at line 2 (KeyError)", "line 2: KeyError: b"),
        ("def run(a):\n    return 'x'", "something else than it declares: output: does not", None),
        ("def run(a):\n    return {1}", "it gave what is no JSON", "set is not JSON serializable"),
        ("def run(a):\n    return 'x' * 70000", "it gave more than 65536 characters", None),
        ("x = 1", "it has no function run", None),
    ],
)
async def test_a_skill_that_gives_nothing_is_refused_and_says_where(
    world: World, code: str, reason: str, detail: str | None
) -> None:
    answer = await world.invoke(_skill(code, {"type": "integer"}, a={}))
    assert (answer["status"], answer["may_be_repeated"]) == ("refused", False)
    assert reason in answer["reason"]
    assert (detail or "") in (answer["detail"] or "")


async def test_a_replay_reads_the_clock_and_the_chance_of_the_call(
    world: World, later: Callable[[timedelta], None]
) -> None:
    call = _skill(CHANCE)
    done = await world.invoke(call)
    later(timedelta(hours=1))
    assert (await world.invoke(call))["output"] == done["output"]
    again = await _replayed(world, call)
    assert (again["status"], again["output"]) == ("confirmed", done["output"])
    other = await world.invoke(_skill(f"{CHANCE} "))
    assert other["output"]["value"][0] != done["output"]["value"][0]
    assert other["output"]["value"][1] >= done["output"]["value"][1] + 3600


async def test_a_sandbox_that_dies_leaves_no_doubt_and_the_call_is_tried_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = _skill("def run():\n    return 1")
    workers.WORKERS.end()
    with monkeypatch.context() as broken:
        broken.setattr(workers, "_launched", lambda: "/bin/false")
        died = await world.invoke(call)
    assert (died["status"], died["may_be_repeated"]) == ("refused", True)
    assert "the sandbox ended" in died["reason"]
    workers.WORKERS.end()
    again = await world.invoke(call, await world.token(call))
    assert (again["status"], again["output"]["value"]) == ("confirmed", 1)


def _in_full_python(**inputs: Any) -> Call:
    code = "class Two(int): pass\ndef run(a):\n    import time\n    return [Two(a), time.time()]"
    said = _skill(code, **inputs).arguments
    return Call(SKILL, {**(said or {}), "runtime": "cpython"})


async def test_full_python_is_off_until_the_tenant_turns_it_on(world: World) -> None:
    answer = await world.invoke(_in_full_python(a=2))
    assert (answer["status"], answer["may_be_repeated"]) == ("refused", True)
    assert "PUT /v1/flags/full-python" in answer["reason"]


@pytest.mark.skipif(why_not_there() is not None, reason=f"no full Python here: {why_not_there()}")
async def test_full_python_that_is_on_is_replayed_as_it_was_recorded(world: World) -> None:
    await write_control(world.store, Control(flags={FLAG: Flag(percent=99)}))
    call = _in_full_python(a=2)
    assert (await world.invoke(call))["status"] == "refused"
    other = world.at(f"{world.tenant}-on")
    await write_control(other.store, Control(flags={FLAG: Flag(percent=100)}))
    await other.agent()
    done = await other.invoke(call)
    assert done["status"] == "confirmed", done["reason"]
    assert (done["status"], done["output"]["value"][0]) == ("confirmed", 2), done
    assert (await _replayed(other, call))["output"] == done["output"]
