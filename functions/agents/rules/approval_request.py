"""The request for approval of a case: its exact content, and what a human needs to judge it."""

from datetime import datetime

from events.agents import AgentApprovalNeeded, Purpose, Risk
from events.dossiers import MOST_CONTENT_BYTES, MOST_EVIDENCE
from events.specs import Classification
from functions.agents.rules.agent import Agent
from functions.agents.rules.case import (
    WAITING,
    CaseContents,
    CreationCase,
    Judged,
    RequestedApproval,
)
from functions.agents.rules.normal_form import read_normal_form
from functions.agents.rules.review import LARGEST_ANSWER_BYTES
from functions.agents.rules.rights import Powers
from functions.agents.rules.risk import assess, data_classification
from functions.agents.rules.stages import APPROVAL, ETHICS, place
from shared.kit.contents import Content
from shared.kit.ids import derive_id
from shared.kit.parsing import refused
from shared.kit.transitions import Transition

# What a reader of texts answers, and each concern has beside it.
ROOM_FOR_CONCERNS = LARGEST_ANSWER_BYTES + 16_000

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
    concerns = sum(finding["verdict"] == "concern" for finding in findings)
    powers = Powers(read_normal_form(spec))
    assessed, data = assess(powers, concerns=concerns), data_classification(powers)
    may_match = not (powers.unconfirmed or spec["irreversible"] or concerns)
    content = approval_content(case, contents, purpose, assessed.risk, data)
    # A person sees first what did not pass.
    telling = [each for each in findings if each["verdict"] != "pass"] or findings
    evidence = Content.of(telling[:MOST_EVIDENCE])
    rollback = spec["containment"]["rollback"]
    assessment = Content.of({"risk_reasons": assessed.reasons, "rollback_plan": rollback})
    asked = RequestedApproval(
        approval_id=approval_id,
        decision_hash=content.hash,
        purpose=purpose,
        risk=assessed.risk,
        data=data,
    )
    is_escalated = purpose == "ethics_escalation" or case.escalation is not None
    fields = {
        "case_id": case.case_id,
        "revision": case.revision,
        "stage": stage,
        "purpose": purpose,
        "summary": f"{_VERBS[purpose]} {case.agent_name} {case.version}: {spec['purpose']}"[:300],
        "content_hash": content.hash,
        "evidence_hash": evidence.hash,
        "assessment_hash": assessment.hash,
        "risk": assessed.risk,
        "requested_by": case.requested_by,
        "requested_at": case.requested_at,
        "authors": case.authors,
        "precedents_allowed": may_match and not is_escalated,
    }
    needed = Transition(
        agent, AgentApprovalNeeded, fields, event_id, (content, evidence, assessment)
    )
    waiting = case.in_stage(stage.number, approval_id=approval_id)
    return needed, waiting.but(asked=asked, approval_id=approval_id)


def refuse_what_no_approval_takes(judged: Judged, why: tuple[str, ...]) -> None:
    """Raises Invalid for a spec that would go on, and whose normal form is, with its findings and
    room for concerns, more than an approval takes."""
    shown = (*(each.text for each in judged.contents), *(2 * why))
    size, most = sum(len(each.encode()) for each in shown), MOST_CONTENT_BYTES - ROOM_FOR_CONCERNS
    if size > most and judged.judgement.outcome in WAITING:
        raise refused(
            f"takes {size} bytes with findings and all that its rights stand for, and an approval "
            f"has room for {most}: declare fewer operations, give them shorter names, or make two "
            "agents of it"
        )


def approval_content(
    case: CreationCase, contents: CaseContents, purpose: Purpose, risk: Risk, data: Classification
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
