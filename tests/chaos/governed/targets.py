"""The server of counters and ledgers, as anybody may ask it: what it was made to do."""

from contextlib import suppress

import httpx

from tests.chaos.weather.stage import Stage


class Targets:
    """It gets another port with each start of the platform."""

    def __init__(self, stage: Stage, http: httpx.AsyncClient) -> None:
        self._stage = stage
        self._http = http

    @property
    def url(self) -> str:
        """Where it is now."""
        return str(self._stage.description()["env"]["ASSENT_TARGETS_URL"])

    async def lines(self, tenant: str, ledger: str) -> list[str]:
        """What the ledger holds."""
        path = f"/tenants/{tenant}/ledgers/{ledger}"
        while True:
            await self._stage.control("GET", "health")
            with suppress(httpx.TransportError, OSError, KeyError):
                answer = await self._http.get(f"{self.url}{path}")
                found: list[str] = answer.raise_for_status().json()["lines"]
                return found

    async def fail(self, kind: str, count: int) -> None:
        """The next effects are not answered (`drop`) or not made (`refuse`)."""
        with suppress(httpx.TransportError, OSError, KeyError):
            await self._http.post(f"{self.url}/faults", json={kind: count})
