"""Whether a precedent approves a request: all of its conditions, and the limits of precedents."""

from collections.abc import Iterator, Sequence
from typing import Any

from events.approvals import PasskeyFor
from events.dossiers import Match
from events.effects import RISKS
from events.quorum import Rule
from functions.approvals.rules.approval import Approval
from functions.approvals.rules.gist import folded
from functions.approvals.rules.precedent import MOST_ACTIVE_PER_KIND, ActivePrecedent
from functions.approvals.rules.probation import beyond
from functions.approvals.rules.risk import declared, why_irreversible
from shared.precedents.conditions import in_words, is_satisfied, why_not

LARGEST_MATCHES_BYTES = 48_000


def compare(request: Approval, content: Any, precedent: ActivePrecedent) -> Match:
    """How the precedent compares with the request, in words. It approves when nothing is
    unsatisfied."""
    satisfied, unsatisfied = [], []
    for condition in precedent.conditions:
        if is_satisfied(condition, content):
            satisfied.append(in_words(condition))
        else:
            unsatisfied.append(why_not(condition, content))
    risk = f"risk le {precedent.max_risk}"
    if RISKS.index(request.risk) <= RISKS.index(precedent.max_risk):
        satisfied.append(risk)
    else:
        unsatisfied.append(f"{risk}: it is {request.risk}")
    if not {precedent.author, precedent.activated_by}.isdisjoint(request.authors):
        unsatisfied.append("written by neither its author nor who activated it")
    unsatisfied += beyond(precedent.probation, content, request.requested_at)
    return Match(
        seed_id=precedent.precedent_id,
        title=precedent.title,
        satisfied=tuple(satisfied),
        unsatisfied=tuple(unsatisfied),
    )


def limits(
    content: Any,
    rollback_plan: str,
    rule: Rule,
    added_rule: Rule | None,
    *,
    passkey_for: PasskeyFor = "nothing",
) -> tuple[str, ...]:
    """Why no precedent may approve this request, whatever its conditions; empty where one may."""
    reasons = [f"reversible: {why}" for why in why_irreversible(content, rollback_plan)]
    if has_open_finding(content):
        reasons.append("every finding is a pass: one is not")
    if rule.kind != "any":
        reasons.append("one approver is enough: the rule asks for more")
    if added_rule is not None:
        reasons.append("the requester asks for nobody: somebody was added")
    if passkey_for == "assent":
        reasons.append("no passkey must sign: the policy asks for one")
    return tuple(reasons)


def match_all(
    request: Approval,
    content: Any,
    precedents: Sequence[ActivePrecedent],
    refused: tuple[str, ...] = (),
) -> tuple[tuple[Match, ...], str | None]:
    """The comparisons for the card, the closest first, as far as a card has room for them; and the
    id of the precedent that approves: the first activated one among those with nothing
    unsatisfied. None does where people `refused` the like before."""
    assert len(precedents) <= MOST_ACTIVE_PER_KIND
    ordered = sorted(precedents, key=lambda p: (p.activated_at, p.precedent_id))
    matches = [compare(request, content, precedent) for precedent in ordered]
    matches = [
        match.but(unsatisfied=(*match.unsatisfied, *request.barred, *refused)) for match in matches
    ]
    assenting = next((match.seed_id for match in matches if not match.unsatisfied), None)
    closest = sorted(matches, key=lambda m: (len(m.unsatisfied), -len(m.satisfied)))
    return tuple(_shown(closest)), assenting


def _shown(closest: Sequence[Match]) -> Iterator[Match]:
    size = 0
    for match in closest:
        size += len(match.model_dump_json().encode())
        if size > LARGEST_MATCHES_BYTES:
            return
        yield match


def has_open_finding(content: Any) -> bool:
    """Whether any reviewer's verdict inside the content is not a pass."""
    fields = content.items() if isinstance(content, dict) else ()
    findings = [value for name, value in fields if folded(name) == "findings"]
    return any(verdict != "pass" for _, verdict in declared(findings, "verdict"))
