"""The projection as a value: whatever the order and however often, the same documents."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events import agents, approvals, cases, pipelines, precedents
from mobile_api.rules.counters import counter_changes, is_time
from mobile_api.rules.documents import Fields, Key
from mobile_api.rules.facts import Fact
from mobile_api.rules.notices import notice_of
from mobile_api.rules.projection import apply, steps_of
from shared.kit.bookkeeping import DeliveryBuried, DeliveryRecovered
from shared.messaging.envelope import Envelope
from tests.mobile_api import stories
from tests.mobile_api.stories import START, fact

pytestmark = pytest.mark.repeats

_LIVES: tuple[tuple[type[approvals.ApprovalState], ...], ...] = (
    (approvals.ApprovalRequested, approvals.ApprovalVoted, approvals.ApprovalApproved),
    (
        approvals.ApprovalRequested,
        approvals.ApprovalDeferred,
        approvals.ApprovalResumed,
        approvals.ApprovalEscalated,
        approvals.ApprovalDelegated,
        approvals.ApprovalRejected,
    ),
    (approvals.ApprovalAutoApproved, approvals.ApprovalVetoed, approvals.ApprovalReversed),
    (approvals.ApprovalAutoApproved, approvals.ApprovalConfirmed),
    (approvals.ApprovalRequested, approvals.ApprovalChangesRequested),
    (
        approvals.ApprovalRequested,
        approvals.ApprovalApproved,
        approvals.ApprovalReviewMissed,
        approvals.ApprovalOverturned,
        approvals.ApprovalReversalFailed,
    ),
    (approvals.ApprovalRequested, approvals.ApprovalExpired),
    (approvals.ApprovalCancelled,),
)
_AGENTS: tuple[type[agents.AgentState], ...] = (
    agents.AgentActivated,
    agents.AgentTrialStarted,
    agents.AgentUpgraded,
    agents.AgentSuspended,
    agents.AgentReactivated,
    agents.AgentHealthChanged,
    agents.AgentViolationReported,
    agents.AgentTrialEnded,
    agents.AgentProbationEnded,
)
_CASES: tuple[type[cases.CreationCaseState], ...] = (
    cases.CreationCaseJudged,
    cases.CreationCaseReturned,
    cases.CreationCaseRejected,
    cases.CreationCaseCancelled,
    cases.CreationCaseApproved,
    cases.CreationCaseRolledBack,
    cases.CreationCaseRollbackFailed,
)
_PRECEDENTS: tuple[type[precedents.PrecedentState], ...] = (
    precedents.PrecedentReviewed,
    precedents.PrecedentActivated,
    precedents.PrecedentVetoed,
    precedents.PrecedentDeprecated,
)
_BURYING = ("agents", "approvals", "mobile-api")
# Clocks disagree: a later event may carry an earlier time, or the same.
_times = st.integers(0, 12).map(lambda ms: START + timedelta(milliseconds=ms))
_numbers = st.integers(1, 3)


@st.composite
def _approval_life(draw: st.DrawFn, number: int) -> list[Envelope]:
    purpose = draw(st.sampled_from(["creation", "evolution", "ethics_escalation", None]))
    case = stories.case_of(draw(_numbers), purpose) if purpose else None
    life: list[Envelope] = []
    for sequence, kind in enumerate(draw(st.sampled_from(_LIVES)), 1):
        at = draw(_times)
        fields: dict[str, Any] = {"case": case} | stories.window()
        if kind is not approvals.ApprovalRequested:
            fields |= draw(st.sampled_from([stories.vetoed(at), stories.decided(at)]))
        life.append(stories.approval(kind, number, sequence, at, **fields))
    return life


@st.composite
def _histories(draw: st.DrawFn) -> list[Envelope]:
    told: list[Envelope] = []
    for number in range(1, 4):
        told += draw(_approval_life(number))
        for sequence in range(1, draw(st.integers(0, 3)) + 1):
            kind = draw(st.sampled_from(_AGENTS))
            status = draw(st.sampled_from(["active", "suspended", "trial"]))
            fields: dict[str, Any] = {"status": status}
            if draw(st.booleans()):
                fields["case_id"] = stories.id_of("cas", draw(_numbers))
            told.append(stories.agent(kind, number, sequence, draw(_times), **fields))
        for sequence in range(1, draw(st.integers(0, 3)) + 1):
            case_kind = draw(st.sampled_from(_CASES))
            of_agent = draw(_numbers)
            reversal: dict[str, Any] = {}
            if issubclass(case_kind, cases.Reversal):
                reversal["agent_sequence"] = draw(st.integers(0, 3))
                reversal["agent_version"] = draw(st.sampled_from(["0.0.0", "1.0.0", "10.2.0"]))
            told.append(
                stories.case(
                    case_kind, number, sequence, draw(_times), of_agent=of_agent, **reversal
                )
            )
    for number in range(draw(st.integers(0, 3))):
        function = draw(st.sampled_from(_BURYING))
        for record in (DeliveryBuried, DeliveryRecovered)[: draw(st.integers(1, 2))]:
            told.append(stories.delivery(record, number, draw(_times), function=function))
    for sequence in range(1, draw(st.integers(0, 3)) + 1):
        told.append(
            stories.precedent(draw(st.sampled_from(_PRECEDENTS)), 1, sequence, draw(_times))
        )
        pipeline_kind = draw(st.sampled_from([pipelines.PipelinePaused, pipelines.PipelineResumed]))
        told.append(stories.pipeline(pipeline_kind, sequence, draw(_times)))
    return told


class Live:
    """The projection as it lives: one event at a time, counters by differences."""

    def __init__(self) -> None:
        self.documents: dict[Key, Fields] = {}
        self.shards: dict[Key, dict[str, int]] = {}
        self.notices: list[str] = []

    def hear(self, told: Fact) -> None:
        steps = steps_of(told)
        keys = {step.key for step in steps}
        before = {key: self.documents[key] for key in keys if key in self.documents}
        changed = apply(steps, before)
        assert changed.keys() <= keys
        for shard, change in counter_changes(before, changed).items():
            known = self.shards.setdefault(shard, {})
            for name, value in change.items():
                held = known.get(name, 0)
                known[name] = max(held, value) if is_time(name) else held + value
        notice = notice_of(told, before, changed)
        if notice is not None:
            self.notices.append(notice.notification_id)
        self.documents |= changed


def _lived(history: Sequence[Envelope]) -> Live:
    live = Live()
    for event in history:
        live.hear(fact(event))
    return live


@given(_histories(), st.data())
def test_any_order_and_any_repetition_end_in_the_same_bytes(
    history: list[Envelope], data: st.DataObject
) -> None:
    in_order = _lived(history)
    late = data.draw(st.permutations(history))
    repeated = data.draw(st.lists(st.sampled_from(history), max_size=10)) if history else []
    shuffled = _lived([*late, *repeated])
    assert shuffled.documents == in_order.documents
    assert shuffled.shards == in_order.shards


@given(_histories(), st.data())
def test_counters_kept_by_differences_are_those_of_the_documents(
    history: list[Envelope], data: st.DataObject
) -> None:
    live = _lived(data.draw(st.permutations(history)))
    assert live.shards == counter_changes({}, live.documents)


@given(_histories(), st.data())
def test_nobody_is_told_twice(history: list[Envelope], data: st.DataObject) -> None:
    live = _lived([*data.draw(st.permutations(history)), *history])
    assert len(live.notices) == len(set(live.notices))
