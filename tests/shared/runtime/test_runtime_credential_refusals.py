"""A refused token is recorded with whom it proves: for its own tenant, or for the platform."""

import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from joserfc.jwk import OKPKey

from shared.aggregates.runner import Runner
from shared.kit.bookkeeping import PLATFORM_TENANT, CredentialRefused
from shared.kit.callers import Caller
from shared.kit.errors import RecordedRefusal, SignatureInvalid
from shared.messaging.log import EVENT_LOG, logged_event
from shared.runtime.access_tokens import Claims
from shared.runtime.app import create_api
from shared.runtime.credential_refusals import OF_A_PRINCIPAL, OF_STRANGERS
from shared.runtime.routes import Router
from shared.storage import patience
from shared.storage.firestore import TenantStore
from tests.shared.cloud import Cloud
from tests.shared.runtime.asking import claims, client
from tests.shared.runtime.issuer import Issuer
from tests.shared.stories import NOW

pytestmark = pytest.mark.platform
router = Router(action="me.read", read=("things:read",), write=("things:write",))


@router.get("/v1/things/{thing_id}")
async def thing(caller: Caller, thing_id: str) -> dict[str, str]:
    return {"tenant": caller.tenant_id}


class _Refused(RecordedRefusal, SignatureInvalid):
    pass


@router.get("/v1/proofs/{owner}")
async def proof(caller: Caller, owner: str) -> dict[str, str]:
    match owner:
        case "platform":
            raise _Refused("unverified", "nobody gave it", tenant_id=PLATFORM_TENANT)
        case "nobody":
            raise _Refused(None, "it is too late")
    raise _Refused("replayed", "it was used before")


@pytest.fixture
def tenant() -> str:
    return f"tenant-{uuid.uuid4().hex[:12]}"


@pytest.fixture
async def api(issuer: Issuer, cloud: Cloud, noun: str) -> AsyncIterator[httpx.AsyncClient]:
    await cloud.mailbox(noun)
    cloud.mend()
    async with client(create_api(function=noun, router=router, run=Runner(noun))) as asking:
        yield asking


async def _ask(api: httpx.AsyncClient, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    return (await api.get("/v1/things/of-mara", headers=headers)).status_code


async def _recorded(tenant: str, noun: str) -> list[CredentialRefused]:
    """Of that function, in a tenant's log."""
    where = [("source", "==", f"//assent/{noun}")]
    entries = TenantStore(tenant).find_all(EVENT_LOG, where=where)
    events = [logged_event(each.data, NOW) async for each in entries]
    assert {each.type for each in events} <= {CredentialRefused.event_type}
    assert {each.tenantid for each in events} <= {tenant}
    return [each.payload(CredentialRefused) for each in events]


EXPIRED = {"exp": int(time.time()) - 1}
REFUSED: dict[str, tuple[dict[str, Any], str, int]] = {
    "expired": (EXPIRED, "expired", 401),
    "not valid yet": ({"nbf": int(time.time()) + 3600}, "not_valid_yet", 401),
    "another audience": ({"aud": "others"}, "another_audience", 401),
    "a scope is missing": ({"scope": "things:write"}, "scope_missing", 403),
}


@pytest.mark.parametrize(("changes", "reason", "status"), REFUSED.values(), ids=list(REFUSED))
async def test_a_token_of_our_issuer_is_recorded_for_its_own_tenant(
    api: httpx.AsyncClient,
    issuer: Issuer,
    tenant: str,
    noun: str,
    changes: dict[str, Any],
    reason: str,
    status: int,
) -> None:
    token = issuer.sign(claims(tenant=tenant, **changes))
    assert await _ask(api, token) == status
    (refused,) = await _recorded(tenant, noun)
    assert (refused.reason, refused.principal) == (reason, "ana")
    assert (refused.function, refused.call) == (noun, "GET /v1/things/{thing_id}")
    assert token.split(".")[1] not in refused.model_dump_json()
    assert await _recorded(PLATFORM_TENANT, noun) == []


async def test_a_principal_that_nobody_may_be_is_recorded_and_has_not_acted(
    api: httpx.AsyncClient, issuer: Issuer, tenant: str, noun: str
) -> None:
    assert await _ask(api, issuer.sign(claims(tenant=tenant, sub="deadline"))) == 401
    (refused,) = await _recorded(tenant, noun)
    assert (refused.reason, refused.principal) == ("reserved_principal", "deadline")
    (entry,) = (await TenantStore(tenant).find(EVENT_LOG)).items
    assert entry.data["actorid"] == f"service:{noun}"


async def test_a_token_of_another_type_is_recorded_for_its_own_tenant(
    api: httpx.AsyncClient, issuer: Issuer, tenant: str, noun: str
) -> None:
    assert await _ask(api, issuer.sign(claims(tenant=tenant), typ="id+jwt")) == 401
    assert [each.reason for each in await _recorded(tenant, noun)] == ["another_type"]


async def test_a_forged_token_writes_nothing_into_the_tenant_that_it_names(
    api: httpx.AsyncClient, issuer: Issuer, tenant: str, noun: str
) -> None:
    stranger = OKPKey.generate_key("Ed25519", {"kid": "one"})
    assert await _ask(api, issuer.sign(claims(tenant=tenant), key=stranger)) == 401
    assert await _recorded(tenant, noun) == []
    (refused,) = await _recorded(PLATFORM_TENANT, noun)
    assert (refused.reason, refused.principal) == ("unverified", None)
    assert tenant not in refused.model_dump_json()


async def test_another_issuers_token_writes_nothing_into_our_tenant_of_that_name(
    api: httpx.AsyncClient, issuer: Issuer, tenant: str, noun: str
) -> None:
    """Also where both issuers have the same keys, and whatever else is wrong with the token."""
    for typ in ("at+jwt", "id+jwt"):
        token = issuer.sign(claims(tenant=tenant, iss="https://other.test"), typ=typ)
        assert await _ask(api, token) == 401
    assert await _recorded(tenant, noun) == []
    refused = await _recorded(PLATFORM_TENANT, noun)
    assert {(each.reason, each.principal) for each in refused} == {
        ("another_issuer", None),
        ("another_type", None),
    }


async def test_what_a_call_refuses_of_a_proof_is_recorded_where_it_says_and_for_its_caller(
    api: httpx.AsyncClient, issuer: Issuer, tenant: str, noun: str
) -> None:
    headers = {"Authorization": f"Bearer {issuer.sign(claims(tenant=tenant))}"}
    for owner in ("caller", "platform", "nobody"):
        assert (await api.get(f"/v1/proofs/{owner}", headers=headers)).status_code == 403
    (own,) = await _recorded(tenant, noun)
    assert (own.reason, own.principal, own.call) == ("replayed", "ana", "GET /v1/proofs/{owner}")
    (other,) = await _recorded(PLATFORM_TENANT, noun)
    assert (other.reason, other.principal) == ("unverified", "ana")


async def test_no_token_is_no_refused_token(api: httpx.AsyncClient, noun: str) -> None:
    assert (await api.get("/v1/things/of-mara")).status_code == 401
    assert await _recorded(PLATFORM_TENANT, noun) == []


async def test_no_token_can_name_the_platforms_tenant() -> None:
    with pytest.raises(ValueError, match="tenant"):
        Claims.model_validate(claims(tenant=PLATFORM_TENANT))


async def test_a_flood_of_one_principal_is_recorded_up_to_the_rate(
    api: httpx.AsyncClient, issuer: Issuer, tenant: str, noun: str
) -> None:
    token = issuer.sign(claims(tenant=tenant, **EXPIRED))
    asked = 3 * OF_A_PRINCIPAL.per_minute
    assert {await _ask(api, token) for _ in range(asked)} == {401}
    recorded = await _recorded(tenant, noun)
    assert 1 <= _most_a_minute(recorded) <= OF_A_PRINCIPAL.per_minute
    assert len(recorded) < asked


async def test_a_token_for_no_tenant_is_recorded_for_the_platform(
    api: httpx.AsyncClient, issuer: Issuer, noun: str
) -> None:
    token = issuer.sign(claims(tenant=None))
    answer = await api.get("/v1/things/of-mara", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json()["code"]) == (403, "tenant_not_chosen")
    (refused,) = await _recorded(PLATFORM_TENANT, noun)
    assert (refused.reason, refused.principal) == ("tenant_missing", "ana")


async def test_a_flood_of_strangers_is_recorded_once_a_minute_and_reason(
    api: httpx.AsyncClient, noun: str
) -> None:
    assert {await _ask(api, f"a.{number}.b") for number in range(30)} == {401}
    assert _most_a_minute(await _recorded(PLATFORM_TENANT, noun)) == OF_STRANGERS.per_minute


def _most_a_minute(recorded: list[CredentialRefused]) -> int:
    minutes = Counter(each.refused_at.replace(second=0, microsecond=0) for each in recorded)
    return max(minutes.values())


@pytest.mark.parametrize("method", ["RunAggregationQuery", "Commit"])
async def test_the_refusal_stands_where_it_cannot_be_recorded(
    api: httpx.AsyncClient,
    issuer: Issuer,
    cloud: Cloud,
    tenant: str,
    monkeypatch: pytest.MonkeyPatch,
    method: str,
) -> None:
    monkeypatch.setattr(patience, "RETRIED_FOR_SECONDS", 0.0)
    cloud.firestore.cut(method)
    assert await _ask(api, issuer.sign(claims(tenant=tenant, **EXPIRED))) == 401
