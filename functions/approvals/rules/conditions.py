"""Comparisons over an approval's content, the only conditions of precedents.

They fail closed: a field that is missing, or of a type that the comparison does not support,
satisfies nothing (except `exists: false`)."""

import json
from collections.abc import Callable
from typing import Any

from events.precedents import Condition
from shared.kit.canonical import canonical_json

MISSING = object()
_LONGEST_SHOWN = 120


def is_satisfied(condition: Condition, content: Any) -> bool:
    """Whether the content satisfies the condition."""
    actual = look_up(condition.field, content)
    if condition.op == "exists":
        return (actual is not MISSING) == (condition.value is not False)
    return actual is not MISSING and _COMPARE[condition.op](actual, condition.value)


def look_up(field: str, content: Any) -> Any:
    """The value at a dotted path into `{content: …}`, or MISSING. A number is a list's index; any
    other name on a list is read from each of its items, and all must have it."""
    value: Any = {"content": content}
    for name in field.split("."):
        value = _step(value, name)
        if value is MISSING:
            return MISSING
    return value


def in_words(condition: Condition) -> str:
    """The condition as a card shows it."""
    return f"{condition.field} {condition.op} {_short(condition.value)}"


def why_not(condition: Condition, content: Any) -> str:
    """The condition and the content's actual value, as a card shows it."""
    actual = look_up(condition.field, content)
    found = "it is missing" if actual is MISSING else f"it is {_short(actual)}"
    return f"{in_words(condition)}: {found}"


def same(left: Any, right: Any) -> bool:
    """Equality of JSON values: true does not equal 1, and 1 equals 1.0."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    return bool(left == right)


def _step(value: Any, name: str) -> Any:
    if isinstance(value, dict):
        return value.get(name, MISSING)
    if not isinstance(value, list):
        return MISSING
    if name.isascii() and name.isdigit():
        return value[int(name)] if len(name) < 9 and int(name) < len(value) else MISSING
    steps = [_step(item, name) for item in value]
    return MISSING if any(step is MISSING for step in steps) else steps


def _among(actual: Any, values: Any) -> bool:
    return isinstance(values, list) and any(same(actual, value) for value in values)


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def both_comparable(actual: Any, value: Any) -> bool:
        if isinstance(actual, str) and isinstance(value, str):
            return compare(actual, value)
        return _is_number(actual) and _is_number(value) and compare(actual, value)

    return both_comparable


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _contains(actual: Any, value: Any) -> bool:
    if isinstance(actual, str):
        return isinstance(value, str) and value in actual
    return _among(value, actual)


def _subset_of(actual: Any, value: Any) -> bool:
    if not isinstance(actual, list) or not isinstance(value, list):
        return False
    # Compared by canonical form, which is the same for equal values, because both lists may be
    # long.
    known = {canonical_json(item) for item in value}
    return all(canonical_json(item) in known for item in actual)


_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": same,
    "ne": lambda actual, value: not same(actual, value),
    "in": _among,
    "not_in": lambda actual, value: isinstance(value, list) and not _among(actual, value),
    "lt": _ordered(lambda actual, value: bool(actual < value)),
    "le": _ordered(lambda actual, value: bool(actual <= value)),
    "gt": _ordered(lambda actual, value: bool(actual > value)),
    "ge": _ordered(lambda actual, value: bool(actual >= value)),
    "contains": _contains,
    "subset_of": _subset_of,
}


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"
