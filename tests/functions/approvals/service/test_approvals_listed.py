"""Lists by the clock: at every moment each approval is in the list that its card says."""

import asyncio
from datetime import datetime, timedelta
from typing import get_args

import pytest

from events.buckets import Bucket, bucket_of
from events.vetoes import VetoWindow
from functions.approvals.aggregates import APPROVALS
from functions.approvals.rules.approval import Approval
from functions.approvals.service.lists import list_approvals, show_approval
from functions.approvals.views import ApprovalCard
from shared.kit.errors import VetoWindowClosed
from shared.kit.ids import new_id
from shared.storage.batches import Batch
from shared.storage.firestore import TenantStore
from tests.functions.approvals.builders import GOVERNOR, HOUR, MINUTE, SECOND, START, opened
from tests.functions.approvals.worlds import World

BUCKETS: tuple[Bucket, ...] = get_args(Bucket)
INSTANT = timedelta(milliseconds=1)
SPREAD = 6


def states() -> list[Approval]:
    """Approvals that wait, in every way, for the same few minutes, and some that are decided."""
    found: list[Approval] = []
    for n in range(SPREAD):
        at = START + n * SECOND
        due = START + HOUR + n * MINUTE
        for kind, status in (
            ("artifact", "pending"),
            ("execution", "deferred"),
            ("execution", "escalated"),
            ("execution", "auto_approved"),
            ("execution", "rejected"),
            ("execution", "confirmed"),
        ):
            asked = opened(at=at, kind=kind, approval_id=new_id("apr", at))
            fields = {"status": status, "deadline_at": due, "deferred_until": START + MINUTE}
            window = VetoWindow(closes_at=due) if status == "auto_approved" else None
            found.append(asked.model_copy(update={**fields, "veto": window}))
    return found


async def keep(store: TenantStore, approvals: list[Approval]) -> None:
    batch = Batch()
    for each in approvals:
        batch.create(APPROVALS.collection, each.approval_id, APPROVALS.fields(each, 1, None))
    await store.commit(batch)


async def listed(world: World, bucket: Bucket | None, at: datetime) -> list[ApprovalCard]:
    """The whole list, in pages of seven, each but the last one full."""
    found: list[ApprovalCard] = []
    cursor = None
    while True:
        page = await list_approvals(world.caller(GOVERNOR, at), bucket, 7, cursor)
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            return found
        assert len(page.items) == 7


@pytest.mark.nightly
async def test_lists_and_cards_agree_at_every_moment(world: World) -> None:
    approvals = states()
    await keep(world.store, approvals)
    # Its deadline is among theirs.
    asked = await world.ask(at=START - 57 * MINUTE)
    assert asked.deadline_at == START + HOUR + 3 * MINUTE
    ids = {asked.id, *(each.approval_id for each in approvals)}
    dues = sorted({each.deadline_at for each in approvals})
    for at in (START, *(due + shift for due in dues for shift in (0 * INSTANT, INSTANT, MINUTE))):
        every, *lists = await asyncio.gather(*(listed(world, b, at) for b in (None, *BUCKETS)))
        assert {card.id for card in every} == ids
        assert sorted(card.id for found in lists for card in found) == sorted(ids)
        for bucket, found in zip(BUCKETS, lists, strict=True):
            assert {bucket_of(card) for card in found} <= {bucket}
            places = [(card.requested_at, card.id) for card in found]
            assert [at for at, _ in places] == sorted((at for at, _ in places), reverse=True)
        shown = {card.id: card for card in every}
        assert all(shown[card.id] == card for found in lists for card in found)
        one = await show_approval(world.caller(GOVERNOR, at), asked.id)
        assert (
            one.model_dump(include=set(ApprovalCard.model_fields)) == shown[asked.id].model_dump()
        )


async def test_a_card_that_says_confirmed_takes_no_veto(world: World) -> None:
    await world.precedent()
    matched = await world.ask()
    assert matched.veto is not None
    late = matched.veto.closes_at + INSTANT
    (card,) = [each for each in await listed(world, "decided", late) if each.id == matched.id]
    assert card.status == "confirmed"
    with pytest.raises(VetoWindowClosed):
        await world.veto(matched, at=late)
    assert await listed(world, "veto_open", late) == []
    (card,) = await listed(world, "veto_open", late - INSTANT)
    assert (await world.veto(matched, at=late - INSTANT)).status == "vetoed"
