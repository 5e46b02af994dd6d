"""Turns the questions of other functions into requests for approval."""

from collections.abc import Mapping, Sequence
from typing import Any, get_args

from events.agents import AgentApprovalNeeded
from events.approvals import CaseBinding, Stage
from events.budgets import BudgetApprovalNeeded
from events.direct_calls import DirectCallApprovalNeeded
from events.dossiers import MOST_EVIDENCE, Assessment
from events.policies import PolicyApprovalNeeded
from events.runs import RunApprovalNeeded
from events.subscriptions import SubscriptionApprovalNeeded
from functions.approvals.rules.requests import EVIDENCE, Request
from functions.approvals.rules.subjects import (
    agent_subject,
    budget_subject,
    direct_call_subject,
    policy_subject,
    run_subject,
    subscription_subject,
)
from shared.kit.contents import Contents
from shared.kit.models import part_of

# The events with which functions ask for approval.
AnyQuestion = (
    AgentApprovalNeeded
    | BudgetApprovalNeeded
    | DirectCallApprovalNeeded
    | PolicyApprovalNeeded
    | RunApprovalNeeded
    | SubscriptionApprovalNeeded
)
# Each by its event type.
QUESTIONS: Mapping[str, type[AnyQuestion]] = {
    each.event_type: each for each in get_args(AnyQuestion)
}


def request_of_question(asked: AnyQuestion, approval_id: str, contents: Contents) -> Request:
    """The request for approval that the question makes, with as much of its evidence as an approval
    takes. Raises ContentErased, ContentInvalid where what is to be approved cannot be read."""
    assessment = Assessment.model_validate(contents.value(asked.assessment_hash))
    return Request(
        approval_id=approval_id,
        kind=asked.kind,
        summary=asked.summary,
        content=contents.value(asked.content_hash),
        evidence=_fitting(contents.value(asked.evidence_hash)),
        rollback_plan=assessment.rollback_plan,
        risk=asked.risk,
        risk_reasons=assessment.risk_reasons,
        requested_by=asked.requested_by,
        authors=asked.authors,
        **_own(asked),
    )


def _own(asked: AnyQuestion) -> dict[str, Any]:
    """The fields that only this kind of question has. Only the questions of creation cases may be
    decided by precedents."""
    match asked:
        case AgentApprovalNeeded():
            return {
                "subject": agent_subject(asked.agent_id, asked.name),
                "stage": part_of(Stage, asked.stage),
                "case": part_of(CaseBinding, asked),
                "precedents_allowed": asked.precedents_allowed,
            }
        case BudgetApprovalNeeded():
            own: dict[str, Any] = {
                "subject": budget_subject(asked.scope, asked.period),
                "effect": asked.effect,
                "amount_usd_micros": asked.amount_usd_micros,
            }
        case DirectCallApprovalNeeded():
            own = {
                "subject": direct_call_subject(asked.direct_call_id, asked.operation),
                "effect": asked.effect,
                "needs_answer": asked.needs_answer,
            }
        case PolicyApprovalNeeded():
            own = {"subject": policy_subject(asked.policy_id, asked.name), "effect": "decide"}
        case RunApprovalNeeded():
            own = {
                "subject": run_subject(asked.run_id, asked.capsule),
                "effect": asked.effect,
                "amount_usd_micros": asked.amount_usd_micros,
                "token": asked.token,
                "needs_answer": asked.needs_answer,
            }
        case SubscriptionApprovalNeeded():
            own = {"subject": subscription_subject(asked.tenant_id), "effect": asked.effect}
    return {**own, "precedents_allowed": False}


def _fitting(items: Sequence[Any]) -> tuple[Any, ...]:
    fitting = tuple(items[:MOST_EVIDENCE])
    while EVIDENCE.problem(fitting) is not None:
        fitting = fitting[:-1]
    return fitting
