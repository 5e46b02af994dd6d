"""What the platform is carrying right now."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager


class Activity:
    """Counts what is in flight, by kind."""

    def __init__(self) -> None:
        self._in_flight: Counter[str] = Counter()

    @contextmanager
    def one(self, kind: str) -> Iterator[None]:
        """One thing of `kind` is in flight for as long as the block runs."""
        self._in_flight[kind] += 1
        try:
            yield
        finally:
            self._in_flight[kind] -= 1

    def in_flight(self) -> dict[str, int]:
        """What is in flight, without the kinds that are not."""
        return {kind: count for kind, count in self._in_flight.items() if count}
