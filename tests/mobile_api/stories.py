"""Events as `agents` and `approvals` publish them, for tests to tell stories with."""

from datetime import UTC, datetime, timedelta
from typing import Any

from events.agents import AgentActivated, AgentState, AgentViolationReported, Limits, Reactivation
from events.agents import Violation as BrokenRule
from events.approvals import (
    ApprovalReviewMissed,
    ApprovalState,
    CaseBinding,
    Stage,
    Subject,
)
from events.cases import CreationCaseJudged, CreationCaseState, Reversal
from events.pipelines import PipelinePaused, PipelineState
from events.precedents import PrecedentState
from events.quorum import Place, Rule
from events.vetoes import VetoReason, VetoWindow
from events.violations import Violation
from mobile_api.rules.documents import Documents, Fields, Key
from mobile_api.rules.facts import Fact
from mobile_api.rules.projection import apply, steps_of
from mobile_api.service.project import fact_of
from shared.kit.bookkeeping import DeliveryState
from shared.kit.canonical import canonical_json, content_hash
from shared.kit.contents import Content
from shared.kit.ids import derive_id
from shared.kit.models import EventData
from shared.messaging.envelope import Envelope

START = datetime(2026, 11, 20, 12, tzinfo=UTC)
CONTENT = {"name": "clinic-content-writer", "industry": "healthcare", "nested": [[1, 2], {}]}
EVIDENCE = [[[1], "two"], {"three": 3.5}]
ASSESSMENT = {
    "risk_reasons": ["public data only (low)"],
    "rollback_plan": "Delete the drafts it wrote.",
}
MATCHES = [
    {
        "seed_id": "pre_01KAGQ0000000000000000000A",
        "title": "Low risk",
        "satisfied": ["all"],
        "unsatisfied": [],
    }
]
# What the events of these stories name by its hash.
CONTENTS = tuple(map(Content.of, (CONTENT, EVIDENCE, ASSESSMENT, MATCHES)))
TENANT = "clinic"

_TOPICS = {"approval": "approvals", "precedent": "approvals"}
STATUS_AFTER = {
    "requested": "pending",
    "voted": "pending",
    "resumed": "pending",
    "delegated": "pending",
    "reviewed": "approved",
    "review_missed": "approved",
    "overturned": "overturned",
}


def id_of(prefix: str, number: int) -> str:
    """The same id for the same number; a higher number sorts later."""
    return derive_id(prefix, START + timedelta(seconds=number), str(number))


def envelope(
    data: EventData,
    subject: str,
    sequence: int,
    at: datetime = START,
    *,
    tenant: str = TENANT,
    actor: str = "gala",
) -> Envelope:
    """An event of the log; its id follows from what it says."""
    topic = _TOPICS.get(subject.partition("/")[0], "agents")
    if isinstance(data, DeliveryState):
        topic = data.function
    id = derive_id("evt", at, tenant, subject, str(sequence), data.event_type)
    return Envelope(
        id=id,
        type=data.event_type,
        source=f"//assent/{topic}",
        subject=subject,
        time=at,
        tenantid=tenant,
        actorid=actor,
        correlationid=id,
        causationid=id,
        sequence=sequence,
        data=canonical_json(data.model_dump(mode="json")).decode(),
        received_at=at,
    )


def fact(event: Envelope) -> Fact:
    read = fact_of(event)
    assert read is not None, f"{event.type} changes nothing here"
    return read


def project(documents: Documents, fact: Fact) -> dict[Key, Fields]:
    """The documents that the fact changes, as they are after it."""
    return apply(steps_of(fact), documents)


def approval(
    kind: type[ApprovalState],
    number: int = 1,
    sequence: int = 1,
    at: datetime = START,
    *,
    tenant: str = TENANT,
    **fields: Any,
) -> Envelope:
    """An event of approval `number`; its status follows from its type."""
    name = kind.event_type.split(".")[2]
    approval_id = id_of("apr", number)
    values: dict[str, Any] = {
        "approval_id": approval_id,
        "kind": "constitutional",
        "risk": "low",
        "status": STATUS_AFTER.get(name, name),
        "summary": "An agent wants to be born",
        "subject": Subject(type="agent", id=id_of("agt", number), name=f"writer-{number}"),
        "requested_by": "amira",
        "authors": ("amira",),
        "requested_at": START,
        "deadline_at": START + timedelta(hours=24),
        "on_timeout": "deny",
        "decision_hash": content_hash(CONTENT),
        "evidence_hash": content_hash(EVIDENCE),
        "assessment_hash": content_hash(ASSESSMENT),
        "matches_hash": content_hash(MATCHES),
        "rule": Rule(kind="any", of=(Place(role="governor"),)),
        "stage": Stage(number=6, name="Governor approval", of=7),
        "considered": (id_of("pre", 1),),
        "version": sequence,
    }
    if kind is ApprovalReviewMissed:
        values["violation"] = Violation(rule="review.deputy", summary="Late", evidence=("x",))
    return envelope(kind(**values | fields), f"approval/{approval_id}", sequence, at, tenant=tenant)


def case_of(number: int, purpose: str = "creation") -> CaseBinding:
    return CaseBinding.model_validate(
        {"case_id": id_of("cas", number), "revision": 1, "purpose": purpose}
    )


def decided(at: datetime = START, by: str = "gala") -> dict[str, Any]:
    return {"decided_by": by, "decided_at": at}


def vetoed(at: datetime = START) -> dict[str, Any]:
    reason = VetoReason(category="safety", explanation="Not this one.")
    return {**decided(at), "veto_reason": reason}


def window(closes_at: datetime = START + timedelta(hours=24)) -> dict[str, Any]:
    return {"veto": VetoWindow(closes_at=closes_at), "precedent_id": id_of("pre", 1)}


def agent(
    kind: type[AgentState] = AgentActivated,
    number: int = 1,
    sequence: int = 1,
    at: datetime = START,
    *,
    tenant: str = TENANT,
    **fields: Any,
) -> Envelope:
    """An event of agent `number`."""
    agent_id = id_of("agt", number)
    values: dict[str, Any] = {
        "agent_id": agent_id,
        "name": f"writer-{number}",
        "version": "1.0.0",
        "status": "active",
        "mode": "production",
        "health": "healthy",
        "spec_hash": "ab",
        "industry": "healthcare",
        "budget": Limits(per_run_usd_micros=500_000, per_day_usd_micros=7_000_000),
        "requested_by": "amira",
        "live_case_id": id_of("cas", number),
        "live_case_kind": "creation",
        "revision": 1,
        "approval_id": id_of("apr", number),
        "trial_ends_at": START,
        "probation_ends_at": START,
        "reactivation": Reactivation(reason="fixed", by="gala", at=START),
        "reported_by": "watcher",
    }
    if kind is AgentViolationReported:
        values["violation"] = BrokenRule(rule="scope.drift", summary="It drifted", evidence=("y",))
    wanted = {name: value for name, value in values.items() if name in kind.model_fields}
    return envelope(kind(**wanted | fields), f"agent/{agent_id}", sequence, at, tenant=tenant)


def case(
    kind: type[CreationCaseState] = CreationCaseJudged,
    number: int = 1,
    sequence: int = 1,
    at: datetime = START,
    *,
    of_agent: int | None = None,
    **fields: Any,
) -> Envelope:
    """An event of case `number`, of agent `of_agent` (the same number unless told)."""
    case_id = id_of("cas", number)
    name = kind.event_type.split(".")[2]
    agent_number = number if of_agent is None else of_agent
    values: dict[str, Any] = {
        "case_id": case_id,
        "agent_id": id_of("agt", agent_number),
        "agent_name": f"writer-{agent_number}",
        "agent_status": "certified",
        "kind": "creation",
        "revision": 1,
        "status": "blocked" if name == "judged" else name,
        "stages": (),
        "version": "1.0.0",
        "spec_hash": "ab",
        "findings_hash": "cd",
        "requested_by": "amira",
        "authors": ("amira",),
        "requested_at": START,
        "ended_at": at
        if name in ("rejected", "cancelled", "rolled_back", "rollback_failed")
        else None,
    }
    if issubclass(kind, Reversal):
        values |= {"caused_by": "veto", "agent_version": "0.0.0", "agent_sequence": 1}
    return envelope(kind(**values | fields), f"creation_case/{case_id}", sequence, at)


def precedent(
    kind: type[PrecedentState],
    number: int = 1,
    sequence: int = 1,
    at: datetime = START,
    **fields: Any,
) -> Envelope:
    """An event of precedent `number`."""
    precedent_id = id_of("pre", number)
    values: dict[str, Any] = {
        "precedent_id": precedent_id,
        "reference": f"GEN-{precedent_id[-6:]}",
        "title": "Low-risk patient education",
        "domain": "GEN",
        "kind": "constitutional",
        "max_risk": "low",
        "conditions": ({"field": "content.industry", "op": "eq", "value": "healthcare"},),
        "rationale": "Because it can always be taken back.",
        "status": "active",
        "author": "gala",
        "created_at": START,
        "version": sequence,
    }
    return envelope(kind(**values | fields), f"precedent/{precedent_id}", sequence, at)


def pipeline(
    kind: type[PipelineState] = PipelinePaused, sequence: int = 1, at: datetime = START
) -> Envelope:
    """An event of the tenant's pipeline."""
    data = kind(
        paused=kind is PipelinePaused,
        reason="six of ten were rolled back",
        rolled_back=(id_of("cas", 1),),
        changed_by="service:agents",
        changed_at=at,
    )
    return envelope(data, "pipeline/creation", sequence, at)


def delivery(
    kind: type[DeliveryState], number: int = 1, at: datetime = START, **fields: Any
) -> Envelope:
    """An event of dead letter `number`, of `agents` unless another `function` is given."""
    name = kind.event_type.split(".")[2]
    subject = f"delivery/{id_of('dlv', number)}"
    values: dict[str, Any] = {
        "delivery_id": id_of("dlv", number),
        "function": "agents",
        "path": "/events/approvals",
        "delivered_id": id_of("evt", number),
        "delivered_type": "assent.approval.approved.v1",
        "delivered_subject": f"approval/{id_of('apr', number)}",
        "reason": "signature_invalid: forged",
    }
    return envelope(kind(**values | fields), subject, 1 if name == "buried" else 2, at)
