"""The knowledge function on real emulators and a real database."""

import uuid
from collections.abc import AsyncIterator

import httpx
import pytest
from joserfc.jwk import OKPKey

from emulators.buckets import Buckets
from functions.knowledge.api import ROUTER, RUN
from functions.knowledge.service import answers, constitution
from shared.policy import published
from shared.runtime.app import create_api
from tests.functions.agents.conftest import issuing_key
from tests.functions.approvals.conftest import cloud
from tests.functions.knowledge.worlds import World
from tests.shared.cloud import Cloud, Mailbox

__all__ = ["cloud", "issuing_key"]


@pytest.fixture(scope="module")
async def topic(cloud: Cloud) -> Mailbox:
    """What the function publishes, of every tenant."""
    return await cloud.mailbox("knowledge")


@pytest.fixture
async def world(
    cloud: Cloud, topic: Mailbox, database: str, buckets: Buckets, issuing_key: OKPKey
) -> AsyncIterator[World]:
    """A tenant nobody else has, whose people ask and add documents."""
    cloud.mend()
    published.forget()
    answers.forget()
    constitution.forget()
    transport = httpx.ASGITransport(app=create_api(function="knowledge", router=ROUTER, run=RUN))
    async with httpx.AsyncClient(transport=transport, base_url="http://knowledge") as client:
        yield World(client, issuing_key, f"clinic-{uuid.uuid4().hex[:12]}", database)
