"""Calls of a local model take turns: a tenant has its share of the places, a caller that reads
slowly or leaves holds up nobody, and a process that hangs is replaced."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from functions.models.rules.turns import PLACES
from functions.models.service import turns
from functions.models.service.answers import Answer, BrokenOff, Busy, NotHere, ProviderRequest
from functions.models.service.turns import Turns
from shared.language.process import LanguageModel
from tests.functions.models.worlds import until
from tests.shared.language.processes import (
    ANSWERS,
    FAILS,
    HANGS,
    HANGS_ONCE,
    REFUSES,
    noted,
    running,
)

PATH = "/chat/completions"


class LocalModel:
    """A model of that script with its turns, and what its processes noted."""

    def __init__(self, script: str, notes: Path, **seconds: float) -> None:
        self.notes = notes
        self.model = LanguageModel("small", running(script, notes))
        within = {"place_within": 0.2, "turn_within": 30.0, "answered_within": 30.0, **seconds}
        self.turns = Turns(self.model, **within)

    async def ask(self, name: str, tenant: str = "ada-inc", **said: Any) -> Answer:
        body = json.dumps({"name": name, **said}).encode()
        return await self.turns.ask(tenant, ProviderRequest(PATH, body, {"X-Test": "1"}))

    async def heard(self, name: str, tenant: str = "ada-inc", **said: Any) -> str:
        answer = await self.ask(name, tenant, **said)
        return b"".join([each async for each in answer.aiter_raw()]).decode()

    def asking(self, name: str, tenant: str = "ada-inc", **said: Any) -> "asyncio.Task[str]":
        return asyncio.create_task(self.heard(name, tenant, **said))

    async def noted(self, line: str) -> None:
        async def is_noted() -> bool:
            return line in noted(self.notes)

        await until(is_noted)


@pytest.fixture
async def made(tmp_path: Path) -> AsyncIterator[Any]:
    """Makes models whose processes end with the test."""
    found: list[LocalModel] = []

    def make(script: str, **seconds: float) -> LocalModel:
        found.append(LocalModel(script, tmp_path / "notes", **seconds))
        return found[-1]

    yield make
    for each in found:
        await asyncio.to_thread(each.model.stop)


async def test_calls_are_answered_one_after_another(made: Any) -> None:
    local = made(ANSWERS)
    first = local.asking("one", seconds=0.3)
    await local.noted("begun one")
    assert await local.heard("two", "bo-inc") == "heard two"
    assert await first == "heard one"
    notes = noted(local.notes)
    assert notes.index("answered one") < notes.index("begun two")
    assert notes.count("started") == 1


async def test_a_third_tenant_is_answered_before_the_second_calls_of_two(made: Any) -> None:
    local = made(ANSWERS)
    held = [local.asking("one", seconds=1.0)]
    await local.noted("begun one")
    asked = (("two", "ada-inc"), ("three", "bo-inc"), ("four", "bo-inc"), ("five", "cy-inc"))
    for name, tenant in asked:
        held.append(local.asking(name, tenant))
        await asyncio.sleep(0)
    with pytest.raises(Busy):
        await local.heard("six")
    with pytest.raises(Busy):
        await local.heard("seven", "cy-inc")
    await asyncio.gather(*held)
    begun = [each for each in noted(local.notes) if each.startswith("begun")]
    assert begun == [f"begun {each}" for each in ("one", "three", "five", "two", "four")]


async def test_of_as_many_tenants_as_there_are_places_each_has_one(made: Any) -> None:
    local = made(ANSWERS)
    held = [local.asking("0", "tenant-0", seconds=1.0)]
    await local.noted("begun 0")
    for number in range(1, PLACES):
        held.append(local.asking(f"{number}", f"tenant-{number}"))
        await asyncio.sleep(0)
    with pytest.raises(Busy):
        await local.heard("more", "ada-inc")
    assert await asyncio.gather(*held) == [f"heard {number}" for number in range(PLACES)]
    assert await local.heard("more", "ada-inc") == "heard more"


async def test_whoever_waits_for_a_place_gets_one_that_is_left_in_time(made: Any) -> None:
    local = made(ANSWERS, place_within=20.0)
    held = [local.asking(each, seconds=0.2) for each in ("one", "two")]
    assert await local.heard("three") == "heard three"
    await asyncio.gather(*held)


async def test_a_program_that_reads_slowly_holds_up_nobody(made: Any) -> None:
    local = made(ANSWERS)
    slow = await local.ask("one", more=1_000_000)
    assert await local.heard("two", "bo-inc") == "heard two"
    whole = b"".join([each async for each in slow.aiter_raw()])
    assert len(whole) == len("heard one") + 1_000_000


async def test_a_program_that_leaves_gives_its_place_and_its_turn_back(made: Any) -> None:
    local = made(ANSWERS)
    for _ in range(PLACES + 1):
        left = await local.ask("one", between=5.0)
        await left.aclose()
    gone = local.asking("two", seconds=20.0)
    await local.noted("begun two")
    gone.cancel()
    async with asyncio.timeout(15):
        assert await local.heard("three") == "heard three"


async def test_a_process_that_hangs_is_replaced_after_its_time(made: Any) -> None:
    local = made(HANGS_ONCE, answered_within=1.0)
    waiting = [local.asking("one"), local.asking("two")]
    with pytest.raises(BrokenOff):
        await waiting[0]
    # Who waited for the turn is answered by the next process.
    assert await waiting[1] == "heard two"
    assert noted(local.notes).count("started") == 2


async def test_a_process_that_stops_within_its_answer_is_replaced_too(made: Any) -> None:
    local = made(ANSWERS, answered_within=1.0)
    answer = await local.ask("one", between=60.0)
    with pytest.raises(BrokenOff):
        assert [each async for each in answer.aiter_raw()] == [b"heard "]
    assert await local.heard("two") == "heard two"
    assert noted(local.notes).count("started") == 2


async def test_programs_that_give_up_sooner_find_out_together_that_it_hangs(made: Any) -> None:
    local = made(HANGS_ONCE, answered_within=2.0)
    for _ in range(30):
        try:
            async with asyncio.timeout(0.9):
                await local.heard("one")
        except TimeoutError:
            continue
        except BrokenOff:
            break
    async with asyncio.timeout(20):
        assert await local.heard("two") == "heard two"
    assert noted(local.notes).count("started") == 2


async def test_a_process_that_dies_breaks_off_and_the_next_call_has_another(made: Any) -> None:
    local = made(ANSWERS)
    with pytest.raises(BrokenOff):
        await local.heard("one", dies=True)
    assert await local.heard("two") == "heard two"
    assert noted(local.notes).count("started") == 2


async def test_whoever_waits_too_long_for_the_turn_is_told(made: Any) -> None:
    local = made(HANGS, turn_within=0.2)
    hung = local.asking("one")
    await local.noted("asked")
    with pytest.raises(Busy):
        await local.heard("two")
    hung.cancel()


@pytest.mark.parametrize(("script", "is_refused"), [(FAILS, False), (REFUSES, True)])
async def test_a_model_that_does_not_start_is_asked_for_once(
    made: Any, script: str, is_refused: bool
) -> None:
    local = made(script)
    for _ in range(PLACES + 1):
        with pytest.raises(NotHere) as told:
            await local.heard("one")
        assert told.value.is_refused is is_refused
    assert noted(local.notes) == ["started"]


async def test_an_answer_longer_than_any_is_broken_off(
    made: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "MOST_ANSWER_BYTES", 1_000)
    local = made(ANSWERS)
    with pytest.raises(BrokenOff):
        await local.heard("one", more=2_000)
    assert await local.heard("two") == "heard two"
