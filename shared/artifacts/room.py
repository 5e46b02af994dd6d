"""How many files a tenant keeps, and how large, by its tier, its plan and its add-ons. Pure."""

from collections.abc import Mapping
from typing import NamedTuple

from events.budgets import Threshold
from shared.artifacts.artifact import MOST_BYTES
from shared.budgets.limits import highest_reached
from shared.catalogue import Entitlements, catalogue
from shared.kit.errors import TooManyRequests
from shared.kit.tier_limits import Tier, tier_above
from shared.quotas.refusals import StorageLimitReached

MIB = 1024 * 1024
MOST_FILES = 10_000
# What is not completed ends within an hour, and most are completed within seconds.
AFTER_SECONDS = 60


class Room(NamedTuple):
    """The bytes of one file and of all, and how many uploads may be under way."""

    one: int
    all: int
    unfinished: int


ROOM: Mapping[Tier, Room] = {
    "free": Room(one=10 * MIB, all=100 * MIB, unfinished=20),
    "pro": Room(one=MOST_BYTES, all=10 * 1024 * MIB, unfinished=100),
    "team": Room(one=MOST_BYTES, all=100 * 1024 * MIB, unfinished=300),
}


class Keeping(NamedTuple):
    """What a tenant may keep: files as its tier takes them, and so many bytes of all of them.
    `add_on` is the name of one that would add to these, if there is one."""

    tier: Tier
    all: int
    add_on: str = ""


def keeping_of(tier: Tier, entitled: Entitlements | None) -> Keeping:
    """What a tenant of the tier may keep: what its plan and its add-ons have or, where the plan
    names no limit and where nothing is limited, what the tier has."""
    if entitled is None:
        return Keeping(tier, ROOM[tier].all)
    sold = catalogue().add_ons.items()
    adding = (name for name, each in sold if "storage" in each.adds and entitled.plan in each.plans)
    return Keeping(tier, entitled.limits.get("storage", ROOM[tier].all), next(adding, ""))


def check_size(tier: Tier, size: int) -> None:
    """Raises StorageLimitReached for a file that is larger than any of the tier."""
    most = ROOM[tier].one
    if size > most:
        raise _used_up(tier, f"a file of {size} bytes: the tier {tier} takes {most} at most")


def check_room(keeping: Keeping, number: int, kept: int, more: int) -> None:
    """Raises StorageLimitReached where the tenant, which keeps so many files and bytes, may not
    keep one more of `more` bytes."""
    remedy = "remove some with DELETE /v1/artifacts/{id}, or announce less keep_days"
    if number >= MOST_FILES:
        said = f"the tenant keeps {number} files, and {MOST_FILES} at most: {remedy}"
        raise StorageLimitReached(said, upgrade_to=None)
    if kept + more > keeping.all:
        said = f"the tenant keeps {kept} bytes of files, and may keep {keeping.all}: {remedy}"
        if keeping.add_on:
            said += f"; an admin adds the add-on {keeping.add_on} by PUT /v1/subscription"
        raise _used_up(keeping.tier, said)


def crossed_threshold(keeping: Keeping, kept: int, more: int) -> Threshold | None:
    """The highest threshold of the room that is reached once `more` bytes are added to the `kept`
    ones; None below the first threshold, and where the whole percent of the room stays the same.
    Each further percent returns the threshold again, because two files that are added at the same
    moment may both miss it."""
    after = kept + more
    if kept * 100 // keeping.all == after * 100 // keeping.all:
        return None
    return highest_reached(after, keeping.all)


def check_unfinished(tier: Tier, number: int) -> None:
    """Raises TooManyRequests where so many uploads are announced and not completed."""
    most = ROOM[tier].unfinished
    if number >= most:
        said = f"{number} uploads are not completed, and the tier {tier} has {most} at once"
        remedy = "complete or DELETE some; each ends within an hour"
        raise TooManyRequests(f"{said}: {remedy}", retry_after=AFTER_SECONDS)


def _used_up(tier: Tier, said: str) -> StorageLimitReached:
    above = tier_above(tier)
    more = above.tier if above is not None and ROOM[above.tier] > ROOM[tier] else None
    return StorageLimitReached(said, upgrade_to=more)
