"""Moments of a run that lives wait for."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

_GLANCE_SECONDS = 0.05


@dataclass
class Moments:
    """`over` comes when every veto window has closed. `resting` counts who waits for a moment.
    While it is `quiet`, nobody looks at a phone. `ahead` is how far the platform's clock is ahead
    of ours, as it was told last."""

    over: asyncio.Event = field(default_factory=asyncio.Event)
    resting: int = 0
    quiet: bool = False
    ahead: timedelta = timedelta()

    @property
    def now(self) -> datetime:
        """The platform's time; behind it while its clock is being moved."""
        return datetime.now(UTC) + self.ahead

    async def until_over(self) -> None:
        self.resting += 1
        await self.over.wait()
        self.resting -= 1

    async def until(self, moment: datetime) -> None:
        """Waits for a moment of the platform's clock."""
        self.resting += 1
        while True:
            left = (moment - self.now).total_seconds()
            if left <= 0:
                break
            await asyncio.sleep(min(left, _GLANCE_SECONDS))
        self.resting -= 1
