"""Processes that die at a call to Firestore, before it reaches the service or after it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Literal

import pytest

from tests.shared.cloud import Cloud

# The method, whether the call still reaches the service, and which of these calls it is.
Death = tuple[str, Literal["before", "after"], int]

_READ = "BatchGetDocuments"


def at_deaths(*, reads: int, commits: int) -> pytest.MarkDecorator:
    """Parametrizes `death` with those at so many first calls of each kind. What is stored when a
    process dies at a read, it had committed before: those deaths are tried by night, and so are
    those after a commit that is not the last, for what is stored then is what a death before the
    next one finds, which has acted in between too."""
    deaths: list[Death] = [
        (method, moment, number)
        for method, most in ((_READ, reads), ("Commit", commits))
        for number in range(1, most + 1)
        for moment in ("before", "after")
    ]
    return pytest.mark.parametrize("death", [_tried(each, commits) for each in deaths])


def _tried(death: Death, commits: int) -> Any:
    method, moment, number = death
    is_nightly = method == _READ or (moment == "after" and number < commits)
    marks = [pytest.mark.nightly] if is_nightly else []
    return pytest.param(death, id="-".join(map(str, death)), marks=marks)


at_each_death = at_deaths(reads=3, commits=3)


async def dies(cloud: Cloud, act: Callable[[], Awaitable[Any]], death: Death) -> None:
    """Starts the act and kills it at that call; does nothing where the act makes no such call."""
    cloud.mend()
    method, moment, number = death
    process = asyncio.ensure_future(act())
    cloud.firestore.on(method, moment, process.cancel, number=number)
    await asyncio.gather(process, return_exceptions=True)
    cloud.mend()
