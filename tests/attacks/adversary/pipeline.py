"""The creation cases of a `RulesTenant`, and the messages between them and their approvals."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from events.agents import AgentApprovalNeeded, CaseKind
from events.approvals import ApprovalState, CaseBinding, Stage, Subject
from events.cases import (
    CreationCaseCancelled,
    CreationCaseReversalUnneeded,
    CreationCaseRollbackFailed,
    CreationCaseRolledBack,
    CreationCaseWithdrawalRequested,
)
from events.decisions import statement_of
from events.dossiers import Assessment
from functions.agents.rules import agent as agents
from functions.agents.rules import creation, deployment, health, withdrawal
from functions.agents.rules import decision as deciding
from functions.agents.rules.agent import Agent
from functions.agents.rules.case import CaseContents, CreationCase, Judged, Steps
from functions.agents.rules.certification import as_version, certify
from functions.agents.rules.change import changed_kind
from functions.agents.rules.duties import Actor
from functions.agents.rules.health import Surroundings
from functions.agents.rules.judgement import Judgement, judge
from functions.agents.rules.skills import CATALOGUE
from functions.agents.rules.spec import Spec
from functions.agents.rules.versions import FIRST, version_after
from functions.approvals.rules import reversals
from functions.approvals.rules.approval import Step
from functions.approvals.rules.opening import open_cancelled
from functions.approvals.rules.requests import Request, fitting_evidence
from shared.aggregates.aggregate import payload
from shared.kit.canonical import canonical_json
from shared.kit.contents import Content
from shared.kit.errors import AssentError, VersionConflict
from shared.kit.ids import derive_id
from shared.kit.models import part_of
from shared.kit.signing import sign
from tests.attacks.adversary.seen import Json
from tests.functions.agents.cases import AGENTS_KEY, AGENTS_KEYS, APPROVALS_KEY, APPROVALS_KEYS

if TYPE_CHECKING:
    from tests.attacks.adversary.by_rules import RulesTenant

TENANT = "clinic"

_SKILLS = frozenset(CATALOGUE)
_TAKEN_BACK = ("vetoed", "approved", "auto_approved")


@dataclass
class Message:
    """A step of an approval or of a case that the other function has yet to hear of."""

    step: Any
    at: Any


@dataclass
class Pipeline:
    """Cases and agents. While it `holds` messages, nothing reaches the other side."""

    tenant: "RulesTenant"
    cases: dict[str, CreationCase] = field(default_factory=dict)
    agents: dict[str, Agent] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    kept: dict[str, Content] = field(default_factory=dict)
    withdrawn: dict[str, str] = field(default_factory=dict)
    waiting: list[Message] = field(default_factory=list)
    holds: bool = False
    _delivers: bool = False

    # What people do.

    def submit(self, by: str, name: str, text: Json) -> str:
        spec = _read(text)
        if name in self.names:
            raise VersionConflict(f"an agent called {name} exists")
        case_id, at = self.tenant.new_id("cas"), self.tenant.now
        version = as_version(spec, version=FIRST, case_id=case_id)
        agent_id = self.tenant.new_id("agt")
        agent = agents.draft(version, agent_id=agent_id, name=name, by=by, at=at)
        judged = self._judge(spec, "creation", case_id, FIRST)
        steps = creation.open_case(agent, kind="creation", why=(), judged=judged, by=by, at=at)
        self._save(steps)
        return case_id

    def change(self, by: str, agent_id: str, text: Json) -> str:
        spec, agent = _read(text), self.agents[agent_id]
        kind, why = changed_kind(agent, self._spec_of(agent), spec)
        case_id, at = self.tenant.new_id("cas"), self.tenant.now
        judged = self._judge(spec, kind, case_id, version_after(agent.version, kind))
        self._save(creation.open_case(agent, kind=kind, why=why, judged=judged, by=by, at=at))
        return case_id

    def revise(self, by: str, case_id: str, text: Json) -> str:
        spec, case = _read(text), self.cases[case_id]
        agent = self.agents[case.agent_id]
        kind, why = case.kind, case.why
        if kind != "creation" and case.status == "returned":
            settled = agent.model_copy(update={"case_id": None})
            kind, why = changed_kind(settled, self._spec_of(agent), spec)
        judged = self._judge(spec, kind, case_id, version_after(agent.version, kind))
        case = case.model_copy(update={"kind": kind, "why": why})
        self._save(creation.revise(agent, case, judged, by, self.tenant.now))
        return case_id

    def cancel(self, by: str, case_id: str) -> str:
        case = self.cases[case_id]
        agent = self.agents[case.agent_id]
        self._save(withdrawal.cancel(agent, case, self._actor(by), self.tenant.now))
        return case_id

    def stop(self, by: str, agent_id: str) -> str | None:
        steps = agents.suspend_by_hand(
            self.agents[agent_id], "It misbehaves.", self._actor(by), self.tenant.now
        )
        self._save(steps)
        return agent_id if steps else None

    def reactivate(self, by: str, agent_id: str) -> str:
        self._save(agents.reactivate(self.agents[agent_id], self._actor(by), self.tenant.now))
        return agent_id

    def may_cancel(self, by: str, case_id: str) -> bool:
        """Whether the person could cancel the case now. Changes nothing."""
        case = self.cases[case_id]
        try:
            withdrawal.cancel(self.agents[case.agent_id], case, self._actor(by), self.tenant.now)
        except AssentError:
            return False
        return True

    # What happens by itself.

    def fire(self) -> None:
        """Trials and probations end."""
        for agent in list(self.agents.values()):
            self._save(agents.end_trial(agent, self.tenant.now))
            self._save(agents.end_probation(self.agents[agent.agent_id], self.tenant.now))

    def hear_approval(self, step: Step) -> None:
        """An approval changed."""
        if step.event is not None and step.state.case is not None:
            self._send(step)

    def deliver_all(self) -> None:
        """Every message arrives, in order."""
        self.holds = False
        self._deliver()

    def deliver_one(self, index: int, *, twice: bool) -> None:
        """One message arrives before the others; the same one may come again with the rest."""
        if self.waiting:
            message = self.waiting[index % len(self.waiting)]
            if not twice:
                self.waiting.remove(message)
            self._handle(message)

    def _send(self, step: Any) -> None:
        self.waiting.append(Message(step, self.tenant.now))
        if not self.holds:
            self._deliver()

    def _deliver(self) -> None:
        if self._delivers:
            return
        self._delivers = True
        try:
            while self.waiting and not self.holds:
                self._handle(self.waiting.pop(0))
        finally:
            self._delivers = False

    def _handle(self, message: Message) -> None:
        state = message.step.state
        if isinstance(state, CreationCase):
            self._reach_approval(message.step)
        elif isinstance(state, Agent):
            self._open_approval(message)
        else:
            self._reach_case(message.step)

    # To approvals: `approvals/service/requests.py`.

    def _open_approval(self, message: Message) -> None:
        asked = AgentApprovalNeeded.model_validate(payload(message.step).model_dump())
        id = derived_approval_id(message)
        if id in self.tenant.approvals:
            return
        request = self._request_of(id, asked)
        if id in self.withdrawn:
            self.tenant.apply(open_cancelled(request, self.withdrawn[id], self.tenant.now))
        else:
            self.tenant.open(request)

    def _request_of(self, id: str, asked: AgentApprovalNeeded) -> Request:
        assessment = Assessment.model_validate(self.kept[asked.assessment_hash].value)
        return Request(
            approval_id=id,
            kind=asked.kind,
            subject=Subject(type="agent", id=asked.agent_id, name=asked.name),
            summary=asked.summary,
            content=self.kept[asked.content_hash].value,
            evidence=fitting_evidence(self.kept[asked.evidence_hash].value),
            rollback_plan=assessment.rollback_plan,
            risk=asked.risk,
            risk_reasons=assessment.risk_reasons,
            requested_by=asked.requested_by,
            authors=asked.authors,
            stage=part_of(Stage, asked.stage),
            case=CaseBinding(case_id=asked.case_id, revision=asked.revision, purpose=asked.purpose),
            precedents_allowed=asked.precedents_allowed,
        )

    def _reach_approval(self, step: Any) -> None:
        case, event = step.state, step.event
        told: Mapping[str, Any] = {"approval_id": case.approval_id, **step.fields}
        id, at = told["approval_id"], self.tenant.now
        if id is None:
            return
        if event in (CreationCaseWithdrawalRequested, CreationCaseCancelled):
            rule = (
                reversals.cancel
                if event is CreationCaseWithdrawalRequested
                else reversals.end_with_case
            )
            self._end_approval(id, rule, case.withdrawal.by, case.withdrawal.at)
        elif event is CreationCaseRolledBack:
            self.tenant.apply(reversals.undo(self.tenant.approvals[id]))
            if ends := told.get("ends_approval_id"):
                self._end_approval(ends, reversals.end_with_case, "service:agents", at)
        elif event is CreationCaseReversalUnneeded:
            self.tenant.apply(reversals.undo(self.tenant.approvals[id]))
        elif event is CreationCaseRollbackFailed:
            self.tenant.apply(reversals.fail_to_undo(self.tenant.approvals[id]))

    def _end_approval(self, id: str, rule: Any, by: str, at: Any) -> None:
        if id in self.tenant.approvals:
            self.tenant.apply(rule(self.tenant.approvals[id], by, at))
        else:
            self.withdrawn.setdefault(id, by)

    # To cases: `agents/service/decisions.py`.

    def _reach_case(self, step: Step) -> None:
        approval = step.state
        event = payload(step)
        assert isinstance(event, ApprovalState)
        assert approval.case is not None
        outcome = event.event_type.split(".")[2]
        statement = statement_of(event, TENANT)
        case = self.cases.get(approval.case.case_id)
        if statement is None or case is None:
            return
        about = deciding.Decision(
            approval_id=approval.approval_id,
            version=approval.version,
            revision=approval.case.revision,
            purpose=approval.case.purpose,
            decision_hash=approval.decision_hash,
            signature=sign(statement.model_dump(mode="json"), APPROVALS_KEY),
            outcome=outcome,
        )
        if about.takes_back and approval.status not in _TAKEN_BACK:
            return
        accepted = deciding.accept(case, about)
        if accepted is None:
            if about.takes_back:
                self._save(creation.answer_replaced(case, about.approval_id))
            return
        agent = self.agents[accepted.agent_id]
        self._save(self._decided(agent, accepted, approval, outcome))

    def _decided(self, agent: Agent, case: CreationCase, approval: Any, outcome: str) -> Steps:
        at = self.tenant.now
        match outcome:
            case "approved" | "auto_approved":
                contents = CaseContents(self.kept[case.spec_hash], self.kept[case.findings_hash])
                if case.status == "escalated":
                    return creation.clear_ethics(agent, case, contents, at)
                around = Surroundings(
                    tenant_id=TENANT,
                    contents=contents,
                    own_keys=AGENTS_KEYS,
                    approvals_keys=APPROVALS_KEYS,
                    known_skills=_SKILLS,
                    neighbours={},
                )
                checks = health.health_checks(agent, case, around)
                return deployment.go_live(agent, case, checks, at)
            case "rejected" | "expired":
                return creation.reject(agent, case, outcome, at)
            case "changes_requested":
                return creation.return_for_changes(case, approval.note, at)
            case "cancelled":
                return withdrawal.end_withdrawn(agent, case, approval.decided_by, at)
        cause: Any = "veto" if outcome == "vetoed" else "overturned"
        return deployment.take_back(
            agent, case, approval_id=approval.approval_id, caused_by=cause, at=at
        )

    def _save(self, steps: Any) -> None:
        """Keeps the states, then sends the events, as one commit does."""
        for step in steps:
            self.kept.update({each.hash: each for each in step.contents})
            if isinstance(step.state, CreationCase):
                self.cases[step.state.case_id] = step.state
            else:
                self._keep_agent(step.state)
        for step in steps:
            of_case = isinstance(step.state, CreationCase) and step.event is not None
            if of_case or step.event is AgentApprovalNeeded:
                self._send(step)

    def _keep_agent(self, agent: Agent) -> None:
        self.agents[agent.agent_id] = agent
        if agent.status != "deprecated":
            self.names[agent.name] = agent.agent_id
        elif self.names.get(agent.name) == agent.agent_id:
            del self.names[agent.name]

    def _judge(self, spec: Spec, kind: CaseKind, case_id: str, version: str) -> Judged:
        return certify(
            as_version(spec, version=version, case_id=case_id),
            Content.of(spec.document()),
            _judgement(canonical_json(spec.document()), with_reviews=kind != "proposal"),
            tenant_id=TENANT,
            key=AGENTS_KEY,
            at=self.tenant.now,
        )

    def _spec_of(self, agent: Agent) -> Spec:
        return _read(self.kept[agent.current.spec_hash].value)

    def _actor(self, by: str) -> Actor:
        return Actor(by, self.tenant.roles[by])


def derived_approval_id(message: Message) -> str:
    """The id that the request of a case gets."""
    return derive_id("apr", message.at, message.step.event_id)


def _read(text: Json) -> Spec:
    return _parsed(canonical_json(text))


@cache
def _parsed(text: bytes) -> Spec:
    return Spec.model_validate_json(text)


@cache
def _judgement(text: bytes, *, with_reviews: bool) -> Judgement:
    return judge(_parsed(text), with_reviews=with_reviews)
