"""Schemas and values that are as bad as chance makes them, from a seed."""

from random import Random
from typing import Any

PATTERNS = ("[ab]*a[ab]{50}c", "^(?!.*xx).*$", "^[a-z]{1,64}$", "(?=.*x)(?=.*y)z")
_NAMES = "abcxyz"
_KEYS = (
    "properties",
    "items",
    "additionalProperties",
    "patternProperties",
    "prefixItems",
    "contains",
    "propertyNames",
    "not",
    "if",
    "uniqueItems",
    "unevaluatedProperties",
    "unevaluatedItems",
    "dependentSchemas",
    "required",
)


def drawn_schema(seed: int) -> dict[str, Any]:
    """A schema whose parts refer to one another, in any way."""
    random = Random(seed)
    defined = random.choice([1, 2, 4])
    parts = {f"d{number}": _part(random, 3, defined) for number in range(defined)}
    return {"$defs": parts, "allOf": [_part(random, 4, defined)]}


def drawn_value(seed: int) -> Any:
    """A value of up to 20,000 parts, 32 levels, or 60,000 characters."""
    random = Random(seed)
    if random.random() < 0.2:
        return "ab" * random.choice([500, 30_000])
    return _value(random, random.choice([5, 200, 5_000, 20_000]), random.choice([3, 8, 31]))


def _leaf(random: Random) -> Any:
    return random.choice(
        [
            {"type": "string"},
            {"type": "number"},
            {"type": "integer", "multipleOf": random.choice([1, 3, 0.01])},
            {"enum": [1, "a", [1, 2]]},
            {"minLength": 1},
            {"pattern": random.choice(PATTERNS)},
            {"const": {"a": [0] * 20}},
            True,
            {},
        ]
    )


def _part(random: Random, depth: int, defined: int) -> Any:
    chance = random.random()
    if depth <= 0 or chance < 0.15:
        return _leaf(random)
    if chance < 0.35:
        return {"$ref": f"#/$defs/d{random.randrange(defined)}"}
    if chance < 0.6:
        count = random.choice([1, 2, 3, 8, 30])
        parts = [_part(random, depth - 1, defined) for _ in range(count)]
        return {random.choice(["anyOf", "oneOf", "allOf"]): parts}
    return {
        key: _below(random, key, depth - 1, defined)
        for key in random.choices(_KEYS, k=random.choice([1, 1, 2, 3]))
    }


def _below(random: Random, key: str, depth: int, defined: int) -> Any:
    match key:
        case "properties" | "dependentSchemas":
            names = random.sample(_NAMES, random.choice([1, 2, 4]))
            return {name: _part(random, depth, defined) for name in names}
        case "patternProperties":
            names = random.sample(["a", "^b", PATTERNS[0], ".", "x$"], 2)
            return {name: _part(random, depth, defined) for name in names}
        case "prefixItems":
            return [_part(random, depth, defined) for _ in range(2)]
        case "uniqueItems":
            return True
        case "required":
            return ["a", "b"]
        case _:
            return _part(random, depth, defined)


def _value(random: Random, parts: int, depth: int) -> Any:
    if parts <= 1 or depth <= 1:
        texts = ["a" * random.choice([1, 10]), "ab" * random.choice([1, 50])]
        return random.choice([0, 1, 3.5, 1e300, *texts, None, True])
    if random.random() < 0.5:
        count = random.choice([1, 2, min(parts, 10), parts])
        return [_value(random, (parts - 1) // count, depth - 1) for _ in range(count)]
    count = random.choice([1, 2, min(parts, 6), parts])
    names = [*_NAMES, *(f"k{number}" for number in range(count))][:count]
    return {name: _value(random, (parts - 1) // count, depth - 1) for name in names}
