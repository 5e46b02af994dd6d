"""What a tenant keeps of files, by its tier."""

import pytest

from shared.artifacts.room import MIB, MOST_FILES, ROOM, check_room, check_size, check_unfinished
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
    check_room(tier, 1, all - 1, 1)
    with pytest.raises(StorageLimitReached, match="remove some with DELETE") as refused:
        check_room(tier, 1, all, 1)
    assert refused.value.members() == {"upgrade_to": upgrade_to}


def test_no_tier_keeps_more_files_than_the_limit_of_all() -> None:
    check_room("team", MOST_FILES - 1, 0, 1)
    with pytest.raises(StorageLimitReached) as refused:
        check_room("free", MOST_FILES, 0, 1)
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
