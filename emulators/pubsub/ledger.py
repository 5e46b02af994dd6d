"""Records which published messages are undelivered to which subscriptions. No I/O."""

from collections import Counter, OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from shared.manifest import Subscription

DEAD_LETTERS = "dead-letters"
_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it was published; `published_at` is RFC 3339."""

    id: str
    topic: str
    data: bytes
    attributes: Mapping[str, str]
    published_at: str


@dataclass(frozen=True, slots=True)
class Owed:
    """A pending delivery, and the number of its failures so far."""

    subscription: str
    message: Message
    failures: int


@dataclass(frozen=True, slots=True)
class SavedMessages:
    """Every pending delivery, and the unacknowledged dead letters, oldest first."""

    owed: tuple[Owed, ...]
    dead_letters: tuple[Message, ...]


class Ledger:
    """Records every published message and every acknowledgement."""

    def __init__(self, subscriptions: Iterable[Subscription]) -> None:
        self._subscriptions = {each.name: each for each in subscriptions}
        self._owed: dict[tuple[str, str], Message] = {}
        self._failures: Counter[tuple[str, str]] = Counter()
        self._dead_letters: dict[str, Message] = {}
        self._leases: OrderedDict[str, str] = OrderedDict()

    def published(self, message: Message) -> list[Owed]:
        """Adds a delivery for every subscription whose filter matches; returns them."""
        if message.topic == DEAD_LETTERS:
            self._dead_letters[message.id] = message
        said = [message.attributes.get(name, "") for name in ("ce-type", "ce-about")]
        owed = [
            Owed(name, message, failures=0)
            for name, each in self._subscriptions.items()
            if each.topic == message.topic and each.filter.passes(*said)
        ]
        self._owed |= {(one.subscription, message.id): message for one in owed}
        return owed

    def failed(self, subscription: str, message_id: str) -> None:
        """A delivery was not accepted."""
        self._failures[subscription, message_id] += 1

    def settled(self, subscription: str, message_id: str) -> None:
        """The message was acknowledged, or dead-lettered and acknowledged."""
        self._owed.pop((subscription, message_id), None)
        self._failures.pop((subscription, message_id), None)

    def leased(self, ack_id: str, message_id: str) -> None:
        """Records that a dead letter was pulled under this acknowledgement id."""
        self._leases[ack_id] = message_id
        if len(self._leases) > _REMEMBERED:
            self._leases.popitem(last=False)

    def acknowledged(self, ack_id: str) -> None:
        """Removes a dead letter that was pulled and acknowledged."""
        self._dead_letters.pop(self._leases.pop(ack_id, ""), None)

    def owed(self) -> int:
        """The number of pending deliveries."""
        return len(self._owed)

    def save(self) -> SavedMessages:
        """The state from which a later ledger continues."""
        owed = (
            Owed(name, message, self._failures[name, message_id])
            for (name, message_id), message in self._owed.items()
        )
        return SavedMessages(tuple(owed), tuple(self._dead_letters.values()))

    def load(self, owed: Iterable[Owed], generation: str) -> list[Owed]:
        """Restores the deliveries of another ledger, except for deleted subscriptions, whose
        messages are deleted with them. Returns the pending deliveries. The emulator counts its ids
        from 1 again, so an id from an earlier `generation` contains that."""
        found = [
            one if "-" in one.message.id else replace(one, message=_of(generation, one.message))
            for one in owed
            if one.subscription in self._subscriptions
        ]
        for one in found:
            key = (one.subscription, one.message.id)
            self._owed[key] = one.message
            self._failures[key] = one.failures
        return found


def _of(generation: str, message: Message) -> Message:
    return replace(message, id=f"{generation}-{message.id}")
