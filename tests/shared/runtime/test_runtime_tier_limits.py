"""What a caller is told of the tier's requests, and who may go on when they are used up."""

import re
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx
import pytest
from fastapi import Request

from shared.kit import clock
from shared.kit.callers import Caller
from shared.kit.errors import TierLimitReached
from shared.kit.per_loop import PerLoop
from shared.kit.tier_limits import BALANCES, HOUR, LIMITS, Balance
from shared.runtime import leases, limits, tier_limits
from shared.runtime.app import create_api
from shared.runtime.leases import Remaining
from shared.runtime.limits import Allowance, Limits
from shared.runtime.open_routes import OpenRouter
from shared.runtime.routes import Router
from shared.runtime.settings import runtime_settings
from shared.runtime.tier_limits import beyond_quota, beyond_tier, limits_of, policies_of
from shared.storage.batches import Batch
from shared.storage.firestore import TenantStore
from tests.limited import limit_plans
from tests.shared.runtime.asking import claims, client
from tests.shared.runtime.issuer import Issuer
from tests.shared.wire import Wire

pytestmark = pytest.mark.platform

router = Router(action="me.read", read=("things:read",), write=("things:write",))
tenantless = Router(action="me.read", read=("things:read",), tenantless=True)
policies = Router(action="policies.create", write=("things:write",), within=("amend_policies",))
strangers = OpenRouter(action="device.list")
# Ten minutes after an hour began.
AT = datetime(2026, 3, 1, 12, 10, tzinfo=UTC)
# RFC 9651: a list of strings, each with whole numbers as parameters.
FIELD = re.compile(r'"[a-z]+"(;[a-z]=\d+)+(, "[a-z]+"(;[a-z]=\d+)+)*')


@router.get("/v1/things")
async def list_things(caller: Caller) -> dict[str, str]:
    return {"principal": caller.principal}


@router.post("/v1/vetoes")
@beyond_tier
async def veto(caller: Caller) -> dict[str, str]:
    return {"principal": caller.principal}


@router.get("/v1/plan")
@beyond_quota
async def show_plan(caller: Caller) -> dict[str, str]:
    return {"principal": caller.principal}


@policies.post("/v1/rules")
async def write_policy(caller: Caller) -> dict[str, str]:
    return {"principal": caller.principal}


@tenantless.get("/v1/mine")
async def show(caller: Caller) -> dict[str, str]:
    return {"principal": caller.principal}


@strangers.get("/v1/open")
async def opened() -> dict[str, str]:
    return {}


class Callers:
    """Calls of one tenant that nobody else has."""

    def __init__(self, http: httpx.AsyncClient, issuer: Issuer) -> None:
        self._http = http
        self._issuer = issuer
        self.tenant: str | None = f"tenant-{uuid.uuid4().hex[:12]}"
        self.key: dict[str, object] = {}
        self.at = AT

    async def get(self, *roles: str, path: str = "/v1/things") -> httpx.Response:
        return await self._http.get(path, headers=self._bearer(roles))

    async def write(self, *roles: str) -> httpx.Response:
        return await self._http.post("/v1/rules", headers=self._bearer(roles))

    async def veto(self, *roles: str) -> httpx.Response:
        return await self._http.post("/v1/vetoes", headers=self._bearer(roles))

    async def use_up(self, *roles: str) -> httpx.Response:
        """The first refusal."""
        for _ in range(LIMITS["free"].burst + 1):
            answer = await self.get(*roles)
        assert answer.status_code == 429, answer.text
        return answer

    def _bearer(self, roles: tuple[str, ...]) -> dict[str, str]:
        at = int(self.at.timestamp())
        lifetime = {"iat": at, "nbf": at, "exp": at + 600}
        token = self._issuer.sign(
            claims(tenant=self.tenant, roles=list(roles), **lifetime, **self.key)
        )
        return {"Authorization": f"Bearer {token}"}


@pytest.fixture
async def callers(
    issuer: Issuer, firestore: Wire, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Callers]:
    """A deployed function, at a time that stands still."""
    deployed = runtime_settings().model_copy(update={"environment": "prod"})
    monkeypatch.setattr(limits, "runtime_settings", lambda: deployed)
    monkeypatch.setattr(tier_limits, "runtime_settings", lambda: deployed)
    monkeypatch.setattr(tier_limits, "_leases", PerLoop(leases.Leases))
    monkeypatch.setattr(leases, "ANSWERED_WITHIN_SECONDS", 60.0)
    ample = Allowance(per_second=1e6, burst=1e6, at_once=1_000)
    monkeypatch.setattr(limits, "_limits", Limits(ample, ample, ample))
    monkeypatch.setattr(clock, "now", lambda: AT)
    api = create_api(
        function="things", router=Router.joining(router, policies, tenantless, strangers)
    )
    async with client(api) as http:
        yield Callers(http, issuer)


async def test_every_answer_says_what_the_tier_allows_and_what_is_left(callers: Callers) -> None:
    answer = await callers.get()
    assert answer.status_code == 200
    assert answer.headers["ratelimit-policy"] == '"minute";q=60;w=60, "hour";q=1000;w=3600'
    assert answer.headers["ratelimit"] == '"minute";r=19;t=1, "hour";r=999;t=3000'
    unknown = await callers.get(path="/v1/things?unknown=1")
    assert unknown.status_code == 422
    assert unknown.headers["ratelimit"] == '"minute";r=18;t=2, "hour";r=998;t=3000'


async def test_beyond_the_tier_a_caller_is_told_when_to_come_back_and_which_tier_allows_more(
    callers: Callers,
) -> None:
    refusal = await callers.use_up()
    assert refusal.headers["retry-after"] == "6"
    assert refusal.headers["ratelimit"] == '"minute";r=0;t=6, "hour";r=980;t=3000'
    assert refusal.headers["content-type"] == "application/problem+json"
    problem = refusal.json()
    assert (problem["code"], problem["upgrade_to"]) == ("tier_limit_reached", "pro")
    assert problem["detail"] == (
        "the tier free allows the tenant's members 60 requests a minute and 1000 an hour; "
        "those of the minute are used up. The tier pro allows 300 and 10000"
    )


async def test_after_the_wait_that_was_told_the_call_is_taken(
    callers: Callers, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusal = await callers.use_up()
    after = int(refusal.headers["retry-after"])
    later = datetime.fromtimestamp(AT.timestamp() + after, UTC)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert (await callers.get()).status_code == 200


async def test_what_members_use_up_their_governors_still_have(callers: Callers) -> None:
    await callers.use_up()
    assert (await callers.get("governor")).status_code == 200
    assert (await callers.get("deputy")).status_code == 200
    assert (await callers.get("tenant_admin")).status_code == 429


@pytest.mark.parametrize("role", ["governor", "deputy"])
async def test_no_veto_is_refused_for_want_of_requests(role: str, callers: Callers) -> None:
    await callers.use_up()
    await callers.use_up(role)
    vetoes = [await callers.veto(role) for _ in range(100)]
    assert {each.status_code for each in vetoes} == {200}
    assert "ratelimit" not in vetoes[0].headers


async def test_who_may_not_decide_gets_no_call_for_trying(callers: Callers) -> None:
    await callers.use_up()
    assert (await callers.veto("operator")).status_code == 429


async def test_tokens_for_no_tenant_and_strangers_take_nothing_of_a_tier(
    callers: Callers, firestore: Wire
) -> None:
    callers.tenant = None
    mine = [await callers.get(path="/v1/mine") for _ in range(100)]
    opened = await callers.get(path="/v1/open")
    assert {each.status_code for each in (*mine, opened)} == {200}
    assert "ratelimit" not in opened.headers
    assert firestore.calls == []


async def test_a_call_that_the_tier_refuses_costs_its_process_no_more_than_a_read(
    callers: Callers, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Allowance(per_second=1e-6, burst=100.0, at_once=10)
    await callers.use_up()
    monkeypatch.setattr(limits, "_limits", Limits(slow, slow, slow))
    refused = [(await callers.veto()).json()["code"] for _ in range(97)]
    # A write needs four of which three are left.
    assert set(refused) == {"tier_limit_reached"}
    assert (await callers.veto()).json()["code"] == "too_many_requests"


async def test_a_key_has_its_own_limit_and_leaves_the_rest_to_others(callers: Callers) -> None:
    callers.key = {"sid": "key_a", "requests_per_minute": 9}
    answers = [await callers.get("operator") for _ in range(5)]
    assert [each.status_code for each in answers] == [200, 200, 200, 429, 429]
    assert answers[0].headers["ratelimit-policy"] == '"minute";q=9;w=60, "hour";q=540;w=3600'
    assert answers[0].headers["ratelimit"] == '"minute";r=2;t=7, "hour";r=539;t=3000'
    assert answers[3].headers["retry-after"] == "7"
    problem = answers[3].json()
    assert (problem["code"], problem["upgrade_to"]) == ("tier_limit_reached", None)
    assert problem["detail"].startswith("this API key allows 9 requests a minute, which are used")
    callers.key = {"sid": "key_b", "requests_per_minute": 9}
    assert (await callers.get("operator")).status_code == 200
    callers.key = {}
    answer = await callers.get("operator")
    # The tenant gave four: what the key's limit refused took nothing.
    assert answer.headers["ratelimit"] == '"minute";r=15;t=5, "hour";r=995;t=3000'


async def test_a_key_that_its_tenant_refuses_loses_nothing_of_its_own(
    callers: Callers, monkeypatch: pytest.MonkeyPatch
) -> None:
    callers.key = {"sid": "key_a", "requests_per_minute": 9}
    assert (await callers.get()).status_code == 200
    callers.key = {}
    for _ in range(LIMITS["free"].burst):
        refusal = await callers.get()
    callers.key = {"sid": "key_a", "requests_per_minute": 9}
    refused = [await callers.get() for _ in range(10)]
    assert {each.status_code for each in refused} == {429}
    assert "the tier free allows" in refused[-1].json()["detail"]
    assert refused[-1].headers["ratelimit-policy"].startswith('"minute";q=60;')
    after = AT.timestamp() + int(refusal.headers["retry-after"])
    monkeypatch.setattr(clock, "now", lambda: datetime.fromtimestamp(after, UTC))
    assert (await callers.get()).status_code == 200


async def test_a_key_without_a_lower_limit_costs_nothing_more(
    callers: Callers, firestore: Wire
) -> None:
    for number, limit in enumerate(({}, {"requests_per_minute": 60})):
        callers.key = {"sid": f"key_{number}", **limit}
        answer = await callers.get()
        assert answer.headers["ratelimit-policy"].startswith('"minute";q=60;')
    assert firestore.calls.count("Commit") == 1


@pytest.mark.parametrize("per_minute", [0, 2, 1_001, -1, "many"])
async def test_a_token_with_another_limit_than_a_key_may_have_is_refused(
    callers: Callers, per_minute: object
) -> None:
    callers.key = {"sid": "key_a", "requests_per_minute": per_minute}
    assert (await callers.get()).status_code == 401


async def test_an_instance_of_another_function_counts_the_same_requests(
    callers: Callers, monkeypatch: pytest.MonkeyPatch
) -> None:
    await callers.use_up()
    monkeypatch.setattr(tier_limits, "_leases", PerLoop(leases.Leases))
    assert (await callers.get()).status_code == 429


@pytest.mark.parametrize(
    ("update", "allowed"),
    [
        ({"environment": "prod"}, 60),
        ({"environment": "prod", "local_tier": "team"}, 60),
        ({"environment": "local", "local_limits": True}, 60),
        ({"environment": "local", "local_limits": True, "local_tier": "team"}, 1_000),
    ],
)
async def test_only_a_local_platform_gives_a_tier_to_who_has_none(
    update: dict[str, object], allowed: int, callers: Callers, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = runtime_settings().model_copy(update=update)
    monkeypatch.setattr(tier_limits, "runtime_settings", lambda: settings)
    monkeypatch.setattr(limits, "runtime_settings", lambda: settings)
    answer = await callers.get()
    assert answer.headers["ratelimit-policy"].startswith(f'"minute";q={allowed};')


@pytest.mark.parametrize("name", sorted(LIMITS))
@pytest.mark.parametrize(
    "remaining",
    [
        Remaining(0, 0, 7_000.5),
        Remaining(3, 20, 3_599.9),
        Remaining(0, 17, 1_000.25, "minute", 1_000.5),
        Remaining(5, 0, 1_000.25, "hour", HOUR),
    ],
)
def test_the_headers_are_structured_fields(name: str, remaining: Remaining) -> None:
    limit = LIMITS[name]  # type: ignore[index]
    assert FIELD.fullmatch(policies_of(limit))
    assert FIELD.fullmatch(limits_of(remaining, limit))


def test_a_retry_is_never_told_before_the_window_ends() -> None:
    for remaining in (
        Remaining(0, 17, 1_000.25, "minute", 1_003.5),
        Remaining(5, 0, 1_000.25, "hour", HOUR),
    ):
        said = limits_of(remaining, LIMITS["free"])
        policy = re.search(rf'"{remaining.refused}";r=0;t=(\d+)', said)
        assert policy is not None
        assert tier_limits.retry_after(remaining) >= int(policy[1])


@pytest.fixture
async def planned(callers: Callers, monkeypatch: pytest.MonkeyPatch) -> Callers:
    """The same function, where plans limit too."""
    limit_plans(monkeypatch)
    return callers


async def _has_sent(tenant: str | None, calls: int, group: str = "members") -> None:
    assert tenant is not None
    balance = Balance(at=AT.timestamp(), left=20.0, month_leased=calls)
    batch = Batch()
    batch.put(BALANCES, group, {"state": balance.model_dump_json()})
    await TenantStore(tenant).commit(batch)


async def _counted(tenant: str, group: str = "members") -> int:
    document = await TenantStore(tenant).get(BALANCES, group)
    assert document is not None
    return Balance.model_validate_json(document.data["state"]).month_leased


async def test_when_the_months_calls_are_used_up_the_plan_can_still_be_changed(
    planned: Callers, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _has_sent(planned.tenant, 997)
    codes = [(await planned.get()).status_code for _ in range(4)]
    assert codes == [200, 200, 200, 429]
    refusal = await planned.get()
    assert {name: refusal.json()[name] for name in ("code", "meter", "limit", "resets_at")} == {
        "code": "quota_exhausted",
        "meter": "api_calls",
        "limit": 1_000,
        "resets_at": "2026-04-01T00:00:00.000Z",
    }
    assert refusal.json()["upgrade_to"] == "pro"
    assert (await planned.get(path="/v1/plan")).status_code == 200
    # The month is the whole tenant's, and another tenant has its own.
    assert (await planned.get("governor")).json()["code"] == "quota_exhausted"
    assert (await planned.get("governor", path="/v1/plan")).status_code == 200
    mine, planned.tenant = planned.tenant, f"tenant-{uuid.uuid4().hex[:12]}"
    assert (await planned.get()).status_code == 200
    planned.tenant = mine
    planned.at = datetime(2026, 4, 1, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: planned.at)
    assert (await planned.get()).status_code == 200


@pytest.mark.parametrize("role", ["operator", "governor"])
async def test_what_people_do_in_a_browser_is_none_of_the_months_calls(
    role: str, planned: Callers
) -> None:
    assert planned.tenant is not None
    group = "governors" if role == "governor" else "members"
    await _has_sent(planned.tenant, 998, group)
    planned.key = {"sid": "ses_a", "auth_time": int(AT.timestamp())}
    assert [(await planned.get(role)).status_code for _ in range(5)] == [200] * 5
    planned.key = {"sid": "ses_b", "act": {"sub": "sam"}}
    assert (await planned.get(role)).status_code == 200
    assert await _counted(planned.tenant, group) == 998
    # A session of the command, and a key, are programs'.
    for sid in ("ses_c", "key_a"):
        planned.key = {"sid": sid}
        assert (await planned.get(role)).status_code == 200
    assert await _counted(planned.tenant, group) == 1_000
    assert (await planned.get(role)).json()["code"] == "quota_exhausted"
    planned.key = {"sid": "ses_a", "auth_time": int(AT.timestamp())}
    assert (await planned.get(role)).status_code == 200


async def test_a_call_that_a_plan_must_not_refuse_is_none_of_its_calls(planned: Callers) -> None:
    assert planned.tenant is not None
    answers = [await planned.get(path="/v1/plan") for _ in range(3)]
    answers += [await planned.veto() for _ in range(3)]
    assert {each.status_code for each in answers} == {200}
    assert await _counted(planned.tenant) == 0
    assert (await planned.get()).status_code == 200
    assert await _counted(planned.tenant) == 2


async def test_what_a_run_does_is_neither_counted_nor_stopped_for_want_of_calls(
    planned: Callers,
) -> None:
    assert planned.tenant is not None
    await _has_sent(planned.tenant, 1_000)
    assert (await planned.get()).status_code == 429
    runs = Caller.acting("service:runs", planned.tenant, AT)
    said = Request({"type": "http", "endpoint": list_things, "assent.also_said": []})
    for _ in range(5):
        await tier_limits.within_tier(said, runs)
    for _ in range(15):
        await tier_limits.within_tier(said, runs)
    # The minute limits it, as it does the calls that are taken beyond the month.
    with pytest.raises(TierLimitReached):
        await tier_limits.within_tier(said, runs)
    refusal = await planned.get(path="/v1/plan")
    assert refusal.json()["code"] == "tier_limit_reached"


async def test_a_feature_is_refused_to_who_may_use_it_with_the_plan_that_has_it(
    planned: Callers,
) -> None:
    refusal = await planned.write("governor")
    assert refusal.status_code == 403, refusal.text
    problem = refusal.json()
    assert (problem["code"], problem["feature"]) == ("feature_not_in_plan", "own-policies")
    assert problem["upgrade_to"] == "pro"
    assert "an admin buys it by POST /v1/billing/checkout" in problem["detail"]
    # Who may not do it anyway learns nothing of the plan.
    assert (await planned.write("end_user")).json()["code"] == "forbidden"


async def test_calls_of_the_month_cost_no_read_of_their_own(
    planned: Callers, firestore: Wire
) -> None:
    for _ in range(8):
        assert (await planned.get()).status_code == 200
    # A lease of two and one of six, as without a plan.
    assert firestore.calls == ["BatchGetDocuments", "Commit"] * 2
