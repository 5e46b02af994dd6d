"""The limits of a right are judged on the arguments of each call."""

from typing import Any

import pytest

from events.rights import MoneyLimit, RightLimits
from functions.runs.rules.limits import breach

MONEY = RightLimits(up_to_usd=MoneyLimit(usd=25.5, argument="amount", currency="currency"))


def test_a_call_within_no_limits_is_inside() -> None:
    assert breach(RightLimits(), {"to": "anybody"}, 1_000) is None


def test_calls_of_a_run_are_counted() -> None:
    twice = RightLimits(per_run=2)
    assert breach(twice, {}, 1) is None
    assert breach(twice, {}, 2) == "the agent may call it 2 times a run"


@pytest.mark.parametrize(
    ("pattern", "value", "is_inside"),
    [
        ("desk@clinic.example", "desk@clinic.example", True),
        ("desk@clinic.example", "desk@clinic.example.evil", False),
        ("*@clinic.example", "desk@clinic.example", True),
        ("*@clinic.example", "desk@clinic.example.evil", False),
        ("visits-*", "other-visits-1", False),
        ("a*b*c", "a-b-c", True),
        ("a*b*c", "a-c", False),
        ("a*b*c", "ab", False),
        ("*", "", True),
        # What stands for anything overlaps nothing.
        ("ab*ba", "aba", False),
        ("7", 7, True),
        ("7", "7", True),
        ("*", ["a", "b"], True),
        ("a", ["a", "b"], False),
        ("*", [], False),
        ('{"a": 1}', {"a": 1}, True),
    ],
)
def test_each_value_is_one_of_the_patterns(pattern: str, value: Any, is_inside: bool) -> None:
    limits = RightLimits(only={"to": ("never", pattern)})
    told = breach(limits, {"to": value}, 0)
    assert told == (None if is_inside else f"its argument to must be one of never, {pattern}")


def test_an_argument_that_is_missing_is_outside() -> None:
    told = breach(RightLimits(only={"to": ("a*",)}), {"from": "a"}, 0)
    assert told == "its argument to is missing, which must be one of a*"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"amount": 25.5, "currency": "USD"}, None),
        ({"amount": 0, "currency": "USD"}, None),
        ({"amount": 25.500001, "currency": "USD"}, "its argument amount must be at most 25.5"),
        ({"amount": -1, "currency": "USD"}, "its argument amount must be at most 25.5"),
        ({"amount": float("nan"), "currency": "USD"}, "its argument amount must be at most 25.5"),
        ({"amount": True, "currency": "USD"}, "its argument amount must be an amount"),
        ({"amount": "1", "currency": "USD"}, "its argument amount must be an amount"),
        ({"currency": "USD"}, "its argument amount must be an amount"),
        ({"amount": 1}, "its argument currency must be USD, in which its limit is"),
        (
            {"amount": 1, "currency": "EUR"},
            "its argument currency must be USD, in which its limit is",
        ),
    ],
)
def test_money_is_in_dollars_and_at_most_its_limit(arguments: Any, told: str | None) -> None:
    assert breach(MONEY, arguments, 0) == told
