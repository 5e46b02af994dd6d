"""What one caller and one tenant may use: a loop is slowed down, and nobody else is."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, ExitStack, suppress
from datetime import UTC, datetime

import httpx
import pytest
from fastapi import Depends
from pydantic import BaseModel

from shared.kit.callers import Caller
from shared.kit.errors import TooManyRequests
from shared.kit.per_loop import PerLoop
from shared.kit.tier_limits import TierLimit
from shared.manifest.model import Sizing
from shared.runtime import bodies, leases, limits, tier_limits
from shared.runtime.app import create_api
from shared.runtime.auth import requires
from shared.runtime.boundary import MAX_BODY_BYTES
from shared.runtime.limits import (
    BYTES_FOR_ONE,
    OF_CALLER,
    OF_FUNCTIONS,
    OF_MEMBERS,
    READ,
    WRITE,
    Allowance,
    Limits,
    Underway,
    cost_of,
    cost_of_bytes,
)
from shared.runtime.routes import Router
from shared.runtime.settings import runtime_settings
from tests.shared.runtime.asking import claims, client
from tests.shared.runtime.issuer import Issuer


def _caller(principal: str, tenant: str = "acme", *roles: str) -> Caller:
    return Caller(
        principal=principal,
        tenant_id=tenant,
        scopes=frozenset(),
        roles=frozenset(roles),
        received_at=datetime(2026, 1, 1, tzinfo=UTC),
        token="",
    )


ANA, BEN = _caller("ana"), _caller("ben")
STRANGER = _caller("ana", "other")
GALA, GREG = (_caller(each, "acme", "governor") for each in ("gala", "greg"))

router = Router(action="me.read", read=("things:read",), write=("things:read",))


class Text(BaseModel):
    text: str


@router.get("/v1/limited")
async def limited(caller: Caller = Depends(requires("things:read"))) -> dict[str, str]:  # noqa: B008
    return {"principal": caller.principal}


@router.get("/v1/long")
async def long(caller: Caller) -> Text:
    return Text(text="x" * 10 * BYTES_FOR_ONE)


@router.post("/v1/limited")
async def write(caller: Caller, body: Text) -> Text:
    return Text(text="")


class Clock:
    """Shows the seconds that a test sets."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def _limits(caller: float = 20.0, tenant: float = 30.0, per_second: float = 10.0) -> Limits:
    together = Allowance(per_second * 2, tenant, 4)
    return Limits(Allowance(per_second, caller, 3), together, together)


def _taken(limit: Limits, caller: Caller, calls: int, clock: Clock, cost: float = 1.0) -> int:
    taken = 0
    for _ in range(calls):
        try:
            with limit.call(caller, cost, clock):
                taken += 1
        except TooManyRequests:
            continue
    return taken


def test_a_burst_is_taken_and_then_what_is_refilled(clock: Clock) -> None:
    limit = _limits()
    assert _taken(limit, ANA, 100, clock) == 20
    clock.now += 0.5
    assert _taken(limit, ANA, 100, clock) == 5
    clock.now += 3600.0
    assert _taken(limit, ANA, 100, clock) == 20


def test_one_callers_loop_takes_nothing_from_another_tenant(clock: Clock) -> None:
    limit = _limits()
    assert _taken(limit, ANA, 100, clock) == 20
    assert _taken(limit, STRANGER, 100, clock) == 20


def test_more_callers_of_a_tenant_do_not_multiply_what_it_may_use(clock: Clock) -> None:
    limit = _limits()
    callers = [_caller(f"caller-{number}") for number in range(50)]
    assert sum(_taken(limit, caller, 100, clock) for caller in callers) == 30
    clock.now += 1.0
    assert sum(_taken(limit, caller, 100, clock) for caller in callers) == 20


def test_one_callers_loop_leaves_something_to_its_colleagues(clock: Clock) -> None:
    limit = Limits()
    for _ in range(60):
        _taken(limit, ANA, 200, clock)
        clock.now += 1.0
    assert _taken(limit, ANA, 100, clock) == OF_CALLER.per_second
    assert _taken(limit, BEN, 100, clock) >= OF_MEMBERS.per_second - OF_CALLER.per_second


def test_what_a_function_asks_for_a_tenant_is_limited_apart(clock: Clock) -> None:
    limits, runs = Limits(), _caller("service:runs")
    assert _taken(limits, runs, 1_000, clock, WRITE) == OF_FUNCTIONS.burst / WRITE
    assert _taken(limits, ANA, 1, clock) == 1
    assert _taken(limits, _caller("service:runs", "other"), 1, clock) == 1
    clock.now += 1
    assert _taken(limits, runs, 1_000, clock, WRITE) == OF_FUNCTIONS.per_second / WRITE


def test_a_call_that_was_refused_costs_nothing(clock: Clock) -> None:
    limit = _limits(caller=20.0, tenant=30.0)
    assert _taken(limit, ANA, 1_000, clock) == 20
    # Of the tenant's thirty, ten are left.
    assert _taken(limit, BEN, 1_000, clock) == 10


def test_calls_cost_more_with_their_bytes() -> None:
    assert cost_of("GET", 0) == cost_of("HEAD", 0) == READ
    assert cost_of("POST", 0) == cost_of("PUT", 0) == cost_of("DELETE", 0) == WRITE
    assert cost_of("POST", 4 * BYTES_FOR_ONE) == WRITE + 4
    assert cost_of_bytes(BYTES_FOR_ONE) == 1


def test_what_an_answer_costs_is_made_up_for_before_the_next_call(clock: Clock) -> None:
    limit = _limits()
    with limit.call(ANA, 1.0, clock) as call:
        call.add(39.0)
    # Forty of twenty are used: at ten a second the next is taken after two, and what it costs.
    with pytest.raises(TooManyRequests) as refused, limit.call(ANA, 1.0, clock):
        pass
    assert refused.value.retry_after == 3
    clock.now += 2.1
    assert _taken(limit, ANA, 10, clock) == 1


def test_who_comes_back_when_told_is_taken(clock: Clock) -> None:
    limit = _limits(caller=1.0, per_second=0.25)
    assert _taken(limit, ANA, 1, clock) == 1
    with pytest.raises(TooManyRequests) as refused, limit.call(ANA, 1.0, clock):
        pass
    assert refused.value.retry_after == 4
    clock.now += refused.value.retry_after
    assert _taken(limit, ANA, 2, clock) == 1


def test_a_call_larger_than_the_burst_is_taken_once_all_of_it_is_there(clock: Clock) -> None:
    limit = _limits(caller=20.0)
    assert _taken(limit, ANA, 2, clock, cost=25.0) == 1
    clock.now += 2.6
    assert _taken(limit, ANA, 2, clock, cost=25.0) == 1


def test_only_so_many_calls_of_a_caller_and_of_a_tenant_are_under_way(clock: Clock) -> None:
    limit = _limits()

    def call(caller: Caller) -> AbstractContextManager[Underway]:
        return limit.call(caller, 1.0, clock)

    with ExitStack() as under_way:
        for _ in range(3):
            under_way.enter_context(call(ANA))
        with pytest.raises(TooManyRequests, match="this caller's calls are 3 at once"), call(ANA):
            pass
        under_way.enter_context(call(BEN))
        with pytest.raises(TooManyRequests, match="together are 4 at once"), call(BEN):
            pass
        assert _taken(limit, STRANGER, 1, clock) == 1
    assert _taken(limit, ANA, 1, clock) == 1


def test_a_call_that_fails_is_no_longer_under_way(clock: Clock) -> None:
    limit = _limits()
    for _ in range(5):
        with pytest.raises(RuntimeError), limit.call(ANA, 1.0, clock):
            raise RuntimeError
    assert not limit._callers._under_way
    assert not limit._members._under_way


def test_nobody_gets_back_what_they_spent_because_others_call_meanwhile(clock: Clock) -> None:
    limit = _limits()
    assert _taken(limit, ANA, 100, clock) == 20
    for number in range(5_000):
        assert _taken(limit, _caller(f"ben-{number}", f"tenant-{number}"), 1, clock) == 1
    assert _taken(limit, ANA, 100, clock) == 0
    assert _taken(limit, BEN, 100, clock) == 10


def test_who_has_spent_nothing_for_a_while_is_forgotten(clock: Clock) -> None:
    limit = _limits()
    for number in range(100):
        with limit.call(_caller("ana", f"tenant-{number}"), 1.0, clock) as call:
            call.add(30.0 if number == 50 else -1.0 if number == 99 else 1.0)
    assert len(limit._callers._left) == len(limit._members._left) == 100
    clock.now += 10.0
    _taken(limit, BEN, 1, clock)
    assert len(limit._callers._left) == len(limit._members._left) == 1


def test_a_persons_ordinary_use_is_never_refused(clock: Clock) -> None:
    """A phone that opens the app again and again, and pages through long lists."""
    limit = Limits()
    for _ in range(60):
        for answer in (2_000, 75_000, 40_000, 13_000, 13_000, 2_000):
            with limit.call(ANA, cost_of("GET", 0), clock) as call:
                call.add(cost_of_bytes(answer))
        clock.now += 5.0


def test_fifty_decisions_that_waited_offline_are_taken_within_half_a_minute(clock: Clock) -> None:
    """Each answer is a card of 13 KB, and a refusal says when the next is taken."""
    limit, began = Limits(), clock.now
    for _ in range(50):
        with suppress(TooManyRequests), limit.call(ANA, cost_of("POST", 300), clock) as call:
            call.add(cost_of_bytes(13_000))
            continue
        clock.now += 1.0
        with limit.call(ANA, cost_of("POST", 300), clock) as call:
            call.add(cost_of_bytes(13_000))
    assert clock.now - began <= 30.0


def test_the_largest_call_is_always_taken_after_a_pause(clock: Clock) -> None:
    largest = cost_of("POST", MAX_BODY_BYTES)
    assert largest < OF_CALLER.burst
    assert _taken(Limits(), ANA, 1, clock, cost=largest) == 1


def _allow_every_tier(monkeypatch: pytest.MonkeyPatch) -> None:
    ample = TierLimit("free", per_minute=10**6, per_hour=10**9, lease=10**5)
    monkeypatch.setattr(tier_limits, "LIMITS", {"free": ample})
    monkeypatch.setattr(tier_limits, "_leases", PerLoop(leases.Leases))


@pytest.fixture
def few(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A deployed function that takes few calls."""
    deployed = runtime_settings().model_copy(update={"environment": "prod"})
    monkeypatch.setattr(limits, "runtime_settings", lambda: deployed)
    monkeypatch.setattr(limits, "_limits", _limits(caller=6.0, tenant=9.0, per_second=1.0))
    _allow_every_tier(monkeypatch)


def _bearer(
    issuer: Issuer, principal: str, tenant: str = "acme", *roles: str, scope: str = "things:read"
) -> dict[str, str]:
    said = claims(sub=principal, tenant=tenant, roles=list(roles), scope=scope)
    return {"Authorization": f"Bearer {issuer.sign(said)}"}


@pytest.mark.parametrize(
    ("update", "expected"),
    [
        ({"environment": "local"}, 200),
        ({"environment": "local", "local_limits": True}, 429),
        ({"environment": "prod"}, 429),
        ({"environment": "prod", "local_limits": False}, 429),
    ],
)
async def test_beyond_a_laptop_a_loop_is_told_when_to_come_back(
    update: dict[str, object], expected: int, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployed = runtime_settings().model_copy(update=update)
    monkeypatch.setattr(limits, "runtime_settings", lambda: deployed)
    monkeypatch.setattr(limits, "_limits", _limits(caller=3.5, per_second=1.0))
    _allow_every_tier(monkeypatch)
    bearer = _bearer(issuer, "ana")
    async with client(create_api(function="things", router=router)) as asking:
        answers: list[httpx.Response] = [
            await asking.get("/v1/limited", headers=bearer) for _ in range(4)
        ]
    assert [answer.status_code for answer in answers] == [200, 200, 200, expected]
    if expected == 429:
        assert answers[-1].headers["retry-after"] == "1"
        problem = answers[-1].json()
        assert problem["code"] == "too_many_requests"
        assert "this caller's calls may cost 1 a second, and 3.5 after a pause" in problem["detail"]
        assert "1 more for each 16 KiB of its body and its answer" in problem["detail"]


@pytest.mark.usefixtures("few")
async def test_large_bodies_and_answers_count(issuer: Issuer) -> None:
    large = {"text": "x" * BYTES_FOR_ONE}
    async with client(create_api(function="things", router=router)) as asking:

        async def post(principal: str) -> int:
            bearer = _bearer(issuer, principal)
            return (await asking.post("/v1/limited", headers=bearer, json=large)).status_code

        async def get(path: str, principal: str, tenant: str) -> int:
            bearer = _bearer(issuer, principal, tenant)
            return (await asking.get(path, headers=bearer)).status_code

        # Four for the write and one for its body, of six for a caller and nine for the tenant.
        assert [await post("ana"), await post("ana"), await post("ben")] == [200, 429, 429]
        assert await get("/v1/limited", "ben", "acme") == 200
        assert await get("/v1/long", "ana", "other") == 200
        assert await get("/v1/limited", "ana", "other") == 429
        assert await get("/v1/limited", "ana", "third") == 200


@pytest.mark.usefixtures("few")
async def test_a_body_of_unknown_length_counts_as_long_as_it_is(issuer: Issuer) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b'{"text": "'
        for _ in range(4):
            yield b"x" * BYTES_FOR_ONE
        yield b'"}'

    bearer = {**_bearer(issuer, "ana"), "Content-Type": "application/json"}
    async with client(create_api(function="things", router=router)) as asking:
        first = await asking.post("/v1/limited", headers=bearer, content=body())
        # Seven of six: as much as there is. The next finds nothing.
        second = await asking.get("/v1/limited", headers=bearer)
        assert [first.status_code, second.status_code] == [200, 429]


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("declared", [MAX_BODY_BYTES + 1, 900_000_000_000, 10**300])
async def test_what_is_declared_too_large_is_refused_and_costs_nothing(
    declared: int, issuer: Issuer
) -> None:
    mallory = {**_bearer(issuer, "mallory"), "Content-Length": str(declared)}
    async with client(create_api(function="things", router=router)) as asking:
        answers = [await asking.get("/v1/limited", headers=mallory) for _ in range(20)]
        assert {answer.status_code for answer in answers} == {413}
        for name in ("mallory", "ana"):
            taken = await asking.get("/v1/limited", headers=_bearer(issuer, name))
            assert taken.status_code == 200


@pytest.mark.usefixtures("few")
async def test_a_call_without_the_scope_costs_what_reading_does(issuer: Issuer) -> None:
    mallory = _bearer(issuer, "mallory", scope="other:read")
    async with client(create_api(function="things", router=router)) as asking:
        answers = [
            (await asking.post("/v1/limited", headers=mallory, json={"text": "x" * BYTES_FOR_ONE}))
            for _ in range(2)
        ]
        assert [answer.status_code for answer in answers] == [403, 403]
        # Two of the caller's six are used, not more than eight.
        again = await asking.post("/v1/limited", headers=_bearer(issuer, "mallory"), json={})
        assert again.status_code == 422


async def _never_ends() -> AsyncIterator[bytes]:
    yield b"{"
    await asyncio.sleep(3600)


@pytest.mark.usefixtures("few")
async def test_a_slow_body_holds_its_places_for_a_while_only(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "WITHIN_SECONDS", 0.5)
    monkeypatch.setattr(limits, "_limits", _limits(caller=100.0, tenant=100.0))
    api = create_api(function="things", router=router)
    async with client(api) as asking:

        async def slow(principal: str) -> httpx.Response:
            bearer = {**_bearer(issuer, principal), "Transfer-Encoding": "chunked"}
            return await asking.post("/v1/limited", headers=bearer, content=_never_ends())

        async with asyncio.TaskGroup() as group:
            held = [group.create_task(slow(name)) for name in ("a", "b", "c", "d", "a")]
            refused = itertools.islice(asyncio.as_completed(held), 3)
            assert {(await each).status_code for each in refused} == {429}
            # Two bodies hold all that the tenant's members have, and nothing of its governors'.
            member = await asking.get("/v1/limited", headers=_bearer(issuer, "ana"))
            veto = await asking.post(
                "/v1/limited",
                headers=_bearer(issuer, "gala", "acme", "governor"),
                json={"text": "stop"},
            )
        answers = [each.result() for each in held]
        told = sorted((answer.status_code, answer.headers.get("connection")) for answer in answers)
        assert (member.status_code, veto.status_code) == (429, 200)
        assert told == [(408, "close"), (408, "close"), (429, None), (429, None), (429, None)]
        assert {answer.json()["code"] for answer in answers} == {
            "request_timeout",
            "too_many_requests",
        }
        taken = await asking.get("/v1/limited", headers=_bearer(issuer, "ana"))
        assert taken.status_code == 200


def test_two_tenants_slow_bodies_leave_places_in_an_instance(clock: Clock) -> None:
    limit, taken = Limits(), 0
    with ExitStack() as under_way:
        for tenant in ("acme", "other"):
            for number in range(100):
                roles = ("governor",) if number % 2 else ()
                caller = _caller(f"caller-{number}", tenant, *roles)
                try:
                    under_way.enter_context(limit.call(caller, 1.0, clock, has_body=True))
                except TooManyRequests:
                    continue
                taken += 1
        assert taken == 18 < Sizing().concurrency


def test_nobody_without_the_role_keeps_a_governor_from_deciding(clock: Clock) -> None:
    limit = Limits()
    members = [_caller(f"member-{number}") for number in range(50)]
    for _ in range(60):
        for member in members:
            _taken(limit, member, 20, clock)
        with limit.call(GALA, cost_of("POST", 300), clock, has_body=True) as call:
            call.add(cost_of_bytes(13_000))
        clock.now += 1.0


def test_one_governors_loop_leaves_something_to_the_others(clock: Clock) -> None:
    limit = Limits()
    for _ in range(60):
        _taken(limit, GALA, 200, clock)
        clock.now += 1.0
    assert _taken(limit, GREG, 1, clock, cost=WRITE) == 1


def test_the_longest_wait_of_all_that_refuse_is_told(clock: Clock) -> None:
    limit = _limits(caller=10.0, tenant=20.0)
    _taken(limit, ANA, 1, clock, cost=9.0)
    with limit.call(BEN, 1.0, clock) as call:
        call.add(29.0)
    # The caller lacks one of ten a second, the tenant twenty-one of twenty.
    with pytest.raises(TooManyRequests, match="together") as refused, limit.call(ANA, 2.0, clock):
        pass
    assert refused.value.retry_after == 2
    clock.now += refused.value.retry_after
    assert _taken(limit, ANA, 1, clock, cost=2.0) == 1


def test_no_cost_locks_anybody_out_for_long(clock: Clock) -> None:
    limit = _limits()
    with limit.call(ANA, 1.0, clock) as call:
        call.add(1e12)
    clock.now += 4.1
    assert _taken(limit, ANA, 1, clock) == 1
