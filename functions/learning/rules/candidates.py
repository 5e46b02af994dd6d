"""The conditions that a pattern is composed of, and what each covers."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from events.effects import RISKS
from events.precedents import VALUE, Condition
from functions.learning.rules.decision import Decision
from shared.kit.canonical import canonical_json
from shared.precedents.conditions import form_of
from shared.precedents.coverable import COVERABLE_RISKS

# The risk of a request is no part of its content: a precedent has a highest risk instead.
RISK = "risk"
# More are not compared: a content of thousands of fields would take a minute of a processor.
MOST_FIELDS = 100
MOST_CANDIDATES = 1_000
# How many values of one field are told apart, and how many bounds are tried.
MOST_VALUES = 12
MOST_BOUNDS = 8


@dataclass(frozen=True)
class Candidate:
    """A condition, and as bits which decisions satisfy it. `text` is the same for the same
    condition: it breaks ties, so that mining is deterministic."""

    condition: Condition
    covers: int
    text: str


def candidates(decisions: Sequence[Decision]) -> list[Candidate]:
    """Every condition that is tried, each once, in a fixed order, without those that tell nothing
    apart: MOST_CANDIDATES at most, of the fields that most decisions have. Values that are whose a
    request is are left out, wherever they stand."""
    identities = identities_of(decisions)
    everything = (1 << len(decisions)) - 1
    found: dict[int, Candidate] = {}
    for condition in _conditions(decisions, identities):
        covers = covered(condition, decisions)
        if covers not in (0, everything) and covers not in found:
            text = canonical_json(condition.model_dump(mode="json")).decode()
            found[covers] = Candidate(condition, covers, text)
        if len(found) == MOST_CANDIDATES:
            break
    return sorted(found.values(), key=lambda each: each.text)


def covered(condition: Condition, decisions: Sequence[Decision]) -> int:
    """Which decisions satisfy the condition, as bits: the first decision is the lowest."""
    test = _test(condition)
    return sum(1 << place for place, each in enumerate(decisions) if test(each))


def identities_of(decisions: Sequence[Decision]) -> frozenset[str]:
    """Everybody and everything that the decisions are about or from."""
    return frozenset(name for each in decisions for name in (each.requested_by, each.subject))


def _test(condition: Condition) -> Any:
    field, value = condition.field, condition.value
    if field == RISK:
        return lambda each: RISKS.index(each.risk) <= RISKS.index(value)
    if condition.op == "eq":
        form = form_of(value)
        return lambda each: field in each.fields and form_of(each.fields[field]) == form
    if condition.op == "le":
        return lambda each: _is_number(each.fields.get(field)) and each.fields[field] <= value
    assert isinstance(value, list)
    forms = frozenset(map(form_of, value))
    if condition.op == "in":
        return lambda each: field in each.fields and form_of(each.fields[field]) in forms
    return lambda each: (
        isinstance(each.fields.get(field), list)
        and all(form_of(item) in forms for item in each.fields[field])
    )


def _conditions(decisions: Sequence[Decision], identities: frozenset[str]) -> Iterator[Condition]:
    for level in COVERABLE_RISKS:
        yield Condition(field=RISK, op="le", value=level)
    for field in _fields(decisions):
        having = [each for each in decisions if field in each.fields]
        values = [each.fields[field] for each in having]
        if any(_names(value, identities) for value in values):
            continue
        if all(isinstance(value, list) for value in values):
            yield from _of_lists(field, having)
        elif all(_is_number(value) for value in values):
            yield from _of_numbers(field, having)
        else:
            yield from _of_words(field, having)


def _fields(decisions: Sequence[Decision]) -> list[str]:
    """The fields that most decisions have, the most frequent first."""
    counted = Counter(name for each in decisions for name in each.fields)
    return sorted(counted, key=lambda name: (-counted[name], name))[:MOST_FIELDS]


def _of_words(field: str, having: Sequence[Decision]) -> Iterator[Condition]:
    approved = _by_form(each.fields[field] for each in having if each.approved)
    for value in list(approved.values())[:MOST_VALUES]:
        yield Condition(field=field, op="eq", value=value)
    yield from _sets(field, "in", approved)


def _of_lists(field: str, having: Sequence[Decision]) -> Iterator[Condition]:
    approved = _by_form(item for each in having if each.approved for item in each.fields[field])
    yield from _sets(field, "subset_of", approved)
    whole = _by_form(sorted(each.fields[field], key=canonical_json) for each in having)
    for value in list(whole.values())[:MOST_VALUES]:
        if VALUE.problem(value) is None and value:
            yield Condition(field=field, op="subset_of", value=value)


def _sets(field: str, op: Any, approved: Mapping[Any, Any]) -> Iterator[Condition]:
    """All values that were ever approved, and all but one of them."""
    values = list(approved.values())
    left_out = values if len(values) <= MOST_VALUES else []
    for out in [None, *left_out]:
        some = [each for each in values if out is None or form_of(each) != form_of(out)]
        if some and VALUE.problem(some) is None:
            yield Condition(field=field, op=op, value=some)


def _of_numbers(field: str, having: Sequence[Decision]) -> Iterator[Condition]:
    values = sorted({each.fields[field] for each in having if each.approved})
    last = len(values) - 1
    places = {round(last * step / MOST_BOUNDS) for step in range(1, MOST_BOUNDS + 1)}
    for place in sorted(places):
        if values:
            yield Condition(field=field, op="le", value=values[place])


def _by_form(values: Any) -> dict[Any, Any]:
    """Each value once, in a fixed order."""
    return {form_of(each): each for each in sorted(values, key=canonical_json)}


def _names(value: Any, identities: frozenset[str]) -> bool:
    """Whether the value is somebody's or something's name, or an address of a person."""
    items = value if isinstance(value, list) else [value]
    return any(isinstance(item, str) and (item in identities or "@" in item) for item in items)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
