"""What a person refused comes back by no machine: neither a precedent nor silence approves it."""

from collections.abc import Iterator
from datetime import timedelta

from tests.attacks.adversary.ledger import Deed, Ledger
from tests.attacks.adversary.reasons import covers
from tests.attacks.adversary.seen import SeenCard
from tests.attacks.adversary.sent import LEVELS

_SUBJECT_BARRED = timedelta(days=30)


class Refusals:
    """Each method says which refusal speaks against something; None means that none does."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def of_the_same(self, card: SeenCard) -> Deed | None:
        """Of the same values, before a machine could approve them."""
        says, opened = self._ledger.sent[card.id].says, self._ledger.opened[card.id]
        for refused, other in self._all():
            waited = card.capacity == "silence" and refused.at <= card.deadline_at
            is_before = refused.number < opened or waited
            if is_before and self._ledger.sent[other.id].says == says:
                return refused
        return None

    def of_its_subject(self, card: SeenCard) -> Deed | None:
        """Of the same kind about the same subject, within 30 days. Who asks for changes refuses
        only that content."""
        subject, opened = self._ledger.sent[card.id].subject, self._ledger.opened[card.id]
        for refused, other in self._all():
            is_same = (other.kind, self._ledger.sent[other.id].subject) == (card.kind, subject)
            is_recent = refused.at > card.requested_at - _SUBJECT_BARRED
            is_before = is_recent and refused.number < opened
            if is_same and is_before and refused.verb != "request_changes":
                return refused
        return None

    def covered_by(self, seed_id: str) -> Deed | None:
        """Of something that the precedent covers, since its example; vetoes of its own approvals
        are counted instead."""
        ledger = self._ledger
        seed = ledger.tenant.seeds()[seed_id]
        conditions = [each.model_dump() for each in seed.conditions]
        example = ledger.cards.get(seed.example_approval_id or "")
        since = example.decided_at if example else None
        for refused, card in self._all():
            if refused.verb == "request_changes" or card.kind != seed.kind:
                continue
            is_own = card.precedent_id == seed_id
            is_newer = since is None or refused.at > since
            fits = LEVELS.index(card.risk) <= LEVELS.index(seed.max_risk)
            is_covered = covers(conditions, ledger.sent[card.id].content)
            if is_newer and fits and is_covered and not is_own:
                return refused
        return None

    def _all(self) -> Iterator[tuple[Deed, SeenCard]]:
        """The honest governor's refusals, each with what was refused."""
        for card in self._ledger.cards.values():
            if (refused := self._ledger.refused_by_hana(card.id)) is not None:
                yield refused, card
