"""The artifacts function on real emulators, with a real service of buckets."""

import uuid
from collections.abc import AsyncIterator

import httpx
import pytest
from joserfc.jwk import OKPKey

from emulators.buckets import Buckets
from functions.artifacts.api import ROUTER, RUN
from functions.artifacts.scanner import configured_scanner
from shared.policy import published
from shared.runtime.app import create_api
from tests.functions.agents.conftest import issuing_key
from tests.functions.approvals.conftest import cloud
from tests.functions.artifacts.worlds import World
from tests.shared.cloud import Cloud, Mailbox

__all__ = ["cloud", "issuing_key"]


@pytest.fixture(scope="module")
async def topic(cloud: Cloud) -> Mailbox:
    """What the function publishes, of every tenant."""
    return await cloud.mailbox("artifacts")


@pytest.fixture
async def world(
    cloud: Cloud, topic: Mailbox, buckets: Buckets, issuing_key: OKPKey
) -> AsyncIterator[World]:
    """A tenant nobody else has, and whole wires."""
    cloud.mend()
    published.forget()
    configured_scanner.cache_clear()
    transport = httpx.ASGITransport(app=create_api(function="artifacts", router=ROUTER, run=RUN))
    async with (
        httpx.AsyncClient(transport=transport, base_url="http://artifacts") as client,
        httpx.AsyncClient(verify=False, trust_env=False) as outside,
    ):
        yield World(client, outside, issuing_key, f"clinic-{uuid.uuid4().hex[:12]}", topic)
    configured_scanner.cache_clear()
