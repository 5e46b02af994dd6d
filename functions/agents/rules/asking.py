"""What a case asks assent for: exactly this content, with what a human needs to judge it."""

import json
from typing import Any

from events.agents import AgentApprovalNeeded, AgentState, Finding, Purpose, Risk
from functions.agents.rules.agent import Agent
from functions.agents.rules.case import CreationCase
from functions.agents.rules.stages import APPROVAL, ETHICS, place

_VERBS: dict[Purpose, str] = {
    "creation": "Create",
    "proposal": "Change",
    "evolution": "Evolve",
    "ethics_escalation": "Clear the ethics of",
}


def requested_approval(
    agent: Agent,
    case: CreationCase,
    *,
    purpose: Purpose,
    risk: Risk,
    risk_reasons: tuple[str, ...],
    changes: tuple[str, ...],
) -> AgentApprovalNeeded:
    """The request for assent to the case as it stands. Only the agent's state is anybody else's
    business; what is hashed is `content`: the spec's fields and, beside them, `case`,
    `classification`, `changes` and `findings`."""
    spec = json.loads(case.spec)
    findings = [finding for stage in case.stages for finding in stage.findings]
    published = {name: getattr(agent, name) for name in AgentState.model_fields}
    return AgentApprovalNeeded(
        **{
            **published,
            "case_id": case.case_id,
            "revision": case.revision,
            "stage": place(ETHICS if purpose == "ethics_escalation" else APPROVAL),
            "purpose": purpose,
            "summary": _summary(case, purpose, spec),
            "content": {
                **spec,
                "case": {"case_id": case.case_id, "revision": case.revision, "purpose": purpose},
                "classification": {
                    "kind": case.kind,
                    "why": list(case.why),
                    "version": case.version,
                    "data": _widest_data(spec),
                    "risk": risk,
                },
                "changes": list(changes),
                "findings": [_listed(finding) for finding in findings],
            },
            "risk": risk,
            "risk_reasons": risk_reasons,
            "evidence": tuple(_listed(finding) for finding in _telling(findings)),
            "rollback_plan": spec.get("containment", {}).get("rollback", ""),
            "requested_by": case.requested_by,
            "requested_at": case.requested_at,
            "precedents_allowed": _precedents_allowed(case, purpose, spec),
        }
    )


def _summary(case: CreationCase, purpose: Purpose, spec: dict[str, Any]) -> str:
    return f"{_VERBS[purpose]} {case.agent_name} {case.version}: {spec.get('purpose', '')}"[:300]


def _telling(findings: list[Finding]) -> list[Finding]:
    """What a human should see first: everything that did not simply pass, else everything."""
    return [finding for finding in findings if finding.verdict != "pass"] or findings


def _listed(finding: Finding) -> dict[str, str]:
    return finding.model_dump(mode="json")


def _widest_data(spec: dict[str, Any]) -> str:
    order = ("public", "internal", "confidential", "restricted")
    found = [access["classification"] for access in spec.get("data_access", ())]
    return max(found, key=order.index, default="public")


def _precedents_allowed(case: CreationCase, purpose: Purpose, spec: dict[str, Any]) -> bool:
    """Never for an escalation or what follows one, never where something cannot be undone."""
    reversible = all(system["reversible"] for system in spec.get("external_systems", ()))
    return purpose != "ethics_escalation" and case.escalation_approval_id is None and reversible
