"""What requests are about: Assent's own things, and whatever callers name."""

import re

from events.agents import AgentApprovalNeeded
from events.approval_policies import ApprovalPolicyChanged
from events.approvals import ApprovalRequested, Subject
from events.budgets import BudgetApprovalNeeded
from events.cases import CreationCaseCancelled
from events.direct_calls import DirectCallApprovalNeeded
from events.policies import PolicyApprovalNeeded
from events.precedents import PrecedentActivated
from events.runs import RunApprovalNeeded
from events.subscriptions import SubscriptionApprovalNeeded
from functions.approvals.rules.gist import folded, plain
from shared.kit.errors import FieldError
from shared.kit.models import EventData


def _noun(event: type[EventData]) -> str:
    return event.event_type.split(".")[1]


_AGENT = _noun(AgentApprovalNeeded)
_POLICY = _noun(ApprovalPolicyChanged)
_CEDAR_POLICY = _noun(PolicyApprovalNeeded)
_CASE, _APPROVAL = _noun(CreationCaseCancelled), _noun(ApprovalRequested)
_PRECEDENT, _RUN = _noun(PrecedentActivated), _noun(RunApprovalNeeded)
_BUDGET, _DIRECT_CALL = _noun(BudgetApprovalNeeded), _noun(DirectCallApprovalNeeded)
_SUBSCRIPTION = _noun(SubscriptionApprovalNeeded)
_OWN = frozenset(
    map(
        folded,
        (
            *(_AGENT, _BUDGET, _CASE, _DIRECT_CALL, _POLICY, _APPROVAL, _PRECEDENT, _RUN),
            _SUBSCRIPTION,
        ),
    )
)
_NOUNS = frozenset({_AGENT, _CEDAR_POLICY, _RUN})
# What people call a policy for short.
_ALONE = frozenset({_POLICY.rpartition("_")[2]})
# As many words of a caller's type are read together, such as `approval policy`.
_MOST_WORDS = 3
_WORD = re.compile(r"[^\W_]+")
_WITHIN_NAME = re.compile(r"(?<=[a-z])(?=[A-Z])")

POLICY = Subject(type=_POLICY, id="approval-policy", name="approval policy")


def agent_subject(agent_id: str, name: str) -> Subject:
    """The subject of a creation case's request."""
    return Subject(type=_AGENT, id=agent_id, name=name)


def is_about_agent(subject: Subject, agent_id: str) -> bool:
    """Whether a request is about that agent; a caller's own subject has another type."""
    return (subject.type, subject.id) == (_AGENT, agent_id)


def policy_subject(policy_id: str, name: str) -> Subject:
    """The subject of a request to publish a policy."""
    return Subject(type=_CEDAR_POLICY, id=policy_id, name=name)


def run_subject(run_id: str, capsule: str) -> Subject:
    """The subject of a request of a run."""
    return Subject(type=_RUN, id=run_id, name=capsule)


def budget_subject(scope: str, period: str) -> Subject:
    """The subject of a request to raise a budget for a period."""
    return Subject(type=_BUDGET, id=f"{scope}.{period}", name=f"budget of {scope} for {period}")


def subscription_subject(tenant_id: str) -> Subject:
    """The subject of a request to change the tenant's subscription."""
    return Subject(type=_SUBSCRIPTION, id=tenant_id, name="subscription")


def direct_call_subject(direct_call_id: str, operation: str) -> Subject:
    """The subject of a request of an agent elsewhere, for exactly one call."""
    return Subject(type=_DIRECT_CALL, id=direct_call_id, name=operation)


def noun_about(subject: Subject) -> str:
    """The noun of Assent's own thing that a request is about; empty for whatever callers name. A
    budget is one of runs: a filter of `runs` that named another noun would have no room to leave
    out the requests of all runs."""
    if subject.type == _BUDGET:
        return _RUN
    return subject.type if subject.type in _NOUNS else ""


def is_reversed(subject: Subject) -> bool:
    """Whether the function that asked takes back what it did with the approval."""
    return subject.type in (_AGENT, _CEDAR_POLICY)


def is_of_runs(subject: Subject) -> bool:
    """Whether a run, or the budget of runs, asks."""
    return noun_about(subject) == _RUN


def is_for_calls(subject: Subject) -> bool:
    """Whether calls wait for it: a run, the budget of runs, or an agent elsewhere asks."""
    return is_of_runs(subject) or subject.type == _DIRECT_CALL


def imitation_errors(subject_type: str) -> list[FieldError]:
    """What is wrong with the type of a caller's subject: Assent asks about its own things itself,
    so that nobody takes another request for one of those. Case, accents, look-alike letters and the
    plural do not count, nor do more words around the noun."""
    words = [_singular(each) for each in _WORD.findall(plain(_spaced(subject_type)))]
    rows = {
        "".join(words[first:last])
        for first in range(len(words))
        for last in range(first + 1, min(first + _MOST_WORDS, len(words)) + 1)
    }
    whole = _singular(folded(subject_type))
    if rows.isdisjoint(_OWN) and whole not in _OWN | _ALONE:
        return []
    problem = (
        "belongs to Assent: name a thing of your own (job, document, invoice); to change an agent "
        "or the approval policy, use POST /v1/agents/{id}/changes or PUT /v1/approvals/policy"
    )
    return [FieldError("subject.type", problem)]


def _spaced(text: str) -> str:
    return _WITHIN_NAME.sub(" ", text)


def _singular(word: str) -> str:
    return word[:-3] + "y" if word.endswith("ies") else word.removesuffix("s")
