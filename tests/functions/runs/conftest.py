"""Runs, `tools` and approvals on real emulators, called through their APIs and handlers, and the
server that is acted on."""

import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
import httpx
import pytest
from aiohttp import web
from joserfc.jwk import OKPKey

from emulators.model_server import SCRIPTED
from emulators.model_server import application as scripted
from emulators.ports import HOST
from functions.approvals.api import ROUTER as APPROVALS
from functions.capsules.api import ROUTER as CAPSULES
from functions.capsules.api import RUN as RUN_OF_CAPSULES
from functions.runs import settings
from functions.runs.api import ROUTER as RUNS
from functions.tools.api import ROUTER as TOOLS
from functions.tools.api import RUN as RUN_OF_TOOLS
from shared.kit.clock import OFFSET
from shared.kit.per_loop import PerLoop
from shared.policy import published
from shared.runtime import function_calls
from shared.runtime.app import create_api
from tests.functions.agents.conftest import issuing_key
from tests.functions.approvals.conftest import cloud
from tests.functions.capsules.agents import deploy, spec_of
from tests.functions.runs.jobs import Apart, Jobs
from tests.functions.runs.worlds import World
from tests.functions.tools.conftest import targets
from tests.shared.cloud import Cloud, Mailbox

__all__ = ["cloud", "issuing_key", "targets"]


@pytest.fixture(scope="module")
async def topics(cloud: Cloud) -> list[Mailbox]:
    """The topics of the functions."""
    published = ("runs", "runs.recalls", "runs.retention", "tools", "approvals")
    return [await cloud.mailbox(name) for name in published]


@pytest.fixture(scope="module")
async def model() -> AsyncIterator[str]:
    """The address of the scripted model, which the function runs is configured with."""
    runner = web.AppRunner(scripted())
    await runner.setup()
    await web.TCPSite(runner, HOST, 0).start()
    url = f"http://{HOST}:{runner.addresses[0][1]}"
    with pytest.MonkeyPatch.context() as environment:
        for name, value in {
            "ENVIRONMENT": "local",
            "MODEL_URL": f"{url}/v1",
            "MODEL_NAME": SCRIPTED,
            "MODEL_USD_IN": "1",
            "MODEL_USD_OUT": "4",
        }.items():
            environment.setenv(f"ASSENT_{name}", value)
        settings.settings.cache_clear()
        yield url
        settings.settings.cache_clear()
    await runner.cleanup()


@pytest.fixture(scope="module")
def clock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The file that all functions read the clock's offset from."""
    path = tmp_path_factory.mktemp("clock") / "offset"
    path.write_bytes(OFFSET.pack(0.0))
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("ASSENT_CLOCK_FILE", str(path))
        yield path


@pytest.fixture
async def world(
    cloud: Cloud,
    topics: list[Mailbox],
    targets: str,
    clock: Path,
    http: aiohttp.ClientSession,
    issuing_key: OKPKey,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[World]:
    """A tenant nobody else has, with an agent that serves, and whole wires."""
    cloud.mend()
    published.forget()
    async with AsyncExitStack() as stack:
        clients = {}
        for name, router, run in (
            ("runs", RUNS, None),
            ("approvals", APPROVALS, None),
            ("tools", TOOLS, RUN_OF_TOOLS),
        ):
            app = create_api(function=name, router=router, run=run)
            transport = httpx.ASGITransport(app=app)
            client = httpx.AsyncClient(transport=transport, base_url=f"http://{name}")
            clients[name] = await stack.enter_async_context(client)
        called = {"tools": clients["tools"], "runs": clients["runs"]}
        monkeypatch.setattr(function_calls, "_clients", PerLoop(lambda: called))
        tenant = f"clinic-{uuid.uuid4().hex[:12]}"
        world = World(
            clients["runs"],
            clients["approvals"],
            clients["tools"],
            targets,
            http,
            issuing_key,
            tenant,
            cloud,
            clock,
        )
        await world.fail(drop=0, refuse=0)
        await world.agent()
        yield world


@pytest.fixture
async def jobs(world: World, cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Jobs]:
    """The same tenant, whose agent has rights that the compiler reads, with `capsules`."""
    await cloud.mailbox("capsules")
    wire = Apart(create_api(function="capsules", router=CAPSULES, run=RUN_OF_CAPSULES))
    await deploy(world.tenant, spec_of())
    async with httpx.AsyncClient(transport=wire, base_url="http://capsules") as client:
        monkeypatch.setitem(function_calls._clients.here(), "capsules", client)
        yield Jobs(world, client, wire)
