"""How a tenant's governing works out in a time: what waited, by which rule and for whom, and what
precedents saved. Each figure is counted from what approvals say of themselves."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from events.buckets import as_of
from events.effects import ApprovalKind, Risk
from events.precedents import rates
from events.quorum import Rule
from functions.learning.rules.evidence import REFUSALS, is_decided_by_person
from shared.approvals.past import PastApproval
from shared.kit.instants import Instant
from shared.kit.models import Data

MOST_REPORTED = 5_000
LONGEST = timedelta(days=92)
# In the words of the API: how each figure was computed stands beside it.
HOW: Mapping[str, str] = {
    "waited_seconds": "from the request to its decision, to what silence decided, or to the end of "
    "the time; a request that a precedent approved waited for nobody",
    "escalated_seconds": "the part of that after the place was first passed on",
    "lost_usd_micros": "what runs had spent that waited for an approval and got none: refused, "
    "expired or cancelled",
    "match_rate": "of the requests that it was compared with, those that it approved",
    "veto_rate": "of what it approved, what people vetoed",
    "false_positive_rate": "of what it approved, and of what people decided instead while it was "
    "on probation, what they refused",
    "reasons": "each reason becomes a vector of what it means, in this process; two groups are one "
    "where the mean cosine of their reasons is near enough, the nearest first",
    "saved_seconds": "what it approved, times the median time that people took for requests of its "
    "kind in this time",
}


class Waits(Data):
    """How many requests waited, how many of them people approved, refused, or did not answer. Times
    are in seconds, money in micro-dollars."""

    requests: int
    approved: int
    refused: int
    silent: int
    waiting: int
    waited_seconds: int
    median_seconds: int
    escalated_seconds: int
    lost_usd_micros: int


class RuleRow(Waits):
    """What waited because of one rule: the places of an approval policy's entry, for requests of a
    kind and a risk."""

    kind: ApprovalKind
    risk: Risk
    rule: Rule


class GovernorRow(Waits):
    """What one person decided, and how long it had waited until then: for everybody, not for them
    alone."""

    principal: str
    vetoes: int


class PrecedentRow(Data):
    """What one precedent did in the time."""

    precedent_id: str
    compared: int
    matched: int
    vetoed: int
    audited: int
    disagreed: int
    match_rate: float
    veto_rate: float
    false_positive_rate: float
    saved_seconds: int


class Report(Data):
    """What governing cost, and what it kept out, from `since` on and before `until`."""

    since: Instant
    until: Instant
    whole: Waits
    rules: tuple[RuleRow, ...]
    governors: tuple[GovernorRow, ...]
    precedents: tuple[PrecedentRow, ...]
    vetoes: dict[str, int]


def report_of(
    approvals: Iterable[PastApproval],
    spent: Mapping[str, int],
    since: datetime,
    until: datetime,
    at: datetime,
) -> Report:
    """The report as of `at`. `spent` is what each run has spent, by its id."""
    known = [as_of(each, at) for each in approvals]
    asked = [each for each in known if each.capacity != "precedent" and each.precedent_id is None]
    end = min(at, until)

    def waits(some: Sequence[PastApproval]) -> dict[str, Any]:
        return _waits(some, spent, end)

    rules = _grouped(asked, lambda each: (each.kind, each.risk, each.rule.model_dump_json()))
    people = _grouped(
        [each for each in known if is_decided_by_person(each)], lambda each: (str(each.decided_by),)
    )
    return Report(
        since=since,
        until=until,
        whole=Waits(**waits(asked)),
        rules=tuple(
            sorted(
                (
                    RuleRow(kind=some[0].kind, risk=some[0].risk, rule=some[0].rule, **waits(some))
                    for some in rules.values()
                ),
                key=lambda row: -row.waited_seconds,
            )
        ),
        governors=tuple(
            GovernorRow(
                principal=who, vetoes=sum(e.decision == "veto" for e in some), **waits(some)
            )
            for (who,), some in sorted(people.items())
        ),
        precedents=_precedents(known),
        vetoes=_vetoes(known),
    )


def _waits(some: Sequence[PastApproval], spent: Mapping[str, int], end: datetime) -> dict[str, Any]:
    times = [_waited(each, end) for each in some]
    return {
        "requests": len(some),
        "approved": sum(is_decided_by_person(e) and e.decision not in REFUSALS for e in some),
        "refused": sum(e.decision in REFUSALS for e in some),
        "silent": sum(e.capacity == "silence" for e in some),
        "waiting": sum(e.decided_at is None for e in some),
        "waited_seconds": round(sum(times)),
        "median_seconds": round(median(times)) if times else 0,
        "escalated_seconds": round(sum(_escalated(each, end) for each in some)),
        "lost_usd_micros": sum(spent.get(e.subject.id, 0) for e in some if _is_lost(e)),
    }


def is_of_run(approval: PastApproval) -> bool:
    """Whether a run waited for it."""
    return approval.subject.type == "run"


def _is_lost(approval: PastApproval) -> bool:
    ended = approval.status in ("rejected", "changes_requested", "expired", "cancelled", "vetoed")
    return is_of_run(approval) and ended


def _waited(approval: PastApproval, end: datetime) -> float:
    if approval.precedent_id is not None:
        return 0.0
    until = approval.decided_at or end
    return max(0.0, (until - approval.requested_at).total_seconds())


def _escalated(approval: PastApproval, end: datetime) -> float:
    if not approval.grants:
        return 0.0
    since = min(each.at for each in approval.grants)
    return max(0.0, ((approval.decided_at or end) - since).total_seconds())


def _precedents(known: Sequence[PastApproval]) -> tuple[PrecedentRow, ...]:
    ids = {id for each in known for id in each.considered}
    # An audit is shown only once a person decided it: it is blind.
    ids |= {each.audits for each in known if each.audits and is_decided_by_person(each)}
    return tuple(_precedent(id, known) for id in sorted(ids))


def _precedent(id: str, known: Sequence[PastApproval]) -> PrecedentRow:
    compared = [each for each in known if id in each.considered]
    matched = [each for each in compared if each.precedent_id == id]
    audited = [each for each in known if each.audits == id and is_decided_by_person(each)]
    vetoed = sum(each.decision == "veto" for each in matched)
    disagreed = sum(each.decision in REFUSALS for each in audited)
    kinds = {each.kind for each in (*compared, *audited)}
    usual = [
        (each.decided_at - each.requested_at).total_seconds()
        for each in known
        if each.kind in kinds and each.precedent_id is None and is_decided_by_person(each)
        if each.decided_at is not None
    ]
    counts = {
        "compared": len(compared),
        "matched": len(matched),
        "vetoed": vetoed,
        "audited": len(audited),
        "disagreed": disagreed,
    }
    return PrecedentRow(
        precedent_id=id,
        **counts,
        **rates(**counts)._asdict(),
        saved_seconds=round(median(usual) * len(matched)) if usual else 0,
    )


def _vetoes(known: Sequence[PastApproval]) -> dict[str, int]:
    reasons = [each.veto_reason.category for each in known if each.veto_reason is not None]
    return {category: reasons.count(category) for category in sorted(set(reasons))}


def _grouped(
    some: Sequence[PastApproval], key: Callable[[PastApproval], tuple[Any, ...]]
) -> dict[tuple[Any, ...], list[PastApproval]]:
    groups: dict[tuple[Any, ...], list[PastApproval]] = {}
    for each in some:
        groups.setdefault(key(each), []).append(each)
    return groups
