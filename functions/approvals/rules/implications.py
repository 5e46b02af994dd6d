"""Relations between conditions: which exclude each other, which cover the same contents.

A precedent's conditions have few values in all (`events.precedents.VALUES`), which bounds the time
that comparing each with each takes."""

from collections.abc import Iterable, Sequence
from itertools import combinations

from events.precedents import Condition
from shared.precedents.conditions import Test, in_words, same, test_of

_UPPER = ("lt", "le")
_LOWER = ("gt", "ge")


def contradiction(conditions: Sequence[Condition]) -> str | None:
    """The first two conditions on one field that exclude each other, in words, or None."""
    for left, right in combinations(conditions, 2):
        if left.field == right.field and (_exclude(left, right) or _exclude(right, left)):
            return f"{in_words(left)}, {in_words(right)}"
    return None


def covers(wide: Sequence[Condition], narrow: Sequence[Condition]) -> bool:
    """Whether `wide` covers all contents that `narrow` covers, as far as the conditions alone show.
    Conditions that only require presence narrow nothing."""
    narrowing = [condition for condition in wide if not _requires_presence(condition)]
    return all(_is_implied(loose, narrow) for loose in narrowing)


def covers_same(left: Sequence[Condition], right: Sequence[Condition]) -> bool:
    """Whether the two cover exactly the same contents, as far as the conditions alone show."""
    return covers(left, right) and covers(right, left)


def _is_implied(loose: Condition, by: Iterable[Condition]) -> bool:
    holds = test_of(loose)
    inclusive = test_of(loose.but(op=_inclusive(loose.op)))
    return any(
        _implies(strict, loose, holds, inclusive) for strict in by if strict.field == loose.field
    )


def _implies(strict: Condition, loose: Condition, holds: Test, inclusive: Test) -> bool:
    if strict.op == loose.op and same(strict.value, loose.value):
        return True
    if strict.op == "eq":
        return holds(strict.value)
    if strict.op == "in" and isinstance(strict.value, list):
        return all(map(holds, strict.value))
    if strict.op == loose.op == "subset_of":
        return holds(strict.value)
    return any(strict.op in side and loose.op in side for side in (_UPPER, _LOWER)) and inclusive(
        strict.value
    )


def _exclude(left: Condition, right: Condition) -> bool:
    if left.op == "exists" and left.value is False:
        return not (right.op == "exists" and right.value is False)
    if left.op == "eq":
        return not test_of(right)(left.value)
    if left.op == "in" and isinstance(left.value, list):
        return not any(map(test_of(right), left.value))
    return left.op in _UPPER and right.op in _LOWER and _is_empty(left, right)


def _is_empty(upper: Condition, lower: Condition) -> bool:
    if same(upper.value, lower.value):
        return (upper.op, lower.op) != ("le", "ge")
    return not test_of(lower)(upper.value)


def _inclusive(operator: str) -> str:
    return {"lt": "le", "gt": "ge"}.get(operator, operator)


def _requires_presence(condition: Condition) -> bool:
    return condition.op == "exists" and condition.value is not False
