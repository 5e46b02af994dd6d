"""Stripe's stand-in as a process of the platform."""

import json
from pathlib import Path

import aiohttp
import stripe

from emulators.clock import VirtualClock
from emulators.directory import PlatformDirectory
from emulators.stripe.process import StripeServer

ROOT = Path(__file__).parents[3]


async def test_the_platforms_account_and_its_clock_outlive_a_stop(tmp_path: Path) -> None:
    directory = PlatformDirectory(tmp_path)
    directory.claim(keep_logs=False)
    clock = VirtualClock(directory.clock)
    async with aiohttp.ClientSession() as http:
        server = await StripeServer.start(ROOT, directory, keep=False)
        account = json.loads(await server.account(http, "http://127.0.0.1:1"))
        client = _client(account)
        before = client.v1.products.create({"name": "Pro"})
        assert await server.waiting(http) in ({}, {"deliveries": 1})
        clock.advance(10 * 86_400)
        later = client.v1.products.create({"name": "Team"})
        assert later.created - before.created >= 10 * 86_400
        await server.stop()
        server = await StripeServer.start(ROOT, directory, keep=True)
        again = json.loads(await server.account(http, "http://127.0.0.1:2"))
        assert again["webhook_secret"] == account["webhook_secret"]
        client = _client(again)
        assert [each.name for each in client.v1.products.list().data] == ["Team", "Pro"]
        endpoints = client.v1.webhook_endpoints.list().data
        assert [each.url for each in endpoints] == ["http://127.0.0.1:2/v1/billing/stripe/webhook"]
        await server.stop()
    directory.leave()


def _client(account: dict[str, str]) -> stripe.StripeClient:
    return stripe.StripeClient(account["api_key"], base_addresses={"api": account["api"]})
