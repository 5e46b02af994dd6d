"""What a card shows of what has changed since somebody assented to it before."""

import copy
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.runs.rules.differences import (
    LONGEST_SHOWN,
    MOST_SHOWN,
    difference,
    differences,
    is_assent,
    place_of,
)
from shared.kit.canonical import canonical_json
from tests.functions.runs.rules.plans import add, plan, run

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=20,
)


def _plan(amount: Any, *more: Any) -> Any:
    return plan(add("one"), add("two", amount), *more).model_dump(mode="json")


def test_only_the_argument_that_changed_is_shown_at_its_step() -> None:
    found = difference("a" * 64, _plan(5), _plan(50))
    change = {"path": "/steps/two/does/arguments/amount", "was": 5, "is": 50}
    assert found == {"since": "a" * 64, "changed": [change]}


def test_a_step_that_is_new_gone_or_elsewhere_is_shown_as_that() -> None:
    before, after = _plan(5), _plan(5, add("three"))
    (added,) = differences(before, after)
    assert (added["path"], "was" in added) == ("/steps/three", False)
    (gone,) = differences(after, before)
    assert (gone["path"], "is" in gone) == ("/steps/three", False)
    turned = copy.deepcopy(before)
    turned["steps"].reverse()
    (moved,) = differences(before, turned)
    assert moved == {"path": "/steps", "was": ["one", "two"], "is": ["two", "one"]}


@pytest.mark.parametrize(("was", "now"), [(1, True), (0, False), ("1", 1), ("", None), ([], {})])
def test_what_python_takes_for_equal_and_json_does_not_is_shown(was: Any, now: Any) -> None:
    assert [*differences({"it": was}, {"it": now})] == [{"path": "/it", "was": was, "is": now}]


def test_the_calls_of_a_step_are_compared_without_what_is_the_runs() -> None:
    content = {"plan_hash": "a", "run_id": "run_1", "calls": [{"iteration": None, "arguments": {}}]}
    other = {**content, "plan_hash": "b", "run_id": "run_2"}
    assert difference("c" * 64, content, other)["changed"] == []


def test_what_changed_at_the_end_of_a_long_text_is_shown() -> None:
    text = "x" * 5_000
    (change,) = differences({"to": f"{text} ada"}, {"to": f"{text} eve"})
    assert change["was"].endswith(" ada")
    assert change["is"].endswith(" eve")
    assert max(map(len, change.values())) <= LONGEST_SHOWN + 2


def test_a_difference_is_bounded_and_counts_what_it_leaves_out() -> None:
    many = {f"k{number}" * 300: "x" * 1_000 for number in range(100)}
    found = difference("a" * 64, {}, many)
    assert (len(found["changed"]), found["more"]) == (MOST_SHOWN, 100 - MOST_SHOWN)
    assert len(canonical_json(found)) < 30_000


def test_of_what_was_erased_only_the_hash_is_left() -> None:
    assert difference("a" * 64, None, _plan(5)) == {"since": "a" * 64, "changed": None}


@given(VALUES, VALUES)
def test_there_is_a_difference_exactly_where_the_json_differs(was: Any, now: Any) -> None:
    found = [*differences({"it": was}, {"it": now})]
    assert bool(found) == (canonical_json(was) != canonical_json(now))


@pytest.mark.parametrize(
    ("status", "capacity", "counts"),
    [
        ("approved", "governor", True),
        ("approved", "self", True),
        ("approved", "silence", False),
        ("auto_approved", "precedent", False),
        ("rejected", "governor", False),
        ("vetoed", "governor", False),
    ],
)
def test_only_what_a_person_assented_to_counts(status: str, capacity: str, counts: bool) -> None:
    decision: Any = SimpleNamespace(status=status, capacity=capacity)
    assert is_assent(decision) == counts


@pytest.mark.parametrize(
    "changed", [{"agent_id": "agt_2"}, {"capsule": "other"}, {"workspace_id": "wsp_1"}]
)
def test_other_agents_capsules_and_workspaces_have_places_of_their_own(changed: Any) -> None:
    assert place_of(run(), None) != place_of(run(**changed), None)
    assert place_of(run(), "one") not in (place_of(run(), None), place_of(run(), "two"))
