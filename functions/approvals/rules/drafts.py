"""Similar approvals in a row by people, as many as are evidence, lead to a draft precedent, which a
human may activate."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from events.patterns import PatternState
from events.precedents import VALUE, VALUES, Condition, PrecedentDrafted, Probation
from functions.approvals.rules.approval import Approval
from functions.approvals.rules.precedent import (
    DRAFTED_BY,
    Precedent,
    reference,
)
from shared.kit.ids import derive_id
from shared.kit.instants import format_instant
from shared.kit.transitions import Transition
from shared.kit.wilson import fewest_unbroken
from shared.precedents.class_fields import class_fields
from shared.precedents.conditions import in_words
from shared.precedents.coverable import COVERABLE_KINDS, COVERABLE_RISKS, ENOUGH

# So many without a refusal show that people approve nine of ten.
IN_A_ROW = fewest_unbroken(ENOUGH)
MOST_CONDITIONS = 12


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


def draft_from(pattern: PatternState, at: datetime) -> Transition[Precedent]:
    """The precedent that says what the pattern says, on probation. The same for the same finding
    of the pattern, so that it is drafted once."""
    precedent_id = derive_id("pre", pattern.found_at, pattern.pattern_id)
    domain = "GEN" if pattern.kind == "constitutional" else "GOV"
    precedent = Precedent(
        precedent_id=precedent_id,
        reference=reference(domain, precedent_id),
        title=f"Pattern {pattern.pattern_id[-6:]}",
        domain=domain,
        kind=pattern.kind,
        max_risk=pattern.max_risk,
        conditions=pattern.conditions,
        rationale=_told_by(pattern),
        example_approval_id=pattern.example_approval_id,
        status="draft",
        author=DRAFTED_BY,
        created_at=at,
        pattern_id=pattern.pattern_id,
        waited_seconds=pattern.waited_seconds,
        probation=Probation(),
        version=1,
    )
    return Transition(precedent, PrecedentDrafted)


def _told_by(pattern: PatternState) -> str:
    alike = "; ".join(in_words(condition) for condition in pattern.conditions)
    return (
        f"People approved {pattern.approved} of {pattern.support} reversible {pattern.kind} "
        f"requests between {format_instant(pattern.since)} and {format_instant(pattern.until)} of "
        f"which this holds: {alike}. At least {pattern.lower_bound:.0%} of such requests are "
        f"approved, by a one-sided 95 % bound, and of {pattern.holdout.decisions} later ones "
        f"{pattern.holdout.approved} were. Refused all the same: "
        f"{', '.join(pattern.exceptions) or 'none'}."
    )[:4_000]


def common_conditions(contents: Sequence[dict[str, Any]]) -> tuple[Condition, ...]:
    """The conditions that all of the contents satisfy and that identify their class: equal short
    values, lists within the union of theirs, numbers up to the largest."""
    values = [dict(class_fields(content)) for content in contents]
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


def _rationale(
    last: Approval, ids: tuple[str, ...], conditions: tuple[Condition, ...], at: datetime
) -> str:
    alike = "; ".join(in_words(condition) for condition in conditions)
    return (
        f"{IN_A_ROW} like requests in a row were approved by people: {', '.join(ids)}, the last at "
        f"{format_instant(at)}. Each is a reversible {last.kind} request of {last.risk} risk about "
        f"a {last.subject.type}, and all have in common: {alike}."
    )[:4_000]
