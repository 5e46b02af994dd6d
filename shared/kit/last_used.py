"""What was used last, so that it is not made again."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class LastUsed(Generic[K, V]):
    """Keeps the `most` values that were used last. For one thread."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[K, V] = OrderedDict()

    def find(self, key: K) -> V | None:
        """The value, which counts as used; None where it is not kept."""
        if (known := self._kept.get(key)) is not None:
            self._kept.move_to_end(key)
        return known

    def keep(self, key: K, value: V) -> V:
        """Keeps the value, which it returns; where there is no room, the one that was used the
        longest ago is forgotten."""
        self._kept[key] = value
        self._kept.move_to_end(key)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return value

    def clear(self) -> None:
        """Forgets all."""
        self._kept.clear()
