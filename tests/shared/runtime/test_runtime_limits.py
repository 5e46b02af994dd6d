"""A caller in a loop is slowed down, and nobody else is."""

import httpx
import pytest
from fastapi import Depends

from shared.kit.callers import Caller
from shared.kit.errors import TooManyRequests
from shared.runtime import auth, limits
from shared.runtime.app import create_api
from shared.runtime.auth import requires
from shared.runtime.limits import CallLimit
from shared.runtime.routes import Router
from shared.runtime.settings import runtime_settings
from tests.shared.runtime.asking import claims, client
from tests.shared.runtime.issuer import Issuer

ANA, BEN = ("acme", "ana"), ("acme", "ben")

router = Router()


@router.get("/v1/limited")
async def limited(caller: Caller = Depends(requires("things:read"))) -> dict[str, str]:  # noqa: B008
    return {"principal": caller.principal}


def _taken(limit: CallLimit, caller: tuple[str, str], calls: int, at: float) -> int:
    taken = 0
    for _ in range(calls):
        try:
            limit.take(caller, at)
        except TooManyRequests:
            continue
        taken += 1
    return taken


def test_a_burst_is_taken_and_then_what_is_refilled() -> None:
    limit = CallLimit(per_second=10, burst=20)
    assert _taken(limit, ANA, 100, 0.0) == 20
    assert _taken(limit, ANA, 100, 0.5) == 5
    assert _taken(limit, ANA, 100, 3600.0) == 20


def test_one_callers_loop_takes_nothing_from_another() -> None:
    limit = CallLimit(per_second=10, burst=20)
    assert (_taken(limit, ANA, 100, 0.0), _taken(limit, BEN, 100, 0.0)) == (20, 20)
    assert _taken(limit, ("other", "ana"), 100, 0.0) == 20


def test_who_comes_back_when_told_is_taken() -> None:
    limit = CallLimit(per_second=0.25, burst=1)
    limit.take(ANA, 0.0)
    with pytest.raises(TooManyRequests) as refused:
        limit.take(ANA, 0.0)
    assert refused.value.retry_after == 4
    limit.take(ANA, float(refused.value.retry_after))


def test_no_more_callers_are_remembered_than_we_mean_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "CALLERS_REMEMBERED", 10)
    limit = CallLimit()
    for number in range(50):
        limit.take(("acme", str(number)), 0.0)
    assert len(limit._left) == 10


@pytest.mark.parametrize(("environment", "expected"), [("local", 200), ("prod", 429)])
async def test_beyond_a_laptop_a_loop_is_told_when_to_come_back(
    environment: str, expected: int, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployed = runtime_settings().model_copy(update={"environment": environment})
    monkeypatch.setattr(auth, "runtime_settings", lambda: deployed)
    monkeypatch.setattr(auth, "_calls", CallLimit(per_second=1, burst=3))
    bearer = {"Authorization": f"Bearer {issuer.sign(claims())}"}
    async with client(create_api(function="things", router=router)) as asking:
        answers: list[httpx.Response] = [
            await asking.get("/v1/limited", headers=bearer) for _ in range(4)
        ]
    assert [answer.status_code for answer in answers] == [200, 200, 200, expected]
    if expected == 429:
        assert answers[-1].headers["retry-after"] == "1"
        assert answers[-1].json()["code"] == "too_many_requests"
