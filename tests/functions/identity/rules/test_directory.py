"""How many people's roles one call of a directory may change."""

from datetime import UTC, datetime

import pytest

from functions.identity.rules.directory import MOST_LEFT, DirectoryGroup, affected
from functions.identity.rules.refusals import DirectoryRefused

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def group(members: int) -> DirectoryGroup:
    listed = [{"value": f"user_{number}"} for number in range(members)]
    return DirectoryGroup(
        entry_id="grp_1",
        attributes={"displayName": "Doctors", "members": listed},
        created_at=NOW,
        changed_at=NOW,
    )


def test_a_group_whose_end_takes_roles_from_many_is_emptied_first() -> None:
    small, large = group(MOST_LEFT), group(MOST_LEFT + 1)
    assert len(affected(small, small.deleted(NOW), ["doctors"])) == MOST_LEFT
    with pytest.raises(DirectoryRefused, match="take members out first"):
        affected(large, large.deleted(NOW), ["doctors"])
    assert affected(large, large.deleted(NOW), ["nurses"]) == ()
