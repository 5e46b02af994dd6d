"""The billing function on real emulators, with an account of Stripe's beside it."""

import json
import os
import uuid
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
import stripe
from joserfc.jwk import OKPKey

from emulators.provisioning import put_secret
from emulators.stripe.running import running_stripe
from functions.approvals.api import ROUTER as APPROVALS
from functions.approvals.api import RUN as APPROVALS_RUN
from functions.billing.api import ROUTER, RUN
from functions.billing.service import stripe_calls
from functions.billing.settings import SECRET, console_url, settings
from shared.policy import published
from shared.runtime.app import create_api
from shared.storage import secrets
from tests.functions.agents.conftest import issuing_key
from tests.functions.approvals.conftest import cloud
from tests.functions.billing.worlds import WEBHOOK_SECRET, World
from tests.shared.cloud import Cloud, Mailbox

__all__ = ["cloud", "issuing_key"]


@pytest.fixture(scope="module")
async def topic(cloud: Cloud) -> Mailbox:
    """What the function publishes, of every tenant."""
    await cloud.mailbox("approvals")
    return await cloud.mailbox("billing")


@pytest.fixture(scope="module")
def stripe_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the account at Stripe, of all tenants."""
    # Each account has prices of its own.
    stripe_calls._prices.clear()
    with running_stripe(tmp_path_factory.mktemp("stripe") / "stripe.db") as url:
        yield url


@pytest.fixture
async def world(
    cloud: Cloud,
    topic: Mailbox,
    stripe_url: str,
    issuing_key: OKPKey,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[World]:
    """A tenant nobody else has, whose operator has an account at Stripe."""
    cloud.mend()
    published.forget()
    for each in (settings, console_url, stripe_calls._client):
        each.cache_clear()
    account = {"api_key": "sk_test_one", "webhook_secret": WEBHOOK_SECRET, "api": stripe_url}
    monkeypatch.setattr(secrets, "_texts", {})
    address = os.environ["SECRET_MANAGER_EMULATOR_HOST"]
    await put_secret(address, SECRET, json.dumps(account), cloud.project)
    app = create_api(function="billing", router=ROUTER, run=RUN)
    transport = httpx.ASGITransport(app=app)
    deciding = create_api(function="approvals", router=APPROVALS, run=APPROVALS_RUN)
    at_stripe = stripe.StripeClient("sk_test_one", base_addresses={"api": stripe_url})
    async with (
        httpx.AsyncClient(transport=transport, base_url="http://billing") as client,
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app=deciding), base_url="http://approvals"
        ) as approvals,
    ):
        tenant = f"clinic-{uuid.uuid4().hex[:12]}"
        yield World(client, issuing_key, tenant, topic, at_stripe, approvals)
    for each in (settings, console_url, stripe_calls._client):
        each.cache_clear()
