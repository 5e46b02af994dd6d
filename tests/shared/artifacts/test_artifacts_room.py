"""What a tenant keeps of files, by its tier and what it bought."""

import pytest

from shared.artifacts.room import (
    MIB,
    MOST_FILES,
    ROOM,
    check_room,
    check_size,
    check_unfinished,
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
