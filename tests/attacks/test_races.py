"""Five people with five answers about one case, at once: one outcome, told alike everywhere."""

import random
from dataclasses import replace
from typing import Any

import httpx
import pytest

from emulators.running import RunningPlatform
from tests.attacks.race import Company, Race
from tests.attacks.races import Races
from tests.attacks.told import Records, decisions, outcome, told
from tests.journeys.world import World

pytestmark = pytest.mark.platform
RACES = 6


@pytest.fixture
def raced(world: World, running: RunningPlatform) -> tuple[Race, Records]:
    case = world.submit("writer")
    race = Company(world).race(case, random.Random(7))
    world.settle()
    return race, Races(running, seed=7).records(world)


def test_five_answers_at_once_have_one_outcome(world: World, running: RunningPlatform) -> None:
    verdict = Races(running, seed=20).run(RACES)
    assert verdict.contradictions == []
    assert verdict.outcomes.total() == RACES
    assert len(verdict.outcomes) >= 2, "always the same ones were first"


@pytest.mark.nightly
@pytest.mark.timeout(1800)
def test_a_thousand_times_five_answers_have_one_outcome_each(
    world: World, running: RunningPlatform
) -> None:
    verdict = Races(running, seed=1000).run(1000)
    assert verdict.contradictions == []
    assert verdict.outcomes.total() == 1000


def test_whoever_tells_another_story_is_noticed(world: World, raced: tuple[Race, Records]) -> None:
    race, records = raced
    assert outcome(told(world, race, records)) is not None
    (final,) = decisions(records.log, f"approval/{race.card['id']}")
    twice = {**final, "id": "evt_2"}
    other = {**final, "data": {**final["data"], "status": "expired", "decided_by": "deadline"}}
    without = [entry for entry in records.audit if entry["id"] != final["id"]]
    stories: dict[str, Records] = {
        "two decisions in the log": Records([*records.log, twice], records.audit),
        "another decision in the log": Records(_with(records.log, final, other), records.audit),
        "none in the log": Records([], records.audit),
        "none in the audit": Records(records.log, without),
        "another in the audit": Records(records.log, _with(records.audit, final, other)),
    }
    for name, each in stories.items():
        assert outcome(told(world, race, each)) is None, name
    for status in (200, 409):
        lied = replace(race, answers=dict.fromkeys(race.answers, httpx.Response(status)))
        assert outcome(told(world, lied, records)) is None, "all were accepted, or none"


def _with(events: Any, final: dict[str, Any], other: dict[str, Any]) -> list[dict[str, Any]]:
    return [other if each["id"] == final["id"] else each for each in events]
