"""Google's own emulators, a key to sign tokens with, and somebody who answers for approvals."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from uuid import uuid4

import aiohttp
import httpx
import pytest
from joserfc.jwk import OKPKey

from emulators.firestore import FirestoreEmulator
from emulators.google_cli import find_tools
from emulators.iam import PROJECT, REGION
from emulators.pubsub.emulator import PubsubEmulator
from emulators.workplace import Workplace
from shared.kit.signing import public_key_set
from tests.mobile_api.phones import AUDIENCE, ISSUER, Phone, app_under_test
from tests.mobile_api.standin import OwnerStandIn

TOPICS = ("mobile-api", "dead-letters")


@pytest.fixture(scope="session")
def issuing_key() -> OKPKey:
    return OKPKey.generate_key("Ed25519", {"kid": "test"})


@pytest.fixture(scope="session")
async def emulators(
    tmp_path_factory: pytest.TempPathFactory, issuing_key: OKPKey
) -> AsyncIterator[PubsubEmulator]:
    """Firestore and Pub/Sub, with the environment that leads to them."""
    directory = tmp_path_factory.mktemp("emulators")
    workplace, tools = Workplace(directory), find_tools()
    keys = directory / "jwks.json"
    keys.write_text(json.dumps(public_key_set(issuing_key)))
    async with AsyncExitStack() as exits:
        http = await exits.enter_async_context(aiohttp.ClientSession())
        firestore, pubsub = await asyncio.gather(
            FirestoreEmulator.start(tools, workplace, http),
            PubsubEmulator.start(tools, workplace, http),
        )
        exits.push_async_callback(firestore.stop)
        exits.push_async_callback(pubsub.stop)
        for topic in TOPICS:
            url = f"http://{pubsub.address}/v1/projects/{PROJECT}/topics/{topic}"
            async with http.put(url, json={}) as answer:
                assert answer.status == 200, await answer.text()
        patch = exits.enter_context(pytest.MonkeyPatch.context())
        for name, value in {
            "GOOGLE_CLOUD_PROJECT": PROJECT,
            "FIRESTORE_EMULATOR_HOST": firestore.address,
            "PUBSUB_EMULATOR_HOST": pubsub.address,
            "ASSENT_ENVIRONMENT": "local",
            "ASSENT_REGION": REGION,
            "ASSENT_ISSUER": ISSUER,
            "ASSENT_AUDIENCE": AUDIENCE,
            "ASSENT_JWKS_URL": keys.as_uri(),
        }.items():
            patch.setenv(name, value)
        yield pubsub


@pytest.fixture(scope="session")
async def standing_in(emulators: PubsubEmulator) -> AsyncIterator[OwnerStandIn]:
    """Answers where approvals would; what it says is each test's business."""
    async with OwnerStandIn.open() as owner:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("ASSENT_URL_APPROVALS", owner.url)
            yield owner


@pytest.fixture
def owner(standing_in: OwnerStandIn) -> Iterator[OwnerStandIn]:
    standing_in.forget()
    yield standing_in
    standing_in.forget()


@pytest.fixture
def tenant(emulators: PubsubEmulator) -> str:
    """A tenant nobody else uses."""
    return f"tenant-{uuid4().hex[:12]}"


@pytest.fixture
async def phone(owner: OwnerStandIn, tenant: str, issuing_key: OKPKey) -> AsyncIterator[Phone]:
    """The governor's phone, with every scope."""
    transport = httpx.ASGITransport(app=app_under_test())
    async with httpx.AsyncClient(transport=transport, base_url="http://mobile") as client:
        yield Phone(client, issuing_key, tenant, expires_at=int(time.time()) + 900)
