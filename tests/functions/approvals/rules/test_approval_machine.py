"""Any order of commands, events and timers, duplicated and late, keeps the promises of
docs/domain.md: a word about another content changes nothing (2), the first final decision wins, its
repeat is the first answer (3), a veto counts up to its closing second (4), and what was received in
time is never lost to a timer."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from functions.approvals.rules.approval import (
    GRACE,
    Repeat,
    Step,
    Steps,
    next_timer,
)
from functions.approvals.rules.commands import ReviewBody
from functions.approvals.rules.decisions import decide
from functions.approvals.rules.precedent import Precedent, activate, count_false_positive
from functions.approvals.rules.reversals import (
    cancel,
    end_with_case,
    fail_to_undo,
    is_reversal_ordered,
    undo,
)
from functions.approvals.rules.reviews import review
from functions.approvals.rules.silence import time_passed
from functions.approvals.rules.veto import veto
from shared.kit.callers import Actor
from shared.kit.errors import ApprovalExpired, AssentError, VetoWindowClosed
from shared.kit.transitions import payload
from tests.examples import examples
from tests.functions.approvals import builders
from tests.functions.approvals.builders import (
    START,
    active,
    command,
    opened,
    signed_of,
    veto_command,
)

pytestmark = pytest.mark.repeats

PEOPLE = [
    builders.GOVERNOR,
    builders.OTHER_GOVERNOR,
    builders.LEGAL,
    builders.DEPUTY,
    builders.NOBODY,
    Actor(builders.REQUESTER, frozenset({"governor", "deputy"})),
]
RULES = [
    builders.rule("any", "role:governor"),
    builders.rule("all", "role:governor", "role:legal"),
    builders.rule("m_of_n", "role:governor", "role:governor", "role:legal", m=2),
]
# A request lives at most this long, so no commit comes later after its reception.
LONGEST_REQUEST = 30
FINAL = ("decided_by", "decided_at", "decision", "decision_hash")

people = st.sampled_from(PEOPLE)
hashes = st.sampled_from([None, None, None, "0" * 64])
jumps = st.sampled_from([0.001, 1, 29, 60, 1799, 3600, 7199, 7200, 86_340, 86_400, 260_000])


def _about(said: Any, hash: str | None) -> Any:
    """The same word about another content, where it has the hash of one."""
    return said if hash is None else said.model_copy(update={"decision_hash": hash})


class Machine(RuleBasedStateMachine):
    """One approval, its commands on their way, and a clock that only moves forward."""

    @initialize(
        kind=st.sampled_from(["artifact", "execution", "constitutional"]),
        who=st.sampled_from(RULES),
        matched=st.booleans(),
        risk=st.sampled_from(["low", "medium"]),
    )
    def ask(self, kind: Any, who: Any, matched: bool, risk: Any) -> None:
        self.now = START
        if matched:
            self.approval = opened(active(), kind=kind, risk=risk)
            assert self.approval.status == "auto_approved"
        else:
            self.approval = opened(kind=kind, risk=risk, rule=who, silence_approves=True)
        self.precedent: Precedent = activate(builders.precedent(), "goran", START, ()).state
        self.under_way: list[tuple[str, Any, Actor, datetime]] = []
        self.history = [self.approval]
        self.vetoes_counted = 0

    @rule(
        verb=st.sampled_from(["approve", "reject", "request_changes", "defer", "escalate"]),
        actor=people,
        hours=st.integers(1, 800),
        hash=hashes,
    )
    def send_decision(self, verb: Any, actor: Actor, hours: int, hash: str | None = None) -> None:
        until = self.now + timedelta(hours=hours) if verb == "defer" else None
        decision = _about(command(verb, self.approval, until=until), hash)
        self.under_way.append(("decide", decision, actor, self.now))

    @rule(actor=people, to=people)
    def send_delegation(self, actor: Actor, to: Actor) -> None:
        decision = command("delegate", self.approval, to=to.principal)
        self.under_way.append(("decide", decision, actor, self.now))

    @rule(actor=people, hash=hashes)
    def send_break_glass(self, actor: Actor, hash: str | None) -> None:
        decision = _about(command("break_glass", self.approval, grounds="outage"), hash)
        self.under_way.append(("decide", decision, actor, self.now))

    @rule(actor=people, hash=hashes)
    def send_veto(self, actor: Actor, hash: str | None = None) -> None:
        vetoed = _about(veto_command(self.approval), hash)
        self.under_way.append(("veto", vetoed, actor, self.now))

    @rule(actor=people, verdict=st.sampled_from(["upheld", "overturned"]))
    def send_review(self, actor: Actor, verdict: Any) -> None:
        self.under_way.append(("review", ReviewBody(verdict=verdict, note="why"), actor, self.now))

    @precondition(lambda self: self.under_way)
    @rule(data=st.data(), again=st.booleans(), took_over=st.booleans())
    def arrive(self, data: Any, again: bool, took_over: bool) -> None:
        """One command reaches the store, in any order, perhaps twice."""
        index = data.draw(st.integers(0, len(self.under_way) - 1))
        sent = self.under_way.pop(index)
        self.commit(*sent, took_over=took_over)
        if again:
            state = self.approval
            self.commit(*sent, took_over=took_over)
            if not state.is_open:
                assert self.approval is state, "a repeat changed something"

    def commit(
        self, what: str, sent: Any, actor: Actor, received_at: datetime, *, took_over: bool
    ) -> None:
        before = self.approval
        result = self._judged(what, sent, actor, received_at, took_over=took_over)
        if result is None:
            return
        if what != "review":
            assert sent.decision_hash == before.decision_hash, (
                "it took a word about another content"
            )
        if isinstance(result, Repeat):
            return
        # Whoever may decide may always refuse, also their own text.
        is_refusal = result[0].state.decision in ("reject", "request_changes", "veto", "overturn")
        assert actor.principal != builders.REQUESTER or is_refusal or what == "review"
        if what != "review" and before.is_open:
            assert received_at <= before.deadline_at
        if result[0].state.status == "vetoed":
            assert before.veto is not None
            assert received_at <= before.veto.closes_at
            self.precedent = count_false_positive(self.precedent, received_at).state
            self.vetoes_counted += 1
        for step in result:
            self.apply(step)

    def _judged(
        self, what: str, sent: Any, actor: Actor, received_at: datetime, *, took_over: bool
    ) -> Steps | Repeat | None:
        """What the rules say; None where they refuse it."""
        before = self.approval
        try:
            if what == "decide":
                return decide(before, sent, actor, received_at, took_over=took_over)
            if what == "veto":
                return veto(before, sent, actor, received_at, took_over=took_over)
            return review(before, sent, actor, received_at)
        except ApprovalExpired:
            assert received_at > before.deadline_at, "in time, and yet lost to silence"
        except VetoWindowClosed:
            assert before.veto is not None
            assert received_at > before.veto.closes_at, "in time, and yet refused"
        except AssentError:
            pass
        return None

    def apply(self, step: Step) -> None:
        before, after = self.approval, step.state
        assert after.version == before.version + 1
        assert payload(step).version == after.version  # type: ignore[attr-defined]
        if not before.is_open and after.status != "vetoed":
            for name in FINAL:
                assert getattr(after, name) == getattr(before, name), f"{name} of a final decision"
        statement = signed_of(step)
        if before.is_open and not after.is_open:
            assert statement is not None, "a final decision is signed"
        self.approval = after
        self.history.append(after)

    @rule(seconds=jumps)
    def let_time_pass(self, seconds: float) -> None:
        """The clock moves; requests under way end within their time limit."""
        later = self.now + timedelta(seconds=seconds)
        late = later - timedelta(seconds=LONGEST_REQUEST)
        for sent in [sent for sent in self.under_way if sent[3] < late]:
            self.under_way.remove(sent)
            self.commit(*sent, took_over=False)
        self.now = later

    @rule()
    def jump_to_the_timer(self) -> None:
        """To the very moment the next timer is for, with the grace and without."""
        due = next_timer(self.approval)
        if due is not None and due[1] > self.now:
            closing = due[1] - (GRACE if self.approval.status != "deferred" else timedelta())
            self.let_time_pass(max((closing - self.now).total_seconds(), 0.001))

    @precondition(lambda self: self.approval.is_open or self.approval.status == "auto_approved")
    @rule(actor=st.sampled_from(PEOPLE[:2]), slow=st.integers(0, LONGEST_REQUEST))
    def race_the_timer(self, actor: Actor, slow: int) -> None:
        """A command received at the closing moment reaches the store after a hasty timer."""
        self.jump_to_the_timer()
        if self.approval.is_open:
            self.send_decision("approve", actor, 1)
        else:
            self.send_veto(actor)
        sent = self.under_way.pop()
        self.now += timedelta(seconds=slow)
        self.fire_timer(1)
        self.commit(*sent, took_over=False)

    @rule(times=st.integers(1, 2))
    def fire_timer(self, times: int) -> None:
        """A timer fires: perhaps early, perhaps late, perhaps twice."""
        for _ in range(times):
            for step in time_passed(self.approval, self.now):
                self.apply(step)

    @rule(report=st.sampled_from(["withdrawn", "cancelled", "rolled_back", "rollback_failed"]))
    def owner_reports(self, report: str) -> None:
        """The owner's events, in any order, whether or not anything was ordered."""
        before = self.approval
        if report == "withdrawn":
            steps = cancel(before, builders.REQUESTER, self.now)
        elif report == "cancelled":
            steps = end_with_case(before, builders.REQUESTER, self.now)
        elif report == "rolled_back":
            steps = undo(before)
        else:
            steps = fail_to_undo(before)
        for step in steps:
            if step.event is None:
                assert (step.state.version, step.state.status) == (before.version, before.status)
                self.approval = step.state
                continue
            if report in ("rolled_back", "rollback_failed"):
                assert is_reversal_ordered(before) or before.status == "reversal_failed"
            self.apply(step)

    @invariant()
    def what_waits_has_a_timer_and_what_is_over_has_none(self) -> None:
        due = next_timer(self.approval)
        owed = self.approval.review is not None and self.approval.review.status == "owed"
        waits = self.approval.is_open or self.approval.status == "auto_approved" or owed
        assert (due is not None) == waits

    @invariant()
    def silence_never_speaks_early(self) -> None:
        if self.approval.decision == "silence":
            assert self.now >= self.approval.deadline_at + GRACE

    @invariant()
    def a_veto_is_counted_once_and_confirmation_excludes_it(self) -> None:
        statuses = {state.status for state in self.history}
        assert not {"confirmed", "vetoed"} <= statuses
        assert self.vetoes_counted == self.precedent.veto_count <= 1

    @invariant()
    def a_deputys_decision_and_a_broken_glass_owe_a_review(self) -> None:
        if self.approval.capacity in ("deputy", "break_glass"):
            assert self.approval.review is not None

    @invariant()
    def no_deputy_decides_about_the_constitution(self) -> None:
        if self.approval.kind == "constitutional":
            assert not self.approval.grants
            assert self.approval.decided_by != builders.DEPUTY.principal


Machine.TestCase.settings = examples(10, by_night=500, stateful_step_count=60, derandomize=True)
TestApprovalMachine = Machine.TestCase
