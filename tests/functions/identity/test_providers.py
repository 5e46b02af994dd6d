"""What an issuer could be made to answer, or somebody in its place: identity tokens that do not
verify, and documents that name another."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
from joserfc import jwt
from joserfc.jwk import OKPKey, RSAKey

from functions.identity.providers import OpenId, OpenIdProvider
from functions.identity.rules.attempt import Attempt, begin
from functions.identity.rules.refusals import SignInRefused
from functions.identity.rules.secrets import new_secret
from shared.kit.errors import Unavailable
from tests.local_servers import Answer, Asked, local_server

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
KEY = RSAKey.generate_key(2048, {"kid": "one"})
STRANGER = RSAKey.generate_key(2048, {"kid": "one"})
UNKNOWN = RSAKey.generate_key(2048, {"kid": "two"})
BACK = "https://assent.example/v1/auth/callback"


class Issuer:
    """An issuer that answers what a test says."""

    def __init__(self) -> None:
        self.url = ""
        self.status = 200
        self.named: str | None = None
        self.answer: Any = {}
        self.asked: list[dict[str, list[str]]] = []

    def document(self, path: str) -> Any:
        if path.endswith("/openid-configuration"):
            return {
                "issuer": self.named or self.url,
                "authorization_endpoint": f"{self.url}/auth",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/jwks",
                "authorization_response_iss_parameter_supported": True,
            }
        return {"keys": [KEY.as_dict(private=False)]} if path == "/jwks" else self.answer


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    served = Issuer()

    def answer(asked: Asked) -> Answer:
        content, status = served.answer, served.status
        if asked.method == "POST":
            served.asked.append(parse_qs(asked.body.decode()))
        else:
            content, status = served.document(asked.path), 200
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        return Answer(body, status)

    with local_server(answer) as served.url:
        yield served


@pytest.fixture
def attempt() -> Attempt:
    return begin("google", "/", new_secret(), NOON)


def _client(issuer: Issuer) -> OpenId:
    provider = OpenIdProvider(
        name="google",
        kind="openid",
        title="Google",
        issuer=issuer.url,
        client_id="assent",
        client_secret="secret",
    )
    return OpenId(provider)


def _claims(issuer: Issuer, attempt: Attempt, **changed: Any) -> dict[str, Any]:
    moment = int(NOON.timestamp())
    good = {
        "iss": issuer.url,
        "aud": "assent",
        "sub": "1234",
        "iat": moment,
        "exp": moment + 60,
        "nonce": attempt.nonce,
    }
    return {**good, **changed}


def _part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def _unsigned(claims: dict[str, Any]) -> str:
    return f"{_part({'alg': 'none'})}.{_part(claims)}."


def _by_the_public_key(claims: dict[str, Any]) -> str:
    """A MAC with what everybody can read: the published key."""
    signed = f"{_part({'alg': 'HS256', 'kid': 'one'})}.{_part(claims)}"
    mac = hmac.new(KEY.as_pem(private=False), signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def _signed(claims: dict[str, Any], key: RSAKey = KEY) -> str:
    return jwt.encode({"alg": "RS256", "kid": key.kid}, claims, key, ["RS256"])


async def _refusal(issuer: Issuer, attempt: Attempt, token: Any) -> str | None:
    issuer.answer = {"id_token": token} if token is not None else {"error": "invalid_grant"}
    with pytest.raises(SignInRefused) as refused:
        await _client(issuer).person("code", attempt, BACK, NOON)
    return refused.value.reason


async def test_a_person_is_whom_a_verified_token_names(issuer: Issuer, attempt: Attempt) -> None:
    issuer.answer = {"id_token": _signed(_claims(issuer, attempt))}
    person = await _client(issuer).person("code", attempt, BACK, NOON)
    assert (person.provider, person.subject) == ("google", "1234")
    (asked,) = issuer.asked
    assert asked["code_verifier"] == [attempt.verifier]
    assert asked["redirect_uri"] == [BACK]


async def test_a_token_without_a_signature_is_refused(issuer: Issuer, attempt: Attempt) -> None:
    assert await _refusal(issuer, attempt, _unsigned(_claims(issuer, attempt))) == "unverified"


async def test_a_mac_with_the_public_key_is_refused(issuer: Issuer, attempt: Attempt) -> None:
    forged = _by_the_public_key(_claims(issuer, attempt))
    assert await _refusal(issuer, attempt, forged) == "unverified"


@pytest.mark.parametrize("key", [STRANGER, UNKNOWN], ids=["another key", "an unknown key id"])
async def test_a_token_by_another_key_is_refused(
    issuer: Issuer, attempt: Attempt, key: RSAKey
) -> None:
    forged = _signed(_claims(issuer, attempt), key)
    assert await _refusal(issuer, attempt, forged) == "unverified"


async def test_a_key_that_the_token_brings_along_is_not_trusted(
    issuer: Issuer, attempt: Attempt
) -> None:
    own = OKPKey.generate_key("Ed25519", {"kid": "mine"})
    header = {"alg": "Ed25519", "kid": "mine", "jwk": own.as_dict(private=False)}
    forged = jwt.encode(header, _claims(issuer, attempt), own, ["Ed25519"])
    assert await _refusal(issuer, attempt, forged) == "unverified"


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"iss": "https://evil.example"}, "another_issuer"),
        ({"aud": "other"}, "another_audience"),
        ({"nonce": "other"}, "nonce_differs"),
        ({"exp": int((NOON - timedelta(minutes=1)).timestamp())}, "expired"),
        ({"nbf": int((NOON + timedelta(minutes=1)).timestamp())}, "not_valid_yet"),
    ],
)
async def test_a_verified_token_that_says_something_else_is_refused(
    issuer: Issuer, attempt: Attempt, changed: dict[str, Any], reason: str
) -> None:
    token = _signed(_claims(issuer, attempt, **changed))
    assert await _refusal(issuer, attempt, token) == reason


@pytest.mark.parametrize("token", ["", "a", "a.b", "a.b.c", "é.é.é", None, 5, {}])
async def test_what_is_no_token_is_refused(issuer: Issuer, attempt: Attempt, token: Any) -> None:
    assert await _refusal(issuer, attempt, token) in ("unverified", "code_refused")


async def test_an_issuer_that_gives_itself_another_name_is_not_asked(
    issuer: Issuer, attempt: Attempt
) -> None:
    issuer.named = "https://evil.example"
    with pytest.raises(Unavailable, match="another name"):
        await _client(issuer).authorize_url(attempt, BACK)


@pytest.mark.parametrize(
    ("status", "answer"), [(500, {}), (200, b"<html>"), (200, ["a"]), (200, b"x" * 70_000)]
)
async def test_an_issuer_that_fails_is_tried_again_and_signs_nobody_in(
    issuer: Issuer, attempt: Attempt, status: int, answer: Any
) -> None:
    issuer.status, issuer.answer = status, answer
    with pytest.raises(Unavailable):
        await _client(issuer).person("code", attempt, BACK, NOON)


async def test_an_issuer_that_is_away_signs_nobody_in(attempt: Attempt) -> None:
    away = Issuer()
    away.url = "http://127.0.0.1:9"
    with pytest.raises(Unavailable):
        await _client(away).authorize_url(attempt, BACK)
