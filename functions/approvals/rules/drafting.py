"""Three similar approvals in a row by people lead to a draft precedent, which a human may
activate."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from events.precedents import VALUE, VALUES, Condition, PrecedentDrafted
from functions.approvals.rules.approval import Approval
from functions.approvals.rules.conditions import in_words
from functions.approvals.rules.genesis import COVERABLE_KINDS, COVERABLE_RISKS
from functions.approvals.rules.precedent import (
    DRAFTED_BY,
    Precedent,
    reference,
)
from shared.kit.ids import derive_id
from shared.kit.instants import format_instant
from shared.kit.transitions import Transition

IN_A_ROW = 3
MOST_CONDITIONS = 12
MOST_LISTED = 32
LONGEST_TOKEN = 64
# Fields that identify one case, not a class of cases.
_PARTICULAR = frozenset(
    {"name", "id", "purpose", "case", "changes", "findings", "way_of_working", "why", "version"}
)


def counts(approval: Approval) -> bool:
    """Whether a person's decision on this counts: only where a precedent may cover the request."""
    return (
        approval.precedents_allowed
        and approval.kind in COVERABLE_KINDS
        and approval.risk in COVERABLE_RISKS
        and approval.capacity == "approver"
        and approval.status in ("approved", "rejected", "changes_requested")
        and not approval.barred
    )


def with_streak(approval: Approval, previous: Approval | None) -> Approval:
    """The decided approval with the length of the row of similar approvals that it ends; a refusal
    sets it to 0. `previous` is the last counted decision of the same row."""
    before = previous.streak if previous is not None else 0
    streak = before + 1 if approval.status == "approved" else 0
    return approval.but(streak=streak, counted_at=approval.decided_at)


def draft(
    row: Sequence[tuple[Approval, dict[str, Any]]], at: datetime
) -> Transition[Precedent] | None:
    """The precedent that `row` (approvals with their contents, oldest first) suggests; None where
    they have nothing definite in common."""
    contents = [content for _, content in row]
    conditions = common_conditions(contents)
    if not any(condition.op in ("eq", "subset_of") for condition in conditions):
        return None
    last = row[-1][0]
    ids = tuple(approval.approval_id for approval, _ in row)
    precedent_id = derive_id("pre", at, *ids)
    domain = "GEN" if last.kind == "constitutional" else "GOV"
    precedent = Precedent(
        precedent_id=precedent_id,
        reference=reference(domain, precedent_id),
        title=f"Like {last.subject.name}"[:200],
        domain=domain,
        kind=last.kind,
        max_risk=last.risk,
        conditions=conditions,
        rationale=_rationale(last, ids, conditions, at),
        example_approval_id=last.approval_id,
        status="draft",
        author=DRAFTED_BY,
        created_at=at,
        drafted_from=ids,
        likeness=last.likeness,
        version=1,
    )
    return Transition(precedent, PrecedentDrafted)


def common_conditions(contents: Sequence[dict[str, Any]]) -> tuple[Condition, ...]:
    """The conditions that all of the contents satisfy and that identify their class: equal short
    values, lists within the union of theirs, numbers up to the largest."""
    values = [dict(_features(content)) for content in contents]
    shared = [field for field in values[0] if all(field in other for other in values[1:])]
    found = (_condition(field, [value[field] for value in values]) for field in shared)
    conditions = [condition for condition in found if condition is not None]
    order = {"eq": 0, "subset_of": 1, "le": 2}
    ordered = sorted(conditions, key=lambda c: order[c.op])[:MOST_CONDITIONS]
    fitting: list[Condition] = []
    for condition in ordered:
        if VALUES.problem([each.value for each in (*fitting, condition)]) is None:
            fitting.append(condition)
    return tuple(fitting)


def _condition(field: str, values: list[Any]) -> Condition | None:
    if all(isinstance(value, list) for value in values):
        union = sorted({item for value in values for item in value}, key=str)
        fits = union and VALUE.problem(union) is None
        return Condition(field=field, op="subset_of", value=union) if fits else None
    if all(isinstance(v, int | float) and not isinstance(v, bool) for v in values):
        return Condition(field=field, op="le", value=max(values))
    if all(type(value) is type(values[0]) and value == values[0] for value in values):
        return Condition(field=field, op="eq", value=values[0])
    return None


def _features(content: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in content.items():
        if _tells_class(name):
            yield from _leaves(f"content.{name}", value)
            if isinstance(value, dict):
                for inner, leaf in value.items():
                    if _tells_class(inner):
                        yield from _leaves(f"content.{name}.{inner}", leaf)


def _leaves(field: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, bool | int | float) or _is_token(value):
        yield field, value
    elif isinstance(value, list) and 0 < len(value) <= MOST_LISTED:
        if all(_is_token(item) for item in value):
            yield field, value
        elif all(isinstance(item, dict) for item in value):
            for name in ("classification", "mode", "reversible"):
                if all(isinstance(item.get(name), str | bool) for item in value):
                    yield f"{field}.{name}", [item[name] for item in value]


def _tells_class(name: str) -> bool:
    if name in _PARTICULAR or name.endswith(("_id", "_at", "hash")):
        return False
    return _is_token(name) and "." not in name


def _is_token(value: Any) -> bool:
    return (
        isinstance(value, str)
        and 0 < len(value) <= LONGEST_TOKEN
        and not any(character.isspace() for character in value)
    )


def _rationale(
    last: Approval, ids: tuple[str, ...], conditions: tuple[Condition, ...], at: datetime
) -> str:
    alike = "; ".join(in_words(condition) for condition in conditions)
    return (
        f"{IN_A_ROW} like requests in a row were approved by people: {', '.join(ids)}, the last at "
        f"{format_instant(at)}. Each is a reversible {last.kind} request of {last.risk} risk about "
        f"a {last.subject.type}, and all have in common: {alike}."
    )[:4_000]
