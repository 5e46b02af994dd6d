"""A pattern: what the miner found, in the words of a precedent, with what speaks for and against
it."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from statistics import median
from typing import Any

from events.effects import RISKS
from events.patterns import Holdout, KeptOut, PatternFound, PatternLost, PatternState
from events.precedents import Condition
from functions.learning.rules.candidates import RISK, Candidate
from functions.learning.rules.decision import Decision
from functions.learning.rules.mining import Found, bound_of, mine
from shared.kit.canonical import content_hash
from shared.kit.ids import derive_id
from shared.kit.transitions import Transition
from shared.precedents.conditions import form_of

MOST_LISTED = 10
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_OPS = {"eq": 0, "in": 1, "subset_of": 2, "le": 3}


def patterns_in(
    decisions: Sequence[Decision], tenant_id: str, workspace_id: str | None, at: datetime
) -> list[PatternState]:
    """What all these decisions teach, kind by kind. The same conditions of the same kind in the
    same place have the same id."""
    found = []
    for kind in sorted({each.kind for each in decisions}):
        told, ordered = mine([each for each in decisions if each.kind == kind])
        for each in told:
            pattern = _pattern(each, ordered, at)
            if pattern.conditions:
                place = (tenant_id, workspace_id or "", _ground(pattern))
                id = derive_id("pat", _EPOCH, *place)
                found.append(pattern.but(pattern_id=id, workspace_id=workspace_id))
    return found


def renewed(
    found: Sequence[PatternState], before: Iterable[PatternState], at: datetime
) -> list[Transition[PatternState]]:
    """What changes where these are found now and those were stored before: one that is found with
    the same figures changes nothing."""
    known = {each.pattern_id: each for each in before}
    steps: list[Transition[PatternState]] = []
    for pattern in found:
        earlier = known.pop(pattern.pattern_id, None)
        if earlier is None:
            steps.append(Transition(pattern, PatternFound))
            continue
        is_new = earlier.status == "lost"
        same = pattern.but(version=earlier.version, found_at=at if is_new else earlier.found_at)
        if same != earlier:
            steps.append(Transition(same.but(version=earlier.version + 1), PatternFound))
    for gone in known.values():
        if gone.status == "found":
            lost = gone.but(status="lost", lost_at=at, version=gone.version + 1)
            steps.append(Transition(lost, PatternLost))
    return steps


def _pattern(found: Found, ordered: Sequence[Decision], at: datetime) -> PatternState:
    covered = [each for place, each in enumerate(ordered) if found.covers >> place & 1]
    approved = [each for each in covered if each.approved]
    refused = [each for each in covered if not each.approved]
    later = [each for n, each in enumerate(ordered) if found.covers >> n & 1 and n >= found.earlier]
    earlier = covered[: len(covered) - len(later)]
    conditions = _merged(found.terms)
    return PatternState(
        pattern_id="",
        kind=covered[0].kind,
        max_risk=max((each.risk for each in approved), key=RISKS.index),
        conditions=tuple(condition for condition, _ in conditions),
        status="found",
        support=len(covered),
        approved=len(approved),
        lower_bound=round(bound_of(earlier), 4),
        holdout=Holdout(decisions=len(later), approved=sum(each.approved for each in later)),
        exceptions=_latest(refused),
        exception_count=len(refused),
        kept_out=tuple(_kept_out(conditions, ordered)),
        waited_seconds=round(median(each.waited for each in covered)),
        example_approval_id=approved[-1].approval_id,
        since=covered[0].decided_at,
        until=covered[-1].decided_at,
        found_at=at,
        version=1,
    )


def _merged(terms: Sequence[Candidate]) -> list[tuple[Condition, int]]:
    """One condition for each field and comparison, with what it covers; without the risk, which is
    no condition."""
    merged: dict[tuple[str, str], tuple[Condition, int]] = {}
    for term in terms:
        condition = term.condition
        if condition.field == RISK:
            continue
        key = (condition.field, condition.op)
        if key in merged:
            other, covers = merged[key]
            merged[key] = _both(other, condition), covers & term.covers
        else:
            merged[key] = condition, term.covers
    return [merged[key] for key in sorted(merged, key=lambda key: (_OPS[key[1]], key[0]))]


def _both(one: Condition, other: Condition) -> Condition:
    """The condition that holds where both do; they are of one field and one comparison."""
    value: Any = one.value
    if one.op == "le":
        value = min(value, other.value, key=float)
    elif one.op in ("in", "subset_of"):
        assert isinstance(one.value, list)
        assert isinstance(other.value, list)
        forms = set(map(form_of, other.value))
        value = [each for each in one.value if form_of(each) in forms]
    return one.but(value=value)


def _kept_out(
    conditions: Sequence[tuple[Condition, int]], ordered: Sequence[Decision]
) -> Iterable[KeptOut]:
    for place in range(len(conditions)):
        others = (1 << len(ordered)) - 1
        for other, (_, covers) in enumerate(conditions):
            others &= ~covers if other == place else covers
        refused = [each for n, each in enumerate(ordered) if others >> n & 1 and not each.approved]
        if refused:
            yield KeptOut(condition=place, refused=len(refused), approval_ids=_latest(refused))


def _latest(decisions: Sequence[Decision]) -> tuple[str, ...]:
    return tuple(each.approval_id for each in reversed(decisions[-MOST_LISTED:]))


def _ground(pattern: PatternState) -> str:
    conditions = [each.model_dump(mode="json") for each in pattern.conditions]
    return content_hash([pattern.kind, pattern.max_risk, conditions])
