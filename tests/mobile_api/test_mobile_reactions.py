"""Events as they are delivered: only their topic's function may publish them."""

from collections.abc import AsyncIterator, Mapping

import httpx
import pytest
from starlette.types import ASGIApp

from events import approvals
from mobile_api.reactions import HANDLERS, RUN
from mobile_api.rules.documents import CARDS
from shared.runtime.reactions import create_reactions
from shared.storage.firestore import TenantStore
from tests.mobile_api.stories import approval, id_of
from tests.mobile_api.worlds import in_tenant


@pytest.fixture
async def deliveries(tenant: str) -> AsyncIterator[httpx.AsyncClient]:
    app: ASGIApp = create_reactions(function="mobile-api", handlers=HANDLERS, run=RUN)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://reactions") as client:
        yield client


async def _cards(tenant: str) -> int:
    return len((await TenantStore(tenant).find(CARDS)).items)


async def _deliver(deliveries: httpx.AsyncClient, tenant: str, **attributes: str) -> httpx.Response:
    event = in_tenant(approval(approvals.ApprovalRequested), tenant)
    headers: Mapping[str, str] = event.headers() | attributes
    return await deliveries.post("/events/approvals", content=event.data, headers=dict(headers))


async def test_an_event_of_its_owner_is_projected(
    deliveries: httpx.AsyncClient, tenant: str
) -> None:
    assert (await _deliver(deliveries, tenant)).status_code == 204
    assert await _cards(tenant) == 1


@pytest.mark.parametrize(
    "attributes",
    [
        {"ce-source": "//assent/agents"},
        {"ce-type": "assent.approval.requested.v2"},
        {"ce-subject": f"approval/{id_of('apr', 2)}"},
        {"ce-tenantid": ""},
        {"ce-specversion": "2.0"},
        {"ce-type": "assent.notification.requested.v1"},
    ],
)
async def test_what_can_never_be_right_is_acknowledged_and_projects_nothing(
    deliveries: httpx.AsyncClient, tenant: str, attributes: dict[str, str]
) -> None:
    assert (await _deliver(deliveries, tenant, **attributes)).status_code == 204
    assert await _cards(tenant) == 0


async def test_the_sweep_runs(deliveries: httpx.AsyncClient) -> None:
    answer = await deliveries.post(
        "/schedules/assent.sweep.due.v1",
        headers={
            "ce-specversion": "1.0",
            "ce-id": "sch_1",
            "ce-type": "assent.sweep.due.v1",
            "ce-source": "//assent/mobile-api",
            "ce-subject": "schedule/sweep",
            "ce-time": "2026-11-20T12:00:00Z",
        },
    )
    assert answer.status_code == 204
