"""Snapshots follow from what the steps of a run gave."""

import pytest

from functions.runs.rules.run import Cursor, Run
from functions.runs.rules.snapshots import ids_to_read, refuse_earlier, snapshots
from functions.runs.rules.step_result import StepResult, result_id
from shared.kit.errors import VersionConflict
from tests.functions.runs.rules.plans import NOON, add, plan, run

PLAN = plan(add("one"), add("two"), add("three"))
STANDS = run(cursor=Cursor(unit=2), steps=3, status="paused")


def _results(of: Run) -> dict[str, StepResult]:
    made = [
        StepResult(run_id=of.run_id, number=number, step="s", status="completed", at=NOON)
        for number in range(of.cursor.unit)
    ]
    return {each.id: each for each in made}


def test_a_run_has_one_before_each_unit_that_it_reached() -> None:
    found = snapshots(STANDS, PLAN, _results(STANDS), 0, 10)
    assert [(each.snapshot, each.done, each.next_steps, each.is_newest) for each in found] == [
        ("u0", 0, ("one",), False), ("u1", 1, ("two",), False), ("u2", 2, ("three",), True)
    ]  # fmt: skip
    assert ids_to_read(STANDS, PLAN, 0, 10) == [result_id("run_1", 0), result_id("run_1", 1)]


def test_a_page_has_some_of_them() -> None:
    results = _results(STANDS)
    pages = [snapshots(STANDS, PLAN, results, first, 1) for first in range(4)]
    assert [[each.snapshot for each in page] for page in pages] == [["u0"], ["u1"], ["u2"], []]
    assert ids_to_read(STANDS, PLAN, 2, 1) == [result_id("run_1", 1)]
    assert ids_to_read(STANDS, PLAN, 3, 1) == []


def test_a_run_that_ended_has_one_after_its_last_step() -> None:
    ended = run(cursor=Cursor(unit=3), steps=3, status="completed")
    assert snapshots(ended, PLAN, _results(ended), 3, 1)[0].next_steps == ()


def test_a_replay_has_none_before_its_first_step() -> None:
    replay = STANDS.but(first_unit=1, replay_of="run_0")
    results = {id: each for id, each in _results(replay).items() if each.number >= 1}
    found = snapshots(replay, PLAN, results, 0, 10)
    assert [each.snapshot for each in found] == ["u1", "u2"]


@pytest.mark.parametrize("name", ["u0", "u1", "u3", "u99", "x", ""])
def test_a_run_goes_on_from_where_it_stands_only(name: str) -> None:
    with pytest.raises(VersionConflict):
        refuse_earlier(STANDS, name)
    refuse_earlier(STANDS, "u2")
    refuse_earlier(STANDS, None)
