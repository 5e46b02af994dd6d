"""How many questions of agents elsewhere may wait for people at once. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from shared.approvals.known import KnownApproval
from shared.kit.instants import Instant
from shared.kit.models import Model

MOST_OF_AGENT, MOST_OF_TENANT = 10, 100
# Asking and withdrawing by turns reaches the phone each time.
WITHDRAWN_COUNTS = timedelta(hours=1)
# What `approvals` does not know after so long, nobody decides about.
ARRIVES_WITHIN = timedelta(days=1)


class OpenApproval(Model):
    """An approval that an agent asked for."""

    approval_id: str
    agent_id: str
    asked_at: Instant


class OpenApprovals(Model):
    """What a tenant's agents elsewhere asked for, as far as nobody has looked since whether it was
    decided."""

    approvals: tuple[OpenApproval, ...] = ()

    def why_full(self, agent_id: str) -> str | None:
        """Why the agent may ask for no more, and what to do; None where it may."""
        own = sum(each.agent_id == agent_id for each in self.approvals)
        if own >= MOST_OF_AGENT:
            told = f"the agent waits for {own} answers, the most that it may"
        elif len(self.approvals) >= MOST_OF_TENANT:
            told = f"agents elsewhere wait for {len(self.approvals)} answers, the most that may be"
        else:
            return None
        return f"{told}: call again once people have decided about some of them"

    def looked_at(self, known: Mapping[str, KnownApproval | None], at: datetime) -> "OpenApprovals":
        """The same without those that wait for nobody."""
        left = [each for each in self.approvals if _waits(known.get(each.approval_id), each, at)]
        return self.but(approvals=tuple(left))

    def asked(self, approval_id: str, agent_id: str, at: datetime) -> "OpenApprovals":
        """With one more."""
        more = OpenApproval(approval_id=approval_id, agent_id=agent_id, asked_at=at)
        return self.but(approvals=(*self.approvals, more))


def _waits(known: KnownApproval | None, asked: OpenApproval, at: datetime) -> bool:
    if known is None:
        return at < asked.asked_at + ARRIVES_WITHIN
    was_withdrawn = known.status == "cancelled" and at < asked.asked_at + WITHDRAWN_COUNTS
    return known.is_open or was_withdrawn
