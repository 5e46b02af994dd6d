"""What a schema says of a place, and what may be there at all."""

from typing import Any

import pytest

from functions.capsules.rules.schemas import at_place, misfit, mistakes, problem_with

VISIT: dict[str, Any] = {
    "type": "object",
    "required": ["course"],
    "properties": {
        "course": {"type": "string"},
        "visits": {"type": "array", "items": {"type": "integer"}},
        "rows": {"type": "array"},
        "more": {"type": "object"},
        "loose": {"type": "object", "properties": {"a": {"type": "integer"}}},
        "any": {},
    },
}


@pytest.mark.parametrize(
    ("place", "found"),
    [
        ((), VISIT),
        (("course",), {"type": "string"}),
        (("visits", 3), {"type": "integer"}),
        (("rows", 3, "anything"), {}),
        (("more", "anything"), {}),
        (("loose", "b"), {}),
        (("any", "anything", 2), {}),
        (("other",), "there is no other: there is course, visits, rows, more, loose, any"),
        (("course", 0), "course is no list"),
        (("course", "letters"), "course is string, which has no letters"),
        ((0,), "it is no list"),
    ],
)
def test_a_place_has_its_schema_or_words_for_what_is_there_instead(place: Any, found: Any) -> None:
    assert at_place(VISIT, place) == found


@pytest.mark.parametrize(
    ("given", "wanted", "told"),
    [
        ({"type": "integer"}, {"type": "number"}, None),
        ({"type": "number"}, {"type": "integer"}, None),
        ({}, {"type": "string"}, None),
        ({"type": "string"}, {}, None),
        ({"type": ["string", "null"]}, {"type": "string"}, None),
        ({"type": "string"}, {"type": "object"}, "gives string, where object is wanted"),
    ],
)
def test_what_cannot_fit_is_said(given: Any, wanted: Any, told: str | None) -> None:
    assert misfit(given, wanted) == told


def test_what_an_expression_will_give_is_not_judged() -> None:
    value = {"course": 5, "visits": ["one"]}
    assert {place for place, _ in mistakes(VISIT, value)} == {("course",), ("visits", 0)}
    known = [place for place, _ in mistakes(VISIT, value, unknown=[("course",)])]
    assert known == [("visits", 0)]
    # Neither is what is said of a whole of which it is a part.
    of_two = {"enum": [{"a": 1}, {"a": 2}]}
    assert [*mistakes(of_two, {"a": 3})]
    assert not [*mistakes(of_two, {"a": 3}, unknown=[("a",)])]


def test_a_schema_that_is_none_is_told_in_at_most_three_hundred_letters() -> None:
    assert problem_with(VISIT) is None
    told = problem_with({"type": "no" * 500})
    assert told is not None
    assert len(told) <= 300
