"""A process that dies at any call to a store: whoever repeats the command gets its one answer, and
it is in the log once."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from shared.messaging.log import EVENT_LOG
from tests.deaths import Death, dies
from tests.functions.capsules.worlds import COUNT_AND_LIST, World

pytestmark = pytest.mark.repeats

Repeated = Callable[[], Awaitable[httpx.Response]]


def _each_death(reads: int, commits: int) -> list[Death]:
    """One call more than a command makes: the last deaths find none to die at."""
    return [
        (method, moment, number)
        for method, most in (("BatchGetDocuments", reads), ("Commit", commits))
        for number in range(1, most + 2)
        for moment in ("before", "after")
    ]


async def _survived(world: World, act: Repeated, death: Death) -> Any:
    """The answer to the command that was repeated with its key after its process died."""
    await dies(world.cloud, act, death)
    answer = await act()
    assert answer.is_success, (death, answer.text)
    again = await act()
    assert (again.status_code, again.json()) == (answer.status_code, answer.json()), death
    return answer.json()


async def _told_of(world: World, text: str) -> list[str]:
    """The types of the events that say the text; what is left unpublished is swept."""
    page = await world.store.find(EVENT_LOG, limit=300)
    found = [each.data for each in page.items if text in str(each.data["data"])]
    return sorted(each["type"] for each in found)


@pytest.mark.parametrize("one_in", [3, pytest.param(1, marks=pytest.mark.nightly)])
async def test_a_capsule_is_written_and_published_once(world: World, one_in: int) -> None:
    # From the last on, which is after the last commit.
    deaths = _each_death(reads=3, commits=2)[::-one_in]
    for number, death in enumerate(deaths):
        name = f"count-{number}"
        source = COUNT_AND_LIST.replace("count-stock", name)
        path = f"/v1/capsules/{name}/versions/1.0.0/publish"

        async def write(source: str = source, name: str = name) -> httpx.Response:
            media_type = "application/yaml"
            return await world.post("/v1/capsules", source, key=f"w-{name}", media_type=media_type)

        async def publish(path: str = path, name: str = name) -> httpx.Response:
            return await world.post(path, key=f"p-{name}")

        written = await _survived(world, write, death)
        published = await _survived(world, publish, death)
        assert (written["status"], published["status"]) == ("draft", "published"), death
        assert published["signature"], death
        shown = await world.get(path.removesuffix("/publish"))
        assert shown.json()["signature"] == published["signature"], death
        told = ["assent.capsule.drafted.v1", "assent.capsule.published.v1"]
        assert await _told_of(world, name) == told, death


@pytest.mark.nightly
async def test_a_plan_is_compiled_and_rehearsed_once(world: World) -> None:
    await world.publish()
    for number, death in enumerate(_each_death(reads=6, commits=2)):
        inputs = {"shelf": f"s{number}", "amount": number}
        body = {"capsule": "count-stock", "version": "1.0.0", "inputs": inputs}

        async def compile(body: Any = body, number: int = number) -> httpx.Response:
            return await world.post("/v1/plans", body, key=f"c-{number}")

        plan = await _survived(world, compile, death)
        path = f"/v1/plans/{plan['plan_hash']}"

        async def rehearse(path: str = path, number: int = number) -> httpx.Response:
            return await world.post(f"{path}/ghostrun", {"mode": "full"}, key=f"g-{number}")

        prediction = await _survived(world, rehearse, death)
        shown = (await world.get(path)).json()
        assert (plan["status"], shown["status"]) == ("compiled", "rehearsed"), death
        assert prediction["passes"], death
        assert await _told_of(world, plan["plan_hash"]) == [
            "assent.plan.compiled.v1",
            "assent.plan.rehearsed.v1",
        ], death
