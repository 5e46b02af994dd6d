"""What decisions are called in policies: each verb is an action of its own."""

from collections.abc import Callable
from typing import get_args

from functions.approvals.rules.approval import REFUSALS
from functions.approvals.rules.commands import DecisionVerb
from functions.approvals.rules.entity_types import APPROVAL
from shared.runtime.acts import E, does

VERBS: tuple[str, ...] = get_args(DecisionVerb)


def decides(*verbs: str) -> Callable[[E], E]:
    """Marks an endpoint that takes one of these decisions. What refuses is no assent."""

    def mark(endpoint: E) -> E:
        for verb in verbs:
            groups = ("approve_hitl_request",) if verb in _NO_ASSENT else _ASSENT
            deed = "deciding this request"
            endpoint = does(f"approvals.{verb}", about=APPROVAL, within=groups, deed=deed)(endpoint)
        return endpoint

    return mark


_ASSENT = ("approve_hitl_request", "assent")
# The rules say who may uphold a review.
_NO_ASSENT = frozenset({*REFUSALS, "review"})
