"""A case and its approvals, each by its own rules, with events between them that come late, twice
and in any order: once everything has arrived, card, case and agent tell of one outcome."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from events import cases
from events.agents import AgentApprovalNeeded
from events.approvals import (
    ApprovalApproved,
    ApprovalAutoApproved,
    ApprovalState,
    CaseBinding,
    Subject,
)
from events.decisions import statement_of
from functions.agents.rules.agent import Agent
from functions.agents.rules.case import WAITING, CreationCase, Steps
from functions.agents.rules.creation import (
    answer_replaced,
    clear_ethics,
    hold,
    revise,
)
from functions.agents.rules.decision import accept, follow, overturns_refusal, takes_back
from functions.agents.rules.deployment import go_live
from functions.agents.rules.health import health_checks
from functions.agents.rules.withdrawal import cancel, give_up
from functions.approvals.rules import reversals
from functions.approvals.rules.approval import Approval, Repeat, Step
from functions.approvals.rules.commands import ReviewBody
from functions.approvals.rules.decisions import decide
from functions.approvals.rules.opening import open_cancelled, open_request
from functions.approvals.rules.reviews import review
from functions.approvals.rules.silence import time_passed
from functions.approvals.rules.veto import veto
from shared.kit.errors import AssentError
from shared.kit.signing import sign
from shared.kit.transitions import payload
from tests.examples import examples
from tests.functions.agents.cases import (
    AMIRA,
    APPROVALS_KEY,
    GALA,
    START,
    TENANT,
    Around,
    content_of,
    contents_of,
    judged,
    stepped,
    submission,
)
from tests.functions.agents.specs import ESCALATES, spec
from tests.functions.approvals import builders

pytestmark = pytest.mark.repeats

SPECS = (spec(), spec(**ESCALATES))
PRECEDENT = builders.active(conditions=(), title="All of them")

# By the status of the last card: how its case and its new agent end.
OUTCOMES = {
    "approved": {("live", "active"), ("approved", "certified")},
    "auto_approved": {("live", "active"), ("approved", "certified")},
    "confirmed": {("live", "active"), ("approved", "certified")},
    "rejected": {("rejected", "deprecated")},
    "expired": {("rejected", "deprecated")},
    # A returned case may be cancelled later.
    "changes_requested": {
        ("returned", "certified"),
        ("returned", "draft"),
        ("cancelled", "deprecated"),
    },
    "cancelled": {("cancelled", "deprecated")},
    # Taken back, or cancelled while it was held. An agent that ended before its approval was taken
    # back stays deprecated.
    "reversed": {
        ("rolled_back", "certified"),
        ("rolled_back", "draft"),
        ("rolled_back", "deprecated"),
        ("cancelled", "deprecated"),
    },
}


@dataclass(frozen=True)
class ToApprovals:
    """What the case's owner published about one approval."""

    what: str
    approval_id: str
    withdrawal: cases.Withdrawal | None = None
    ends: str | None = None


@dataclass(frozen=True)
class ToAgents:
    """What was decided about one approval."""

    decision: ApprovalState


class OneOutcome(RuleBasedStateMachine):
    """One new agent, its case, and the approvals that it asks for."""

    @initialize(of=st.sampled_from(SPECS), matched=st.booleans())
    def submit(self, of: Any, matched: bool) -> None:
        self.now: datetime = START
        self.matched, self.paused, self.gave_up = matched, False, False
        self.approvals: dict[str, Approval | None] = {}
        self.requests: dict[str, AgentApprovalNeeded] = {}
        self.mail: list[ToApprovals | ToAgents] = []
        self.arrived: list[ToApprovals | ToAgents] = []
        after = submission(of)
        self.agent, self.case = after.agent, after.case
        self._tell(after.agent, after.steps)

    @precondition(lambda self: not self.case.is_over)
    @rule(actor=st.sampled_from([AMIRA, GALA]))
    def cancel(self, actor: Any) -> None:
        waited = self.case.status in WAITING
        self._save(cancel(self.agent, self.case, actor, self.now))
        self.gave_up = waited and self.case.status == "cancelled"

    @precondition(lambda self: self.case.revisable_until is not None)
    @rule()
    def revise(self) -> None:
        said = judged(SPECS[0], case_id=self.case.case_id, at=self.now)
        self._save(revise(self.agent, self.case, said, "rex", self.now))

    @precondition(lambda self: self.case.revisable_until is not None)
    @rule()
    def nobody_revises(self) -> None:
        assert self.case.revisable_until is not None
        self._save(give_up(self.agent, self.case, self.case.revisable_until))

    @rule(verb=st.sampled_from(["approve", "reject", "request_changes", "break_glass"]))
    def decide(self, verb: Any) -> None:
        for approval in self._known():
            fields = {"grounds": "outage", "note": "now"} if verb == "break_glass" else {}
            command = builders.command(verb, approval, **fields)
            self._judge(lambda a=approval, c=command: decide(a, c, builders.GOVERNOR, self.now))

    @rule()
    def veto(self) -> None:
        for approval in self._known():
            command = builders.veto_command(approval)
            self._judge(lambda a=approval, c=command: veto(a, c, builders.GOVERNOR, self.now))

    @rule()
    def overturn(self) -> None:
        body = ReviewBody(verdict="overturned", note="no outage")
        for approval in self._known():
            self._judge(lambda a=approval: review(a, body, builders.OTHER_GOVERNOR, self.now))

    @rule(minutes=st.sampled_from([1, 9, 11, 25 * 60]))
    def let_time_pass(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        for approval in self._known():
            self._keep(time_passed(approval, self.now))

    @rule()
    def pause_or_resume(self) -> None:
        self.paused = not self.paused
        if not self.paused and self.case.status == "approved":
            self._save(self._go_live(self.case))

    @precondition(lambda self: self.mail)
    @rule(data=st.data())
    def deliver_in_any_order(self, data: st.DataObject) -> None:
        message = data.draw(st.sampled_from(self.mail))
        self.mail.remove(message)
        self._deliver(message)

    @precondition(lambda self: self.arrived)
    @rule(data=st.data())
    def deliver_again(self, data: st.DataObject) -> None:
        before = (self.agent, self.case, dict(self.approvals), len(self.mail))
        self._deliver(data.draw(st.sampled_from(self.arrived)))
        assert before == (self.agent, self.case, self.approvals, len(self.mail))

    def teardown(self) -> None:
        if not hasattr(self, "case"):
            return
        while self.mail:
            self._deliver(self.mail.pop(0))
        for id in self.requests:
            assert self.approvals[id] is not None, "a request was never opened"
        card = self.approvals[self.case.approval_id or ""] if self.case.approval_id else None
        if card is None:
            assert (self.case.status, self.agent.status) in {
                ("returned", "draft"),
                ("cancelled", "deprecated"),
            }
            return
        both = (self.case.status, self.agent.status)
        escalation = self.case.escalation.approval_id if self.case.escalation else ""
        cleared_by = self.approvals.get(escalation)
        if cleared_by is not None and cleared_by.status == "reversed":
            # Whatever became of stage 6: the approval of its escalation was taken back.
            assert not card.is_open
            assert card.status not in ("approved", "auto_approved", "confirmed")
            assert self.case.status == "rolled_back"
        elif card.is_open:
            assert both in {("ethics_cleared", "certified"), ("escalated", "draft")}
            assert self.case.pending_withdrawal is None
        elif self.gave_up and card.status in ("rejected", "expired"):
            # Cancelled without waiting for a decision any longer: it was a no, too.
            assert both == ("cancelled", "deprecated")
        else:
            assert both in OUTCOMES[card.status], (card.status, both)
        for approval in self._known():
            assert not reversals.is_reversal_ordered(approval), "nobody reported the reversal"

    def _known(self) -> list[Approval]:
        return [approval for approval in self.approvals.values() if approval is not None]

    def _judge(self, decision: Any) -> None:
        try:
            steps = decision()
        except AssentError:
            return
        if not isinstance(steps, Repeat):
            self._keep(steps)

    def _keep(self, steps: tuple[Step, ...]) -> None:
        for step in steps:
            self.approvals[step.state.approval_id] = step.state
            if step.event is None:
                continue
            decision = payload(step)
            statement = statement_of(decision, TENANT)
            if statement is None:
                continue
            assert isinstance(decision, ApprovalState)
            signature = sign(statement.model_dump(mode="json"), APPROVALS_KEY)
            self.mail.append(ToAgents(decision.but(signature=signature)))

    def _deliver(self, message: ToApprovals | ToAgents) -> None:
        if message not in self.arrived:
            self.arrived.append(message)
        if isinstance(message, ToApprovals):
            self._arrive_at_approvals(message)
        else:
            self._arrive_at_agents(message)

    def _arrive_at_approvals(self, message: ToApprovals) -> None:
        id, withdrawal = message.approval_id, message.withdrawal
        known = self.approvals.get(id)
        if message.what == "needed":
            if known is None:
                self._open(id, is_withdrawn=id in self.approvals)
        elif message.what in ("rolled_back", "rollback_failed"):
            if known is None:
                self.mail.append(message)
                self.arrived.remove(message)
                return
            undone = message.what == "rolled_back"
            self._keep(reversals.undo(known) if undone else reversals.fail_to_undo(known))
            if message.ends is not None:
                by = cases.Withdrawal(by="service:agents", at=self.now)
                self._end(message.ends, reversals.end_with_case, by)
        else:
            # A case that nobody revised has none.
            withdrawal = withdrawal or cases.Withdrawal(by="service:agents", at=self.now)
            end = reversals.cancel if message.what == "withdrawn" else reversals.end_with_case
            self._end(id, end, withdrawal)

    def _end(self, id: str, rule: Any, withdrawal: cases.Withdrawal) -> None:
        known = self.approvals.setdefault(id, None)
        if known is not None:
            self._keep(rule(known, withdrawal.by, withdrawal.at))

    def _open(self, id: str, *, is_withdrawn: bool) -> None:
        asked = self.requests[id]
        fields = {
            "approval_id": id,
            "kind": "constitutional",
            "subject": Subject(type="agent", id=asked.agent_id, name=asked.name),
            "content": content_of(asked.content_hash),
            "risk": asked.risk,
            "case": CaseBinding(
                case_id=asked.case_id, revision=asked.revision, purpose=asked.purpose
            ),
            "precedents_allowed": asked.precedents_allowed,
        }
        if is_withdrawn:
            self._keep(open_cancelled(builders.request(**fields), "amira", self.now))
        else:
            precedents = [PRECEDENT] if self.matched and asked.precedents_allowed else []
            self._keep((open_request(builders.request(**fields), precedents, self.now),))

    def _arrive_at_agents(self, message: ToAgents) -> None:
        decision = message.decision
        case = accept(self.case, decision)
        if case is not None:
            self._save(self._acted(case, decision))
        elif takes_back(decision):
            self._save(answer_replaced(self.case, decision.approval_id))

    def _acted(self, case: CreationCase, decision: ApprovalState) -> Steps:
        agent, now = self.agent, self.now
        if overturns_refusal(decision):
            return ()
        if not isinstance(decision, ApprovalApproved | ApprovalAutoApproved):
            return follow(agent, case, decision, now)
        if case.status == "escalated":
            return clear_ethics(agent, case, contents_of(case), now)
        return hold(case, now) if self.paused else self._go_live(case)

    def _go_live(self, case: CreationCase) -> Steps:
        checks = health_checks(self.agent, case, Around().surroundings(case))
        return go_live(self.agent, case, checks, self.now)

    def _save(self, steps: Steps) -> None:
        if steps:
            after = stepped(self.agent, steps)
            self.agent, self.case = after.agent, after.case
            self._tell(self.agent, steps)

    def _tell(self, agent: Agent, steps: Steps) -> None:
        whats = {
            cases.CreationCaseWithdrawalRequested: "withdrawn",
            cases.CreationCaseCancelled: "cancelled",
            cases.CreationCaseRolledBack: "rolled_back",
            cases.CreationCaseRollbackFailed: "rollback_failed",
            cases.CreationCaseReversalUnneeded: "rolled_back",
        }
        after = stepped(agent, steps)
        for step in steps:
            if step.event is AgentApprovalNeeded:
                asked = after.case.asked
                assert asked is not None
                self.requests[asked.approval_id] = after.request
                self.mail.append(ToApprovals("needed", asked.approval_id))
            elif step.event in whats and isinstance(step.state, CreationCase):
                id = step.fields.get("approval_id", step.state.approval_id)
                if id is not None:
                    what = whats[step.event]
                    ends = step.fields.get("ends_approval_id")
                    self.mail.append(ToApprovals(what, id, step.state.withdrawal, ends))


OneOutcome.TestCase.settings = examples(10, by_night=1_000, stateful_step_count=40)
TestOneOutcome = OneOutcome.TestCase
