"""Processes that die at a call to Firestore, before it reaches the service or after it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Literal

import pytest

from tests.shared.cloud import Cloud

# The method, whether the call still reaches the service, and which of these calls it is.
Death = tuple[str, Literal["before", "after"], int]

DEATHS: list[Death] = [
    (method, moment, number)
    for number in (1, 2, 3)
    for method in ("BatchGetDocuments", "Commit")
    for moment in ("before", "after")
]
at_each_death = pytest.mark.parametrize(
    "death", DEATHS, ids=["-".join(map(str, death)) for death in DEATHS]
)


async def dies(cloud: Cloud, act: Callable[[], Awaitable[Any]], death: Death) -> None:
    """Starts the act and kills it at that call; does nothing where the act makes no such call."""
    cloud.mend()
    method, moment, number = death
    process = asyncio.ensure_future(act())
    cloud.firestore.on(method, moment, process.cancel, number=number)
    await asyncio.gather(process, return_exceptions=True)
    cloud.mend()
