"""Lists, counts, cards and timelines of the governor: by the clock, whole, and never in one
document."""

from datetime import datetime, timedelta
from typing import Any, get_args

import pytest

from events import approvals
from events.approvals import Card
from events.buckets import Bucket, bucket_of
from mobile_api.rules.documents import SEED_COUNTS, TIMELINES
from mobile_api.service.cards import MOST_SHOWN, list_cards, read_card, read_timeline
from mobile_api.service.dashboard import read_dashboard
from mobile_api.service.rebuild import rebuild
from mobile_api.store import read_projection
from shared.kit.callers import Caller
from shared.kit.canonical import canonical_json
from shared.messaging.envelope import Envelope
from shared.storage.firestore import TenantStore
from tests.mobile_api.stories import START, approval, decided, id_of, window
from tests.mobile_api.worlds import deliver_at_once, happen, log

BUCKETS: tuple[Bucket, ...] = get_args(Bucket)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
INSTANT = timedelta(milliseconds=1)
DEFERRALS = 200
# Four bytes each, in the longest note that a person may write.
LONGEST_NOTE = "𠀀" * 4_000
# Firestore's limit for a document.
LARGEST_DOCUMENT = 1_048_576


def governor(tenant: str, at: datetime) -> Caller:
    return Caller("gala", tenant, frozenset(), frozenset({"governor"}), at, "")


def waiting() -> list[Envelope]:
    """Approvals that wait in every way, each until another minute, and two that do not."""
    told = []
    for n in range(1, 5):
        due = START + HOUR + n * MINUTE
        told += [
            approval(approvals.ApprovalRequested, 10 + n, deadline_at=due),
            approval(approvals.ApprovalDeferred, 20 + n, deadline_at=due, deferred_until=START),
            approval(approvals.ApprovalEscalated, 30 + n, deadline_at=due, on_timeout="approve"),
            approval(approvals.ApprovalAutoApproved, 40 + n, **window(due)),
        ]
    told.append(approval(approvals.ApprovalRejected, 50, **decided()))
    told.append(approval(approvals.ApprovalConfirmed, 51, 2, **window()))
    return told


async def listed(tenant: str, bucket: Bucket | None, at: datetime) -> list[Card]:
    """The whole list, in pages of five, each but the last one full."""
    found: list[Card] = []
    cursor = None
    while True:
        page = await list_cards(governor(tenant, at), bucket, 5, cursor)
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            return found
        assert len(page.items) == 5


async def test_lists_counts_and_cards_agree_at_every_moment(tenant: str) -> None:
    told = waiting()
    await deliver_at_once(await log(tenant, told))
    dues = [START + HOUR + n * MINUTE for n in range(1, 5)]
    for at in (START, *(due + shift for due in dues for shift in (0 * INSTANT, INSTANT))):
        lists = {bucket: await listed(tenant, bucket, at) for bucket in BUCKETS}
        every = {card.id: card for card in await listed(tenant, None, at)}
        assert len(every) == len(told) == sum(map(len, lists.values()))
        for bucket, cards in lists.items():
            assert {bucket_of(card) for card in cards} <= {bucket}
            assert all(every[card.id] == card for card in cards)
        shown = await read_dashboard(governor(tenant, at))
        counted = shown.pending_approvals, shown.open_veto_windows
        assert counted == (len(lists["pending"]), len(lists["veto_open"]))
        first = next(iter(every.values()))
        one = await read_card(governor(tenant, at), first.id)
        assert one.model_dump(include=set(Card.model_fields)) == first.model_dump()


@pytest.mark.nightly
async def test_two_hundred_deferrals_show_the_card_right_live_and_rebuilt(tenant: str) -> None:
    deadline: dict[str, Any] = {"deadline_at": START + 30 * 24 * HOUR}
    told = [approval(approvals.ApprovalRequested, **deadline)]
    told += [
        approval(
            approvals.ApprovalDeferred,
            1,
            n,
            START + n * MINUTE,
            deferred_until=START + (n + 1) * MINUTE,
            note=LONGEST_NOTE,
            **deadline,
        )
        for n in range(2, DEFERRALS + 2)
    ]
    last = DEFERRALS + 2
    told.append(
        approval(approvals.ApprovalApproved, 1, last, START + HOUR, **decided(START + HOUR))
    )
    await happen(tenant, *told)
    caller = governor(tenant, START + HOUR)
    card = await read_card(caller, id_of("apr", 1))
    assert (card.status, card.version, card.decided_by) == ("approved", last, "gala")
    sequences = [entry.sequence for entry in card.timeline]
    assert sequences == list(range(last - len(sequences) + 1, last + 1))
    assert 1 < len(sequences) <= MOST_SHOWN
    while card.timeline_cursor is not None:
        older = await read_timeline(caller, card.id, 100, card.timeline_cursor)
        sequences = [*(entry.sequence for entry in reversed(older.items)), *sequences]
        card = card.model_copy(update={"timeline_cursor": older.next_cursor})
    assert sequences == list(range(1, last + 1))
    documents = await read_projection(TenantStore(tenant))
    sizes = [len(canonical_json(dict(each.data))) for each in documents.values()]
    assert max(sizes) < LARGEST_DOCUMENT / 20
    rebuilt = await rebuild(tenant, now=START)
    # One notice.
    assert (rebuilt.written, rebuilt.events) == (0, last + 1)


async def test_a_precedents_counts_follow_from_the_cards_in_any_order(tenant: str) -> None:
    of: dict[str, Any] = {"considered": (id_of("pre", 1), id_of("pre", 2))}
    told = [
        approval(approvals.ApprovalAutoApproved, 1, **of, **window()),
        approval(approvals.ApprovalConfirmed, 1, 2, **of, **window()),
        approval(approvals.ApprovalRequested, 2, **of),
        approval(approvals.ApprovalApproved, 2, 2, **of, **decided()),
    ]
    events = await log(tenant, told)
    await deliver_at_once([*reversed(events), *events])
    store = TenantStore(tenant)
    counts = {each.id: dict(each.data) async for each in store.find_all(SEED_COUNTS)}
    assert counts == {
        id_of("pre", 1): {"compared": 2, "matched": 1},
        id_of("pre", 2): {"compared": 2, "matched": 0},
    }
    assert len([each async for each in store.find_all(TIMELINES)]) == len(told)
    assert (await rebuild(tenant, now=START)).written == 0
