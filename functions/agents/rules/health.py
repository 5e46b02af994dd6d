"""Stage 7's three health checks over what is stored now."""

from collections.abc import Mapping
from dataclasses import dataclass

from joserfc.jwk import KeySet

from events.agents import AgentStatus
from events.cases import Finding
from events.decisions import read_statement
from functions.agents.rules.agent import SERVING, Agent
from functions.agents.rules.approval_request import approval_content
from functions.agents.rules.case import Asked, CaseContents, CreationCase
from functions.agents.rules.certification import as_version, certification
from functions.agents.rules.normal_form import read_normal_form
from functions.agents.rules.stages import CERTIFIED_STAGES, ETHICS, findings_of
from shared.kit.errors import SignatureInvalid
from shared.kit.signing import verify

SIGNATURES = "signatures"
DEPENDENCIES = "dependencies"
READ_BACK = "read_back"
ASSENTS = ("approved", "auto_approved")


@dataclass(frozen=True)
class Surroundings:
    """The references for a deployment's checks: the case's contents as they are stored (None where
    they are not those that the case names, or were erased), the public keys, the offered skills,
    and the status, by name, of the agents that it needs."""

    tenant_id: str
    contents: CaseContents | None
    own_keys: KeySet
    approvals_keys: KeySet
    known_skills: frozenset[str]
    neighbours: Mapping[str, AgentStatus]


def health_checks(
    agent: Agent, case: CreationCase, around: Surroundings
) -> tuple[Finding, Finding, Finding]:
    """Checks that the certifications and the decision verify for exactly the stored content; that
    the skills are offered and the needed agents can serve; that the stored spec equals the judged
    spec, and the deployed version is still the one it was judged against."""
    return (
        _signatures(case, around),
        _dependencies(around),
        _read_back(agent, case, around.contents),
    )


def _signatures(case: CreationCase, around: Surroundings) -> Finding:
    try:
        certified = {_certified_stage(text, case, around) for text in case.certifications}
        _check_assent(case.asked, case, around)
        if case.escalation is not None:
            _check_assent(case.escalation, case, around)
            certified.add(ETHICS)
    except SignatureInvalid as refusal:
        return _failure(SIGNATURES, refusal.detail, "")
    # The kind is part of what was assented to; the stored status of a stage is not.
    needed = CERTIFIED_STAGES[:1] if case.kind == "proposal" else CERTIFIED_STAGES
    if missing := [number for number in needed if number not in certified]:
        return _failure(SIGNATURES, f"stage {missing[0]} carries no certification", "")
    return _pass(
        SIGNATURES, f"the decision and {len(needed)} stages are signed for {case.spec_hash[:12]}"
    )


def _certified_stage(text: str, case: CreationCase, around: Surroundings) -> int:
    signed = verify(text, around.own_keys)
    if around.contents is None:
        raise SignatureInvalid("what was certified cannot be read")
    for stage in case.stages:
        shown = certification(
            case,
            stage,
            findings_of(case.stages, stage.number, around.contents.findings.value),
            stage.certification_id,
            tenant_id=around.tenant_id,
            at=stage.finished_at,
            verdict="passed",
        )
        if signed == shown and stage.status == "passed":
            return stage.number
    raise SignatureInvalid("a certification is about another spec, or a stage shows another one")


def _check_assent(asked: Asked | None, case: CreationCase, around: Surroundings) -> None:
    if asked is None or asked.signature is None:
        raise SignatureInvalid("the case carries no signed decision")
    signed = read_statement(asked.signature, around.approvals_keys)
    if around.contents is None:
        raise SignatureInvalid("what was assented to cannot be read")
    content = approval_content(
        case, around.contents, purpose=asked.purpose, risk=asked.risk, data=asked.data
    ).hash
    about = (signed.tenant_id, signed.approval_id, signed.version, signed.decision_hash)
    acted_on = (around.tenant_id, asked.approval_id, asked.acted_on, content)
    if about != acted_on or signed.outcome not in ASSENTS:
        raise SignatureInvalid("the signed decision is no assent to what is stored")


def _dependencies(around: Surroundings) -> Finding:
    spec = around.contents.spec.value if around.contents else {}
    for index, skill in enumerate(spec.get("skills", ())):
        if skill not in around.known_skills:
            return _failure(DEPENDENCIES, f"the skill {skill} is gone", f"/skills/{index}")
    needed = spec.get("interfaces", {}).get("depends_on", ())
    for index, name in enumerate(needed):
        status = around.neighbours.get(name)
        if status not in SERVING:
            state = status or "unknown"
            path = f"/interfaces/depends_on/{index}"
            return _failure(DEPENDENCIES, f"the agent {name} is {state}", path)
    return _pass(DEPENDENCIES, f"{len(needed)} agents it needs can serve")


def _read_back(agent: Agent, case: CreationCase, contents: CaseContents | None) -> Finding:
    new = agent.newest
    if contents is None:
        return _failure(READ_BACK, "what is stored is not what was judged", "")
    spec = read_normal_form(contents.spec.value)
    judged = as_version(spec, contents.spec.hash, version=case.version, case_id=case.case_id)
    if new != judged.model_copy(update=case.whose):
        return _failure(READ_BACK, "what the agent would run is not what was judged", "")
    base = agent.deployed.spec_hash if agent.deployed else None
    if base != case.base_hash:
        return _failure(READ_BACK, "the version it was judged against is no longer deployed", "")
    return _pass(READ_BACK, f"the stored spec is {case.spec_hash[:12]}")


def _pass(check: str, evidence: str) -> Finding:
    return Finding(check=check, verdict="pass", evidence=evidence, path="")


def _failure(check: str, evidence: str, path: str) -> Finding:
    return Finding(check=check, verdict="fail", evidence=evidence, path=path)
