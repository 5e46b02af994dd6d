"""Values the tests of approvals start from."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from events.approval_policies import PolicyEntry
from events.approvals import Subject
from events.decisions import SignedDecision, statement_of
from events.dossiers import Match
from events.precedents import Condition
from events.quorum import Place, Rule
from functions.approvals.rules.approval import Approval, Repeat, Step, Steps
from functions.approvals.rules.commands import DecisionBody, GovernorVetoBody
from functions.approvals.rules.opening import open_request
from functions.approvals.rules.policy import BUILT_IN, ApprovalPolicy
from functions.approvals.rules.precedent import ActivePrecedent, Precedent
from functions.approvals.rules.requests import Request, RequestBody, SubjectBody
from shared.kit.callers import Actor
from shared.kit.transitions import payload

START = datetime(2026, 11, 20, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)

REQUESTER = "amira"
ASKER = Actor(REQUESTER, frozenset())
GOVERNOR = Actor("gala", frozenset({"governor"}))
OTHER_GOVERNOR = Actor("goran", frozenset({"governor"}))
DEPUTY = Actor("dina", frozenset({"deputy"}))
OTHER_DEPUTY = Actor("dario", frozenset({"deputy"}))
LEGAL = Actor("lena", frozenset({"legal"}))
NOBODY = Actor("noor", frozenset())

CONTENT = {
    "action": "reindex",
    "target": "patient-articles",
    "rows": 1200,
    "systems": [{"name": "clinic-cms", "reversible": True}],
}
RATIONALE = (
    "Reindexing the articles of the clinic can be repeated at any time, touches public data only, "
    "and a person has agreed to every one of the requests so far."
)


def request(**fields: Any) -> Request:
    """A request to execute something reversible; `fields` replace its defaults."""
    values: dict[str, Any] = {
        "approval_id": "apr_01KAGQ0000000000000000000A",
        "kind": "execution",
        "subject": Subject(type="job", id="job-7", name="reindex-articles"),
        "summary": "Rebuild the index of patient articles",
        "content": CONTENT,
        "evidence": ("ghostrun 12: 1200 rows, no errors",),
        "rollback_plan": "Restore the previous index from its snapshot.",
        "risk": "medium",
        "risk_reasons": ("something happens (medium)",),
        "requested_by": REQUESTER,
        "authors": (fields.get("requested_by", REQUESTER),),
    }
    return Request(**{**values, **fields})


def another(number: int) -> dict[str, Any]:
    """What makes a request one about another subject, with another content of the same class."""
    return {
        "subject": SubjectBody(type="job", id=f"job-{100 + number}", name="reindex-articles"),
        "content": {**CONTENT, "rows": 1200 + number},
    }


def request_body(**fields: Any) -> RequestBody:
    """The same request as somebody sends it; `fields` replace its defaults."""
    values: dict[str, Any] = {
        "kind": "execution",
        "subject": SubjectBody(type="job", id="job-7", name="reindex-articles"),
        "summary": "Rebuild the index of patient articles",
        "content": CONTENT,
        "evidence": ("ghostrun 12: 1200 rows, no errors",),
        "rollback_plan": "Restore the previous index from its snapshot.",
    }
    return RequestBody(**{**values, **fields})


def policy(*entries: PolicyEntry) -> ApprovalPolicy:
    """A tenant's policy: these entries, and the built-in ones of the other kinds."""
    kinds = {entry.kind for entry in entries}
    others = (each for each in BUILT_IN.entries if each.kind not in kinds)
    return ApprovalPolicy(version=1, entries=(*entries, *others))


def opened(
    *precedents: ActivePrecedent,
    at: datetime = START,
    rule: Rule | None = None,
    silence_approves: bool = False,
    **fields: Any,
) -> Approval:
    """The approval that such a request opens at `at`. The tenant's policy asks for `rule`, and lets
    silence approve the requester's artifacts where that is said."""
    asked = request(**fields)
    named = (asked.requested_by,) if silence_approves else ()
    entry = PolicyEntry(
        kind=asked.kind,
        rule=rule or Rule(kind="any", of=(Place(role="governor"),)),
        silence_approves=named,
    )
    return open_request(asked, precedents, at, policy(entry)).state


def matches_of(*precedents: ActivePrecedent, **fields: Any) -> tuple[Match, ...]:
    """How such a request compares with the precedents, as its contents tell it."""
    step = open_request(request(**fields), precedents, START)
    named = {each.hash: each.value for each in step.contents}
    matches = named[step.state.matches_hash] if step.state.matches_hash else ()
    return tuple(map(Match.model_validate, matches))


def signed_of(step: Step) -> SignedDecision | None:
    """What is signed of the step's event."""
    assert step.event is not None
    return statement_of(payload(step), "clinic")


def rule(kind: Any, *places: str, m: int | None = None) -> Rule:
    """A rule over `role:…` and `principal:…` texts."""
    split = [place.split(":") for place in places]
    return Rule(kind=kind, m=m, of=tuple(Place(**{name: value}) for name, value in split))


def command(decision: Any, approval: Approval, **fields: Any) -> DecisionBody:
    """A decision about the approval's own content."""
    fields.setdefault("note", "please shorten it" if decision == "request_changes" else "")
    return DecisionBody(
        decision=decision,
        decision_hash=approval.decision_hash,
        client_decision_id=uuid.uuid4(),
        **fields,
    )


def veto_command(approval: Approval, **fields: Any) -> GovernorVetoBody:
    """A veto of the approval's own content; `fields` replace its defaults."""
    values: dict[str, Any] = {
        "decision_hash": approval.decision_hash,
        "client_decision_id": uuid.uuid4(),
        "reason_category": "safety",
        "explanation": "It reads like advice.",
    }
    return GovernorVetoBody(**{**values, **fields})


def precedent(**fields: Any) -> Precedent:
    """A precedent that covers `request()`; `fields` replace its defaults."""
    values: dict[str, Any] = {
        "precedent_id": "pre_01KAGQ0000000000000000000P",
        "reference": "GOV-00000P",
        "title": "Reindex patient articles",
        "domain": "GOV",
        "kind": "execution",
        "max_risk": "medium",
        "conditions": (Condition(field="content.action", op="eq", value="reindex"),),
        "rationale": RATIONALE,
        "example_approval_id": "apr_01KAGQ0000000000000000000A",
        "status": "approved",
        "author": "gala",
        "created_at": START,
        "version": 1,
    }
    return Precedent(**{**values, **fields})


def active(**fields: Any) -> ActivePrecedent:
    """The active form of a precedent that covers `request()`."""
    values: dict[str, Any] = {
        "precedent_id": "pre_01KAGQ0000000000000000000P",
        "reference": "GOV-00000P",
        "title": "Reindex patient articles",
        "max_risk": "medium",
        "conditions": (Condition(field="content.action", op="eq", value="reindex"),),
        "author": "gala",
        "activated_by": "goran",
        "activated_at": START,
    }
    return ActivePrecedent(**{**values, **fields})


def step_of(result: Steps | Repeat) -> Step:
    """The only change."""
    assert isinstance(result, tuple)
    (step,) = result
    return step


def stepped(result: Steps | Repeat) -> Approval:
    """The state after a decision that changed something."""
    assert isinstance(result, tuple)
    return result[-1].state
