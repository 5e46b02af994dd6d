"""The agents function on real emulators, called through its API and its handlers."""

import json
import uuid
from collections.abc import AsyncIterator

import httpx
import pytest
from joserfc.jwk import OKPKey

from functions.agents.api import ROUTER
from shared.kit.signing import public_key_set
from shared.runtime import auth
from shared.runtime.app import create_api
from shared.runtime.settings import runtime_settings
from tests.bearers import ISSUER
from tests.functions.agents.worlds import World
from tests.functions.approvals.conftest import cloud
from tests.shared.cloud import Cloud, Mailbox

__all__ = ["cloud"]


@pytest.fixture(scope="module")
async def mailbox(cloud: Cloud) -> Mailbox:
    """What reaches the topic, of every tenant."""
    return await cloud.mailbox("agents")


@pytest.fixture(scope="module")
async def issuing_key(
    cloud: Cloud, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[OKPKey]:
    key = OKPKey.generate_key("Ed25519", {"kid": "test"})
    keys = tmp_path_factory.mktemp("issuer") / "jwks.json"
    keys.write_text(json.dumps(public_key_set(key)))
    with pytest.MonkeyPatch.context() as environment:
        for name, value in {
            "ASSENT_ENVIRONMENT": "local",
            "ASSENT_ISSUER": ISSUER,
            "ASSENT_AUDIENCE": "assent",
            "ASSENT_JWKS_URL": keys.as_uri(),
        }.items():
            environment.setenv(name, value)
        _forget_issuer()
        yield key
        _forget_issuer()


def _forget_issuer() -> None:
    # Both are remembered per process, where a real process has one issuer only.
    runtime_settings.cache_clear()
    auth._verifiers.forget()


@pytest.fixture
async def world(cloud: Cloud, mailbox: Mailbox, issuing_key: OKPKey) -> AsyncIterator[World]:
    """A tenant nobody else has, and whole wires."""
    cloud.mend()
    transport = httpx.ASGITransport(app=create_api(function="agents", router=ROUTER))
    async with httpx.AsyncClient(transport=transport, base_url="http://agents") as client:
        yield World(client, issuing_key, f"clinic-{uuid.uuid4().hex[:12]}", cloud)
