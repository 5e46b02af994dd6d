"""What policies may ask about approvals and precedents."""

from typing import Any

from functions.approvals.rules.approval import Approval
from functions.approvals.rules.precedent import Precedent
from shared.policy.requests import Uid
from shared.policy.vocabulary import ROLE, EntityType, people


def _approval(approval: Approval) -> dict[str, Any]:
    added = approval.added_rule.of if approval.added_rule else ()
    places = (*approval.rule.of, *added)
    named = {each.principal for each in places if each.principal is not None}
    # Whoever voted, decided or was given a place keeps the right to be answered again.
    named |= {each.to for each in approval.grants if each.to is not None}
    named |= {each.principal for each in approval.votes}
    named |= {approval.decided_by} if approval.decided_by is not None else set()
    return {
        "kind": approval.kind,
        "effect": approval.effect,
        "purpose": approval.case.purpose if approval.case else None,
        "risk": approval.risk,
        "status": approval.status,
        "amount_usd_micros": approval.amount_usd_micros,
        "requester": Uid("Principal", approval.requested_by),
        "authors": people(*approval.authors),
        "roles": frozenset(Uid(ROLE, each.role) for each in places if each.role is not None),
        "people": people(*named),
        "workspace": approval.workspace_id,
    }


APPROVAL: EntityType[Approval] = EntityType(
    "Approval",
    {
        "kind": "String",
        "effect?": "String",
        "purpose?": "String",
        "risk": "String",
        "status": "String",
        "amount_usd_micros?": "Long",
        "requester": "Principal",
        "authors": "Set<Principal>",
        "roles": "Set<Role>",
        "people": "Set<Principal>",
        "workspace?": "String",
    },
    _approval,
)
PRECEDENT: EntityType[Precedent] = EntityType(
    "Precedent",
    {"kind": "String", "status": "String", "max_risk": "String", "workspace?": "String"},
    lambda seed: {
        "kind": seed.kind,
        "status": seed.status,
        "max_risk": seed.max_risk,
        "workspace": seed.workspace_id,
    },
)
