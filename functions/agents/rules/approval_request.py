"""The request for approval of a case: its exact content, and what a human needs to judge it."""

import json
from datetime import datetime
from functools import lru_cache
from typing import Any

from events.agents import AgentApprovalNeeded, Finding, Purpose
from functions.agents.rules.agent import Agent
from functions.agents.rules.case import Asked, CreationCase
from functions.agents.rules.risk import Assessment, assess, data_classification
from functions.agents.rules.spec import Spec
from functions.agents.rules.stages import APPROVAL, ETHICS, place, with_stage
from shared.kit.canonical import content_hash
from shared.kit.ids import derive_id
from shared.kit.transitions import Transition

_VERBS: dict[Purpose, str] = {
    "creation": "Create",
    "proposal": "Change",
    "evolution": "Evolve",
    "ethics_escalation": "Clear the ethics of",
}


def ask(
    agent: Agent, case: CreationCase, purpose: Purpose, at: datetime
) -> tuple[Transition[Agent], CreationCase]:
    """The request for approval of the case in its current state, and the case that waits for the
    answer. The ids of the event and of the approval are derived from the case, so the case knows
    them before the approval is opened."""
    event_id = derive_id("evt", at, case.case_id, str(case.revision), purpose)
    approval_id = derive_id("apr", at, event_id)
    stage = place(ETHICS if purpose == "ethics_escalation" else APPROVAL)
    fields = {**_requested(case, purpose), "stage": stage}
    asked = Asked(
        approval_id=approval_id, decision_hash=content_hash(fields["content"]), purpose=purpose
    )
    stages = with_stage(case.stages, stage.number, approval_id=approval_id)
    waiting = {"asked": asked, "approval_id": approval_id, "stages": stages}
    needed = Transition(agent, AgentApprovalNeeded, fields, event_id)
    return needed, case.model_copy(update=waiting)


def approval_content(case: CreationCase, purpose: Purpose) -> dict[str, Any]:
    """The exact content that is approved and hashed: the spec's fields and, beside them, `case`,
    `classification`, `changes` and the findings of stages 1 to 5.

    It never changes from the request to the deployment, so both can be compared."""
    spec = json.loads(case.spec)
    assessment, data = _assessed(case.spec)
    return {
        **spec,
        "case": {"case_id": case.case_id, "revision": case.revision, "purpose": purpose},
        "classification": {
            "kind": case.kind,
            "why": list(case.why),
            "version": case.version,
            "data": data,
            "risk": assessment.risk,
        },
        "changes": list(case.why),
        "findings": [_listed(finding) for finding in _findings(case)],
    }


def _requested(case: CreationCase, purpose: Purpose) -> dict[str, Any]:
    spec = json.loads(case.spec)
    assessment, _ = _assessed(case.spec)
    return {
        "case_id": case.case_id,
        "revision": case.revision,
        "purpose": purpose,
        "summary": _summary(case, purpose, spec),
        "content": approval_content(case, purpose),
        "risk": assessment.risk,
        "risk_reasons": assessment.reasons,
        "evidence": tuple(_listed(finding) for finding in _telling(_findings(case))),
        "rollback_plan": spec.get("containment", {}).get("rollback", ""),
        "requested_by": case.requested_by,
        "requested_at": case.requested_at,
        "authors": case.authors,
        "precedents_allowed": _precedents_allowed(case, purpose, spec),
    }


@lru_cache(maxsize=64)
def _assessed(spec: str) -> tuple[Assessment, str]:
    """The risk of a spec, and the most sensitive data that it declares."""
    parsed = Spec.model_validate_json(spec)
    return assess(parsed), data_classification(parsed)


def _summary(case: CreationCase, purpose: Purpose, spec: dict[str, Any]) -> str:
    return f"{_VERBS[purpose]} {case.agent_name} {case.version}: {spec.get('purpose', '')}"[:300]


def _findings(case: CreationCase) -> list[Finding]:
    return [finding for stage in case.stages[:ETHICS] for finding in stage.findings]


def _telling(findings: list[Finding]) -> list[Finding]:
    """The findings that a human should see first: all that did not pass, else all."""
    return [finding for finding in findings if finding.verdict != "pass"] or findings


def _listed(finding: Finding) -> dict[str, str]:
    return finding.model_dump(mode="json")


def _precedents_allowed(case: CreationCase, purpose: Purpose, spec: dict[str, Any]) -> bool:
    """Whether a precedent may decide: never an escalation or what follows one, never an
    irreversible operation."""
    reversible = all(system["reversible"] for system in spec.get("external_systems", ()))
    return purpose != "ethics_escalation" and case.escalation is None and reversible
