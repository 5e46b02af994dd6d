"""Relations between conditions: which exclude each other, which cover the same contents."""

from collections.abc import Sequence
from itertools import combinations
from typing import Any

from events.precedents import Condition
from functions.approvals.rules.conditions import in_words, is_satisfied, same

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
    return all(any(_implies(strict, loose) for strict in narrow) for loose in narrowing)


def covers_same(left: Sequence[Condition], right: Sequence[Condition]) -> bool:
    """Whether the two cover exactly the same contents, as far as the conditions alone show."""
    return covers(left, right) and covers(right, left)


def _implies(strict: Condition, loose: Condition) -> bool:
    if strict.field != loose.field:
        return False
    if strict.op == loose.op and same(strict.value, loose.value):
        return True
    if strict.op == "eq":
        return _allows(loose, strict.value)
    if strict.op == "in" and isinstance(strict.value, list):
        return all(_allows(loose, value) for value in strict.value)
    if strict.op == loose.op == "subset_of":
        return _allows(loose, strict.value)
    for side in (_UPPER, _LOWER):
        if strict.op in side and loose.op in side:
            return _allows(loose.model_copy(update={"op": _inclusive(loose.op)}), strict.value)
    return False


def _exclude(left: Condition, right: Condition) -> bool:
    if left.op == "exists" and left.value is False:
        return not (right.op == "exists" and right.value is False)
    if left.op == "eq":
        return not _allows(right, left.value)
    if left.op == "in" and isinstance(left.value, list):
        return not any(_allows(right, value) for value in left.value)
    return left.op in _UPPER and right.op in _LOWER and _is_empty(left, right)


def _is_empty(upper: Condition, lower: Condition) -> bool:
    if same(upper.value, lower.value):
        return (upper.op, lower.op) != ("le", "ge")
    return not _allows(upper, lower.value)


def _allows(condition: Condition, value: Any) -> bool:
    here = condition.model_copy(update={"field": "content"})
    return is_satisfied(here, value)


def _inclusive(operator: str) -> str:
    return "le" if operator in _UPPER else "ge"


def _requires_presence(condition: Condition) -> bool:
    return condition.op == "exists" and condition.value is not False
