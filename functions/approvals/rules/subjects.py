"""What requests are about: Assent's own things, and whatever callers name."""

from events.agents import AgentApprovalNeeded
from events.approvals import ApprovalRequested, Subject
from events.cases import CreationCaseCancelled
from events.policies import ApprovalPolicyChanged
from events.precedents import PrecedentActivated
from functions.approvals.rules.gist import folded
from shared.kit.errors import FieldError
from shared.kit.models import EventData


def _noun(event: type[EventData]) -> str:
    return event.event_type.split(".")[1]


_AGENT = _noun(AgentApprovalNeeded)
_POLICY = _noun(ApprovalPolicyChanged)
_CASE, _APPROVAL = _noun(CreationCaseCancelled), _noun(ApprovalRequested)
_PRECEDENT = _noun(PrecedentActivated)
_OWN = frozenset(map(folded, (_AGENT, _CASE, _POLICY, _APPROVAL, _PRECEDENT)))

POLICY = Subject(type=_POLICY, id="approval-policy", name="approval policy")


def agent_subject(agent_id: str, name: str) -> Subject:
    """The subject of a creation case's request."""
    return Subject(type=_AGENT, id=agent_id, name=name)


def imitation_errors(subject_type: str) -> list[FieldError]:
    """What is wrong with the type of a caller's subject: Assent asks about its own things itself,
    so that nobody takes another request for one of those."""
    if folded(subject_type) not in _OWN:
        return []
    problem = (
        "belongs to Assent: name a thing of your own (job, document, invoice); to change an agent "
        "or the approval policy, use POST /v1/agents/{id}/changes or PUT /v1/approvals/policy"
    )
    return [FieldError("subject.type", problem)]
