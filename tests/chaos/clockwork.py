"""Moving the platform's clock, however often the platform is stopped on the way."""

from datetime import datetime, timedelta

from tests.chaos.cast.moments import Moments
from tests.chaos.weather.stage import Stage

# An entry of the log is swept when it is half a minute old, by a sweep of every two minutes.
SWEPT_AFTER = timedelta(seconds=180)


class Clockwork:
    """The platform's clock, and `moments` kept up with it."""

    def __init__(self, stage: Stage, moments: Moments) -> None:
        self._stage = stage
        self._moments = moments

    async def read(self) -> datetime:
        """The platform's time."""
        answer = await self._stage.control("GET", "clock")
        now = datetime.fromisoformat(answer.raise_for_status().json()["now"])
        self._moments.ahead += now - self._moments.now
        return now

    async def advance(self, by: timedelta) -> None:
        """Everything due on the way has happened."""
        await self.move_to(await self.read() + by)

    async def move_to(self, moment: datetime) -> None:
        """Likewise. A platform that was stopped on the way is told again."""
        while (left := moment - await self.read()) > timedelta():
            body = {"seconds": left.total_seconds()}
            (await self._stage.control("POST", "clock/advance", body)).raise_for_status()
        await self.read()
