"""How events reach functions in a test: at least once, as Pub/Sub delivers them."""

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence

from shared.messaging.envelope import Envelope

# One event in so many comes twice. Stories of their own deliver all of them again.
ONE_IN = 3


class Deliveries:
    """Remembers what one tenant's functions were handed."""

    def __init__(self) -> None:
        self._times = Counter[str]()

    async def settle(
        self,
        log: Callable[[], Awaitable[Sequence[Envelope]]],
        deliver: Callable[[Envelope], Awaitable[None]],
    ) -> None:
        """Delivers the events of the log in order until nothing follows, some of them twice: as
        new ones, and again once others have come. What raised counts as not delivered."""
        handled = -1
        while handled != (events := len(found := await log())):
            for number, event in enumerate(found):
                if self._times[event.id] < (1 if number % ONE_IN else 2):
                    await deliver(event)
                    self._times[event.id] += 1
            handled = events
