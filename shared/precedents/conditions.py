"""Comparisons over an approval's content, the only conditions of precedents.

They fail closed: a field that is missing, too large, or of a type that the comparison does not
support, satisfies nothing (except `exists: false`, for a missing field). Each takes time in
proportion to the condition and to `MOST_PARTS`, whatever the content."""

import json
from collections.abc import Callable, Hashable
from typing import Any

from events.precedents import Condition
from shared.kit.json_parts import has_more_parts
from shared.kit.wording import shortened

MISSING = object()
TOO_LARGE = object()
# What one comparison reads of a content.
MOST_PARTS = 1_000
_LONGEST_SHOWN = 120

Test = Callable[[Any], bool]


def is_satisfied(condition: Condition, content: Any) -> bool:
    """Whether the content satisfies the condition."""
    actual = look_up(condition.field, content)
    if actual is TOO_LARGE:
        return False
    if condition.op == "exists":
        return (actual is not MISSING) == (condition.value is not False)
    if actual is MISSING or has_more_parts(actual, MOST_PARTS):
        return False
    return test_of(condition)(actual)


def test_of(condition: Condition) -> Test:
    """The comparison of present values with the condition's value, which is read only once."""
    if condition.op == "exists":
        return lambda actual: condition.value is not False
    return _TESTS[condition.op](condition.value)


def look_up(field: str, content: Any) -> Any:
    """The value at a dotted path into `{content: …}`, or MISSING. A number is a list's index; any
    other name on a list is read from each of its items, and all must have it. TOO_LARGE where that
    reads more than a thousand items."""
    value: Any = {"content": content}
    read = 0
    for name in field.split("."):
        if isinstance(value, list) and not _is_index(name):
            read += _count_items(value, MOST_PARTS)
            if read > MOST_PARTS:
                return TOO_LARGE
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
    if actual is MISSING:
        return f"{in_words(condition)}: it is missing"
    if actual is TOO_LARGE or has_more_parts(actual, MOST_PARTS):
        return f"{in_words(condition)}: it has more than {MOST_PARTS} parts"
    return f"{in_words(condition)}: it is {_short(actual)}"


def same(left: Any, right: Any) -> bool:
    """Equality of JSON values: true does not equal 1, and 1 equals 1.0."""
    return form_of(left) == form_of(right)


def form_of(value: Any) -> Hashable:
    """A form that is equal for the same JSON values only."""
    if isinstance(value, bool):
        return (value,)
    if isinstance(value, list):
        return ("list", *map(form_of, value))
    if isinstance(value, dict):
        return ("object", frozenset((name, form_of(item)) for name, item in value.items()))
    form: Hashable = value
    return form


def _is_index(name: str) -> bool:
    return name.isascii() and name.isdigit()


def _count_items(value: list[Any], most: int) -> int:
    """The number of items in a list and in the lists in it; more than `most` once it exceeds it."""
    waiting, count = [value], 0
    while waiting and count <= most:
        items = waiting.pop()
        count += len(items)
        if count <= most:
            waiting.extend(item for item in items if isinstance(item, list))
    return count


def _step(value: Any, name: str) -> Any:
    if isinstance(value, dict):
        return value.get(name, MISSING)
    if not isinstance(value, list):
        return MISSING
    if _is_index(name):
        return value[int(name)] if len(name) < 9 and int(name) < len(value) else MISSING
    steps = [_step(item, name) for item in value]
    return MISSING if any(step is MISSING for step in steps) else steps


def _among(values: Any) -> Test:
    known = set(map(form_of, values)) if isinstance(values, list) else set()
    return lambda actual: form_of(actual) in known


def _not_among(values: Any) -> Test:
    among = _among(values)
    return lambda actual: isinstance(values, list) and not among(actual)


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any], Test]:
    def both_comparable(actual: Any, value: Any) -> bool:
        if isinstance(actual, str) and isinstance(value, str):
            return compare(actual, value)
        return _is_number(actual) and _is_number(value) and compare(actual, value)

    return lambda value: lambda actual: both_comparable(actual, value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _contains(value: Any) -> Test:
    form = form_of(value)

    def contains(actual: Any) -> bool:
        if isinstance(actual, str):
            return isinstance(value, str) and value in actual
        return isinstance(actual, list) and any(form_of(item) == form for item in actual)

    return contains


def _subset_of(value: Any) -> Test:
    known = set(map(form_of, value)) if isinstance(value, list) else set()

    def is_subset(actual: Any) -> bool:
        are_lists = isinstance(actual, list) and isinstance(value, list)
        return are_lists and all(form_of(item) in known for item in actual)

    return is_subset


def _equal(value: Any) -> Test:
    form = form_of(value)
    return lambda actual: form_of(actual) == form


def _unequal(value: Any) -> Test:
    equal = _equal(value)
    return lambda actual: not equal(actual)


_TESTS: dict[str, Callable[[Any], Test]] = {
    "eq": _equal,
    "ne": _unequal,
    "in": _among,
    "not_in": _not_among,
    "lt": _ordered(lambda actual, value: bool(actual < value)),
    "le": _ordered(lambda actual, value: bool(actual <= value)),
    "gt": _ordered(lambda actual, value: bool(actual > value)),
    "ge": _ordered(lambda actual, value: bool(actual >= value)),
    "contains": _contains,
    "subset_of": _subset_of,
}


def _short(value: Any) -> str:
    if isinstance(value, str):
        value = value[:_LONGEST_SHOWN]
    text = json.dumps(value, ensure_ascii=False)
    return shortened(text, _LONGEST_SHOWN)
