"""Lines of usage and their proofs, in our form and in that of the API. Pure."""

from datetime import datetime
from typing import Literal, NamedTuple, Self

from shared.audit_log.entries import EntryProof
from shared.kit.models import Data

FORMAT = "assent-usage-proof/1"


class UsageLine(NamedTuple):
    """The usage of a meter in a section of a month. `root` is the RFC 9162 root, in hex, over the
    `slab_line` of each slab. A line with `closed_at` never changes; a line of a later section
    `corrects` the first section."""

    period: str
    section: int
    meter: str
    quantity: int
    events: int
    slabs: int
    root: str
    closed_at: datetime | None
    corrects: int | None


class UnsortedLine(NamedTuple):
    """A line of a declared meter that could not be made, since its pages took too long."""

    section: int
    meter: str


class UsageMonth(NamedTuple):
    """The lines of a month, by section and meter, and those that could not be made."""

    lines: tuple[UsageLine, ...]
    unsorted: tuple[UnsortedLine, ...]


class ProvedEvent(NamedTuple):
    """An event of the slab of that number: its place among the `size` events there, from 0 on, and
    the path to the slab's root, in hex."""

    slab: int
    place: int
    size: int
    line: str
    path: tuple[str, ...]


class OpenedSlab(NamedTuple):
    """All events of the slab of that number, as the leaves of its tree have them."""

    slab: int
    lines: tuple[str, ...]


class UsageProof(NamedTuple):
    """The proof of a line, which `shared.verify.usage` verifies without us. The root is over the
    texts `slabs`."""

    format: str
    tenant_id: str
    period: str
    section: int
    meter: str
    quantity: int
    root: str
    slabs: tuple[str, ...]
    event: ProvedEvent | None
    opened: OpenedSlab | None = None


class ProvedUsageEvent(Data):
    """An event, its place in its slab, and the path from its leaf to the slab's root, in hex."""

    slab: int
    place: int
    size: int
    line: str
    path: tuple[str, ...]

    @classmethod
    def of(cls, event: ProvedEvent) -> Self:
        """The event as it is shown."""
        return cls(**event._asdict())


class OpenedUsageSlab(Data):
    """All events of a slab, each with its entry in the audit log, its id, milliseconds since 1970,
    its subject and what it counts, a tabulator between each two: the root of the slab is over these
    lines. The id is that of a receipt where the event is an act of a run or an agent. Those of a
    slab that count nothing of the meter are among them."""

    slab: int
    lines: tuple[str, ...]

    @classmethod
    def of(cls, slab: OpenedSlab) -> Self:
        """The slab as it is shown."""
        return cls(**slab._asdict())


class ClosingProof(Data):
    """The proof that a section was closed with a line: `entry` is the entry of the audit log, with
    the root over the section's lines; `place` is the place of the line among them, from 0 on, and
    `path` leads from its text to that root, in hex. The text is meter, quantity, `events`, number
    of slabs and root, separated by tabulators."""

    place: int
    events: int
    path: tuple[str, ...]
    entry: EntryProof


class UsageRootProof(Data):
    """The proof of a line, which `assent-verify` verifies. `slabs` are the texts that the root is
    over, each with number, meter, quantity, events and root, separated by tabulators; `opened` has
    the events of the slab that was asked for. `entry` is the entry of the event in the audit log,
    `closing` proves the closed section. Both are null until a checkpoint covers them; `entry` is
    null, too, where the caller's token does not open the log."""

    format: Literal["assent-usage-proof/1"]
    tenant_id: str
    period: str
    section: int
    meter: str
    quantity: int
    root: str
    slabs: tuple[str, ...]
    event: ProvedUsageEvent | None
    opened: OpenedUsageSlab | None = None
    entry: EntryProof | None = None
    closing: ClosingProof | None = None

    @classmethod
    def of(cls, proof: UsageProof, entry: EntryProof | None, closing: ClosingProof | None) -> Self:
        """The proof as it is shown."""
        event = ProvedUsageEvent.of(proof.event) if proof.event else None
        opened = OpenedUsageSlab.of(proof.opened) if proof.opened else None
        more = {"event": event, "opened": opened, "entry": entry, "closing": closing}
        return cls.model_validate({**proof._asdict(), **more})
