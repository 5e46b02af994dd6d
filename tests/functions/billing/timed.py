"""A tenant, the platform and Stripe with one time, which tests move."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from emulators.stripe.running import running_stripe
from functions.billing.service import stripe_calls
from shared.kit import clock
from tests.functions.billing.worlds import World, browser

BOUGHT = datetime(2025, 9, 3, 12, tzinfo=UTC)
USED = datetime(2025, 10, 20, 12, tzinfo=UTC)
RENEWED = datetime(2025, 11, 17, 12, 30, tzinfo=UTC)
AGAIN = datetime(2025, 12, 17, 12, 30, tzinfo=UTC)


class Time:
    """The one time of the platform and of Stripe."""

    now = BOUGHT


@pytest.fixture(scope="module")
def stripe_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an account at Stripe whose time the tests move."""
    # Each account has prices of its own.
    stripe_calls._prices.clear()
    file = tmp_path_factory.mktemp("stripe") / "stripe.db"
    with running_stripe(file, live=lambda: int(Time.now.timestamp())) as url:
        yield url


@pytest.fixture
def time(
    world: World, database: str, stripe_url: str, monkeypatch: pytest.MonkeyPatch
) -> Callable[[datetime], Awaitable[None]]:
    """Moves the time, and waits until Stripe has done what fell due."""

    async def move(at: datetime) -> None:
        Time.now = at
        async with browser() as clock, asyncio.timeout(30):
            while (await clock.get(f"{stripe_url}/_/waiting")).json():  # noqa: ASYNC110
                await asyncio.sleep(0.05)

    Time.now = BOUGHT
    monkeypatch.setattr(clock, "now", lambda: Time.now)
    return move


async def told(world: World, *types: str) -> None:
    """Sends the notices of these types, the newest first."""
    events = await world.events()
    for each in [event for type in types for event in events if event["type"] == type]:
        answer = await world.notice(each)
        assert answer.status_code == 200, answer.text


async def usage_lines(world: World) -> list[dict[str, Any]]:
    """The lines of usage of all invoices, as a reader gets them."""
    listed = (await world.sent("GET", "/invoices"))["items"]
    return [line for each in listed for line in each["lines"] if line["usage"]]
