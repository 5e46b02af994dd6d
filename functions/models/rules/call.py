"""One call of a model: what is held for it, and what it is charged."""

from datetime import datetime, timedelta
from typing import Any

from events.models import BudgetCharged, ModelCallSettled, ModelCallState, Tokens
from functions.models.rules.receipts import receipt_of
from functions.models.rules.refusals import BudgetExhausted
from shared.budgets.budget import Budget
from shared.budgets.limits import TENANT
from shared.catalogue import Entitlements
from shared.kit.models import Model
from shared.kit.transitions import Transition
from shared.quotas.meters import check_quota

Steps = tuple[Transition[Any], ...]

CALL_LOST = "assent.model_call_lost.due.v1"
# Longer than any request lives.
LOST_AFTER = timedelta(minutes=10)


class ModelCall(ModelCallState):
    """A call as it is stored. `holders` are the budgets that it holds of, by their ids; the
    tenant's month holds `reserved_tokens` for it too."""

    holders: tuple[str, ...]
    reserved_tokens: int = 0


class Outcome(Model):
    """What became of a call. `tokens` is None where nobody knows what was used; `cost_usd_micros`
    is what it cost where that is known. `is_refused`: the provider did no work."""

    tokens: Tokens | None = None
    cost_usd_micros: int | None = None
    answer_sha256: str | None = None
    is_refused: bool = False
    # The fallback that was asked at last, and what its provider calls the model.
    answered_by: str | None = None
    model: str | None = None
    credential: str | None = None
    redacted: int | None = None


def reserve(
    call: ModelCall, budgets: tuple[Budget, ...], entitled: Entitlements | None = None
) -> Steps:
    """The call and its budgets, once what it may cost and use is held. Raises BudgetExhausted where
    one of them does not hold that, QuotaExhausted where the tenant's plan does not allow so many
    tokens."""
    most, tokens = call.reserved_usd_micros, call.reserved_tokens
    for budget in budgets:
        _refuse_exhausted(budget, most)
        if budget.scope == TENANT:
            used = budget.tokens + budget.held_tokens
            check_quota(entitled, "tokens", used, tokens, call.called_at)
    return (Transition(call), *(Transition(_holding(each, most, tokens)) for each in budgets))


def _holding(budget: Budget, usd_micros: int, tokens: int) -> Budget:
    held = budget.but(held_usd_micros=budget.held_usd_micros + usd_micros)
    return held.but(held_tokens=held.held_tokens + tokens) if budget.scope == TENANT else held


def cached(call: ModelCall, cached_from: str, answer_sha256: str) -> Steps:
    """The call, once it is answered by what was kept of an earlier one: it costs nothing."""
    answered = call.but(
        status="cached",
        settled_at=call.called_at,
        reserved_usd_micros=0,
        cached_from=cached_from,
        answer_sha256=answer_sha256,
        holders=(),
    )
    return (Transition(answered, ModelCallSettled, {"receipts": (receipt_of(answered),)}),)


def settle(call: ModelCall, budgets: tuple[Budget, ...], outcome: Outcome, at: datetime) -> Steps:
    """The call and its budgets, once they say what it cost: all that was reserved where nobody
    knows. Nothing where it was settled before."""
    if call.status != "reserved":
        return ()
    is_known = outcome.tokens is not None and outcome.cost_usd_micros is not None
    cost = outcome.cost_usd_micros if is_known else call.reserved_usd_micros
    cost = 0 if outcome.is_refused or cost is None else cost
    status = "refused" if outcome.is_refused else "answered" if is_known else "unknown"
    settled = call.but(
        status=status,
        settled_at=at,
        cost_usd_micros=cost,
        tokens=outcome.tokens or Tokens(),
        answer_sha256=outcome.answer_sha256,
        answered_by=outcome.answered_by,
        credential=outcome.credential,
        redacted=outcome.redacted,
        model=outcome.model or call.model,
    )
    used = 0 if outcome.is_refused else call.reserved_tokens
    if is_known and outcome.tokens is not None and not outcome.is_refused:
        used = sum(outcome.tokens.model_dump().values())
    charged = (
        _charged(_used(each, call.reserved_tokens, used), call.reserved_usd_micros, cost)
        for each in budgets
    )
    reported = {"receipts": (receipt_of(settled),)}
    return (Transition(settled, ModelCallSettled, reported), *charged)


def lost(call: ModelCall, budgets: tuple[Budget, ...], at: datetime) -> Steps:
    """The call of a process that died: it may have cost all that was reserved."""
    return settle(call, budgets, Outcome(), at)


def next_timer(call: ModelCall) -> tuple[str, datetime] | None:
    """A call that nobody has settled long after its request ended is lost."""
    return (CALL_LOST, call.called_at + LOST_AFTER) if call.status == "reserved" else None


def _used(budget: Budget, reserved: int, tokens: int) -> Budget:
    """The tenant's month with the tokens that were used of those held; another one as it is."""
    if budget.scope != TENANT:
        return budget
    held = max(budget.held_tokens - reserved, 0)
    return budget.but(held_tokens=held, tokens=budget.tokens + tokens)


def _charged(budget: Budget, reserved: int, cost: int) -> Transition[Budget]:
    after = budget.but(
        held_usd_micros=max(budget.held_usd_micros - reserved, 0),
        spent_usd_micros=budget.spent_usd_micros + cost,
    )
    return tell(after) if cost else Transition(after)


def tell(budget: Budget) -> Transition[Budget]:
    """The budget; its owner is told where it has newly reached a threshold."""
    return Transition(budget, BudgetCharged if budget.newly_reached else None)


def _refuse_exhausted(budget: Budget, more: int) -> None:
    named = "the tenant's month" if budget.scope == TENANT else "the API key's day"
    remedy = f"a governor raises it by PUT /v1/budgets/{budget.scope}"
    if budget.state in ("critical", "exhausted"):
        raise BudgetExhausted(f"the budget of {named} is {budget.state}: {remedy}")
    left = budget.limit_usd_micros - budget.spent_usd_micros - budget.held_usd_micros
    if more > left:
        raise BudgetExhausted(
            f"the call may cost {more} micro-dollars, and the budget of {named} has "
            f"{max(left, 0)} left: ask for fewer tokens, or {remedy}"
        )
