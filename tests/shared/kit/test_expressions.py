"""Expressions read the places that they name, and nothing else."""

from typing import Any

import pytest

from shared.kit.expressions import (
    DEEPEST,
    LONGEST,
    ExpressionFailed,
    ExpressionInvalid,
    evaluate,
    in_words,
    read,
)

DATA = {"inputs": {"n": 3, "w": "a", "l": [{"x": 1}, {"x": 2}]}, "item": None}


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ("inputs.n", ["inputs.n"]),
        ("steps.a.output.items[0].x", ["steps.a.output.items[0].x"]),
        ("steps['a'].output[inputs.n]", ["steps.a.output", "inputs.n"]),
        ("inputs.l.map(each, each.x + inputs.n)", ["inputs.l", "inputs.n"]),
        ("has(item.a) ? item.a : inputs.n", ["item.a", "inputs.n"]),
        ("{'a': inputs.n, 'b': [inputs.w]}", ["inputs.n", "inputs.w"]),
        ("1 + 2", []),
        ("true", []),
    ],
)
def test_an_expression_says_what_it_reads(text: str, reads: list[str]) -> None:
    assert list(map(in_words, read(text).reads)) == reads


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("inputs.n", 3),
        ("inputs.l[1].x", 2),
        ("inputs.n * 2 + 1", 7),
        ("-inputs.n", -3),
        ("'W' + string(inputs.n)", "W3"),
        ("inputs.l.map(each, each.x)", [1, 2]),
        ("inputs.l.filter(each, each.x > 1)", [{"x": 2}]),
        ("{'a': inputs.w, 'b': null}", {"a": "a", "b": None}),
        ("inputs.n > 2 && inputs.w.startsWith('a')", True),
        ("size(inputs.l)", 2),
        ("1.5", 1.5),
        ("item", None),
    ],
)
def test_its_value_is_json(text: str, value: Any) -> None:
    found = evaluate(text, DATA)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("a b", "from its character 3 on"),
        ("'" + "x" * LONGEST + "'", "at most 2000"),
        ("(" * (DEEPEST + 1) + "1" + ")" * (DEEPEST + 1), "nested more than 20 deep"),
        ("inputs.w.matches('(a+)+$')", "calls matches, which is not there"),
        ("exec('x')", "calls exec, which is not there"),
        ("inputs.l.map(1, 2)", "a macro without a name"),
        ("Foo{a: 1}", "makes an object of a type"),
    ],
)
def test_what_is_no_expression_is_refused(text: str, words: str) -> None:
    with pytest.raises(ExpressionInvalid, match=words.replace("(", r"\(")):
        read(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("inputs.x", "there is no inputs.x"),
        ("inputs.l[5].x", r"there is no inputs.l\[5\]"),
        ("inputs.n / 0", "has no value"),
        ("b'a'", "is no JSON"),
        ("timestamp('2026-01-01T00:00:00Z')", "is no JSON"),
        ("9223372036854775807 + 1", "has no value"),
    ],
)
def test_what_has_no_value_says_why(text: str, words: str) -> None:
    with pytest.raises(ExpressionFailed, match=words):
        evaluate(text, DATA)
