"""A text that is one expression stands for its value; any other text holds the values."""

from typing import Any

import pytest

from shared.kit.expressions import ExpressionFailed, ExpressionInvalid
from shared.kit.templates import MOST_CHARACTERS, condition, expressions_in, filled

DATA = {"inputs": {"n": 3, "w": "a", "l": [1, {"q": 2}]}}


@pytest.mark.parametrize(
    ("template", "value"),
    [
        ("${{ inputs.n }}", 3),
        ("${{ inputs.n }} of ${{ inputs.w }}", "3 of a"),
        (" ${{ inputs.l }}", ' [1,{"q":2}]'),
        ({"a": ["${{ inputs.l }}", "plain", 1, None]}, {"a": [[1, {"q": 2}], "plain", 1, None]}),
        ("${{ {'a': {'b': 1}} }}", {"a": {"b": 1}}),
        ("${{ '}}' }}", "}}"),
        ("$ { {", "$ { {"),
    ],
)
def test_a_template_is_filled(template: Any, value: Any) -> None:
    assert filled(template, DATA) == value


def test_expressions_are_found_with_their_places() -> None:
    template = {"a": ["x", "${{ inputs.n }} ${{ inputs.w }}"], "b": "${{ item }}"}
    found = [(at, each.text) for at, each in expressions_in(template)]
    assert found == [(("a", 1), "inputs.n"), (("a", 1), "inputs.w"), (("b",), "item")]


@pytest.mark.parametrize("text", ["${{ inputs.n", "${{ }}", "${{ inputs.n }"])
def test_what_is_not_closed_or_empty_is_refused(text: str) -> None:
    with pytest.raises(ExpressionInvalid):
        filled(text, DATA)


def test_a_condition_may_be_written_without_braces_and_has_nothing_around_it() -> None:
    assert condition("inputs.n > 2").text == condition("${{ inputs.n > 2 }}").text
    with pytest.raises(ExpressionInvalid, match="text around"):
        condition("not ${{ inputs.n }}")


@pytest.mark.parametrize(
    "template", ["${{ inputs.t }} " * 1000, ["${{ inputs.t }}"] * 1000, ["${{ inputs.l }}"] * 1000]
)
def test_a_small_template_of_large_values_stops_before_it_is_large(template: Any) -> None:
    long = "x" * (MOST_CHARACTERS // 100)
    with pytest.raises(ExpressionFailed, match="characters in all"):
        filled(template, {"inputs": {"t": long, "l": [long]}})
