"""An approval as who learns from it reads it. Pure."""

from events.approvals import ApprovalState


class PastApproval(ApprovalState):
    """An approval with what `approvals` keeps beside what it publishes: the last `decision`,
    whether a precedent might have approved it, why none may (`barred`), and which one on probation
    it `audits`."""

    decision: str | None = None
    audits: str | None = None
    precedents_allowed: bool = True
    barred: tuple[str, ...] = ()
