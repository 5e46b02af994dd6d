"""The request for approval of a case: its exact content, and what a human needs to judge it."""

from datetime import datetime
from functools import lru_cache
from typing import Any

from events.agents import AgentApprovalNeeded, Purpose, Risk
from functions.agents.rules.agent import Agent
from functions.agents.rules.case import Asked, CaseContents, CreationCase
from functions.agents.rules.risk import Assessment, assess, data_classification
from functions.agents.rules.spec import Classification, Spec
from functions.agents.rules.stages import APPROVAL, ETHICS, place, with_stage
from shared.kit.contents import Content
from shared.kit.ids import derive_id
from shared.kit.transitions import Transition

# More is no evidence of an approval.
MOST_EVIDENCE = 50

_VERBS: dict[Purpose, str] = {
    "creation": "Create",
    "proposal": "Change",
    "evolution": "Evolve",
    "ethics_escalation": "Clear the ethics of",
}


def ask(
    agent: Agent, case: CreationCase, purpose: Purpose, contents: CaseContents, at: datetime
) -> tuple[Transition[Agent], CreationCase]:
    """The request for approval of the case in its current state, and the case that waits for the
    answer. The ids of the event and of the approval are derived from the case, so the case knows
    them before the approval is opened."""
    event_id = derive_id("evt", at, case.case_id, str(case.revision), purpose)
    approval_id = derive_id("apr", at, event_id)
    stage = place(ETHICS if purpose == "ethics_escalation" else APPROVAL)
    spec, findings = contents.spec.value, contents.findings.value
    assessed, data = _assessed(contents.spec.text)
    content = approval_content(case, contents, purpose=purpose, risk=assessed.risk, data=data)
    evidence = Content.of(_telling(findings)[:MOST_EVIDENCE])
    assessment = Content.of(_assessment(assessed, spec))
    hashes = {
        "content_hash": content.hash,
        "evidence_hash": evidence.hash,
        "assessment_hash": assessment.hash,
    }
    asked = Asked(
        approval_id=approval_id,
        decision_hash=content.hash,
        purpose=purpose,
        risk=assessed.risk,
        data=data,
    )
    fields = {**_requested(case, asked, spec), **hashes, "stage": stage}
    stages = with_stage(case.stages, stage.number, approval_id=approval_id)
    waiting = {"asked": asked, "approval_id": approval_id, "stages": stages}
    needed = Transition(
        agent, AgentApprovalNeeded, fields, event_id, (content, evidence, assessment)
    )
    return needed, case.model_copy(update=waiting)


def approval_content(
    case: CreationCase,
    contents: CaseContents,
    *,
    purpose: Purpose,
    risk: Risk,
    data: Classification,
) -> Content:
    """The exact content that is approved and hashed: the spec's fields and, beside them, `case`,
    `classification`, `changes` and the findings of stages 1 to 5.

    It never changes from the request to the deployment, so both can be compared; it depends only
    on what is stored, so a new release of the rules does not change it either."""
    content = {
        **contents.spec.value,
        "case": {"case_id": case.case_id, "revision": case.revision, "purpose": purpose},
        "classification": {
            "kind": case.kind,
            "why": list(case.why),
            "version": case.version,
            "data": data,
            "risk": risk,
        },
        "changes": list(case.why),
        "findings": contents.findings.value,
    }
    return Content.of(content)


def _requested(case: CreationCase, asked: Asked, spec: dict[str, Any]) -> dict[str, Any]:
    purpose = asked.purpose
    return {
        "case_id": case.case_id,
        "revision": case.revision,
        "purpose": purpose,
        "summary": _summary(case, purpose, spec),
        "risk": asked.risk,
        "requested_by": case.requested_by,
        "requested_at": case.requested_at,
        "authors": case.authors,
        "precedents_allowed": _precedents_allowed(case, purpose, spec),
    }


def _assessment(assessment: Assessment, spec: dict[str, Any]) -> dict[str, Any]:
    rollback = spec.get("containment", {}).get("rollback", "")
    return {"risk_reasons": assessment.reasons, "rollback_plan": rollback}


@lru_cache(maxsize=64)
def _assessed(spec: str) -> tuple[Assessment, Classification]:
    """The risk of a spec, and the most sensitive data that it declares."""
    parsed = Spec.model_validate_json(spec)
    return assess(parsed), data_classification(parsed)


def _summary(case: CreationCase, purpose: Purpose, spec: dict[str, Any]) -> str:
    return f"{_VERBS[purpose]} {case.agent_name} {case.version}: {spec.get('purpose', '')}"[:300]


def _telling(findings: list[dict[str, str]]) -> list[dict[str, str]]:
    """The findings that a human should see first: all that did not pass, else all."""
    return [finding for finding in findings if finding["verdict"] != "pass"] or findings


def _precedents_allowed(case: CreationCase, purpose: Purpose, spec: dict[str, Any]) -> bool:
    """Whether a precedent may decide: never an escalation or what follows one, never an
    irreversible operation."""
    reversible = all(system["reversible"] for system in spec.get("external_systems", ()))
    return purpose != "ethics_escalation" and case.escalation is None and reversible
