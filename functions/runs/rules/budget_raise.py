"""95 % of a budget asks a governor whether the limit of this period is raised, once a period."""

from datetime import datetime

from events.approvals import ApprovalState
from events.budgets import BudgetApprovalNeeded, BudgetRaised
from functions.runs.rules.decisions import GIVEN, TAKEN_BACK, refuse_other_content
from functions.runs.rules.run import Steps
from shared.budgets.budget import Budget, Proposed
from shared.budgets.limits import TENANT, TRIAL_DAY_USD_MICROS, Raised, raised_limit
from shared.kit.contents import Content
from shared.kit.ids import derive_id
from shared.kit.transitions import Transition

REQUESTER = "service:runs"


def ask(budget: Budget, at: datetime) -> Steps:
    """The budget, which waits for a governor's word about half as much again; nothing where no
    approval could raise it."""
    proposed = _proposed(budget)
    if proposed <= budget.limit_usd_micros or not budget.spent_usd_micros:
        return ()
    content = Content.of(
        {
            "scope": budget.scope,
            "period": budget.period,
            "spent_usd_micros": budget.spent_usd_micros,
            "limit_usd_micros": budget.limit_usd_micros,
            "proposed_limit_usd_micros": proposed,
        }
    )
    evidence, assessment = _evidence(budget), _assessment(budget)
    event_id = derive_id("evt", at, budget.scope, budget.period, content.hash)
    waits = Proposed(
        approval_id=derive_id("apr", at, event_id),
        content_hash=content.hash,
        from_usd_micros=budget.limit_usd_micros,
        limit_usd_micros=proposed,
    )
    said = {
        "amount_usd_micros": proposed - budget.limit_usd_micros,
        "summary": f"Raise the budget of {_named(budget)}, of which 95 % are spent",
        "content_hash": content.hash,
        "evidence_hash": evidence.hash,
        "assessment_hash": assessment.hash,
        "requested_by": REQUESTER,
        "requested_at": at,
        "authors": (REQUESTER,),
    }
    contents = (content, evidence, assessment)
    waiting = budget.but(proposed=waits)
    return (Transition(waiting, BudgetApprovalNeeded, said, event_id, contents),)


def _proposed(budget: Budget) -> int:
    more = budget.limit_usd_micros + max(budget.limit_usd_micros // 2, 1)
    return min(more, TRIAL_DAY_USD_MICROS) if budget.is_trial else more


def _named(budget: Budget) -> str:
    return f"the {'tenant' if budget.scope == TENANT else budget.scope} for {budget.period}"


def _evidence(budget: Budget) -> Content:
    held = {"held_usd_micros": budget.held_usd_micros, "runs": budget.runs}
    return Content.of([{"budget": f"{budget.scope} {budget.period}", **held}])


def _assessment(budget: Budget) -> Content:
    scope = budget.scope
    reasons = [f"more money is spent of {_named(budget)}"]
    undo = (
        f"Overturning the approval lowers the limit again; PUT /v1/budgets/{scope} sets another "
        "one. What was spent stays spent."
    )
    return Content.of({"risk_reasons": reasons, "rollback_plan": undo})


def decide_raise(budget: Budget, decision: ApprovalState, limit_usd_micros: int) -> Steps:
    """The budget after the decision about it, where `limit_usd_micros` is its limit without any
    raise: raised to exactly what was approved, once, and never lowered. A refusal changes nothing;
    an assent that is taken back is taken back here too. Nothing for a decision about another
    request. Raises SignatureInvalid for one about other content."""
    asked = budget.proposed
    if asked is None or asked.approval_id != decision.approval_id:
        return ()
    refuse_other_content(decision, asked.content_hash)
    raised = budget.raised
    if decision.status in TAKEN_BACK:
        taken_back = budget.but(raised=None, proposed=None)
        return _limited(taken_back, limit_usd_micros, asked)
    now = raised_limit(limit_usd_micros, raised)
    if decision.status not in GIVEN or raised is not None or asked.limit_usd_micros <= now:
        return ()
    more = Raised(
        from_usd_micros=limit_usd_micros,
        to_usd_micros=asked.limit_usd_micros,
        approval_id=asked.approval_id,
    )
    return _limited(budget.but(raised=more), limit_usd_micros, asked)


def _limited(budget: Budget, limit_usd_micros: int, by: Proposed) -> Steps:
    after = budget.limited(limit_usd_micros, is_trial=budget.is_trial)
    return (Transition(after, BudgetRaised, {"approval_id": by.approval_id}),)
