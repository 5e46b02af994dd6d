"""A shelf: all that one agent, one team or the tenant recalls, in one document.

It is bounded, so that what fits on it is compared with a question one by one, and one read finds
it. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from events.labels import MOST_LABELS, UNTRUSTED, Labels, merged
from events.memories import MemoryScope, MemorySource, MemoryTier
from shared.kit.errors import VersionConflict
from shared.kit.instants import Instant, format_instant
from shared.kit.models import Data

# How long a memory is kept after it was learned, or recalled the last time.
LASTS: Mapping[MemoryTier, timedelta | None] = {
    "working": timedelta(days=7),
    "episodic": timedelta(days=90),
    "semantic": None,
}
# What was recalled on so many days is kept.
DAYS_TO_PROMOTE = 3


class Room(NamedTuple):
    """How many facts of one tier are on a shelf, and how many bytes they have. Where that is full,
    the one that was recalled the longest ago makes room, or nothing does."""

    most: int
    most_bytes: int
    evicts: bool


ROOM: Mapping[MemoryTier, Room] = {
    "working": Room(32, 16 * 1024, evicts=True),
    "episodic": Room(128, 64 * 1024, evicts=True),
    "semantic": Room(128, 64 * 1024, evicts=False),
}


class Owner(NamedTuple):
    """Whose a memory is: an agent's, a team's, which is a workspace, or the tenant's."""

    scope: MemoryScope
    agent_id: str | None = None
    workspace_id: str | None = None

    @property
    def shelf_id(self) -> str:
        """The id of its shelf."""
        match self.scope:
            case "agent":
                return f"agent.{self.agent_id}"
            case "team":
                return f"team.{self.workspace_id}"
            case _:
                return "tenant"


def owners_recalled_by(agent_id: str, workspace_id: str | None) -> tuple[Owner, ...]:
    """Whose memories an agent recalls: its own, its team's where it is in one, and the tenant's."""
    team = (Owner("team", None, workspace_id),) if workspace_id is not None else ()
    return (Owner("agent", agent_id, workspace_id), *team, Owner("tenant"))


class Entry(Data):
    """What a shelf knows of a memory: enough to find it, and to say where it is from. `vector` is
    what `model` made of the fact; empty where no model did. It was recalled on `days` days, the
    last time at `used_at`."""

    memory_id: str
    tier: MemoryTier
    fact_hash: str
    size: int
    source: MemorySource
    labels: Labels = ()
    learned_at: Instant
    learned_by: str
    valid_from: Instant | None = None
    valid_to: Instant | None = None
    vector: str = ""
    model: str = ""
    days: int = 0
    used_at: Instant | None = None

    @property
    def last_at(self) -> datetime:
        """When it was learned, or recalled the last time."""
        return self.used_at or self.learned_at

    def is_live(self, at: datetime) -> bool:
        """Whether it is recalled at that instant: its time is not over, and it holds."""
        lasts = LASTS[self.tier]
        if lasts is not None and self.last_at + lasts <= at:
            return False
        has_begun = self.valid_from is None or self.valid_from <= at
        return has_begun and (self.valid_to is None or at < self.valid_to)

    def used(self, at: datetime) -> "Entry":
        """The same, recalled at that instant; a day counts once."""
        if self.used_at is not None and _day(self.used_at) == _day(at):
            return self
        return self.but(days=self.days + 1, used_at=at)

    @property
    def is_promoted(self) -> bool:
        """Whether it is to be kept from now on: what strangers may have written never is."""
        is_used = self.tier == "working" and self.days >= DAYS_TO_PROMOTE
        return is_used and UNTRUSTED not in self.labels


class Shelf(Data):
    """The memories of one agent, one team or the tenant that are held."""

    shelf_id: str
    entries: tuple[Entry, ...] = ()

    def with_(self, entry: Entry) -> "Shelf":
        """The same with one more memory, or with another entry of one."""
        return self.but(entries=(*self._others(entry.memory_id), entry))

    def without(self, *memory_ids: str) -> "Shelf":
        """The same without these."""
        return self.but(entries=self._others(*memory_ids))

    def tidied(self, at: datetime) -> "Shelf":
        """The same without what holds no more, and is never recalled again."""
        left = tuple(each for each in self.entries if each.valid_to is None or at < each.valid_to)
        return self.but(entries=left)

    def find(self, memory_id: str) -> Entry | None:
        """The entry of a memory; None where it is not held."""
        return next((each for each in self.entries if each.memory_id == memory_id), None)

    def to_evict(self, tier: MemoryTier, size: int) -> tuple[str, ...]:
        """The memories that make room for one more of so many bytes. Raises VersionConflict where
        none may."""
        room = ROOM[tier]
        kept = sorted(self._of(tier), key=lambda each: (each.last_at, each.memory_id))
        goes: list[str] = []
        while kept and not _fits(kept, room, size):
            if not room.evicts:
                told = f"{len(kept)} facts are on the shelf {self.shelf_id} in the tier {tier},"
                least = f"and at most {room.most} of {room.most_bytes} bytes are kept"
                raise VersionConflict(f"{told} {least}: erase some, or correct one")
            goes.append(kept.pop(0).memory_id)
        return tuple(goes)

    def has_room(self, tier: MemoryTier, size: int) -> bool:
        """Whether one more fits, and nothing has to go."""
        return _fits(self._of(tier), ROOM[tier], size)

    def _of(self, tier: MemoryTier) -> list[Entry]:
        return [each for each in self.entries if each.tier == tier]

    def _others(self, *memory_ids: str) -> tuple[Entry, ...]:
        return tuple(each for each in self.entries if each.memory_id not in memory_ids)


class Match(NamedTuple):
    """A memory that a question found: whose it is, and how near it is to the question; None
    where no model compared them."""

    owner: Owner
    entry: Entry
    score: float | None


class Recalled(NamedTuple):
    """What is recalled, the nearest first, with the labels of all of it. `left_out` are so many
    that were as near, and have more labels than a call may."""

    matches: tuple[Match, ...]
    labels: Labels
    left_out: int


def best_matches(candidates: Iterable[Match], limit: int, labels: Labels) -> Recalled:
    """The `limit` nearest, or the newest where nothing was compared, beside what has the labels
    of the question. What would have more labels than the next call takes is left out."""
    ordered = sorted(candidates, key=_nearness, reverse=True)
    chosen: list[Match] = []
    left_out = 0
    for each in ordered:
        if len(chosen) == limit:
            break
        together = merged(labels, each.entry.labels)
        if len(together) > MOST_LABELS:
            left_out += 1
            continue
        labels = together
        chosen.append(each)
    return Recalled(tuple(chosen), labels, left_out)


def live(shelves: Sequence[tuple[Owner, Shelf]], at: datetime) -> list[tuple[Owner, Entry]]:
    """All that is recalled at that instant, of several shelves."""
    return [(owner, each) for owner, shelf in shelves for each in shelf.entries if each.is_live(at)]


def _nearness(found: Match) -> tuple[float, datetime, str]:
    score = found.score if found.score is not None else -2.0
    return score, found.entry.learned_at, found.entry.memory_id


def _fits(kept: Sequence[Entry], room: Room, size: int) -> bool:
    total = sum(each.size for each in kept) + size
    return len(kept) < room.most and total <= room.most_bytes


def _day(at: datetime) -> str:
    return format_instant(at)[:10]
