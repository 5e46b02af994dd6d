"""The creation cases of a `RulesTenant`, and the messages between them and their approvals."""

from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from events.agents import (
    AgentApprovalNeeded,
    CaseKind,
)
from events.approvals import ApprovalApproved, ApprovalAutoApproved, ApprovalState
from events.catalogue import CATALOGUE
from events.decisions import statement_of
from events.specs import Spec
from functions.agents.rules import agent as agents
from functions.agents.rules import creation, deployment, health, withdrawal
from functions.agents.rules import decision as deciding
from functions.agents.rules.agent import Agent
from functions.agents.rules.case import CaseContents, CreationCase, Judged, Steps
from functions.agents.rules.certification import as_version, certify
from functions.agents.rules.change import changed_kind, version_after
from functions.agents.rules.entity_types import AGENT, CASE
from functions.agents.rules.health import Surroundings
from functions.agents.rules.judgement import Judgement, judge
from functions.agents.rules.normal_form import normal_form, read_normal_form
from functions.agents.rules.rights import Powers
from functions.approvals.rules.approval import Step
from shared.kit.callers import Actor
from shared.kit.canonical import canonical_json
from shared.kit.contents import Content
from shared.kit.errors import AssentError, VersionConflict
from shared.kit.signing import sign
from shared.kit.transitions import payload
from shared.policy.vocabulary import EntityType
from tests.attacks.adversary import policies
from tests.attacks.adversary.for_cases import ForCases
from tests.attacks.adversary.post import Message, Post
from tests.attacks.adversary.seen import Json
from tests.functions.agents.cases import AGENTS_KEY, AGENTS_KEYS, APPROVALS_KEY, APPROVALS_KEYS

if TYPE_CHECKING:
    from tests.attacks.adversary.by_rules import RulesTenant

TENANT = "clinic"


@dataclass
class Pipeline:
    """Cases and agents."""

    tenant: "RulesTenant"
    cases: dict[str, CreationCase] = field(default_factory=dict)
    agents: dict[str, Agent] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    kept: dict[str, Content] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.post = Post(self._handle)
        self.for_cases = ForCases(self.tenant, self.kept)

    # What people do.

    def submit(self, by: str, name: str, text: Json) -> str:
        spec = _read(text)
        if name in self.names:
            raise VersionConflict(f"an agent called {name} exists")
        case_id, at = self.tenant.new_id("cas"), self.tenant.now
        judged = self._judge(spec, "creation", case_id, "1.0.0")
        agent_id = self.tenant.new_id("agt")
        agent = agents.draft(judged.version, agent_id=agent_id, name=name, by=by, at=at)
        steps = creation.open_case(agent, kind="creation", why=(), judged=judged, by=by, at=at)
        self._save(steps, by)
        return case_id

    def change(self, by: str, agent_id: str, text: Json) -> str:
        spec, agent = _read(text), self.agents[agent_id]
        self._ask(by, "agents.change", AGENT, agent)
        kind, why = changed_kind(agent, self._spec_of(agent), spec)
        case_id, at = self.tenant.new_id("cas"), self.tenant.now
        judged = self._judge(spec, kind, case_id, version_after(agent.version, kind))
        self._save(creation.open_case(agent, kind=kind, why=why, judged=judged, by=by, at=at), by)
        return case_id

    def revise(self, by: str, case_id: str, text: Json) -> str:
        spec, case = _read(text), self.cases[case_id]
        self._ask(by, "workflows.revise", CASE, case)
        agent = self.agents[case.agent_id]
        kind, why = case.kind, case.why
        if kind != "creation" and case.revisable_until is not None:
            settled = agent.model_copy(update={"case_id": None})
            kind, why = changed_kind(settled, self._spec_of(agent), spec)
        judged = self._judge(spec, kind, case_id, version_after(agent.version, kind))
        case = case.model_copy(update={"kind": kind, "why": why})
        self._save(creation.revise(agent, case, judged, by, self.tenant.now), by)
        return case_id

    def cancel(self, by: str, case_id: str) -> str:
        case = self.cases[case_id]
        agent = self.agents[case.agent_id]
        self._ask(by, "workflows.cancel", CASE, case)
        self._save(withdrawal.cancel(agent, case, self._actor(by), self.tenant.now))
        return case_id

    def stop(self, by: str, agent_id: str) -> str | None:
        self._ask(by, "agents.suspend", AGENT, self.agents[agent_id])
        steps = agents.suspend_by_hand(
            self.agents[agent_id], "It misbehaves.", self._actor(by), self.tenant.now
        )
        self._save(steps)
        return agent_id if steps else None

    def reactivate(self, by: str, agent_id: str) -> str:
        agent, at = self.agents[agent_id], self.tenant.now
        self._ask(by, "agents.reactivate", AGENT, agent)
        self._save(agents.reactivate(agent, "It behaves.", self._actor(by), at))
        return agent_id

    def may_cancel(self, by: str, case_id: str) -> bool:
        """Whether the person could cancel the case now. Changes nothing."""
        case = self.cases[case_id]
        try:
            self._ask(by, "workflows.cancel", CASE, case)
            withdrawal.cancel(self.agents[case.agent_id], case, self._actor(by), self.tenant.now)
        except AssentError:
            return False
        return True

    def _ask(
        self, by: str, action: str, entity_type: EntityType[Any], state: Agent | CreationCase
    ) -> None:
        policies.ask(self._actor(by), action, entity_type, state, self.tenant.now)

    # What happens by itself.

    def fire(self) -> None:
        """Trials and probations end, and cases that nobody revised."""
        for case in list(self.cases.values()):
            if case.revisable_until is None or self.tenant.now < case.revisable_until:
                continue
            self._save(withdrawal.give_up(self.agents[case.agent_id], case, self.tenant.now))
        for agent in list(self.agents.values()):
            self._save(agents.end_trial(agent, self.tenant.now))
            self._save(agents.end_probation(self.agents[agent.agent_id], self.tenant.now))

    def hear_approval(self, step: Step) -> None:
        """An approval changed."""
        if step.event is not None and step.state.case is not None:
            self.post.send(Message(step, self.tenant.now))

    def _handle(self, message: Message) -> None:
        state = message.step.state
        if isinstance(state, CreationCase):
            self.for_cases.reach(message.step)
        elif isinstance(state, Agent):
            self.for_cases.open(message)
        else:
            self._reach_case(message.step)

    # To cases: `agents/service/decisions.py`.

    def _reach_case(self, step: Step) -> None:
        approval = step.state
        event = payload(step)
        assert isinstance(event, ApprovalState)
        assert approval.case is not None
        statement = statement_of(event, TENANT)
        case = self.cases.get(approval.case.case_id)
        if statement is None or case is None:
            return
        signature = sign(statement.model_dump(mode="json"), APPROVALS_KEY)
        decision = event.but(signature=signature)
        if deciding.overturns_refusal(decision):
            return
        accepted = deciding.accept(case, decision)
        if accepted is None:
            if deciding.takes_back(decision):
                self._save(creation.answer_replaced(case, decision.approval_id))
            return
        self._save(self._decided(self.agents[accepted.agent_id], accepted, decision))

    def _decided(self, agent: Agent, case: CreationCase, decision: ApprovalState) -> Steps:
        at = self.tenant.now
        if not isinstance(decision, ApprovalApproved | ApprovalAutoApproved):
            return deciding.follow(agent, case, decision, at)
        contents = CaseContents(self.kept[case.spec_hash], self.kept[case.findings_hash])
        if case.status == "escalated":
            return creation.clear_ethics(agent, case, contents, at)
        around = Surroundings(
            tenant_id=TENANT,
            contents=contents,
            own_keys=AGENTS_KEYS,
            approvals_keys=APPROVALS_KEYS,
            known_skills=frozenset(CATALOGUE),
            neighbours={},
        )
        checks = health.health_checks(agent, case, around)
        return deployment.go_live(agent, case, checks, at)

    def _save(self, steps: Any, by: str = "service:agents") -> None:
        """Keeps the states, then sends the events, as one commit does."""
        for step in steps:
            for each in step.contents:
                self.tenant.stored_by.setdefault(each.hash, by)
            self.kept.update({each.hash: each for each in step.contents})
            if isinstance(step.state, CreationCase):
                self.cases[step.state.case_id] = step.state
            else:
                self._keep_agent(step.state)
        for step in steps:
            of_case = isinstance(step.state, CreationCase) and step.event is not None
            if of_case or step.event is AgentApprovalNeeded:
                self.post.send(Message(step, self.tenant.now))

    def _keep_agent(self, agent: Agent) -> None:
        self.agents[agent.agent_id] = agent
        if agent.status != "deprecated":
            self.names[agent.name] = agent.agent_id
        elif self.names.get(agent.name) == agent.agent_id:
            del self.names[agent.name]

    def _judge(self, spec: Spec, kind: CaseKind, case_id: str, version: str) -> Judged:
        normal = Content.of(normal_form(Powers(spec)))
        judged = certify(
            as_version(spec, normal.hash, version=version, case_id=case_id),
            normal,
            _judgement(canonical_json(spec.submitted), with_reviews=kind != "proposal"),
            tenant_id=TENANT,
            key=AGENTS_KEY,
            at=self.tenant.now,
        )
        return replace(judged, first_sent_by=self.tenant.stored_by.get(judged.version.spec_hash))

    def _spec_of(self, agent: Agent) -> Spec:
        return read_normal_form(self.kept[agent.current.spec_hash].value)

    def _actor(self, by: str) -> Actor:
        return self.tenant.actor(by)


def _read(text: Json) -> Spec:
    return _parsed(canonical_json(text))


@cache
def _parsed(text: bytes) -> Spec:
    return Spec.model_validate_json(text)


@cache
def _judgement(text: bytes, *, with_reviews: bool) -> Judgement:
    return judge(Powers(_parsed(text)), with_reviews=with_reviews)
