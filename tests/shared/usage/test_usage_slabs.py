"""Slabs as values: the same events, sums and roots, whatever the layout of their bytes."""

import random
from base64 import b64decode
from collections import Counter
from datetime import UTC, datetime

import pytest

from events.receipts import receipt_id_of
from shared.kit.ids import derive_id
from shared.usage.outside import OutsideEvent
from shared.usage.packing import packed
from shared.usage.slabs import (
    HOUR_MS,
    MOST_EVENTS,
    Counted,
    Hour,
    by_period,
    opened,
    root_of,
    sealed,
)

AT = 1_795_176_000_000
TURN = "tokens_in=120,tokens_out=7"
OF_MANY_KINDS = [
    Counted(
        7, "rct_0000000000ABCDEFGHJKMNPQRS", AT + 123, "agt_gala", "tokens_in=120,tokens_out=7"
    ),
    Counted(9, "evt_01M7WD7TG0QRSTVWXYZ0123456", AT - 1_000, "usr_ada", "executions=1"),
    Counted(9, "hour/498659", AT - HOUR_MS, "", "storage_byte_hours=4096"),
    Counted(1_000, "rct_0000000000ZYXWVTSRQPNMKJHG", AT + 24 * HOUR_MS, "agt_gala", "tool_calls=1"),
]
# As it was written before layouts had a number.
OF_THE_FIRST_LAYOUT = b64decode(
    "AAAAaHgBBcG7DoIwAEDRvT/DBXnIqIIlkBL6CAWWDsTEzaSpfr/nxDMFAAC43R9d/5TDOKl50caK1y8FctX4rnESbaxb"
    "/bYf5MWlrGrx/nxjVrbXumpFPFMAAIBj3/zqrNHLrKZxkH/bpByneAE1ikEKwyAQRdfjWVpwTBNx4VmGaSo2VBzQEdLb"
    "NyntXzz4j+fBgYUQ0KAPM/rFWotugit+Oc0hHAZOnDOclTIXhtEb8YMB/saovFLttNWIzl5+T4ZGD2lP69BNao8IXaVx"
    "TnR/a6KnjNbjzYYFVKTQyqUc0QeacS0w"
)
ROOT = "051ba1fc54ecb58063fa8f3c13d9410f082ef297d4eee4035f3d0f847da65415"


def receipts(count: int, tenant: str = "acme") -> list[Counted]:
    """Events of some agents in some hours, which are not in the order of their times."""
    chance = random.Random(count)
    return [
        Counted(
            10 + 3 * each,
            receipt_id_of(f"{tenant}/{each}", "confirmed"),
            AT + chance.randrange(-2 * HOUR_MS, 2 * HOUR_MS),
            f"agt_{chance.randrange(3)}",
            chance.choice(["tool_calls=1", f"tokens_in={each},tokens_out=2", "executions=1"]),
        )
        for each in range(count)
    ]


def test_a_slab_of_the_first_layout_is_read_for_ever() -> None:
    assert opened(OF_THE_FIRST_LAYOUT) == OF_MANY_KINDS
    assert root_of([each.line.encode() for each in OF_MANY_KINDS]).hex() == ROOT


def test_the_layout_changes_no_root() -> None:
    slab = sealed(OF_MANY_KINDS)
    assert slab.root.hex() == ROOT
    assert slab.content != OF_THE_FIRST_LAYOUT
    assert opened(slab.content) == OF_MANY_KINDS


@pytest.mark.parametrize("count", [1, 2, 3, 7, 8, 255, 500])
def test_a_slab_has_its_events_and_the_root_over_their_lines(count: int) -> None:
    events = receipts(count)
    slab = sealed(events)
    assert opened(slab.content) == events
    assert slab.root == root_of([each.line.encode() for each in events])
    assert slab == sealed(events)


@pytest.mark.parametrize(
    "ids",
    [
        ["evt_1"],
        ["same", "same"],
        ["a", "ab", "abc"],
        ["A0", "A1", "AZ"],
        ["0" * 26, "Z" * 26],
        ["0000", "0000", "0001"],
        ["AB", "CDE", "F"],
        ["AI", "AL", "AO", "AU"],
        ["id with\ta tabulator A", "id with\ta tabulator B"],
        ["naïve A", "naïve B", "名A"],
        ["hour/498659", "hour/498660", "rct_0000000000ABCDEFGHJKMNPQRS"],
        [derive_id("evt", datetime(2026, 11, 20, tzinfo=UTC), str(each)) for each in range(500)],
        [f"{each}" for each in range(500)],
    ],
)
def test_ids_come_back_whatever_they_look_like(ids: list[str]) -> None:
    events = [
        Counted(each, id, AT - 7 * each, "", "executions=1") for each, id in enumerate(ids, 1)
    ]
    assert opened(sealed(events).content) == events


def test_the_ids_of_receipts_take_ten_bytes_each() -> None:
    # Sixteen of their letters are by chance, of five bits each.
    columns = zip(*receipts(MOST_EVENTS), strict=True)
    entries, ids, times, subjects, used = columns
    without = packed(entries, ["x"] * MOST_EVENTS, times, subjects, used)
    assert len(packed(entries, ids, times, subjects, used)) - len(without) < 10.1 * MOST_EVENTS


def test_sums_are_those_of_an_independent_count() -> None:
    events = receipts(500)
    quantities, numbers = Counter[Hour](), Counter[Hour]()
    for each in events:
        for meter, quantity in each.quantities.items():
            at = Hour(meter, each.at // HOUR_MS, each.subject)
            quantities[at] += quantity
            numbers[at] += 1
    slab = sealed(events)
    assert {at: both.quantity for at, both in slab.hours.items()} == {
        at: quantities[at] for at in numbers
    }
    assert {at: both.events for at, both in slab.hours.items()} == numbers
    for meter, total in slab.totals.items():
        ours = [at for at in numbers if at.meter == meter]
        assert total == (sum(quantities[at] for at in ours), sum(numbers[at] for at in ours))


def test_events_are_in_the_slabs_of_their_months_and_in_their_order() -> None:
    first = int(datetime(2026, 12, 1, tzinfo=UTC).timestamp()) * 1000
    times = [first, first - 1, first + 1, first - 2]
    events = [Counted(each, f"evt_{each}", at, "", "a=1") for each, at in enumerate(times * 300)]
    found = list(by_period(events))
    assert [(period, len(some)) for period, some in found] == [
        ("2026-11", 500),
        ("2026-11", 100),
        ("2026-12", 500),
        ("2026-12", 100),
    ]
    for period, odd in (("2026-11", 1), ("2026-12", 0)):
        ours = [each.entry for name, some in found if name == period for each in some]
        assert ours == [each.entry for each in events if each.entry % 2 == odd]
    assert list(by_period([])) == []


@pytest.mark.parametrize("content", [b"", b"\0", b"\1", b"\1\0\1\0\0\0", b"\2" + bytes(9), b"text"])
def test_other_bytes_are_no_slab(content: bytes) -> None:
    with pytest.raises(ValueError, match="these bytes are no"):
        opened(content)


@pytest.mark.parametrize("written", [OF_THE_FIRST_LAYOUT, sealed(OF_MANY_KINDS).content])
def test_a_slab_that_is_cut_is_none(written: bytes) -> None:
    for end in range(len(written)):
        with pytest.raises(ValueError, match=r".+"):
            opened(written[:end])


def test_an_event_from_outside_has_the_text_of_a_counted_one() -> None:
    outside = OutsideEvent("a", "pages", 3, AT, "shop")
    assert outside.line == Counted(0, "a", AT, "shop", "pages=3").line


@pytest.mark.parametrize(
    "far", [OF_MANY_KINDS[0]._replace(entry=1 << 63), OF_MANY_KINDS[0]._replace(at=1 << 63)]
)
def test_a_number_of_more_than_64_bits_is_refused(far: Counted) -> None:
    # The calendar ends long before, and so do the numbers of a log.
    with pytest.raises(ValueError, match="64 bits at most"):
        sealed([far])
