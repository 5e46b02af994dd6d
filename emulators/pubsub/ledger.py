"""Which published messages are still owed to which subscriptions. Pure bookkeeping."""

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
    """A delivery that is still to come, and how often it failed so far."""

    subscription: str
    message: Message
    failures: int


@dataclass(frozen=True, slots=True)
class SavedMessages:
    """Every delivery to come, and the dead letters nobody has acknowledged, oldest first."""

    owed: tuple[Owed, ...]
    dead_letters: tuple[Message, ...]


class Ledger:
    """Knows every message that passed and every acknowledgement."""

    def __init__(self, subscriptions: Iterable[Subscription]) -> None:
        self._subscriptions = {each.name: each for each in subscriptions}
        self._owed: dict[tuple[str, str], Message] = {}
        self._failures: Counter[tuple[str, str]] = Counter()
        self._dead_letters: dict[str, Message] = {}
        self._leases: OrderedDict[str, str] = OrderedDict()

    def published(self, message: Message) -> list[Owed]:
        """The message is owed to every subscription whose filter it matches: to these."""
        if message.topic == DEAD_LETTERS:
            self._dead_letters[message.id] = message
        event_type = message.attributes.get("ce-type", "")
        owed = [
            Owed(name, message, failures=0)
            for name, each in self._subscriptions.items()
            if each.topic == message.topic and each.filter.passes(event_type)
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
        """A dead letter was pulled: this acknowledgement id stands for it."""
        self._leases[ack_id] = message_id
        if len(self._leases) > _REMEMBERED:
            self._leases.popitem(last=False)

    def acknowledged(self, ack_id: str) -> None:
        """A dead letter that was pulled has been dealt with."""
        self._dead_letters.pop(self._leases.pop(ack_id, ""), None)

    def owed(self) -> int:
        """How many deliveries are still to come."""
        return len(self._owed)

    def save(self) -> SavedMessages:
        """All that a later ledger needs to continue from here."""
        owed = (
            Owed(name, message, self._failures[name, message_id])
            for (name, message_id), message in self._owed.items()
        )
        return SavedMessages(tuple(owed), tuple(self._dead_letters.values()))

    def load(self, owed: Iterable[Owed], generation: str) -> list[Owed]:
        """Owes again what another ledger owed, but for subscriptions that are gone, as they would
        have taken their messages with them. Returns what is owed: the emulator counts its ids from
        1 again, so what comes from an earlier `generation` says so in its own."""
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
