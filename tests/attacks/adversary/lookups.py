"""What `approvals/queries.py` finds in the store, found in a `RulesTenant`."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from functions.approvals.rules.approval import Approval
from functions.approvals.rules.refusals import MOST_READ
from functions.approvals.rules.standing import takeover_cutoff
from tests.attacks.adversary.shelf import EVER

if TYPE_CHECKING:
    from tests.attacks.adversary.by_rules import RulesTenant

_MOST_MISSED = 100


def refused_like(
    request: Approval, approvals: Iterable[Approval]
) -> tuple[list[Approval], list[Approval]]:
    """Refused requests with the same content, and about the same subject."""
    refused = [each for each in approvals if each.refused_marks]
    marks = set(request.content_marks)
    same_content = [each for each in refused if marks & set(each.refused_marks)]
    same_subject = [each for each in refused if request.subject_mark in each.refused_marks]
    return same_content[:MOST_READ], same_subject[:MOST_READ]


def tacit_like(request: Approval, approvals: Iterable[Approval], most: int) -> list[Approval]:
    """Requests with the same content that stand approved unless somebody objects."""
    marks = set(request.content_marks)
    return [each for each in approvals if marks & set(each.tacit_marks)][:most]


def is_governor_absent(tenant: "RulesTenant", deputy: str) -> bool:
    """Whether a request that others made was missed, and no governor has acted since."""
    acted = [each.governed_at for each in tenant.approvals.values()]
    acted += [each.governed_at for each in tenant.shelf.precedents.values()]
    latest = max((at for at in acted if at), default=EVER)
    missed = sorted(
        (
            each
            for each in tenant.approvals.values()
            if each.silence_at and latest < each.silence_at <= takeover_cutoff(tenant.now)
        ),
        key=lambda each: each.silence_at or EVER,
        reverse=True,
    )
    return any(deputy not in each.authors for each in missed[:_MOST_MISSED])
