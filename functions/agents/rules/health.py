"""Stage 7's three health checks over what is stored now."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from joserfc.jwk import KeySet

from events.agents import AgentStatus
from events.cases import Finding
from events.decisions import read_statement
from functions.agents.rules.agent import SERVING, Agent
from functions.agents.rules.approval_request import approval_content
from functions.agents.rules.case import CaseContents, CreationCase, RequestedApproval
from functions.agents.rules.certification import as_version, certification
from functions.agents.rules.checks.findings import NOTHING_TO_DO
from functions.agents.rules.normal_form import read_normal_form
from functions.agents.rules.stages import CERTIFIED_STAGES, ETHICS, findings_of
from shared.kit.errors import SignatureInvalid
from shared.kit.signing import verify

ASSENTS = ("approved", "auto_approved")
_AGAIN = "submit the spec again, so that it is judged and assented to as it is now"
_SKILL = "submit it again with a skill of GET /v1/skills"


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


class Unhealthy(Exception):
    """Why a case is not deployed, the part of the spec that it is about, and what to do."""

    def __init__(self, evidence: str, path: str = "", remedy: str = _AGAIN) -> None:
        self.evidence, self.path, self.remedy = evidence, path, remedy


def health_checks(
    agent: Agent, case: CreationCase, around: Surroundings
) -> tuple[Finding, Finding, Finding]:
    """Checks that the certifications and the decision verify for exactly the stored content; that
    the skills are offered and the needed agents can serve; that the stored spec equals the judged
    spec, and the deployed version is still the one it was judged against."""
    return (
        _finding("signatures", lambda: _signatures(case, around)),
        _finding("dependencies", lambda: _dependencies(around)),
        _finding("read_back", lambda: _read_back(agent, case, around.contents)),
    )


def _finding(check: str, evidence: Callable[[], str]) -> Finding:
    try:
        shown = {"evidence": evidence(), "path": "", "remedy": NOTHING_TO_DO}
        return Finding(check=check, verdict="pass", **shown)
    except SignatureInvalid as refusal:
        shown = {"evidence": refusal.detail, "path": "", "remedy": _AGAIN}
    except Unhealthy as refusal:
        shown = vars(refusal)
    return Finding(check=check, verdict="fail", **shown)


def _signatures(case: CreationCase, around: Surroundings) -> str:
    certified = _certified_stages(case, around)
    _check_assent(case.asked, case, around)
    if case.escalation is not None:
        _check_assent(case.escalation, case, around)
        certified.add(ETHICS)
    # The kind is part of what was assented to; the stored status of a stage is not.
    needed = CERTIFIED_STAGES[:1] if case.kind == "proposal" else CERTIFIED_STAGES
    if missing := [number for number in needed if number not in certified]:
        raise SignatureInvalid(f"stage {missing[0]} carries no certification")
    return f"the decision and {len(needed)} stages are signed for {case.spec_hash[:12]}"


def _certified_stages(case: CreationCase, around: Surroundings) -> set[int]:
    signed = [verify(text, around.own_keys) for text in case.certifications]
    if around.contents is None:
        raise SignatureInvalid("what was certified cannot be read")
    findings = around.contents.findings.value
    shown = {
        stage.number: certification(
            case, stage, findings_of(case.stages, stage.number, findings), around.tenant_id
        )
        for stage in case.stages
        if stage.status == "passed"
    }
    if any(each not in shown.values() for each in signed):
        raise SignatureInvalid(
            "a certification is about another spec, or a stage shows another one"
        )
    return {number for number, each in shown.items() if each in signed}


def _check_assent(
    asked: RequestedApproval | None, case: CreationCase, around: Surroundings
) -> None:
    if asked is None or asked.signature is None:
        raise SignatureInvalid("the case carries no signed decision")
    signed = read_statement(asked.signature, around.approvals_keys)
    if around.contents is None:
        raise SignatureInvalid("what was assented to cannot be read")
    content = approval_content(case, around.contents, asked.purpose, asked.risk, asked.data).hash
    about = (signed.tenant_id, signed.approval_id, signed.version, signed.decision_hash)
    acted_on = (around.tenant_id, asked.approval_id, asked.acted_on, content)
    if about != acted_on or signed.outcome not in ASSENTS:
        raise SignatureInvalid("the signed decision is no assent to what is stored")


def _dependencies(around: Surroundings) -> str:
    spec = around.contents.spec.value if around.contents else {}
    for skill in spec.get("skills", ()):
        if skill not in around.known_skills:
            raise Unhealthy(f"the skill {skill} is gone", "/skills", _SKILL)
    needed = spec.get("interfaces", {}).get("depends_on", ())
    for name in needed:
        status = around.neighbours.get(name)
        if status not in SERVING:
            path = "/interfaces/depends_on"
            remedy = f"submit it again once {name} is active, or leave it out of depends_on"
            raise Unhealthy(f"the agent {name} is {status or 'unknown'}", path, remedy)
    return f"{len(needed)} agents it needs can serve"


def _read_back(agent: Agent, case: CreationCase, contents: CaseContents | None) -> str:
    if contents is None:
        raise Unhealthy("what is stored is not what was judged")
    spec = read_normal_form(contents.spec.value)
    judged = as_version(spec, contents.spec.hash, version=case.version, case_id=case.case_id)
    if agent.newest != judged.but(**case.whose):
        raise Unhealthy("what the agent would run is not what was judged")
    if (agent.deployed.spec_hash if agent.deployed else None) != case.base_hash:
        raise Unhealthy("the version it was judged against is no longer deployed")
    return f"the stored spec is {case.spec_hash[:12]}"
