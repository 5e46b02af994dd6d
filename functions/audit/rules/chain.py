"""How entries are chained, and how a broken chain is found."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from shared.audit_log.entries import GENESIS, Entry, link_hash
from shared.audit_log.notes import TreeHead
from shared.audit_log.tree import GrowingTree, Node, leaf_hash


@dataclass(frozen=True)
class Head:
    """The entry that was appended last, according to the database, and the last one that it knows
    a checkpoint of."""

    number: int
    hash: str
    covered: int = 0


class Broken(NamedTuple):
    """The first entry that is not as it was appended, and what shows it."""

    number: int
    why: str


def lost_since(checkpoint: TreeHead, root: bytes | None, *, after: int = 0) -> Broken | None:
    """What the root of the first entries shows, as many as the checkpoint covers, None where there
    are fewer: all are as they were covered, or something `after` an entry that is known to be is
    not."""
    if root == checkpoint.root:
        return None
    what = "are missing" if root is None else "are not those"
    why = f"the entries up to {checkpoint.size} {what} that their checkpoint covers"
    return Broken(after + 1, why)


class Verification:
    """Follows one tenant's chain from the first entry on and compares it with its checkpoints,
    which are in the order of their numbers. Keeps no entry. `nodes` are those of the entries' tree
    that became whole since somebody emptied it.

    An entry that has another text, and the hash of that, shows only in what follows it: what one
    entry shows is said with the next one, or with the head, where these tell which one it is."""

    def __init__(self, checkpoints: Sequence[TreeHead] = ()) -> None:
        self._last_checkpoint = checkpoints[-1].size if checkpoints else 0
        self._ahead = list(reversed(checkpoints))
        self._agreed = 0
        self._number = 0
        self._hash = GENESIS
        self._doubt: _Doubt | None = None
        self._tree = GrowingTree()
        self.nodes: dict[Node, bytes] = {}

    @property
    def is_in_doubt(self) -> bool:
        """Whether the last entry shows something that the next one, or the head, explains."""
        return self._doubt is not None

    def follow(self, entry: Entry) -> Broken | None:
        """What the next entry shows. After a broken entry nothing further is known."""
        self._number += 1
        is_itself = entry.number == self._number and entry.hash == link_hash(
            previous=entry.previous_hash,
            tenant_id=entry.tenant_id,
            number=entry.number,
            event_id=entry.event_id,
            body=entry.body,
        )
        continues = entry.previous_hash == self._hash
        if self._doubt is not None:
            return self._doubt.alone if is_itself and not continues else self._doubt.continued
        if entry.number != self._number:
            return Broken(self._number, "it is missing")
        if not is_itself or (self._number == 1 and not continues):
            return Broken(self._number, "it was altered")
        self._hash = entry.hash
        self.nodes.update(self._tree.add(leaf_hash(entry.hash)))
        self._doubt = self._compared() if continues else self._torn()
        return None

    def end(self, head: Head | None = None) -> Broken | None:
        """What the end of the chain shows: entries are missing that `head` or a checkpoint names,
        or a checkpoint is that `head` names."""
        if self._doubt is not None:
            is_last = head is None or (head.number, head.hash) == (self._number, self._hash)
            return self._doubt.continued if is_last else self._doubt.alone
        if self._ahead:
            return lost_since(self._ahead[0], None, after=self._number)
        if head is None:
            return None
        if (head.number, head.hash) != (self._number, self._hash):
            number = self._number + 1 if self._number < head.number else self._number
            return Broken(number, f"the head says that entry {head.number} is the last")
        if head.covered > self._last_checkpoint:
            return Broken(head.covered, "its checkpoint is missing")
        return None

    def _torn(self) -> "_Doubt":
        """The last entry has the hash of its text, and continues another one than there is."""
        why = "it was altered, and hashed anew"
        return _Doubt(Broken(self._number - 1, why), Broken(self._number, why))

    def _compared(self) -> "_Doubt | None":
        if not self._ahead or self._ahead[-1].size != self._number:
            return None
        lost = lost_since(self._ahead.pop(), self._tree.root, after=self._agreed)
        self._agreed = self._number
        if lost is None:
            return None
        return _Doubt(lost, Broken(self._number, "it was altered, and hashed anew"))


class _Doubt(NamedTuple):
    """What the last entry shows, where the next one or the head continues it, and where not."""

    continued: Broken
    alone: Broken
