"""Which decisions a case acts on: those about exactly its request, and newer than the last."""

from typing import NamedTuple

from events.agents import Purpose
from functions.agents.rules.case import Asked, CreationCase
from shared.kit.errors import SignatureInvalid


class Decision(NamedTuple):
    """The verified content of an event about the case's approval; `outcome` is the event's name."""

    approval_id: str
    version: int
    revision: int
    purpose: Purpose
    decision_hash: str
    signature: str | None
    outcome: str

    @property
    def takes_back(self) -> bool:
        """Whether it reverses an earlier decision."""
        return self.outcome in ("vetoed", "overturned")


def accept(case: CreationCase, decision: Decision) -> CreationCase | None:
    """The case with the decision recorded; None where the decision is about another revision or
    approval, was acted on before, or comes late. The approval of a passed escalation can only be
    reversed. A withdrawal that waited for the decision came too late, unless the decision is that
    the approval is cancelled.

    Raises SignatureInvalid for a decision about other content than the case requested: an approval
    of one hash never authorizes another."""
    name = _about(case, decision)
    asked: Asked | None = getattr(case, name) if name else None
    if name is None or asked is None or decision.revision != case.revision:
        return None
    if decision.version <= asked.acted_on or (name == "escalation" and not decision.takes_back):
        return None
    if (decision.decision_hash, decision.purpose) != (asked.decision_hash, asked.purpose):
        raise SignatureInvalid("the decision is about other content than the case asked about")
    recorded = {"acted_on": decision.version, "signature": decision.signature}
    update: dict[str, object] = {name: asked.model_copy(update=recorded)}
    if (pending := case.pending_withdrawal) is not None and decision.outcome != "cancelled":
        update["withdrawal"] = pending.model_copy(update={"outcome": "too_late"})
    return case.model_copy(update=update)


def _about(case: CreationCase, decision: Decision) -> str | None:
    for name in ("asked", "escalation"):
        asked: Asked | None = getattr(case, name)
        if asked is not None and asked.approval_id == decision.approval_id:
            return name
    return None
