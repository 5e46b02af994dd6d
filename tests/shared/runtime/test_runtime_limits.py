"""What one caller and one tenant may use: a loop is slowed down, and nobody else is."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, ExitStack

import httpx
import pytest
from fastapi import Depends
from pydantic import BaseModel

from shared.kit.callers import Caller
from shared.kit.errors import TooManyRequests
from shared.runtime import limits
from shared.runtime.app import create_api
from shared.runtime.auth import requires
from shared.runtime.boundary import MAX_BODY_BYTES
from shared.runtime.limits import (
    BYTES_FOR_ONE,
    OF_CALLER,
    OF_TENANT,
    READ,
    WRITE,
    Allowance,
    Limits,
    cost_of,
    cost_of_bytes,
)
from shared.runtime.routes import Router
from shared.runtime.settings import runtime_settings
from tests.shared.runtime.asking import claims, client
from tests.shared.runtime.issuer import Issuer

ANA, BEN = ("acme", "ana"), ("acme", "ben")
STRANGER = ("other", "ana")

router = Router(read=("things:read",), write=("things:read",))


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
    return Limits(Allowance(per_second, caller, 3), Allowance(per_second * 2, tenant, 4))


def _taken(
    limit: Limits, caller: tuple[str, str], calls: int, clock: Clock, cost: float = 1.0
) -> int:
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
    callers = [("acme", f"caller-{number}") for number in range(50)]
    assert sum(_taken(limit, caller, 100, clock) for caller in callers) == 30
    clock.now += 1.0
    assert sum(_taken(limit, caller, 100, clock) for caller in callers) == 20


def test_one_callers_loop_leaves_something_to_its_colleagues(clock: Clock) -> None:
    limit = Limits()
    for _ in range(60):
        _taken(limit, ANA, 200, clock)
        clock.now += 1.0
    assert _taken(limit, ANA, 100, clock) == OF_CALLER.per_second
    assert _taken(limit, BEN, 100, clock) >= OF_TENANT.per_second - OF_CALLER.per_second


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
    with limit.call(ANA, 1.0, clock) as add:
        add(39.0)
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

    def call(caller: tuple[str, str]) -> AbstractContextManager[Callable[[float], None]]:
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
    assert not limit._tenants._under_way


def test_no_more_callers_are_remembered_than_we_mean_to(
    monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    monkeypatch.setattr(limits, "REMEMBERED", 10)
    limit = Limits()
    for number in range(50):
        _taken(limit, (f"tenant-{number}", "ana"), 1, clock)
    assert len(limit._callers._left) == len(limit._tenants._left) == 10


def test_a_persons_ordinary_use_is_never_refused(clock: Clock) -> None:
    """A phone that opens the app again and again, pages through long lists, and sends the fifty
    decisions that waited offline, where each answer is a card of 13 KB."""
    limit = Limits()
    for _ in range(60):
        for answer in (2_000, 75_000, 40_000, 13_000, 13_000, 2_000):
            with limit.call(ANA, cost_of("GET", 0), clock) as add:
                add(cost_of_bytes(answer))
        clock.now += 5.0
    for _ in range(50):
        with limit.call(ANA, cost_of("POST", 300), clock) as add:
            add(cost_of_bytes(13_000))
        clock.now += 0.02


def test_the_largest_call_is_always_taken_after_a_pause(clock: Clock) -> None:
    largest = cost_of("POST", MAX_BODY_BYTES)
    assert largest < OF_CALLER.burst
    assert _taken(Limits(), ANA, 1, clock, cost=largest) == 1


@pytest.fixture
def few(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A deployed function that takes few calls."""
    deployed = runtime_settings().model_copy(update={"environment": "prod"})
    monkeypatch.setattr(limits, "runtime_settings", lambda: deployed)
    monkeypatch.setattr(limits, "_limits", _limits(caller=6.0, tenant=9.0, per_second=1.0))


def _bearer(issuer: Issuer, principal: str, tenant: str = "acme") -> dict[str, str]:
    return {"Authorization": f"Bearer {issuer.sign(claims(sub=principal, tenant=tenant))}"}


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
    monkeypatch.setattr(limits, "_limits", _limits(caller=3.0, per_second=1.0))
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
        assert "this caller's calls may cost 1 a second, and 3 after a pause" in problem["detail"]
        assert "1 more for each 32 KiB of its body and its answer" in problem["detail"]


@pytest.mark.usefixtures("few")
async def test_large_bodies_and_answers_count(issuer: Issuer) -> None:
    large = {"text": "x" * BYTES_FOR_ONE * 2}
    async with client(create_api(function="things", router=router)) as asking:

        async def post(principal: str) -> int:
            bearer = _bearer(issuer, principal)
            return (await asking.post("/v1/limited", headers=bearer, json=large)).status_code

        async def get(path: str, principal: str, tenant: str) -> int:
            bearer = _bearer(issuer, principal, tenant)
            return (await asking.get(path, headers=bearer)).status_code

        # Three for the write and two for its body, of six for a caller and nine for the tenant.
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
