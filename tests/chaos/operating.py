"""Who runs the platform: stops and starts it, waits until it is idle, sends dead letters again."""

import asyncio
import sys
import time
from pathlib import Path

from tests.chaos.plan import Stop
from tests.chaos.tale import Tale
from tests.chaos.weather.stage import ROOT, Stage, StageFailed

_IDLE_SECONDS = 30
# The reason of a dead letter that no attempt got through to its function.
_OUTLASTED = "answered 50"


class Operator:
    """`stops` are taken in their order, each once its time has come."""

    def __init__(self, stage: Stage, tale: Tale, stops: list[Stop]) -> None:
        self._stage = stage
        self._tale = tale
        self._stops = stops

    async def pass_by(self, part: str, share: float) -> bool:
        """Stops and starts the platform, if it is time for that; says whether it was."""
        before = len(self._tale.stops)
        for stop in [stop for stop in self._stops if stop.part == part and stop.at_share <= share]:
            self._stops.remove(stop)
            began = time.monotonic()
            await self._stage.restart()
            took = time.monotonic() - began
            self._tale.stops.append(f"{part} at {share:.0%}, {took:.0f} s")
        return len(self._tale.stops) > before

    async def settle(self, patience_seconds: float) -> None:
        """Waits until the platform is idle, for as long as what is in flight still changes."""
        seen, since = "", time.monotonic()
        while True:
            answer = await self._stage.control("GET", f"idle?timeout={_IDLE_SECONDS}")
            if answer.status_code == 200:
                return
            if answer.text != seen:
                seen, since = answer.text, time.monotonic()
            elif time.monotonic() - since > patience_seconds:
                self._tale.troubles.append(f"never idle: {answer.json().get('detail')}")
                return

    async def send_dead_letters_again(self) -> bool:
        """Whether there were any. A storm that outlasts every attempt leaves them; nothing else
        may."""
        said = await dead_letters(self._stage.state, "list")
        found = [line.strip() for line in said.splitlines() if line.startswith(" ")]
        if found:
            await dead_letters(self._stage.state, "redeliver", "--all")
        self._tale.redelivered += found
        self._tale.troubles += [
            f"an unexplained dead letter: {letter}" for letter in found if _OUTLASTED not in letter
        ]
        return bool(found)


async def dead_letters(state: Path, *arguments: str) -> str:
    """What the command for dead letters said. Raises StageFailed."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "shared.messaging.redelivery"),
        *("--state", str(state), *arguments),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await child.communicate()
    if child.returncode:
        raise StageFailed(f"dead letters {' '.join(arguments)}: {said.decode()}")
    return said.decode()
