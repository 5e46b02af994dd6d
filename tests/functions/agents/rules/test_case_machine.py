"""Cases of one agent under decisions that come twice, late, out of order or not at all."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from events.approvals import ApprovalState
from events.specs import Spec
from functions.agents.rules.agent import (
    SUSPENDABLE,
    Agent,
    end_probation,
    end_trial,
    reactivate,
    suspend,
)
from functions.agents.rules.case import WAITING, CreationCase, Steps
from functions.agents.rules.change import CHANGEABLE, version_after
from functions.agents.rules.classification import classify
from functions.agents.rules.creation import (
    clear_ethics,
    hold,
    open_case,
    revise,
)
from functions.agents.rules.decision import accept, follow, takes_back
from functions.agents.rules.deployment import go_live
from functions.agents.rules.health import health_checks
from functions.agents.rules.withdrawal import cancel, give_up
from shared.kit.ids import derive_id
from tests.examples import examples
from tests.functions.agents.cases import (
    AMIRA,
    GALA,
    Around,
    contents_of,
    decision,
    judged,
    stepped,
    submitted,
)
from tests.functions.agents.specs import BLOCKS, ESCALATES, MISDECLARES, RETURNS, spec

pytestmark = pytest.mark.repeats

SPECS: tuple[Spec, ...] = (
    spec(),
    spec(mode="trial"),
    spec(budget={"per_run_usd": 0.1, "per_day_usd": 1}),
    spec(industry="clinics"),
    spec(**RETURNS),
    spec(**BLOCKS),
    spec(**MISDECLARES),
    spec(**ESCALATES),
)
ANSWERS = ("rejected", "expired", "changes_requested")
OVER = frozenset({"rejected", "cancelled", "rolled_back", "rollback_failed"})


@dataclass
class Request:
    """One approval as approvals has it; `versions` counts its events."""

    case: CreationCase
    status: str = "pending"
    versions: int = 1


@dataclass(frozen=True)
class Message:
    """An event of approvals on its way."""

    case_id: str
    kind: str
    decision: ApprovalState


class CaseMachine(RuleBasedStateMachine):
    """One agent, its cases and the approvals they ask for."""

    def __init__(self) -> None:
        super().__init__()
        self.at = datetime.fromisoformat("2026-11-20T12:00:00Z")
        self.agent: Agent
        self.cases: dict[str, CreationCase] = {}
        self.ever_over: dict[str, str] = {}
        self.requests: dict[str, Request] = {}
        self.mail: list[Message] = []
        self.delivered: list[Message] = []
        self.assented: set[str] = set()
        self.taken_back: set[str] = set()
        self.paused = False
        self.saved = 0

    @initialize(of=st.sampled_from(SPECS))
    def submit(self, of: Spec) -> None:
        self._keep(*submitted(of, at=self.at))

    @precondition(lambda self: self.agent.case_id is None and self.agent.status in CHANGEABLE)
    @rule(of=st.sampled_from(SPECS))
    def change(self, of: Spec) -> None:
        old = self.agent.deployed
        kind = classify(SPECS[0], of)[0] if old is not None else "creation"
        case_id = derive_id("cas", self.at, str(len(self.cases)))
        version = version_after(self.agent.version, kind)
        said = judged(of, case_id=case_id, version=version, kind=kind, at=self.at)
        steps = open_case(self.agent, kind=kind, why=(), judged=said, by="amira", at=self.at)
        self._save(steps)

    @precondition(lambda self: self._stopped())
    @rule(of=st.sampled_from(SPECS))
    def revise(self, of: Spec) -> None:
        case = self._stopped()
        assert case is not None
        said = judged(of, case_id=case.case_id, version=case.version, kind=case.kind, at=self.at)
        self._save(revise(self.agent, case, said, "rex", self.at))

    @precondition(lambda self: self.agent.case_id)
    @rule()
    def cancel(self) -> None:
        case = self.cases[self.agent.case_id or ""]
        self._save(cancel(self.agent, case, AMIRA, self.at))

    @precondition(lambda self: self._pending())
    @rule()
    def withdraw(self) -> None:
        """Approvals learns of a withdrawal, if there is one, while nobody has decided."""
        request = self._pending()[-1]
        case = self.cases[request.case.case_id]
        if case.withdrawal is not None and case.approval_id == request.case.approval_id:
            request.status = "cancelled"
            self._post(request, "cancelled")

    @precondition(lambda self: self._pending())
    @rule(outcome=st.sampled_from(("approved", "auto_approved", *ANSWERS)))
    def decide(self, outcome: str) -> None:
        request = self._pending()[-1]
        request.status = outcome
        self._post(request, outcome)

    @precondition(lambda self: self._pending())
    @rule(outcome=st.sampled_from(("approved", "auto_approved")))
    def assent_at_once(self, outcome: str) -> None:
        self.decide(outcome)
        self._deliver(self.mail.pop())

    @precondition(lambda self: self._assented())
    @rule(data=st.data())
    def take_back_at_once(self, data: st.DataObject) -> None:
        self.take_back(data)
        self._deliver(self.mail.pop())

    @precondition(lambda self: self._assented())
    @rule(data=st.data())
    def take_back(self, data: st.DataObject) -> None:
        request = data.draw(st.sampled_from(self._assented()))
        outcome = "vetoed" if request.status == "auto_approved" else "overturned"
        request.status = outcome
        self._post(request, outcome)

    @precondition(lambda self: self.mail)
    @rule(data=st.data())
    def deliver_in_any_order(self, data: st.DataObject) -> None:
        message = data.draw(st.sampled_from(self.mail))
        self.mail.remove(message)
        self._deliver(message)

    @precondition(lambda self: self.delivered)
    @rule(data=st.data())
    def deliver_again(self, data: st.DataObject) -> None:
        before = (self.agent, dict(self.cases), self.saved)
        self._deliver(data.draw(st.sampled_from(self.delivered)))
        assert before == (self.agent, self.cases, self.saved)

    @rule()
    def pause_or_resume(self) -> None:
        self.paused = not self.paused
        held = self._open("approved")
        if not self.paused and held is not None:
            self._save(self._go_live(held))

    @precondition(lambda self: self.agent.status in SUSPENDABLE)
    @rule()
    def suspend(self) -> None:
        self.agent = suspend(self.agent, "by_hand", "look", "gala", self.at)[-1].state

    @precondition(lambda self: self.agent.status == "suspended")
    @rule()
    def reactivate(self) -> None:
        steps = reactivate(self.agent, "fixed", GALA, self.at)
        self.agent = steps[-1].state

    @rule(days=st.sampled_from([1, 4, 8, 31]))
    def let_time_pass(self, days: int) -> None:
        self.at += timedelta(days=days)
        case = self._stopped()
        if case and case.revisable_until and case.revisable_until <= self.at:
            self._save(give_up(self.agent, case, self.at))
        for step in end_trial(self.agent, self.at) or end_probation(self.agent, self.at):
            self.agent = step.state

    @invariant()
    def only_what_is_assented_to_runs(self) -> None:
        deployed = getattr(self, "agent", None) and self.agent.deployed
        if deployed and self.agent.status != "suspended":
            case = self.cases[deployed.case_id]
            assert case.asked is not None
            assert case.asked.approval_id in self.assented
            assert deployed.spec_hash == case.spec_hash

    @invariant()
    def what_was_taken_back_is_not_live(self) -> None:
        for case in self.cases.values():
            ids = {asked.approval_id for asked in (case.asked, case.escalation) if asked}
            if ids & self.taken_back:
                assert case.status in ("rolled_back", "rollback_failed"), case.status
                deployed = self.agent.deployed
                if case.status == "rolled_back":
                    assert deployed is None or deployed.case_id != case.case_id

    @invariant()
    def only_a_case_that_waits_has_a_withdrawal_under_way(self) -> None:
        for case in self.cases.values():
            if case.pending_withdrawal is not None:
                assert case.status in WAITING

    @invariant()
    def nothing_leads_back_to_what_was_taken_back(self) -> None:
        undo = getattr(self, "agent", None) and self.agent.undo
        while undo:
            if undo.deployed:
                asked = self.cases[undo.deployed.case_id].asked
                assert asked is not None
                assert asked.approval_id not in self.taken_back
            undo = undo.below

    @invariant()
    def what_is_over_stays_over(self) -> None:
        for case in self.cases.values():
            was = self.ever_over.get(case.case_id)
            if was is not None:
                assert case.status == was or case.status in ("rolled_back", "rollback_failed")
                assert case.status != "live"
            if case.status in OVER or (case.status == "blocked" and case.is_over):
                self.ever_over[case.case_id] = case.status

    @invariant()
    def one_case_is_open_at_most_and_the_agent_knows_it(self) -> None:
        open_cases = [case.case_id for case in self.cases.values() if case.ended_at is None]
        known = getattr(self, "agent", None) and self.agent.case_id
        assert open_cases == ([known] if known else [])

    @invariant()
    def what_waits_for_a_revision_is_open_and_waits_for_nothing_else(self) -> None:
        for case in self.cases.values():
            is_stopped = case.status in ("returned", "blocked") and not case.is_over
            assert (case.revisable_until is not None) == is_stopped, case.status

    @invariant()
    def a_trial_agent_is_never_live(self) -> None:
        if getattr(self, "agent", None) and self.agent.deployed:
            assert self.agent.mode == self.agent.deployed.mode
            assert not (self.agent.mode == "trial" and self.agent.status == "active")
            assert (self.agent.timer is not None) == (
                self.agent.status in ("trial", "probation")
            ), self.agent.status

    @invariant()
    def nothing_is_acted_on_backwards(self) -> None:
        for case in self.cases.values():
            if case.asked is not None:
                request = self.requests[case.asked.approval_id]
                assert case.asked.acted_on <= request.versions

    def teardown(self) -> None:
        """Whatever is still on its way arrives, and every reversal has been acted on."""
        for message in reversed(self.mail):
            self._deliver(message)
        self.what_was_taken_back_is_not_live()

    def _open(self, status: str) -> CreationCase | None:
        case = self.cases.get(self.agent.case_id or "")
        return case if case is not None and case.status == status else None

    def _stopped(self) -> CreationCase | None:
        return self._open("returned") or self._open("blocked")

    def _pending(self) -> list[Request]:
        return [request for request in self.requests.values() if request.status == "pending"]

    def _assented(self) -> list[Request]:
        return [
            request
            for request in self.requests.values()
            if request.status in ("approved", "auto_approved")
        ]

    def _post(self, request: Request, outcome: str) -> None:
        request.versions += 1
        said = decision(request.case, outcome, version=request.versions)
        self.mail.append(Message(request.case.case_id, outcome, said))

    def _deliver(self, message: Message) -> None:
        if message not in self.delivered:
            self.delivered.append(message)
        case = accept(self.cases[message.case_id], message.decision)
        if case is None:
            return
        if takes_back(message.decision):
            self.taken_back.add(message.decision.approval_id)
        self._save(self._steps(case, message))

    def _steps(self, case: CreationCase, message: Message) -> Steps:
        if message.kind not in ("approved", "auto_approved"):
            return follow(self.agent, case, message.decision, self.at)
        self.assented.add(message.decision.approval_id)
        if case.status == "escalated":
            return clear_ethics(self.agent, case, contents_of(case), self.at)
        return hold(case, self.at) if self.paused else self._go_live(case)

    def _go_live(self, case: CreationCase) -> Steps:
        checks = health_checks(self.agent, case, Around().surroundings(case))
        return go_live(self.agent, case, checks, self.at)

    def _save(self, steps: Steps) -> None:
        if steps:
            self._keep(*stepped(self.agent, steps).both)

    def _keep(self, agent: Agent, case: CreationCase) -> None:
        self.agent = agent
        self.saved += 1
        self.cases[case.case_id] = case
        if case.asked is not None and case.asked.approval_id not in self.requests:
            self.requests[case.asked.approval_id] = Request(case)


CaseMachine.TestCase.settings = examples(10, by_night=1_000, stateful_step_count=40)
TestCaseMachine = CaseMachine.TestCase
