"""Agents and cases the tests start from, and an approvals function that signs what a test says."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from joserfc.jwk import OKPKey
from pydantic import BaseModel

from events.agents import AgentApprovalNeeded, AgentStatus, CaseKind
from events.approvals import CaseBinding
from events.decisions import SignedDecision
from functions.agents.rules.agent import Agent, draft
from functions.agents.rules.approval_request import approval_hash
from functions.agents.rules.case import CreationCase, Judged, Steps
from functions.agents.rules.certification import as_version, certify
from functions.agents.rules.creation import open_case
from functions.agents.rules.decision import Decision
from functions.agents.rules.health import Surroundings
from functions.agents.rules.judgement import judge
from functions.agents.rules.skills import CATALOGUE
from functions.agents.rules.spec import Spec
from functions.agents.rules.versions import FIRST
from shared.aggregates.aggregate import payload
from shared.kit.ids import derive_id
from shared.kit.signing import load_public_keys, load_signing_key, public_key_set, sign
from tests.functions.agents.specs import spec

START = datetime(2026, 11, 20, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
TENANT = "clinic"


def _key(name: str) -> OKPKey:
    seed = base64.urlsafe_b64encode(name.encode().ljust(32, b"."))
    return load_signing_key(json.dumps({"kid": name, "seed": seed.decode()}))


AGENTS_KEY, APPROVALS_KEY, STRANGERS_KEY = _key("agents"), _key("approvals"), _key("stranger")
AGENTS_KEYS = load_public_keys(json.dumps(public_key_set(AGENTS_KEY)))
APPROVALS_KEYS = load_public_keys(json.dumps(public_key_set(APPROVALS_KEY)))


def judged(
    of: Spec,
    *,
    case_id: str,
    version: str = FIRST,
    kind: CaseKind = "creation",
    at: datetime = START,
) -> Judged:
    """The spec through stages 1 to 5, certified."""
    return certify(
        as_version(of, version=version, case_id=case_id),
        judge(of, with_reviews=kind != "proposal"),
        tenant_id=TENANT,
        key=AGENTS_KEY,
        at=at,
    )


@dataclass(frozen=True)
class Stepped:
    """A case and its agent after some steps."""

    agent: Agent
    case: CreationCase
    steps: Steps

    @property
    def published(self) -> Steps:
        """The steps that publish something."""
        return tuple(each for each in self.steps if each.event is not None)

    @property
    def events(self) -> list[type[BaseModel] | None]:
        return [each.event for each in self.published]

    @property
    def both(self) -> tuple[Agent, CreationCase]:
        return self.agent, self.case

    @property
    def request(self) -> AgentApprovalNeeded:
        """What is asked of approvals, as it is published."""
        (asking,) = (each for each in self.published if each.event is AgentApprovalNeeded)
        return AgentApprovalNeeded.model_validate_json(payload(asking).model_dump_json())


def stepped(agent: Agent, steps: Steps) -> Stepped:
    """Both after the steps, of which there are some."""
    cases = [each.state for each in steps if isinstance(each.state, CreationCase)]
    agents = [each.state for each in steps if isinstance(each.state, Agent)]
    return Stepped([agent, *agents][-1], cases[-1], steps)


def submission(of: Spec | None = None, *, at: datetime = START) -> Stepped:
    """A new agent and its case after stages 1 to 5."""
    of = of or spec()
    said = judged(of, case_id=derive_id("cas", at, of.name), at=at)
    agent_id = derive_id("agt", at, of.name)
    agent = draft(said.spec, agent_id=agent_id, name=of.name, by="amira", at=at)
    return stepped(agent, open_case(agent, kind="creation", why=(), judged=said, by="amira", at=at))


def submitted(of: Spec | None = None, *, at: datetime = START) -> tuple[Agent, CreationCase]:
    """As `submission`, without what is published."""
    return submission(of, at=at).both


def changed(
    agent: Agent, to: Spec, kind: CaseKind, *, at: datetime, version: str = "2.0.0"
) -> tuple[Agent, CreationCase]:
    """A case that changes an agent, after stages 1 to 5."""
    case_id = derive_id("cas", at, to.hash)
    said = judged(to, case_id=case_id, version=version, kind=kind, at=at)
    steps = open_case(agent, kind=kind, why=("because",), judged=said, by="amira", at=at)
    return stepped(agent, steps).both


def decision(
    case: CreationCase,
    outcome: str = "approved",
    *,
    version: int = 2,
    withdraws: bool = False,
    key: OKPKey = APPROVALS_KEY,
    of_escalation: bool = False,
    **altered: str,
) -> Decision:
    """What approvals says of the assent the case asks for; `altered` falsifies what is signed."""
    asked = case.escalation if of_escalation else case.asked
    assert asked is not None
    values = {
        "approval_id": asked.approval_id,
        "tenant_id": TENANT,
        "decision_hash": approval_hash(case, asked),
        "outcome": outcome,
        **altered,
    }
    signed = SignedDecision(
        **values,
        kind="constitutional",
        risk=asked.risk,
        capacity="approver",
        record_hash="0" * 64,
        decided_by="gala",
        decided_at=START,
        version=version,
        case=CaseBinding(case_id=case.case_id, revision=case.revision, purpose=asked.purpose),
    )
    return Decision(
        approval_id=asked.approval_id,
        version=version,
        revision=case.revision,
        purpose=asked.purpose,
        decision_hash=approval_hash(case, asked),
        signature=sign(signed.model_dump(mode="json"), key),
        withdraws=withdraws,
    )


@dataclass(frozen=True)
class Around:
    """What a deployment is held against; everything is well unless said otherwise."""

    tenant_id: str = TENANT
    known_skills: frozenset[str] = frozenset(CATALOGUE)
    neighbours: Mapping[str, AgentStatus] = field(default_factory=dict)

    def surroundings(self) -> Surroundings:
        return Surroundings(
            tenant_id=self.tenant_id,
            own_keys=AGENTS_KEYS,
            approvals_keys=APPROVALS_KEYS,
            known_skills=self.known_skills,
            neighbours=self.neighbours,
        )
