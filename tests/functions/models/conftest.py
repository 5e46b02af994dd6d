"""The function on real emulators, behind a real server, with the scripted model as its provider."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import httpx
import pytest
import uvicorn
from aiohttp import web
from joserfc.jwk import OKPKey

from emulators.model_server import application as scripted
from emulators.ports import HOST
from functions.models import settings
from functions.models.api import ROUTER, RUN
from functions.models.service import providers
from shared.runtime.app import create_api
from tests.functions.agents.conftest import issuing_key
from tests.functions.approvals.conftest import cloud
from tests.functions.models.worlds import World
from tests.shared.cloud import Cloud, Mailbox

__all__ = ["cloud", "issuing_key"]


@pytest.fixture(scope="module")
async def topic(cloud: Cloud) -> Mailbox:
    """What reaches the topic, of every tenant."""
    return await cloud.mailbox("models")


@pytest.fixture(scope="module")
async def model() -> AsyncIterator[str]:
    """The address of the scripted model, which is the stack's own."""
    runner = web.AppRunner(scripted(), handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, HOST, 0).start()
    url = f"http://{HOST}:{runner.addresses[0][1]}"
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("ASSENT_ENVIRONMENT", "local")
        environment.setenv("ASSENT_MODEL_URL", f"{url}/v1")
        settings.settings.cache_clear()
        yield url
        settings.settings.cache_clear()
    await runner.cleanup()


@pytest.fixture(scope="module")
async def served(
    cloud: Cloud, topic: Mailbox, model: str, issuing_key: OKPKey
) -> AsyncIterator[str]:
    """The address of the function's public side."""
    app: Any = create_api(function="models", router=ROUTER, run=RUN)
    config = uvicorn.Config(app, host=HOST, port=0, log_config=None, lifespan="off")
    server, listening = uvicorn.Server(config), config.bind_socket()
    serving = asyncio.create_task(server.serve([listening]))
    yield f"http://{HOST}:{listening.getsockname()[1]}"
    server.should_exit = True
    await serving
    for each in (providers._own, *providers._others.values()):
        each.forget()


@pytest.fixture
async def world(
    served: str, model: str, cloud: Cloud, http: aiohttp.ClientSession, issuing_key: OKPKey
) -> AsyncIterator[World]:
    """A tenant nobody else has, with a route to the scripted model, and whole wires."""
    cloud.mend()
    async with httpx.AsyncClient(
        base_url=served, timeout=30, verify=False, trust_env=False
    ) as client:
        tenant = f"clinic-{uuid.uuid4().hex[:12]}"
        world = World(client, served, model, issuing_key, tenant, cloud)
        await world.route("small")
        yield world
