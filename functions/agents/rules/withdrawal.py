"""Cancelling a case: at once, by its approval where one is open, or because nobody revises it."""

from datetime import datetime, timedelta

from events.cases import CreationCaseCancelled, CreationCaseWithdrawalRequested, Withdrawal
from functions.agents.rules.agent import Agent
from functions.agents.rules.case import REVISION_PATIENCE, WAITING, CreationCase, Steps
from functions.agents.rules.creation import end_without_agent
from shared.kit.callers import Actor
from shared.kit.errors import VersionConflict
from shared.kit.transitions import Transition

# A decision reaches its case within this time, with its retries.
DECISION_PATIENCE = timedelta(minutes=10)


def cancel(agent: Agent, case: CreationCase, actor: Actor, at: datetime) -> Steps:
    """The case, cancelled. One that waits for an approval is cancelled once the approval is: until
    then only the withdrawal is stored, and another one changes nothing. Where no decision has come
    for ten minutes, another one cancels the case at once.

    Raises VersionConflict where it is too late."""
    if case.is_over:
        raise VersionConflict(f"a case that is {case.status} cannot be cancelled")
    withdrawal = Withdrawal(by=actor.principal, at=at)
    under_way = case.pending_withdrawal
    if case.status not in WAITING or (under_way and at >= under_way.at + DECISION_PATIENCE):
        return _cancelled(agent, case, withdrawal, at)
    if under_way:
        return ()
    return (Transition(case.but(withdrawal=withdrawal), CreationCaseWithdrawalRequested),)


def end_withdrawn(agent: Agent, case: CreationCase, by: str, at: datetime) -> Steps:
    """The case, cancelled because its approval was, which `by` had withdrawn; nothing where it no
    longer waits."""
    if case.status not in WAITING:
        return ()
    withdrawal = case.pending_withdrawal or Withdrawal(by=by, at=at)
    return _cancelled(agent, case, withdrawal, at)


def give_up(agent: Agent, case: CreationCase, at: datetime) -> Steps:
    """The case, cancelled because nobody revised it until `revisable_until`."""
    reason = f"nobody revised it within {REVISION_PATIENCE.days} days"
    return end_without_agent(agent, case, "cancelled", CreationCaseCancelled, reason, at)


def _cancelled(agent: Agent, case: CreationCase, withdrawal: Withdrawal, at: datetime) -> Steps:
    withdrawn = case.but(withdrawal=withdrawal.but(outcome="cancelled"))
    reason = f"cancelled by {withdrawal.by}"
    return end_without_agent(agent, withdrawn, "cancelled", CreationCaseCancelled, reason, at)
