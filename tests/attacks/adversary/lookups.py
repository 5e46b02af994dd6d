"""What `approvals/queries.py` finds in the store, found in a `RulesTenant`."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from functions.approvals.rules.approval import Approval
from functions.approvals.rules.refused import MOST_READ, MOST_SILENT
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
    same_content = [each for each in refused if request.content_mark in each.refused_marks]
    same_subject = [each for each in refused if request.subject_mark in each.refused_marks]
    return same_content[:MOST_READ], same_subject[:MOST_READ]


def silent_like(request: Approval, approvals: Iterable[Approval]) -> list[Approval]:
    """Open requests with the same content that silence would approve."""
    mark = request.content_mark
    return [each for each in approvals if mark in each.silence_marks][:MOST_SILENT]


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
