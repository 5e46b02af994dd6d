"""The values of a closed tenant's credentials go, each with an event; a crash leaves none."""

import uuid
from collections.abc import AsyncIterator

import httpx
import pytest

from events.credentials import CredentialRemoved
from events.tenants import TenantClosed
from functions.tools.reactions import HANDLERS, RUN
from functions.tools.service import credentials
from shared.kit import clock
from shared.kit.control import Control
from shared.kit.errors import Unavailable
from shared.kit.secret_names import credential_secret
from shared.messaging.envelope import Envelope
from shared.messaging.log import EVENT_LOG
from shared.runtime.reactions import create_reactions
from shared.storage.firestore import TenantStore
from shared.storage.secret_writing import delete_secret
from shared.storage.secrets import read_version
from tests.functions.tools.connecting import TOKEN, Desk
from tests.functions.tools.worlds import World
from tests.shared.control import write_control

OF_MODELS = "of-models"


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


@pytest.fixture
async def reactions(world: World) -> AsyncIterator[httpx.AsyncClient]:
    app = create_reactions(function="tools", handlers=HANDLERS, run=RUN)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://tools") as client:
        yield client


async def close(world: World, client: httpx.AsyncClient) -> httpx.Response:
    """Identity says that the tenant is closed for good."""
    await write_control(world.store, Control(status="closed"))
    now = clock.now()
    event = Envelope(
        id=f"evt_{uuid.uuid4().hex}",
        type=TenantClosed.event_type,
        source="//assent/identity",
        subject=f"tenant/{world.tenant}",
        time=now,
        tenantid=world.tenant,
        actorid="identity",
        correlationid="evt_0",
        causationid="evt_0",
        sequence=3,
        data="{}",
        received_at=now,
    )
    return await client.post("/events/identity", content=event.data, headers=event.headers())


async def removals(tenant: str) -> int:
    where = [("type", "==", CredentialRemoved.event_type)]
    return await TenantStore(tenant).count(EVENT_LOG, where=where)


async def test_all_values_of_a_closed_tenant_go_and_no_others(
    world: World, desk: Desk, reactions: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.credential("first-secret-value")
    body = {"kind": "bearer", "hosts": ["api.example.com"], "secret": "sk-a-value"}
    await desk.sent("PUT", f"/v1/credentials/{OF_MODELS}", {**body, "used_by": "models"})
    other = Desk(world.at(f"{world.tenant}-2"))
    await other.credential("their-secret-value")

    # A process dies after it deleted the first value, before it committed anything.
    deleted: list[str] = []

    async def delete_one(secret: str) -> None:
        if deleted:
            raise Unavailable("it died")
        deleted.append(secret)
        await delete_secret(secret)

    with monkeypatch.context() as dying:
        dying.setattr(credentials, "delete_secret", delete_one)
        assert (await close(world, reactions)).status_code >= 500
    assert await removals(world.tenant) == 0
    # Delivered again, and once more.
    for _ in range(2):
        assert (await close(world, reactions)).status_code == 204
        assert await removals(world.tenant) == 2
    for secret in (
        credential_secret(world.tenant, TOKEN),
        credential_secret(world.tenant, OF_MODELS, of_models=True),
    ):
        with pytest.raises(Unavailable):
            await read_version(secret, "1", 0)
    theirs = credential_secret(f"{world.tenant}-2", TOKEN)
    assert await read_version(theirs, "1", 0) == "their-secret-value"


async def test_nothing_else_follows_in_a_closed_tenant(
    world: World, desk: Desk, reactions: httpx.AsyncClient
) -> None:
    """A tenant without credentials is closed without a word."""
    assert (await close(world, reactions)).status_code == 204
    assert await world.store.count(EVENT_LOG) == 0
