"""Agents and cases the tests start from, and an approvals function that signs what a test says."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from joserfc.jwk import OKPKey
from pydantic import BaseModel

from events.agents import AgentApprovalNeeded, AgentStatus, CaseKind
from events.approvals import ApprovalState, CaseBinding
from events.catalogue import CATALOGUE
from events.decisions import DECISIONS, SignedDecision
from events.specs import Spec
from functions.agents.rules.agent import Agent, draft
from functions.agents.rules.case import CaseContents, CreationCase, Judged, Steps
from functions.agents.rules.certification import as_version, certify
from functions.agents.rules.creation import open_case
from functions.agents.rules.decision import accept
from functions.agents.rules.health import Surroundings
from functions.agents.rules.judgement import judge
from functions.agents.rules.normal_form import normal_form
from functions.agents.rules.rights import Powers
from functions.agents.rules.withdrawal import cancel, end_withdrawn
from shared.kit.callers import Actor
from shared.kit.contents import Content
from shared.kit.ids import derive_id
from shared.kit.models import part_of
from shared.kit.signing import load_public_keys, load_signing_key, public_key_set, sign
from shared.kit.transitions import payload
from tests.functions.agents.specs import hash_of, spec

START = datetime(2026, 11, 20, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
TENANT = "clinic"
KINDS = {each.event_type.split(".")[2]: each for each in DECISIONS}
AMIRA = Actor("amira", frozenset())
GALA = Actor("gala", frozenset({"governor"}))


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
    version: str = "1.0.0",
    kind: CaseKind = "creation",
    at: datetime = START,
) -> Judged:
    """The spec through stages 1 to 5, certified."""
    powers = Powers(of)
    content = Content.of(normal_form(powers))
    said = certify(
        as_version(of, content.hash, version=version, case_id=case_id),
        content,
        judge(powers, with_reviews=kind != "proposal"),
        tenant_id=TENANT,
        key=AGENTS_KEY,
        at=at,
    )
    _KEPT.update({each.hash: each for each in said.contents})
    return said


# Every content that a case of these tests names.
_KEPT: dict[str, Content] = {}


def content_of(hash: str) -> Any:
    """The content with that hash, of all that these tests have asked about."""
    return _KEPT[hash].value


def contents_of(case: CreationCase) -> CaseContents:
    """What the case names by its hashes."""
    return CaseContents(_KEPT[case.spec_hash], _KEPT[case.findings_hash])


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

    def content(self, hash: str) -> Any:
        """The content that the steps name so."""
        return next(c.value for step in self.steps for c in step.contents if c.hash == hash)

    @property
    def request(self) -> AgentApprovalNeeded:
        """What is asked of approvals, as it is published."""
        (asking,) = (each for each in self.published if each.event is AgentApprovalNeeded)
        return AgentApprovalNeeded.model_validate_json(payload(asking).model_dump_json())


def stepped(agent: Agent, steps: Steps) -> Stepped:
    """Both after the steps, of which there are some."""
    cases = [each.state for each in steps if isinstance(each.state, CreationCase)]
    agents = [each.state for each in steps if isinstance(each.state, Agent)]
    _KEPT.update({each.hash: each for step in steps for each in step.contents})
    return Stepped([agent, *agents][-1], cases[-1], steps)


def submission(of: Spec | None = None, *, at: datetime = START) -> Stepped:
    """A new agent and its case after stages 1 to 5."""
    of = of or spec()
    said = judged(of, case_id=derive_id("cas", at, of.name), at=at)
    agent_id = derive_id("agt", at, of.name)
    agent = draft(said.version, agent_id=agent_id, name=of.name, by="amira", at=at)
    return stepped(agent, open_case(agent, kind="creation", why=(), judged=said, by="amira", at=at))


def submitted(of: Spec | None = None, *, at: datetime = START) -> tuple[Agent, CreationCase]:
    """As `submission`, without what is published."""
    return submission(of, at=at).both


def changed(
    agent: Agent,
    to: Spec,
    kind: CaseKind,
    *,
    at: datetime,
    version: str = "2.0.0",
    by: str = "amira",
) -> tuple[Agent, CreationCase]:
    """A case that changes an agent, after stages 1 to 5."""
    case_id = derive_id("cas", at, hash_of(to))
    said = judged(to, case_id=case_id, version=version, kind=kind, at=at)
    steps = open_case(agent, kind=kind, why=("because",), judged=said, by=by, at=at)
    return stepped(agent, steps).both


def decision(
    case: CreationCase,
    outcome: str = "approved",
    *,
    version: int = 2,
    key: OKPKey = APPROVALS_KEY,
    of_escalation: bool = False,
    **altered: str,
) -> ApprovalState:
    """What approvals says of the assent the case asks for; `altered` falsifies what is signed."""
    asked = case.escalation if of_escalation else case.asked
    assert asked is not None
    values = {
        "approval_id": asked.approval_id,
        "tenant_id": TENANT,
        "decision_hash": asked.decision_hash,
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
        passkey_id=None,
        case=CaseBinding(case_id=case.case_id, revision=case.revision, purpose=asked.purpose),
    )
    return part_of(
        KINDS[outcome],
        signed,
        approval_id=asked.approval_id,
        status=outcome,
        decision_hash=asked.decision_hash,
        note="",
        signature=sign(signed.model_dump(mode="json"), key),
    )


def cancelled(agent: Agent, case: CreationCase, *, at: datetime = START) -> Stepped:
    """The case, cancelled by its author; approvals cancels what it waits for."""
    asked = stepped(agent, cancel(agent, case, AMIRA, at))
    if asked.case.pending_withdrawal is None:
        return asked
    accepted = accept(asked.case, decision(asked.case, "cancelled"))
    assert accepted is not None
    return stepped(asked.agent, end_withdrawn(asked.agent, accepted, "amira", at))


@dataclass(frozen=True)
class Around:
    """What a deployment is held against; everything is well unless said otherwise."""

    tenant_id: str = TENANT
    known_skills: frozenset[str] = frozenset(CATALOGUE)
    neighbours: Mapping[str, AgentStatus] = field(default_factory=dict)
    readable: bool = True

    def surroundings(self, case: CreationCase) -> Surroundings:
        return Surroundings(
            tenant_id=self.tenant_id,
            contents=contents_of(case) if self.readable else None,
            own_keys=AGENTS_KEYS,
            approvals_keys=APPROVALS_KEYS,
            known_skills=self.known_skills,
            neighbours=self.neighbours,
        )
