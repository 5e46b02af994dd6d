"""Which decisions a case acts on: those about exactly its request, and newer than the last."""

from typing import NamedTuple

from events.agents import Purpose
from functions.agents.rules.approval_request import approval_hash
from functions.agents.rules.case import Asked, CreationCase
from shared.kit.errors import SignatureInvalid


class Decision(NamedTuple):
    """The verified content of an event about the case's approval. `withdraws`: it reverses one."""

    approval_id: str
    version: int
    revision: int
    purpose: Purpose
    decision_hash: str
    signature: str | None
    withdraws: bool


def accept(case: CreationCase, decision: Decision) -> CreationCase | None:
    """The case with the decision recorded; None where the decision is about another revision or
    approval, was acted on before, or comes late. The approval of a passed escalation can only be
    reversed.

    Raises SignatureInvalid for a decision about other content than the case holds: its hash is
    computed from the content, and an approval of one hash never authorizes another."""
    name = _about(case, decision)
    asked: Asked | None = getattr(case, name) if name else None
    if name is None or asked is None or decision.revision != case.revision:
        return None
    if decision.version <= asked.acted_on or (name == "escalation" and not decision.withdraws):
        return None
    about = (approval_hash(case, asked), asked.purpose)
    if (decision.decision_hash, decision.purpose) != about:
        raise SignatureInvalid("the decision is about other content than the case holds")
    recorded = {"acted_on": decision.version, "signature": decision.signature}
    return case.model_copy(update={name: asked.model_copy(update=recorded)})


def _about(case: CreationCase, decision: Decision) -> str | None:
    for name in ("asked", "escalation"):
        asked: Asked | None = getattr(case, name)
        if asked is not None and asked.approval_id == decision.approval_id:
            return name
    return None
