"""What is in flight on the platform now."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager


class Activity:
    """Counts what is in flight, by kind."""

    def __init__(self) -> None:
        self._in_flight: Counter[str] = Counter()

    @contextmanager
    def one(self, kind: str) -> Iterator[None]:
        """Counts one thing of `kind` as in flight while the block runs."""
        self._in_flight[kind] += 1
        try:
            yield
        finally:
            self._in_flight[kind] -= 1

    def in_flight(self) -> dict[str, int]:
        """The counts of the kinds that are in flight."""
        return {kind: count for kind, count in self._in_flight.items() if count}
