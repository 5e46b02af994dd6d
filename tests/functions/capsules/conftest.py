"""The capsules function on real emulators, called through its API."""

import uuid
from collections.abc import AsyncIterator

import httpx
import pytest
from joserfc.jwk import OKPKey

from functions.capsules.api import ROUTER
from shared.policy import published
from shared.runtime.app import create_api
from tests.functions.agents.conftest import issuing_key
from tests.functions.approvals.conftest import cloud
from tests.functions.capsules.agents import deploy, spec_of
from tests.functions.capsules.worlds import World
from tests.shared.cloud import Cloud, Mailbox

__all__ = ["cloud", "issuing_key"]


@pytest.fixture(scope="module")
async def mailbox(cloud: Cloud) -> Mailbox:
    """What reaches the topic, of every tenant."""
    return await cloud.mailbox("capsules")


@pytest.fixture
async def world(cloud: Cloud, mailbox: Mailbox, issuing_key: OKPKey) -> AsyncIterator[World]:
    """A tenant nobody else has, whose agent serves, and whole wires."""
    cloud.mend()
    published.forget()
    transport = httpx.ASGITransport(app=create_api(function="capsules", router=ROUTER))
    async with httpx.AsyncClient(transport=transport, base_url="http://capsules") as client:
        world = World(client, issuing_key, f"clinic-{uuid.uuid4().hex[:12]}", cloud)
        await deploy(world.tenant, spec_of())
        yield world
