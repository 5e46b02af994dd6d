"""What a tenant keeps of files, by its tier and what it bought."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.budgets import Threshold
from shared.artifacts.room import (
    MIB,
    MOST_FILES,
    ROOM,
    Keeping,
    check_room,
    check_size,
    check_unfinished,
    crossed_threshold,
    keeping_of,
)
from shared.catalogue import entitlements
from shared.kit.errors import TooManyRequests
from shared.kit.tier_limits import Tier
from shared.quotas.refusals import StorageLimitReached


@pytest.mark.parametrize(
    ("tier", "all", "upgrade_to"),
    [("free", 100 * MIB, "pro"), ("pro", 10_240 * MIB, "team"), ("team", 102_400 * MIB, None)],
)
def test_the_last_byte_of_a_tier_is_kept_and_the_next_is_refused_with_what_to_do(
    tier: Tier, all: int, upgrade_to: str | None
) -> None:
    for entitled in (None, entitlements(tier)):
        keeping = keeping_of(tier, entitled)
        check_room(keeping, 1, all - 1, 1)
        with pytest.raises(StorageLimitReached, match="remove some with DELETE") as refused:
            check_room(keeping, 1, all, 1)
        assert refused.value.members() == {"upgrade_to": upgrade_to}


def test_an_add_on_makes_room_and_is_named_where_there_is_none() -> None:
    bought = keeping_of("team", entitlements("team", {"capacity": 2, "tokens": 5}))
    assert bought.all == 3 * ROOM["team"].all
    check_room(bought, 1, bought.all - 1, 1)
    with pytest.raises(StorageLimitReached, match="adds the add-on capacity by PUT /v1/subs"):
        check_room(bought, 1, bought.all, 1)
    with pytest.raises(StorageLimitReached) as refused:
        check_room(keeping_of("pro", entitlements("pro")), 1, ROOM["pro"].all, 1)
    assert "add-on" not in str(refused.value.detail)
    # An add-on of another plan adds nothing, and a plan without a limit keeps what its tier does.
    assert keeping_of("pro", entitlements("pro", {"capacity": 1})).all == ROOM["pro"].all
    assert keeping_of("team", entitlements("enterprise")).all == ROOM["team"].all


def test_no_tier_keeps_more_files_than_the_limit_of_all() -> None:
    check_room(keeping_of("team", None), MOST_FILES - 1, 0, 1)
    with pytest.raises(StorageLimitReached) as refused:
        check_room(keeping_of("free", None), MOST_FILES, 0, 1)
    assert refused.value.upgrade_to is None


def test_one_file_is_as_large_as_its_tier_takes() -> None:
    check_size("free", 10 * MIB)
    with pytest.raises(StorageLimitReached, match="the tier free takes 10485760 at most") as said:
        check_size("free", 10 * MIB + 1)
    assert said.value.upgrade_to == "pro"
    check_size("pro", 32 * MIB)


@pytest.mark.parametrize("tier", ROOM)
def test_uploads_under_way_are_bounded_and_waiting_helps(tier: Tier) -> None:
    most = ROOM[tier].unfinished
    check_unfinished(tier, most - 1)
    with pytest.raises(TooManyRequests, match="complete or DELETE some") as refused:
        check_unfinished(tier, most)
    assert refused.value.retry_after == 60


@pytest.mark.parametrize(
    ("kept", "more", "reached"),
    [
        (0, 79, None),
        (79, 1, 80),
        (0, 94, 80),
        (80, 14, 80),
        (94, 1, 95),
        (10, 89, 95),
        (99, 1, 100),
        (0, 100, 100),
        (80, 0, None),
    ],
)
def test_a_file_reaches_the_highest_threshold_that_it_passes(
    kept: int, more: int, reached: Threshold | None
) -> None:
    assert crossed_threshold(Keeping("free", 100), kept, more) == reached
    # Of more bytes than a percent has, those that lead to no further percent say nothing.
    assert crossed_threshold(Keeping("free", 1_000), kept * 10 + 5, more and 4) is None


@given(st.lists(st.integers(1, 400), min_size=1, max_size=40), st.integers(100, 10_000))
def test_no_threshold_stays_unsaid_however_files_come(sizes: list[int], room: int) -> None:
    kept, said = [0], set[Threshold | None]()
    for size in sizes:
        if kept[-1] + size <= room:
            said.add(crossed_threshold(Keeping("free", room), kept[-1], size))
            kept.append(kept[-1] + size)
    highest = max((each for each in said if each), default=0)
    percent = kept[-1] * 100 / room
    assert highest == max((each for each in (80, 95, 100) if percent >= each), default=0)
