"""The approval policy of a tenant: who decides, how soon, and for whom silence approves.

What a requester sends never makes it milder. It cannot make itself milder either: a change of the
policy is an approval under a rule that no policy alters (`proposals.py`)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import combinations

from events.approval_policies import PasskeyRule, PolicyEntry, PolicyRecord
from events.approvals import PasskeyFor
from events.effects import RISKS, ApprovalKind, Risk
from events.quorum import Rule
from functions.approvals.rules.quorum import (
    ANY_GOVERNOR,
    can_pass_without,
    rule_errors,
)
from shared.kit.errors import FieldError, Invalid
from shared.kit.principals import is_reserved
from shared.kit.roles import DEPUTY, GOVERNOR

# Default deadline and floor of each kind (docs/domain.md).
DEADLINES: dict[ApprovalKind, timedelta] = {
    "artifact": timedelta(minutes=30),
    "communication": timedelta(minutes=60),
    "execution": timedelta(minutes=120),
    "financial": timedelta(minutes=240),
    "constitutional": timedelta(hours=24),
}
FLOORS: dict[ApprovalKind, timedelta] = {
    "artifact": timedelta(minutes=10),
    "communication": timedelta(minutes=15),
    "execution": timedelta(minutes=15),
    "financial": timedelta(minutes=30),
    "constitutional": timedelta(hours=4),
}
SHORTEST = timedelta(minutes=1)
LONGEST = timedelta(days=30)

Threshold = tuple[int, int]


class ApprovalPolicy(PolicyRecord):
    """The policy as it is stored; one for each tenant."""


BUILT_IN = ApprovalPolicy(
    version=0, entries=tuple(PolicyEntry(kind=kind, rule=ANY_GOVERNOR) for kind in DEADLINES)
)

DEPLOYED = BUILT_IN.but(passkey=PasskeyRule(from_risk="high", irreversible=True, break_glass=True))


@dataclass(frozen=True)
class Terms:
    """What the policy says about one request."""

    rule: Rule
    deadline: timedelta
    shortest: timedelta
    silence_approves: bool


def terms_for(
    policy: ApprovalPolicy, *, kind: ApprovalKind, risk: Risk, amount: int | None, requested_by: str
) -> Terms:
    """The terms of a request: those of the entry with the highest thresholds that it reaches. A
    checked policy has exactly one such entry. Silence approves only artifacts of low risk."""
    reached = (RISKS.index(risk), amount or 0)
    entries = [
        entry
        for entry in policy.entries
        if entry.kind == kind and _is_reached(_threshold(entry), reached)
    ]
    entry = max(entries, key=_threshold)
    named = requested_by in entry.silence_approves
    return Terms(
        rule=entry.rule,
        deadline=_deadline(entry),
        shortest=_shortest(entry),
        silence_approves=named and kind == "artifact" and risk == "low",
    )


def passkey_for(policy: ApprovalPolicy, risk: Risk, *, is_irreversible: bool) -> PasskeyFor:
    """What of a request only a passkey's signature decides. Whoever needs one to approve needs one
    to break the glass too."""
    rule = policy.passkey
    is_risky = rule.from_risk is not None and RISKS.index(risk) >= RISKS.index(rule.from_risk)
    if is_risky or (rule.irreversible and is_irreversible):
        return "assent"
    return "break_glass" if rule.break_glass else "nothing"


def deadline_of(terms: Terms, asked_seconds: int | None) -> timedelta:
    """How long the request stays open. Raises Invalid for a deadline that the policy does not
    allow: below its floor, or below its default where silence approves."""
    if asked_seconds is None:
        return terms.deadline
    asked = _seconds(asked_seconds)
    shortest = terms.deadline if terms.silence_approves else terms.shortest
    if not shortest <= asked <= LONGEST:
        because = ", because silence approves this request" if terms.silence_approves else ""
        least, most = int(shortest.total_seconds()), int(LONGEST.total_seconds())
        problem = f"must be from {least} to {most}{because}"
        raise Invalid(FieldError("deadline_seconds", problem))
    return asked


def completed(entries: Sequence[PolicyEntry]) -> tuple[PolicyEntry, ...]:
    """The entries of a policy that somebody proposes, and the built-in entry of each kind that they
    leave out, in a fixed order. Raises Invalid, naming every field in error."""
    if errors := [*_entries_errors(entries)]:
        raise Invalid(*errors)
    covered = {entry.kind for entry in entries if _threshold(entry) == (0, 0)}
    whole = [*entries, *(each for each in BUILT_IN.entries if each.kind not in covered)]
    kinds = list(DEADLINES)
    return tuple(sorted(whole, key=lambda entry: (kinds.index(entry.kind), _threshold(entry))))


def _entries_errors(entries: Sequence[PolicyEntry]) -> Iterator[FieldError]:
    for index, entry in enumerate(entries):
        yield from _entry_errors(entry, f"entries.{index}")
    yield from _overlap_errors(entries)


def _entry_errors(entry: PolicyEntry, field: str) -> Iterator[FieldError]:
    yield from rule_errors(entry.rule, f"{field}.rule")
    if entry.kind == "constitutional":
        if can_pass_without(entry.rule, GOVERNOR):
            yield FieldError(f"{field}.rule", "must require a governor for constitutional requests")
        if any(place.role == DEPUTY for place in entry.rule.of):
            yield FieldError(f"{field}.rule", "must name no deputy for constitutional requests")
    if entry.min_amount_usd_micros < 0:
        yield FieldError(f"{field}.min_amount_usd_micros", "must be 0 or more")
    if entry.min_amount_usd_micros > 0 and entry.kind != "financial":
        yield FieldError(f"{field}.min_amount_usd_micros", "belongs to the kind financial only")
    yield from _time_errors(entry, field)
    yield from _silence_errors(entry, field)


def _time_errors(entry: PolicyEntry, field: str) -> Iterator[FieldError]:
    if not SHORTEST <= _shortest(entry) <= LONGEST:
        yield FieldError(f"{field}.shortest_deadline_seconds", "must be from 60 to 2592000")
    if not _shortest(entry) <= _deadline(entry) <= LONGEST:
        least = int(_shortest(entry).total_seconds())
        yield FieldError(f"{field}.deadline_seconds", f"must be from {least} to 2592000")


def _silence_errors(entry: PolicyEntry, field: str) -> Iterator[FieldError]:
    if not entry.silence_approves:
        return
    field = f"{field}.silence_approves"
    if entry.kind != "artifact" or entry.min_risk != "low":
        yield FieldError(field, "silence approves artifacts of low risk only")
    if _deadline(entry) < DEADLINES[entry.kind]:
        least = int(DEADLINES[entry.kind].total_seconds())
        yield FieldError(field, f"needs a deadline_seconds of at least {least}")
    if any(map(is_reserved, entry.silence_approves)):
        yield FieldError(field, "must name people or programs: one of the names is reserved")


def _overlap_errors(entries: Sequence[PolicyEntry]) -> Iterator[FieldError]:
    """Two entries of a kind may both be reached by a request: the policy must say what holds where
    they meet, so that the order of the entries never decides."""
    known = {(entry.kind, _threshold(entry)) for entry in entries}
    for (_, left), (index, right) in combinations(enumerate(entries), 2):
        if left.kind != right.kind:
            continue
        one, other = _threshold(left), _threshold(right)
        if one == other:
            yield FieldError(f"entries.{index}", "repeats the thresholds of an earlier entry")
            continue
        meet = (max(one[0], other[0]), max(one[1], other[1]))
        if (left.kind, meet) not in known:
            problem = (
                f"meets an earlier entry: add one from {RISKS[meet[0]]} risk and "
                f"{meet[1]} usd_micros that says what holds for both"
            )
            yield FieldError(f"entries.{index}", problem)


def _threshold(entry: PolicyEntry) -> Threshold:
    return RISKS.index(entry.min_risk), entry.min_amount_usd_micros


def _is_reached(threshold: Threshold, reached: Threshold) -> bool:
    return threshold[0] <= reached[0] and threshold[1] <= reached[1]


def _deadline(entry: PolicyEntry) -> timedelta:
    seconds = entry.deadline_seconds
    return DEADLINES[entry.kind] if seconds is None else _seconds(seconds)


def _shortest(entry: PolicyEntry) -> timedelta:
    seconds = entry.shortest_deadline_seconds
    own = min(FLOORS[entry.kind], _deadline(entry))
    return own if seconds is None else _seconds(seconds)


def _seconds(seconds: int) -> timedelta:
    # What is out of bounds stays so; a timedelta of any integer would overflow.
    return timedelta(seconds=min(max(seconds, 0), int(LONGEST.total_seconds()) + 1))
