"""Who may come in: a token of the issuer's, signed with Ed25519, for us, and in time."""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import httpx
import pytest
from fastapi import Depends
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import OKPKey, RSAKey

from emulators.clock import VirtualClock
from shared.kit.callers import Caller
from shared.kit.errors import Unauthenticated, Unavailable
from shared.runtime import access_tokens, issuer_keys
from shared.runtime.access_tokens import LONGEST_LIFE_SECONDS, TokenVerifier
from shared.runtime.app import create_api
from shared.runtime.auth import requires
from shared.runtime.routes import Router
from shared.runtime.settings import runtime_settings
from tests.shared.runtime.asking import claims, client
from tests.shared.runtime.issuer import Issuer, part, serving

router = Router(action="me.read")


@router.get("/v1/things")
async def things(caller: Annotated[Caller, Depends(requires("things:read", "all:read"))]) -> Any:
    return {
        "principal": caller.principal,
        "tenant": caller.tenant_id,
        "scopes": sorted(caller.scopes),
        "roles": sorted(caller.roles),
    }


@pytest.fixture
async def api(issuer: Issuer) -> AsyncIterator[httpx.AsyncClient]:
    app = create_api(function="things", router=router)
    async with client(app) as asking:
        yield asking


@pytest.fixture
def verifier(issuer: Issuer) -> TokenVerifier:
    return TokenVerifier(runtime_settings())


def _now() -> datetime:
    return datetime.now(UTC)


async def _ask(api: httpx.AsyncClient, token: str, scheme: str = "Bearer") -> httpx.Response:
    return await api.get("/v1/things", headers=[(b"Authorization", f"{scheme} {token}".encode())])


def _is_refused(answer: httpx.Response) -> bool:
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    problem = answer.json()
    return (answer.status_code, problem["code"]) == (401, "unauthenticated")


async def test_a_good_token_says_who_asks(api: httpx.AsyncClient, issuer: Issuer) -> None:
    answer = await _ask(api, issuer.sign(claims()))
    assert answer.json() == {
        "principal": "ana",
        "tenant": "acme",
        "scopes": ["things:read", "things:write"],
        "roles": ["governor"],
    }


async def test_no_credentials_are_refused(api: httpx.AsyncClient) -> None:
    assert _is_refused(await api.get("/v1/things"))


@pytest.mark.parametrize("scheme", ["Basic", "Token", "bearer2", ""])
async def test_another_scheme_is_refused(
    api: httpx.AsyncClient, issuer: Issuer, scheme: str
) -> None:
    assert _is_refused(await _ask(api, issuer.sign(claims()), scheme))


async def test_a_scheme_has_no_case(api: httpx.AsyncClient, issuer: Issuer) -> None:
    assert (await _ask(api, issuer.sign(claims()), "bEARER")).status_code == 200


BAD_CLAIMS: dict[str, dict[str, Any]] = {
    "expired": {"exp": int(time.time()) - 1},
    "not valid yet": {"nbf": int(time.time()) + 3600},
    "another issuer": {"iss": "https://evil.test"},
    "no issuer": {"iss": None},
    "another audience": {"aud": "others"},
    "other audiences": {"aud": ["others", "more"]},
    "no audience": {"aud": None},
    "no expiry": {"exp": None},
    "an expiry that is no number": {"exp": "soon"},
    "no principal": {"sub": None},
    "an empty principal": {"sub": ""},
    "a principal with a line feed": {"sub": "ana\n"},
    "a principal with a slash": {"sub": "a/b"},
    "a principal that is a number": {"sub": 5},
    "a tenant that is a path": {"tenant": "acme/approvals/apr_1"},
    "a tenant that goes up": {"tenant": "../acme"},
    "a reserved tenant": {"tenant": "__acme__"},
    "an endless tenant": {"tenant": "a" * 129},
    "scopes as a list": {"scope": ["things:read"]},
    "roles as a text": {"roles": "governor"},
    "roles that are no texts": {"roles": [1]},
    "an empty role": {"roles": ["governor", ""]},
    "a role that reads as another": {"roles": ["gov\u0435rnor"]},
    "a role with a space": {"roles": ["governor "]},
    "an endless role": {"roles": ["a" * 129]},
    "a principal that reads as another": {"sub": "\u0430na"},
    "a tenant that reads as another": {"tenant": "\u0430cme"},
    "scopes with a Unicode space between": {"scope": "things:read\u00a0things:write"},
    "scopes with a line feed between": {"scope": "things:read\nthings:write"},
    "a scope that reads as another": {"scope": "things:read th\u0456ngs:write"},
    "a scope with a quote": {"scope": 'things:read "'},
    "an endless expiry": {"exp": 10**400},
    "a start that nobody lives to see": {"nbf": 10**400},
    "an expiry before all time": {"exp": -1},
}


@pytest.mark.parametrize("changes", BAD_CLAIMS.values(), ids=list(BAD_CLAIMS))
async def test_bad_claims_are_refused_also_the_second_time(
    api: httpx.AsyncClient, issuer: Issuer, changes: dict[str, Any]
) -> None:
    token = issuer.sign(claims(**changes))
    assert _is_refused(await _ask(api, token))
    assert _is_refused(await _ask(api, token))


async def test_a_signed_token_is_told_which_claim_cannot_be_read(
    api: httpx.AsyncClient, issuer: Issuer
) -> None:
    answer = await _ask(api, issuer.sign(claims(roles=["governor", "gov\u0435rnor"])))
    detail = answer.json()["detail"]
    assert detail.startswith("the token's claims cannot be read: roles.1 must have 1 to 128 of")
    stranger = OKPKey.generate_key("Ed25519", {"kid": "one"})
    answer = await _ask(api, issuer.sign(claims(roles=[""]), key=stranger))
    assert answer.json()["detail"] == "the token does not verify"


@pytest.mark.parametrize("payload", [[1], "text", 5, None])
async def test_claims_that_are_no_object_are_refused(
    api: httpx.AsyncClient, issuer: Issuer, payload: Any
) -> None:
    from joserfc import jws

    header = {"alg": "Ed25519", "kid": "one"}
    token = jws.serialize_compact(header, json.dumps(payload), issuer.key, ["Ed25519"])
    assert _is_refused(await _ask(api, token))


async def test_alg_none_is_refused(api: httpx.AsyncClient) -> None:
    for signature in ("", part(b"x" * 64)):
        token = f"{part({'alg': 'none', 'kid': 'one'})}.{part(claims())}.{signature}"
        assert _is_refused(await _ask(api, token))


@pytest.mark.parametrize("form", ["x", "jwk", "jwks"])
async def test_hs256_signed_with_the_public_key_is_refused(
    api: httpx.AsyncClient, issuer: Issuer, form: str
) -> None:
    public = issuer.key.as_dict(private=False)
    secrets = {"x": str(public["x"]), "jwk": json.dumps(public), "jwks": issuer.answer[1].decode()}
    signed = f"{part({'alg': 'HS256', 'kid': 'one'})}.{part(claims())}"
    mac = hmac.new(secrets[form].encode(), signed.encode(), hashlib.sha256).digest()
    assert _is_refused(await _ask(api, f"{signed}.{part(mac)}"))


async def test_rs256_is_refused_though_its_key_is_published(
    api: httpx.AsyncClient, issuer: Issuer
) -> None:
    rsa = RSAKey.generate_key(2048, {"kid": "rsa"})
    issuer.publish(issuer.key, beside=(dict(rsa.as_dict(private=False)),))
    token = jwt.encode({"alg": "RS256", "kid": "rsa"}, claims(), rsa, algorithms=["RS256"])
    assert _is_refused(await _ask(api, token))
    assert (await _ask(api, issuer.sign(claims()))).status_code == 200


async def test_a_key_the_token_brings_itself_is_not_used(
    api: httpx.AsyncClient, issuer: Issuer
) -> None:
    own = OKPKey.generate_key("Ed25519", {"kid": "own"})
    token = issuer.sign(claims(), key=own, jwk=own.as_dict(private=False))
    assert _is_refused(await _ask(api, token))


async def test_a_strangers_key_under_a_known_name_is_refused(
    api: httpx.AsyncClient, issuer: Issuer
) -> None:
    stranger = OKPKey.generate_key("Ed25519", {"kid": "one"})
    assert _is_refused(await _ask(api, issuer.sign(claims(), key=stranger)))


async def test_altered_claims_are_refused(api: httpx.AsyncClient, issuer: Issuer) -> None:
    header, _, signature = issuer.sign(claims()).split(".")
    forged = f"{header}.{part(claims(tenant='other'))}.{signature}"
    assert _is_refused(await _ask(api, forged))


@pytest.mark.parametrize(
    "token", ["x", "a.b", "a.b.c", "a.b.c.d.e", "x" * 9000, "..", part(b"[" * 4000)]
)
async def test_what_is_no_token_is_refused(api: httpx.AsyncClient, token: str) -> None:
    assert _is_refused(await _ask(api, token))


async def test_a_missing_scope_is_403_and_any_of_several_will_do(
    api: httpx.AsyncClient, issuer: Issuer
) -> None:
    lacking = await _ask(api, issuer.sign(claims(scope="things:write things:reader")))
    assert (lacking.status_code, lacking.json()["code"]) == (403, "scope_missing")
    none = await _ask(api, issuer.sign(claims(scope=None)))
    assert none.status_code == 403
    other = await _ask(api, issuer.sign(claims(scope="all:read")))
    assert other.status_code == 200


async def test_the_log_says_who_was_refused_and_why(
    api: httpx.AsyncClient, issuer: Issuer, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO", logger="assent.request"):
        await _ask(api, issuer.sign(claims(scope="other:read")))
        await _ask(api, "no token")
    refused, unknown = (vars(record)["fields"] for record in caplog.records[-2:])
    assert (refused["principal"], refused["code"]) == (claims()["sub"], "scope_missing")
    assert (unknown.get("principal"), unknown["code"]) == (None, "unauthenticated")


async def test_a_token_expires_by_our_clock_to_the_second(
    verifier: TokenVerifier, issuer: Issuer
) -> None:
    exp = int(_now().timestamp()) + 100
    moment = datetime.fromtimestamp(exp, UTC)
    token = issuer.sign(claims(exp=exp))
    await verifier.verify(token, moment - timedelta(milliseconds=1))
    with pytest.raises(Unauthenticated, match="expired"):
        await verifier.verify(token, moment)


@pytest.mark.parametrize("typ", ["JWT", "jwt", "at", "id+jwt", ""])
async def test_a_token_of_another_type_is_refused(
    verifier: TokenVerifier, issuer: Issuer, typ: str
) -> None:
    with pytest.raises(Unauthenticated):
        await verifier.verify(issuer.sign(claims(), typ=typ), _now())


@pytest.mark.parametrize("typ", ["at+jwt", "AT+JWT", "application/at+jwt"])
async def test_the_type_of_an_access_token_may_be_written_as_any_media_type(
    verifier: TokenVerifier, issuer: Issuer, typ: str
) -> None:
    assert (await verifier.verify(issuer.sign(claims(), typ=typ), _now())).sub == "ana"


async def test_beyond_a_laptop_no_token_lasts_longer_than_an_hour(issuer: Issuer) -> None:
    local = runtime_settings()
    verifier = TokenVerifier(local.model_copy(update={"environment": "prod"}))
    hour = int(time.time()) + LONGEST_LIFE_SECONDS
    assert (await verifier.verify(issuer.sign(claims(exp=hour - 5)), _now())).sub == "ana"
    with pytest.raises(Unauthenticated):
        await verifier.verify(issuer.sign(claims(exp=hour + 60)), _now())
    lasting = issuer.sign(claims(exp=hour + 60))
    assert (await TokenVerifier(local).verify(lasting, _now())).sub == "ana"


async def test_moving_the_clock_expires_tokens(
    api: httpx.AsyncClient, issuer: Issuer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    clock = VirtualClock(tmp_path / "clock")
    monkeypatch.setenv("ASSENT_CLOCK_FILE", str(clock.path))
    token = issuer.sign(claims())
    assert (await _ask(api, token)).status_code == 200
    clock.advance(601)
    assert _is_refused(await _ask(api, token))


async def test_keys_are_fetched_once_for_many_tokens(
    verifier: TokenVerifier, issuer: Issuer
) -> None:
    for number in range(5):
        await verifier.verify(issuer.sign(claims(sub=f"ana{number}")), _now())
    assert issuer.asked == 1


async def test_keys_are_not_taken_from_where_the_issuer_sends_us(
    verifier: TokenVerifier, issuer: Issuer
) -> None:
    with serving() as stranger:
        issuer.elsewhere, issuer.answer = stranger.url, (302, b"")
        with pytest.raises(Unavailable):
            await verifier.verify(stranger.sign(claims()), _now())
    assert (issuer.asked, stranger.asked) == (1, 0)


async def test_a_rotated_key_is_fetched_when_a_token_names_it(
    verifier: TokenVerifier, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issuer_keys, "SOUGHT_AGAIN_AFTER_SECONDS", 0.0)
    before = issuer.sign(claims())
    await verifier.verify(before, _now())
    issuer.rotate()
    await verifier.verify(issuer.sign(claims()), _now())
    assert issuer.asked == 2


async def test_bad_tokens_do_not_make_us_ask_the_issuer_each_time(
    verifier: TokenVerifier, issuer: Issuer
) -> None:
    await verifier.verify(issuer.sign(claims()), _now())
    stranger = OKPKey.generate_key("Ed25519", {"kid": "unknown"})
    for number in range(20):
        with pytest.raises(Unauthenticated):
            await verifier.verify(issuer.sign(claims(sub=f"s{number}"), key=stranger), _now())
    assert issuer.asked == 1


async def test_a_withdrawn_key_ends_the_tokens_it_signed(
    verifier: TokenVerifier, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = issuer.sign(claims())
    await verifier.verify(token, _now())
    issuer.rotate()
    await verifier.verify(token, _now())
    monkeypatch.setattr(issuer_keys, "KEPT_SECONDS", 0.0)
    with pytest.raises(Unauthenticated):
        await verifier.verify(token, _now())


async def test_no_more_tokens_are_remembered_than_we_mean_to(
    verifier: TokenVerifier, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access_tokens, "TOKENS_REMEMBERED", 8)
    for number in range(30):
        await verifier.verify(issuer.sign(claims(sub=f"ana{number}")), _now())
        assert len(verifier._verified) <= 8


@pytest.mark.parametrize(
    "answer",
    [
        (500, b""),
        (404, b"{}"),
        (200, b""),
        (200, b"no json"),
        (200, b"[]"),
        (200, b"{}"),
        (200, b'{"keys": []}'),
        (200, b'{"keys": "none"}'),
        (200, b'{"keys": [{"kty": "OKP"}]}'),
        (200, b'{"keys": [5]}'),
    ],
)
async def test_an_issuer_without_keys_makes_us_unavailable_and_refuses_nobody(
    api: httpx.AsyncClient,
    issuer: Issuer,
    answer: tuple[int, bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(issuer_keys, "PAUSE_AFTER_FAILURE_SECONDS", 0.0)
    token = issuer.sign(claims())
    good, issuer.answer = issuer.answer, answer
    refused = await _ask(api, token)
    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
    issuer.answer = good
    assert (await _ask(api, token)).status_code == 200


async def test_an_issuer_that_is_not_there_makes_us_unavailable(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSENT_JWKS_URL", "http://127.0.0.1:1/jwks.json")
    runtime_settings.cache_clear()
    with pytest.raises(Unavailable):
        await TokenVerifier(runtime_settings()).verify(issuer.sign(claims()), _now())


async def test_bad_tokens_at_a_slow_issuer_hold_up_no_good_one(
    verifier: TokenVerifier, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issuer_keys, "SOUGHT_AGAIN_AFTER_SECONDS", 0.0)
    monkeypatch.setattr(issuer_keys, "FETCHED_WITHIN_SECONDS", 60.0)
    await verifier.verify(issuer.sign(claims(sub="first")), _now())
    issuer.awake.clear()
    strangers = [
        asyncio.ensure_future(verifier.verify(issuer.sign(claims(), key=_stranger(n)), _now()))
        for n in range(5)
    ]
    for number in range(5):
        assert (await verifier.verify(issuer.sign(claims(sub=f"ana{number}")), _now())).sub
    await _until(lambda: issuer.asked == 2)
    assert not any(stranger.done() for stranger in strangers)
    issuer.awake.set()
    refusals = await asyncio.gather(*strangers, return_exceptions=True)
    assert {type(refusal) for refusal in refusals} == {Unauthenticated}
    assert issuer.asked == 2


async def test_an_issuer_that_does_not_answer_is_left_alone_for_a_while(
    verifier: TokenVerifier, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issuer_keys, "PAUSE_AFTER_FAILURE_SECONDS", 600.0)
    monkeypatch.setattr(issuer_keys, "FETCHED_WITHIN_SECONDS", 0.05)
    issuer.awake.clear()
    for _ in range(3):
        with pytest.raises(Unavailable):
            await verifier.verify(issuer.sign(claims()), _now())
    assert issuer.asked == 1
    issuer.awake.set()
    monkeypatch.setattr(issuer_keys, "FETCHED_WITHIN_SECONDS", 60.0)
    monkeypatch.setattr(issuer_keys, "PAUSE_AFTER_FAILURE_SECONDS", 0.0)
    assert (await verifier.verify(issuer.sign(claims()), _now())).sub == "ana"


async def test_an_unknown_key_at_an_issuer_that_fails_is_the_callers_error(
    verifier: TokenVerifier, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issuer_keys, "SOUGHT_AGAIN_AFTER_SECONDS", 0.0)
    await verifier.verify(issuer.sign(claims()), _now())
    issuer.answer = (500, b"")
    for number in range(5):
        with pytest.raises(Unauthenticated):
            await verifier.verify(issuer.sign(claims(), key=_stranger(number)), _now())
    assert issuer.asked == 2
    assert (await verifier.verify(issuer.sign(claims(sub="ben")), _now())).sub == "ben"


async def test_keys_are_renewed_before_they_are_too_old_and_nobody_waits(
    verifier: TokenVerifier, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await verifier.verify(issuer.sign(claims()), _now())
    monkeypatch.setattr(issuer_keys, "RENEWED_AFTER_SECONDS", 0.0)
    issuer.awake.clear()
    for number in range(5):
        assert (await verifier.verify(issuer.sign(claims(sub=f"ana{number}")), _now())).sub
    await _until(lambda: issuer.asked == 2)
    issuer.rotate()
    issuer.awake.set()
    assert (await verifier.verify(issuer.sign(claims()), _now())).sub == "ana"
    assert issuer.asked == 2


async def test_a_caller_who_hangs_up_does_not_end_the_fetch_of_others(
    verifier: TokenVerifier, issuer: Issuer
) -> None:
    issuer.awake.clear()
    hasty = asyncio.ensure_future(verifier.verify(issuer.sign(claims()), _now()))
    patient = asyncio.ensure_future(verifier.verify(issuer.sign(claims()), _now()))
    await _until(lambda: issuer.asked == 1)
    hasty.cancel()
    issuer.awake.set()
    assert (await patient).sub == "ana"
    assert (hasty.cancelled(), issuer.asked) == (True, 1)


def _stranger(number: int) -> OKPKey:
    return OKPKey.generate_key("Ed25519", {"kid": f"unknown{number}"})


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not holds():  # noqa: ASYNC110 - it holds in a thread of the server's
            await asyncio.sleep(0.005)


headers = st.dictionaries(
    st.sampled_from(["alg", "kid", "typ", "crit", "b64", "jwk", "jku", "x5c", "cty", "zip"]),
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from(["Ed25519", "none", "one"])
    | st.lists(st.text(max_size=3), max_size=2)
    | st.dictionaries(st.text(max_size=3), st.none()),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(header=headers, payload=st.binary(max_size=20), signature=st.binary(max_size=70))
async def test_nothing_unsigned_gets_in_and_nothing_crashes_the_door(
    verifier: TokenVerifier, header: Any, payload: bytes, signature: bytes
) -> None:
    with pytest.raises(Unauthenticated):
        await verifier.verify(f"{part(header)}.{part(payload)}.{part(signature)}", _now())


def test_a_callers_token_is_not_shown_with_the_caller() -> None:
    caller = Caller("ana", "acme", frozenset(), frozenset(), _now(), token="eyJsecret")
    assert "eyJsecret" not in repr(caller)
