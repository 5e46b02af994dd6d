"""The policy function and approvals on real emulators, called through their APIs and handlers."""

import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import httpx
import pytest
from joserfc.jwk import OKPKey

from functions.approvals.api import ROUTER as APPROVALS
from functions.policy.api import ROUTER as POLICY
from shared.policy import published
from shared.runtime.app import create_api
from tests.functions.agents.conftest import issuing_key
from tests.functions.approvals.conftest import cloud
from tests.functions.policy.worlds import World
from tests.shared.cloud import Cloud, Mailbox

__all__ = ["cloud", "issuing_key"]


@pytest.fixture(scope="module")
async def topics(cloud: Cloud) -> list[Mailbox]:
    """The topics of both functions."""
    return [await cloud.mailbox(name) for name in ("policy", "approvals")]


@pytest.fixture
async def world(cloud: Cloud, topics: list[Mailbox], issuing_key: OKPKey) -> AsyncIterator[World]:
    """A tenant nobody else has, and whole wires."""
    cloud.mend()
    published.forget()
    async with AsyncExitStack() as stack:
        policy, approvals = [
            await stack.enter_async_context(
                httpx.AsyncClient(
                    transport=httpx.ASGITransport(app=create_api(function=name, router=router)),
                    base_url=f"http://{name}",
                )
            )
            for name, router in (("policy", POLICY), ("approvals", APPROVALS))
        ]
        tenant = f"clinic-{uuid.uuid4().hex[:12]}"
        yield World(policy, approvals, issuing_key, tenant, cloud)
