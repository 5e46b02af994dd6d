"""The billing function on real emulators, with an account of Stripe's beside it."""

import json
import os
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from functools import cache

import httpx
import pytest
import stripe
from joserfc.jwk import OKPKey
from starlette.types import ASGIApp

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


@dataclass
class Offices:
    """Where tenants buy, and where their governors approve."""

    billing: httpx.AsyncClient
    approvals: httpx.AsyncClient
    key: OKPKey
    topic: Mailbox
    project: str

    async def sell_at(self, stripe_url: str) -> None:
        """The operator's account at Stripe is the one at that address from now on."""
        _forget_account()
        secrets._texts.clear()
        account = {"api_key": "sk_test_one", "webhook_secret": WEBHOOK_SECRET, "api": stripe_url}
        address = os.environ["SECRET_MANAGER_EMULATOR_HOST"]
        await put_secret(address, SECRET, json.dumps(account), self.project)

    def tenant(self, stripe_url: str) -> World:
        """A tenant nobody else has."""
        name = f"clinic-{uuid.uuid4().hex[:12]}"
        at_stripe = _operator_at(stripe_url)
        return World(self.billing, self.key, name, self.topic, at_stripe, self.approvals)


@cache
def _operator_at(stripe_url: str) -> stripe.StripeClient:
    # Each has connections of its own.
    return stripe.StripeClient("sk_test_one", base_addresses={"api": stripe_url})


def _forget_account() -> None:
    # Each account has prices of its own.
    stripe_calls._prices.clear()
    for each in (settings, console_url, stripe_calls._client):
        each.cache_clear()


def _client_of(app: ASGIApp) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://function")


@pytest.fixture(scope="module")
async def topic(cloud: Cloud) -> Mailbox:
    """What the function publishes, of every tenant."""
    await cloud.mailbox("approvals")
    return await cloud.mailbox("billing")


@pytest.fixture(scope="module")
def stripe_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the account at Stripe, of all tenants."""
    with running_stripe(tmp_path_factory.mktemp("stripe") / "stripe.db") as url:
        yield url


@pytest.fixture
async def offices(
    cloud: Cloud, topic: Mailbox, issuing_key: OKPKey, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Offices]:
    """The functions that sell and approve, for tenants of any account at Stripe."""
    cloud.mend()
    published.forget()
    monkeypatch.setattr(secrets, "_texts", {})
    made = create_api(function="billing", router=ROUTER, run=RUN)
    deciding = create_api(function="approvals", router=APPROVALS, run=APPROVALS_RUN)
    async with _client_of(made) as client, _client_of(deciding) as approvals:
        yield Offices(client, approvals, issuing_key, topic, cloud.project)
    _forget_account()


@pytest.fixture
async def world(offices: Offices, stripe_url: str) -> World:
    """A tenant nobody else has, whose operator has an account at Stripe."""
    await offices.sell_at(stripe_url)
    return offices.tenant(stripe_url)
