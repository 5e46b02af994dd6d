"""The tools function on real emulators, and the server that it acts on."""

import uuid
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import aiohttp
import httpx
import pytest
from aiohttp import web
from joserfc.jwk import OKPKey

from emulators.clock import VirtualClock
from emulators.ports import HOST
from emulators.targets_server import application
from functions.tools import settings
from functions.tools.api import ROUTER, RUN
from shared.policy import published
from shared.runtime.app import create_api
from tests.functions.agents.conftest import issuing_key
from tests.functions.approvals.conftest import cloud
from tests.functions.tools.worlds import World
from tests.shared.cloud import Cloud, Mailbox

__all__ = ["cloud", "issuing_key"]


@pytest.fixture(scope="module")
async def topic(cloud: Cloud) -> Mailbox:
    """What the function publishes, of every tenant."""
    return await cloud.mailbox("tools")


@pytest.fixture(scope="module")
async def targets(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """The address of the server of counters and ledgers."""
    runner = web.AppRunner(application(tmp_path_factory.mktemp("targets") / "targets.db"))
    await runner.setup()
    await web.TCPSite(runner, HOST, 0).start()
    url = f"http://{HOST}:{runner.addresses[0][1]}"
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("ASSENT_TARGETS_URL", url)
        environment.setenv("ASSENT_LOOPBACK_TARGETS", "true")
        environment.setenv("ASSENT_ENVIRONMENT", "local")
        settings.settings.cache_clear()
        yield url
        settings.settings.cache_clear()
    await runner.cleanup()


@pytest.fixture
def later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], object]:
    """Lets time pass."""
    clock = VirtualClock(tmp_path / "offset")
    monkeypatch.setenv("ASSENT_CLOCK_FILE", str(clock.path))
    return lambda step: clock.advance(step.total_seconds())


@pytest.fixture
async def world(
    cloud: Cloud, topic: Mailbox, targets: str, http: aiohttp.ClientSession, issuing_key: OKPKey
) -> AsyncIterator[World]:
    """A tenant nobody else has, whole wires, and an agent that serves."""
    cloud.mend()
    published.forget()
    app = create_api(function="tools", router=ROUTER, run=RUN)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://tools") as client:
        tenant = f"clinic-{uuid.uuid4().hex[:12]}"
        world = World(client, targets, http, issuing_key, tenant, cloud)
        await world.fail(drop=0, refuse=0)
        await world.agent()
        yield world
