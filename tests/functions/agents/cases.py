"""Agents and cases the tests start from, and an approvals function that signs what it is told."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from joserfc.jwk import OKPKey

from events.agents import AgentStatus, CaseKind
from events.approvals import CaseBinding, SignedDecision
from functions.agents.rules.agent import Agent, draft
from functions.agents.rules.asking import ask
from functions.agents.rules.case import CreationCase, Judged, Turn, open_case
from functions.agents.rules.certification import as_version, certify
from functions.agents.rules.health import Surroundings
from functions.agents.rules.hearing import Decision
from functions.agents.rules.judgement import judge
from functions.agents.rules.skills import CATALOGUE
from functions.agents.rules.spec import Spec
from functions.agents.rules.versions import FIRST
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


def settled(turn: Turn, at: datetime = START, salt: str = "") -> tuple[Agent, CreationCase]:
    """Both aggregates as they are saved after a turn: with the assent that is asked for."""
    if turn.asks is None:
        return turn.agent, turn.case
    event_id = derive_id("evt", at, turn.case.case_id, str(turn.case.revision), turn.asks, salt)
    return turn.agent, ask(turn.agent, turn.case, turn.asks, event_id=event_id, at=at).case


def submitted(of: Spec | None = None, *, at: datetime = START) -> tuple[Agent, CreationCase]:
    """A new agent and its case after stages 1 to 5."""
    of = of or spec()
    case_id = derive_id("cas", at, of.name)
    said = judged(of, case_id=case_id, at=at)
    agent_id = derive_id("agt", at, of.name)
    agent = draft(said.spec, agent_id=agent_id, name=of.name, by="amira", at=at)
    return settled(open_case(agent, kind="creation", why=(), judged=said, by="amira", at=at), at)


def changed(
    agent: Agent, to: Spec, kind: CaseKind, *, at: datetime, version: str = "2.0.0"
) -> tuple[Agent, CreationCase]:
    """A case that changes an agent, after stages 1 to 5."""
    case_id = derive_id("cas", at, to.hash)
    said = judged(to, case_id=case_id, version=version, kind=kind, at=at)
    turn = open_case(agent, kind=kind, why=("because",), judged=said, by="amira", at=at)
    return settled(turn, at)


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
        "decision_hash": asked.decision_hash,
        "outcome": outcome,
        **altered,
    }
    signed = SignedDecision(
        **values,
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
        decision_hash=asked.decision_hash,
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
