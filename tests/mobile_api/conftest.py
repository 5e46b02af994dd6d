"""Google's own emulators, a key to sign tokens with, and somebody who answers for approvals."""

import json
import time
from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import aiohttp
import httpx
import pytest
from joserfc.jwk import OKPKey

import mobile_api.approvals
from emulators.iam import REGION
from shared.kit.signing import public_key_set
from shared.runtime import auth
from shared.runtime.settings import runtime_settings
from shared.storage.secrets import log_keys
from tests.backing import Service
from tests.mobile_api.phones import AUDIENCE, ISSUER, Phone, app_under_test
from tests.mobile_api.standin import OwnerStandIn
from tests.secret_manager import running_secret_manager

TOPICS = ("mobile-api", "mobile-api.devices", "dead-letters")
PUBLISHERS = ("agents", "approvals", "mobile-api")


@pytest.fixture(scope="module")
def issuing_key() -> OKPKey:
    return OKPKey.generate_key("Ed25519", {"kid": "test"})


@pytest.fixture(scope="module")
async def emulators(
    firestore_emulator: Service,
    pubsub_emulator: Service,
    http: aiohttp.ClientSession,
    project: str,
    tmp_path_factory: pytest.TempPathFactory,
    issuing_key: OKPKey,
) -> AsyncIterator[None]:
    """Firestore and Pub/Sub, with the environment that leads to them."""
    keys = tmp_path_factory.mktemp("issuer") / "jwks.json"
    keys.write_text(json.dumps(public_key_set(issuing_key)))
    for topic in TOPICS:
        url = f"http://{pubsub_emulator.address}/v1/projects/{project}/topics/{topic}"
        async with http.put(url, json={}) as answer:
            assert answer.status in (200, 409), await answer.text()
    with pytest.MonkeyPatch.context() as environment:
        for name, value in {
            "GOOGLE_CLOUD_PROJECT": project,
            "FIRESTORE_EMULATOR_HOST": firestore_emulator.address,
            "PUBSUB_EMULATOR_HOST": pubsub_emulator.address,
            "ASSENT_ENVIRONMENT": "local",
            "ASSENT_REGION": REGION,
            "ASSENT_ISSUER": ISSUER,
            "ASSENT_AUDIENCE": AUDIENCE,
            "ASSENT_JWKS_URL": keys.as_uri(),
        }.items():
            environment.setenv(name, value)
        runtime_settings.cache_clear()
        with auth._verifiers.anew():
            folder = tmp_path_factory.mktemp("secrets")
            async with running_secret_manager(project, folder) as secret_manager:
                await secret_manager.give_log_keys(*PUBLISHERS)
                await secret_manager.give_wrapping_key()
                # Nobody serves this loop while a command under test runs a loop of its own.
                for function in PUBLISHERS:
                    await log_keys(function)
                yield
        runtime_settings.cache_clear()


@pytest.fixture(scope="module")
async def standing_in(emulators: None) -> AsyncIterator[OwnerStandIn]:
    """Answers where approvals would; what it says is each test's business."""
    async with OwnerStandIn.open() as owner:
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("ASSENT_URL_APPROVALS", owner.url)
            with mobile_api.approvals._clients.anew():
                yield owner


@pytest.fixture
def owner(standing_in: OwnerStandIn) -> Iterator[OwnerStandIn]:
    standing_in.forget()
    yield standing_in
    standing_in.forget()


@pytest.fixture
def tenant(emulators: None) -> str:
    """A tenant nobody else uses."""
    return f"tenant-{uuid4().hex[:12]}"


@pytest.fixture
async def phone(owner: OwnerStandIn, tenant: str, issuing_key: OKPKey) -> AsyncIterator[Phone]:
    """The governor's phone, with every scope."""
    transport = httpx.ASGITransport(app=app_under_test())
    async with httpx.AsyncClient(transport=transport, base_url="http://mobile") as client:
        found = Phone(client, issuing_key, tenant, expires_at=int(time.time()) + 900)
        # The first call of a tenant reads what holds for all of them for a while.
        await found.get("/dashboard")
        yield found
