"""Judging by a schema takes a bounded time, whoever wrote it."""

import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import pytest

from shared.kit.json_limits import JsonLimit
from shared.kit.pattern_work import pattern_work
from shared.kit.schemas import TooCostly, faults, unjudgeable
from shared.kit.shapes import wrong
from tests.shared.kit.drawn_schemas import drawn_schema, drawn_value

# What is promised, and what a processor that does other work beside may add.
PROMISED_SECONDS, SLACK = 0.05, 2
MOST = 20_000
TREE: dict[str, Any] = {
    "$defs": {
        "json": {
            "anyOf": [
                {"type": ["string", "number", "boolean", "null"]},
                {"type": "array", "items": {"$ref": "#/$defs/json"}},
                {"type": "object", "additionalProperties": {"$ref": "#/$defs/json"}},
            ]
        }
    },
    "$ref": "#/$defs/json",
}
ENTRY: dict[str, Any] = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "type": "object",
    "required": ["name", "type"],
    "properties": {
        "name": {"type": "string"},
        "type": {"enum": ["file", "directory"]},
        "children": {"type": "array", "items": {"$ref": "#"}},
    },
    "additionalProperties": False,
}
MAIL = "^(?!\\.)(?!.*\\.\\.)([A-Za-z0-9_'+\\-.]*)[A-Za-z0-9_+-]@([A-Za-z0-9-]*\\.)+[A-Za-z]{2,}$"


def doubled(keyword: str, times: int) -> dict[str, Any]:
    parts: dict[str, Any] = {
        f"d{n}": {keyword: [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(times)
    }
    return {"$defs": {**parts, f"d{times}": {"type": "string"}}, "$ref": "#/$defs/d0"}


def forked(keyword: str) -> dict[str, Any]:
    branch = {"properties": {"a": {"$ref": "#/$defs/d"}}}
    return {"$defs": {"d": {keyword: [branch, branch]}}, "$ref": "#/$defs/d"}


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = {"a": value}
    return value


def seconds(work: Callable[[], object]) -> float:
    """Of a processor, at best."""
    took = []
    for _ in range(3):
        before = time.process_time()
        with suppress(TooCostly):
            work()
        took.append(time.process_time() - before)
    return min(took)


@pytest.mark.parametrize("keyword", ["allOf", "anyOf", "oneOf"])
def test_a_schema_that_doubles_is_refused_before_it_judges(keyword: str) -> None:
    told = unjudgeable(doubled(keyword, 30))

    assert told is not None
    assert "use fewer $ref" in told
    assert seconds(lambda: unjudgeable(doubled(keyword, 60))) < PROMISED_SECONDS * SLACK


@pytest.mark.parametrize("keyword", ["allOf", "anyOf", "oneOf"])
def test_a_schema_that_forks_at_each_level_judges_flat_values_only(keyword: str) -> None:
    assert unjudgeable(forked(keyword)) is None
    assert faults(forked("allOf"), nested(3)) == ()

    told = wrong(forked(keyword), nested(30), "arguments")

    assert told is not None
    assert told.startswith("arguments: cannot be judged, as its schema asks too much")


@pytest.mark.parametrize(
    ("schema", "told"),
    [
        ({"$ref": "#"}, "refers to itself"),
        ({"anyOf": [{"$ref": "#"}, {"type": "string"}]}, "refers to itself"),
        ({"$ref": "https://elsewhere.example/s"}, "leads out of it"),
        ({"properties": {"a": {"$id": "https://a.example/", "$ref": "#"}}}, "an $id in it"),
        ({"type": ["string"] * 9_000}, "more than seven"),
        ({"multipleOf": 1e-300}, "multipleOf below"),
        ({"pattern": "a{1000}{1000}"}, "use maxLength"),
        ({"pattern": "(?x)^(?: [ab]{0,200} a #)\n ){0,200}$"}, "verbose mode"),
        ({"patternProperties": {"(?ix: a #)\n)": {}}}, "verbose mode"),
        (
            {"properties": {f"n{n}": {"pattern": f"{n}\\p{{L}}{{99}}"} for n in range(9)}},
            "too long",
        ),
        ({"type": "strings"}, "is no JSON Schema"),
        ({"pattern": "("}, "is no JSON Schema"),
        ({"allOf": [{"$anchor": "a"}, {"$anchor": "a", "type": "string"}]}, "twice"),
    ],
)
def test_what_no_value_is_judged_by_is_told(schema: dict[str, Any], told: str) -> None:
    assert told in (unjudgeable(schema) or "")


@pytest.mark.parametrize(
    ("schema", "fits", "does_not"),
    [
        (TREE, {"a": [1, {"b": [None, "c"] * 100}]}, None),
        (ENTRY, {"name": "a", "type": "directory", "children": [{"name": "b", "type": "file"}]}, 1),
        ({"properties": {"to": {"pattern": MAIL}}}, {"to": "ann@firm.example"}, {"to": "a..b@c.d"}),
        ({"pattern": "^(a+)+$"}, "a" * 50, "a" * 50_000 + "b"),
        ({"$defs": {"a": {"$anchor": "x", "type": "string"}}, "$ref": "#x"}, "a", 1),
        ({"$ref": "#/$defs/a~1b%20c", "$defs": {"a/b c": {"type": "string"}}}, "a", 1),
    ],
)
def test_what_servers_write_is_judged(schema: dict[str, Any], fits: Any, does_not: Any) -> None:
    assert unjudgeable(schema) is None
    assert faults(schema, fits) == ()
    if does_not is not None:
        assert faults(schema, does_not)


@pytest.mark.repeats
@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"items": {"anyOf": [{"type": "string"}] * 50}}, [0] * (MOST - 1)),
        ({"anyOf": [{"items": {"type": "string"}}] * 50}, [0] * (MOST - 1)),
        ({"items": {"type": "string"}}, [0] * (MOST - 1)),
        (TREE, [[[0] * 99] * 10] * 19),
        ({"items": {"multipleOf": 0.01}}, [1e300] * (MOST - 1)),
        ({"items": {"enum": [[n] * 10 for n in range(1_000)]}}, [[999] * 10] * 1_800),
        ({"uniqueItems": True}, [{"a": [n]} for n in range(6_000)]),
        ({"pattern": "[ab]*a[ab]{1000}c"}, "ab" * 30_000),
        ({"pattern": "(?!.*xx).*y"}, "a" * 60_000),
        ({"patternProperties": {f"n{n}$": {} for n in range(99)}}, {f"{n}": 1 for n in range(999)}),
        (doubled("anyOf", 8), 1),
        (forked("oneOf"), nested(12)),
    ],
)  # fmt: skip
def test_the_worst_values_are_judged_or_refused_in_time(schema: dict[str, Any], value: Any) -> None:
    assert JsonLimit(1024 * 1024).problem(value) is None
    unjudgeable(schema)

    assert seconds(lambda: faults(schema, value)) < PROMISED_SECONDS * SLACK


@pytest.mark.repeats
@pytest.mark.parametrize(
    "seeds",
    [
        range(8),
        *(pytest.param(range(n, n + 50), marks=pytest.mark.nightly) for n in range(8, 808, 50)),
    ],
    ids=str,
)
def test_drawn_schemas_judge_in_time(seeds: range) -> None:
    for seed in seeds:
        schema = drawn_schema(seed)
        if JsonLimit(64 * 1024).problem(schema) is not None or unjudgeable(schema) is not None:
            continue
        for more in range(3):
            value = drawn_value(seed + 1_000_000 * more)
            if JsonLimit(256 * 1024).problem(value) is None:
                took = seconds(partial(faults, schema, value))
                assert took < PROMISED_SECONDS * SLACK, f"{seed}, {more}"


def test_little_is_told_whole_and_much_by_its_first_fault() -> None:
    schema = {"items": {"type": "string"}}

    assert len(faults(schema, [0] * 20)) == 20
    (fault,) = faults(schema, ["a", *[0] * 5_000])
    assert fault.place == (1,)
    (fault,) = faults({"items": {"anyOf": [{"type": "string"}, {"const": 1}]}}, [0] * 5_000)
    assert fault.is_whole
    assert "give fewer parts" in fault.message


def test_keys_that_the_schema_does_not_name_are_told_by_their_position() -> None:
    schema = {
        "properties": {"people": {"additionalProperties": {"properties": {"age": {"minimum": 0}}}}}
    }
    value = {"people": {"Bo Berg": {"age": 1}, "ann@firm.example": {"age": -1}}}

    told = wrong(schema, value, "arguments")

    assert told == (
        "arguments.people.(2).age: does not keep properties/people/additionalProperties/properties"
        "/age/minimum"
    )


@pytest.mark.parametrize(
    ("pattern", "states", "looks_around"),
    [
        ("^[a-z]{1,64}$", 66, False),
        ("(ab{3}){10}", 50, False),
        ("a{2,}b*", 4, False),
        ("[]{5}]x", 2, False),
        ("\\p{L}{3}", 3, False),
        ("(a)\\1", 3, True),
        ("(?<=a)b", 3, True),
        ("(?<name>a)b", 3, False),
    ],
)
def test_repetitions_of_a_pattern_are_counted_out(
    pattern: str, states: int, looks_around: bool
) -> None:
    found = pattern_work(pattern)

    assert (found.states, found.looks_around) == (states, looks_around)
