"""API keys at every function: each is exchanged, remembered for twenty seconds, and then asked for
again."""

import asyncio
import json
from collections.abc import Iterator
from urllib.parse import parse_qs

import pytest

from shared.kit.errors import AssentError, Unauthenticated, Unavailable
from shared.runtime.key_exchange import KEPT_SECONDS, RENEWED_AFTER_SECONDS, KeyExchange
from tests.local_servers import Answer, Asked, local_server


class Identity:
    """The token endpoint, as this test says it answers."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.status = 200
        self.headers: dict[str, str] = {}
        self.url, self.reason = "", ""

    def answer(self, form: str) -> bytes:
        self.asked.append(parse_qs(form)["client_secret"][0])
        if self.reason:
            return json.dumps({"error": "access_denied", "reason": self.reason}).encode()
        return b'{"access_token": "token-%d"}' % len(self.asked)


@pytest.fixture
def identity() -> Iterator[Identity]:
    served = Identity()

    def answer(asked: Asked) -> Answer:
        content = served.answer(asked.body.decode())
        return Answer(content, served.status, served.headers)

    with local_server(answer) as served.url:
        yield served


class Clock:
    """Shows what a test says."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def test_many_calls_at_once_exchange_a_key_once(identity: Identity, clock: Clock) -> None:
    exchange = KeyExchange(identity.url, clock)
    tokens = await asyncio.gather(*(exchange.token_for("ak_one") for _ in range(20)))
    assert set(tokens) == {"token-1"}
    assert identity.asked == ["ak_one"]


async def test_a_key_is_asked_for_again_after_twenty_seconds(
    identity: Identity, clock: Clock
) -> None:
    exchange = KeyExchange(identity.url, clock)
    assert await exchange.token_for("ak_one") == "token-1"
    clock.seconds += RENEWED_AFTER_SECONDS
    assert await exchange.token_for("ak_one") == "token-1"
    clock.seconds += KEPT_SECONDS
    assert await exchange.token_for("ak_one") == "token-2"


async def test_a_key_in_steady_use_is_renewed_before_anybody_waits(
    identity: Identity, clock: Clock
) -> None:
    exchange = KeyExchange(identity.url, clock)
    await exchange.token_for("ak_one")
    clock.seconds += RENEWED_AFTER_SECONDS + 1
    assert await exchange.token_for("ak_one") == "token-1"
    clock.seconds += KEPT_SECONDS
    # Joins the exchange that began meanwhile, or finds what it brought.
    assert await exchange.token_for("ak_one") == "token-2"
    assert len(identity.asked) == 2


async def test_a_revoked_key_is_refused_within_twenty_seconds(
    identity: Identity, clock: Clock
) -> None:
    exchange = KeyExchange(identity.url, clock)
    await exchange.token_for("ak_one")
    identity.status = 401
    clock.seconds += KEPT_SECONDS + 1
    for _ in range(3):
        with pytest.raises(Unauthenticated):
            await exchange.token_for("ak_one")
    assert len(identity.asked) == 2


@pytest.mark.parametrize("status", [400, 403, 429, 500, 503])
async def test_an_identity_that_cannot_answer_makes_no_key_valid_or_invalid(
    identity: Identity, clock: Clock, status: int
) -> None:
    exchange = KeyExchange(identity.url, clock)
    await exchange.token_for("ak_one")
    identity.status = status
    clock.seconds += KEPT_SECONDS - 1
    assert await exchange.token_for("ak_one") == "token-1"
    clock.seconds += 2
    with pytest.raises(Unavailable):
        await exchange.token_for("ak_one")


@pytest.mark.parametrize("reason", ["tenant_suspended", "tenant_closing", "tenant_closed"])
async def test_a_good_key_of_a_tenant_that_is_not_open_hears_that(
    identity: Identity, clock: Clock, reason: str
) -> None:
    identity.status, identity.reason = 400, reason
    exchange = KeyExchange(identity.url, clock)
    for _ in range(2):
        with pytest.raises(AssentError) as refused:
            await exchange.token_for("ak_one")
        assert (refused.value.http_status, refused.value.code) == (403, reason)
    assert len(identity.asked) == 1


async def test_a_reason_that_is_none_of_those_is_not_believed(
    identity: Identity, clock: Clock
) -> None:
    identity.status, identity.reason = 400, "whatever"
    with pytest.raises(Unavailable):
        await KeyExchange(identity.url, clock).token_for("ak_one")


async def test_a_key_is_sent_nowhere_else(identity: Identity, clock: Clock) -> None:
    identity.status, identity.headers = 307, {"Location": f"{identity.url}/elsewhere"}
    with pytest.raises(Unavailable):
        await KeyExchange(identity.url, clock).token_for("ak_one")
    assert len(identity.asked) == 1


async def test_an_endless_key_is_refused_unasked(identity: Identity, clock: Clock) -> None:
    with pytest.raises(Unauthenticated):
        await KeyExchange(identity.url, clock).token_for("ak_" + "x" * 500)
    assert identity.asked == []
