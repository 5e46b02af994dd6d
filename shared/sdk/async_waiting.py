"""Calls that wait for people, or for a run, awaited."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from .generated import async_resources, models
from .patience import PASSING, Patience, is_decided, is_over

T = TypeVar("T")


class Approvals(async_resources.Approvals):
    """Calls about approvals."""

    async def wait_for(self, approval_id: str, *, timeout: float = 3600.0) -> models.ApprovalDetail:  # noqa: ASYNC109
        """The approval, once it is decided. Raises StillWaiting after `timeout` seconds, with the
        approval as it is; a platform that is away meanwhile is asked again."""
        what = f"approval {approval_id}"
        return await _wait(lambda: self.get(approval_id), is_decided, what, timeout)


class Runs(async_resources.Runs):
    """Calls about runs."""

    async def wait_for(self, run_id: str, *, timeout: float = 3600.0) -> models.RunView:  # noqa: ASYNC109
        """The run, once it has ended. Raises StillWaiting after `timeout` seconds, with the run as
        it is; a platform that is away meanwhile is asked again."""
        return await _wait(lambda: self.get(run_id), is_over, f"run {run_id}", timeout)


async def _wait(
    ask: Callable[[], Awaitable[T]],
    is_there: Callable[[T | None], bool],
    what: str,
    seconds: float,
) -> T:
    patience, last = Patience(seconds), None
    while True:
        passing = None
        try:
            last = await ask()
        except PASSING as error:
            passing = error
        if last is not None and is_there(last):
            return last
        await asyncio.sleep(patience.pause(what, last, passing))
