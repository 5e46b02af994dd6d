"""The notifications function on real emulators, with a push service and others that it calls."""

import uuid
from collections.abc import AsyncIterator

import httpx
import pytest
from joserfc.jwk import OKPKey

from functions.notifications.api import ROUTER, RUN
from functions.notifications.settings import console_url, settings
from shared.policy import published
from shared.runtime.app import create_api
from tests.functions.agents.conftest import issuing_key
from tests.functions.approvals.conftest import cloud
from tests.functions.notifications.push_service import Outside
from tests.functions.notifications.worlds import World
from tests.shared.cloud import Cloud, Mailbox

__all__ = ["cloud", "issuing_key"]


@pytest.fixture(scope="module")
async def topic(cloud: Cloud) -> Mailbox:
    """What the function publishes, of every tenant."""
    return await cloud.mailbox("notifications")


@pytest.fixture
async def world(cloud: Cloud, topic: Mailbox, issuing_key: OKPKey) -> AsyncIterator[World]:
    """A tenant nobody else has, and whole wires."""
    cloud.mend()
    published.forget()
    settings.cache_clear()
    console_url.cache_clear()
    app = create_api(function="notifications", router=ROUTER, run=RUN)
    transport = httpx.ASGITransport(app=app)
    async with (
        Outside.open() as outside,
        httpx.AsyncClient(transport=transport, base_url="http://notifications") as client,
    ):
        yield World(client, issuing_key, f"clinic-{uuid.uuid4().hex[:12]}", topic, outside)
    settings.cache_clear()
    console_url.cache_clear()
