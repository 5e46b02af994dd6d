"""Which published messages are still owed to which subscriptions. Pure bookkeeping."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping

from shared.manifest import Subscription

_REMEMBERED = 10_000


class Ledger:
    """Knows every message that passed and every acknowledgement, in whatever order they come: the
    emulator may push a message before its publisher has heard its id."""

    def __init__(self, subscriptions: Iterable[Subscription]) -> None:
        self._readers: dict[tuple[str, str], list[str]] = {}
        for subscription in subscriptions:
            key = (subscription.topic, subscription.event_type)
            self._readers.setdefault(key, []).append(subscription.name)
        self._owed: set[tuple[str, str]] = set()
        self._settled: OrderedDict[tuple[str, str], None] = OrderedDict()

    def published(self, topic: str, message_id: str, attributes: Mapping[str, str]) -> None:
        """The message is owed to every subscription whose filter it matches."""
        for name in self._readers.get((topic, attributes.get("ce-type", "")), ()):
            if (name, message_id) not in self._settled:
                self._owed.add((name, message_id))

    def settled(self, subscription: str, message_id: str) -> None:
        """The message was acknowledged, or dead-lettered and acknowledged."""
        self._owed.discard((subscription, message_id))
        self._settled[subscription, message_id] = None
        if len(self._settled) > _REMEMBERED:
            self._settled.popitem(last=False)

    def owed(self) -> int:
        """How many deliveries are still to come."""
        return len(self._owed)
