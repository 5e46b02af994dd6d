"""Comparisons over content fail closed, and what they mean for each other."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.precedents import Condition
from functions.approvals.rules.implications import contradiction, covers
from shared.precedents.conditions import in_words, is_satisfied, same, why_not

CONTENT = {
    "industry": "healthcare",
    "skills": ["research", "draft"],
    "budget": {"per_run_usd": 0.5, "runs": 3},
    "data_access": [
        {"source": "cms", "classification": "public"},
        {"source": "wiki", "classification": "internal"},
    ],
    "flags": {"trial": False, "none": None},
    "empty": [],
    "mixed": [{"a": 1}, {"b": 2}],
}


def condition(field: str, op: str, value: Any = None) -> Condition:
    return Condition(field=f"content.{field}", op=op, value=value)


HOLDS = [
    ("industry", "eq", "healthcare"),
    ("industry", "ne", "retail"),
    ("industry", "in", ["healthcare", "retail"]),
    ("industry", "not_in", ["retail"]),
    ("industry", "contains", "health"),
    ("industry", "lt", "z"),
    ("skills", "contains", "draft"),
    ("skills", "subset_of", ["draft", "research", "translate"]),
    ("skills", "eq", ["research", "draft"]),
    ("skills.0", "eq", "research"),
    ("budget", "eq", {"runs": 3.0, "per_run_usd": 0.5}),
    ("budget.per_run_usd", "le", 0.5),
    ("budget.runs", "lt", 4),
    ("budget.runs", "ge", 3),
    ("budget.runs", "gt", 2.5),
    ("data_access.classification", "subset_of", ["public", "internal"]),
    ("data_access.1.classification", "eq", "internal"),
    ("flags.trial", "eq", False),
    ("flags.none", "exists", True),
    ("flags.none", "eq", None),
    ("flags.other", "exists", False),
    ("industry", "exists", None),
    ("empty", "subset_of", ["x"]),
]
FAILS = [
    ("industry", "eq", "Healthcare"),
    ("industry", "in", "healthcare"),
    ("industry", "not_in", "retail"),
    ("industry", "lt", 5),
    ("industry", "contains", 1),
    ("industry", "subset_of", ["healthcare"]),
    ("industry.name", "exists", True),
    ("skills", "subset_of", ["draft"]),
    ("skills", "subset_of", "research draft"),
    ("skills.2", "exists", True),
    ("skills.99999999999999999999", "exists", True),
    ("budget.runs", "eq", True),
    ("budget.runs", "le", "3"),
    ("budget.runs", "contains", 3),
    ("flags.trial", "eq", 0),
    ("flags.trial", "lt", 1),
    ("flags.other", "ne", 1),
    ("flags.other", "not_in", []),
    ("data_access.classification", "subset_of", ["public"]),
    ("data_access.mode", "exists", True),
    ("mixed.a", "subset_of", [1]),
    ("industry", "exists", False),
]


@pytest.mark.parametrize(("field", "op", "value"), HOLDS)
def test_a_condition_that_holds_is_satisfied(field: str, op: str, value: Any) -> None:
    assert is_satisfied(condition(field, op, value), CONTENT)


@pytest.mark.parametrize(("field", "op", "value"), FAILS)
def test_what_is_missing_or_of_another_type_satisfies_nothing(
    field: str, op: str, value: Any
) -> None:
    assert not is_satisfied(condition(field, op, value), CONTENT)


def test_a_card_says_what_was_asked_and_what_is_there() -> None:
    asked = condition("industry", "eq", "retail")
    assert in_words(asked) == 'content.industry eq "retail"'
    assert why_not(asked, CONTENT) == 'content.industry eq "retail": it is "healthcare"'
    assert why_not(condition("x", "eq", 1), CONTENT) == "content.x eq 1: it is missing"
    assert len(in_words(condition("x", "eq", "y" * 1000))) < 160


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(-5, 5) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=6,
)


@given(json_values, json_values)
def test_equality_is_symmetric_and_reflexive(left: Any, right: Any) -> None:
    assert same(left, left)
    assert same(left, right) == same(right, left)


@given(json_values, st.sampled_from(["eq", "in", "lt", "contains", "subset_of"]), json_values)
def test_no_value_of_any_type_breaks_a_comparison(actual: Any, op: str, value: Any) -> None:
    assert is_satisfied(condition("x", op, value), {"x": actual}) in (True, False)


CLASHING = [
    (("a", "eq", 1), ("a", "eq", 2)),
    (("a", "eq", 1), ("a", "ne", 1)),
    (("a", "eq", "x"), ("a", "in", ["y"])),
    (("a", "in", ["x", "y"]), ("a", "not_in", ["x", "y", "z"])),
    (("a", "lt", 1), ("a", "gt", 2)),
    (("a", "lt", 1), ("a", "ge", 1)),
    (("a", "le", 1), ("a", "gt", 1)),
    (("a", "le", 1), ("a", "ge", "1")),
    (("a", "exists", False), ("a", "eq", 1)),
    (("a", "exists", False), ("a", "exists", True)),
]
COMPATIBLE = [
    (("a", "eq", 1), ("b", "eq", 2)),
    (("a", "eq", 1), ("a", "le", 1)),
    (("a", "in", ["x", "y"]), ("a", "ne", "x")),
    (("a", "le", 1), ("a", "ge", 1)),
    (("a", "lt", 2), ("a", "gt", 1)),
    (("a", "contains", "x"), ("a", "contains", "y")),
    (("a", "exists", False), ("a", "exists", False)),
    (("a", "in", "no list"), ("a", "ne", 1)),
]


@pytest.mark.parametrize(("left", "right"), CLASHING)
def test_conditions_nothing_can_satisfy_together_are_found(left: Any, right: Any) -> None:
    for pair in ((left, right), (right, left)):
        assert contradiction([condition(*each) for each in pair])


@pytest.mark.parametrize(("left", "right"), COMPATIBLE)
def test_conditions_that_can_hold_together_are_left_alone(left: Any, right: Any) -> None:
    for pair in ((left, right), (right, left)):
        assert contradiction([condition(*each) for each in pair]) is None


COVERED = [
    ([("a", "eq", 1)], [("a", "eq", 1), ("b", "eq", 2)]),
    ([("a", "exists", True)], []),
    ([("a", "in", [1, 2])], [("a", "eq", 1)]),
    ([("a", "in", [1, 2, 3])], [("a", "in", [1, 3])]),
    ([("a", "subset_of", ["x", "y"])], [("a", "subset_of", ["x"])]),
    ([("a", "le", 5)], [("a", "lt", 5)]),
    ([("a", "lt", 5)], [("a", "le", 4)]),
    ([("a", "ge", 1)], [("a", "gt", 2)]),
    ([("a", "ne", 2)], [("a", "eq", 1)]),
]
NOT_COVERED = [
    ([("a", "eq", 1), ("b", "eq", 2)], [("a", "eq", 1)]),
    ([("a", "exists", False)], []),
    ([("a", "eq", 1)], [("b", "eq", 1)]),
    ([("a", "in", [1])], [("a", "in", [1, 2])]),
    ([("a", "subset_of", ["x"])], [("a", "subset_of", ["x", "y"])]),
    ([("a", "le", 5)], [("a", "le", 6)]),
    ([("a", "le", 5)], [("a", "ge", 5)]),
    ([("a", "contains", "x")], [("a", "contains", "y")]),
]


@pytest.mark.parametrize(("wide", "narrow"), COVERED)
def test_a_wider_set_of_conditions_covers_a_narrower(wide: Any, narrow: Any) -> None:
    assert covers([condition(*each) for each in wide], [condition(*each) for each in narrow])


@pytest.mark.parametrize(("wide", "narrow"), NOT_COVERED)
def test_what_is_not_known_to_be_covered_is_not(wide: Any, narrow: Any) -> None:
    assert not covers([condition(*each) for each in wide], [condition(*each) for each in narrow])
