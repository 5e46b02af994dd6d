"""The providers at which people sign in: those that speak OpenID Connect, and GitHub.

Their addresses are configuration, never a caller's."""

import json
import time
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any, Literal, Protocol
from urllib.parse import urlencode

from pydantic import Field, StringConstraints, TypeAdapter, ValidationError

from functions.identity.rules.attempt import Attempt
from functions.identity.rules.id_token import ALGORITHMS, Person, check_id_token, person
from functions.identity.rules.refusals import SignInRefused
from functions.identity.rules.secrets import challenge
from shared.kit.errors import Unavailable
from shared.kit.models import Model
from shared.kit.signing import UNVERIFIABLE
from shared.kit.wording import one_of
from shared.runtime.issuer_keys import IssuerKeys
from shared.storage.secrets import read_secret

SECRET = "identity-providers"  # noqa: S105 - a secret's name
TIMEOUT_SECONDS = 5.0
LONGEST_ANSWER = 65_536
DISCOVERY_KEPT_SECONDS = 3600.0

Name = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,20}$")]


class _Client(Model):
    name: Name
    title: str
    client_id: str
    client_secret: str


class OpenIdProvider(_Client):
    """A provider with discovery, such as Google."""

    kind: Literal["openid"]
    issuer: str


class GitHubProvider(_Client):
    """GitHub, which speaks OAuth and not OpenID Connect. `web` has its pages, `api` its users."""

    kind: Literal["github"]
    web: str = "https://github.com"
    api: str = "https://api.github.com"


Provider = Annotated[OpenIdProvider | GitHubProvider, Field(discriminator="kind")]
_PROVIDERS: TypeAdapter[tuple[Provider, ...]] = TypeAdapter(tuple[Provider, ...])


class ProviderClient(Protocol):
    """What a sign-in needs of a provider."""

    async def issuer(self) -> str: ...

    async def names_itself(self) -> bool: ...

    async def authorize_url(self, attempt: Attempt, redirect_uri: str) -> str: ...

    async def person(
        self, code: str, attempt: Attempt, redirect_uri: str, at: datetime
    ) -> Person: ...


async def configured_providers() -> tuple[OpenIdProvider | GitHubProvider, ...]:
    """All that people may sign in at: the JSON list in the secret `identity-providers`. Raises
    Unavailable where it cannot be read."""
    try:
        return _PROVIDERS.validate_json(await read_secret(SECRET))
    except ValidationError as error:
        raise Unavailable("no provider is configured at which anybody could sign in") from error


async def provider_named(name: str) -> ProviderClient:
    """The client of one provider. Raises SignInRefused for an unknown name, Unavailable."""
    configured = {each.name: each for each in await configured_providers()}
    if name not in configured:
        choice = one_of(configured) if configured else "none"
        raise SignInRefused(None, f"there is no provider {name[:40]!a}; sign in with {choice}")
    return _client_of(configured[name])


@lru_cache(maxsize=16)
def _client_of(provider: OpenIdProvider | GitHubProvider) -> ProviderClient:
    return OpenId(provider) if isinstance(provider, OpenIdProvider) else GitHub(provider)


class OpenId:
    """The authorization code flow with PKCE, state and nonce."""

    def __init__(self, provider: OpenIdProvider) -> None:
        self._provider = provider
        self._found: tuple[float, Mapping[str, Any]] | None = None
        self._keys: IssuerKeys | None = None

    async def issuer(self) -> str:
        return self._provider.issuer

    async def names_itself(self) -> bool:
        """Whether it promises an `iss` in each answer (RFC 9207)."""
        found = await self._discovered()
        return found.get("authorization_response_iss_parameter_supported") is True

    async def authorize_url(self, attempt: Attempt, redirect_uri: str) -> str:
        """Where the browser signs in. Raises Unavailable."""
        endpoint = await self._endpoint("authorization_endpoint")
        query = {
            "response_type": "code",
            "client_id": self._provider.client_id,
            "redirect_uri": redirect_uri,
            "scope": "openid profile email",
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": challenge(attempt.verifier),
            "code_challenge_method": "S256",
        }
        return _with_query(endpoint, query)

    async def person(self, code: str, attempt: Attempt, redirect_uri: str, at: datetime) -> Person:
        """Whom the code is about. Raises SignInRefused, Unavailable."""
        answer = await _post(
            await self._endpoint("token_endpoint"),
            {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": redirect_uri,
                "client_id": self._provider.client_id,
                "client_secret": self._provider.client_secret,
                "code_verifier": attempt.verifier,
            },
        )
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise SignInRefused("code_refused", "the provider did not take the code: begin again")
        return check_id_token(
            await self._verified(token),
            provider=self._provider.name,
            issuer=self._provider.issuer,
            client_id=self._provider.client_id,
            nonce=attempt.nonce,
            at=at,
        )

    async def _verified(self, token: str) -> Mapping[str, Any]:
        from joserfc import jws, jwt

        if self._keys is None:
            self._keys = IssuerKeys(await self._endpoint("jwks_uri"))
        keys = await self._keys.current()
        try:
            name = jws.extract_compact(token.encode()).headers().get("kid")
            if name is not None and all(key.kid != name for key in keys):
                keys = await self._keys.sought_again()
            return jwt.decode(token, keys, algorithms=list(ALGORITHMS)).claims
        except UNVERIFIABLE as error:
            detail = "the provider's answer does not verify: begin again at /signin"
            raise SignInRefused("unverified", detail) from error

    async def _endpoint(self, name: str) -> str:
        address = (await self._discovered()).get(name)
        if not isinstance(address, str):
            raise Unavailable(f"{self._provider.title} does not say where its {name} is")
        return address

    async def _discovered(self) -> Mapping[str, Any]:
        if self._found is None or time.monotonic() - self._found[0] > DISCOVERY_KEPT_SECONDS:
            issuer = self._provider.issuer
            found = await _get(f"{issuer.rstrip('/')}/.well-known/openid-configuration", {})
            if found.get("issuer") != issuer:
                raise Unavailable(f"{self._provider.title} gives itself another name")
            self._found = time.monotonic(), found
        return self._found[1]


class GitHub:
    """GitHub's code flow, with PKCE and state. A person is their lasting number, never the login,
    which another may have later."""

    def __init__(self, provider: GitHubProvider) -> None:
        self._provider = provider

    async def issuer(self) -> str:
        return f"{self._provider.web}/login/oauth"

    async def names_itself(self) -> bool:
        return False

    async def authorize_url(self, attempt: Attempt, redirect_uri: str) -> str:
        """Where the browser signs in."""
        query = {
            "client_id": self._provider.client_id,
            "redirect_uri": redirect_uri,
            "scope": "read:user",
            "state": attempt.state,
            "code_challenge": challenge(attempt.verifier),
            "code_challenge_method": "S256",
        }
        return _with_query(f"{self._provider.web}/login/oauth/authorize", query)

    async def person(self, code: str, attempt: Attempt, redirect_uri: str, at: datetime) -> Person:
        """Whom the code is about. Raises SignInRefused, Unavailable."""
        answer = await _post(
            f"{self._provider.web}/login/oauth/access_token",
            {
                "client_id": self._provider.client_id,
                "client_secret": self._provider.client_secret,
                "code": code,
                "redirect_uri": redirect_uri,
                "code_verifier": attempt.verifier,
            },
        )
        token = answer.get("access_token")
        if not isinstance(token, str):
            raise SignInRefused("code_refused", "the provider did not take the code: begin again")
        user = await _get(f"{self._provider.api}/user", {"Authorization": f"Bearer {token}"})
        number = user.get("id")
        subject = str(number) if isinstance(number, int) and number > 0 else None
        name = user.get("name") or user.get("login")
        return person(self._provider.name, subject, name, user.get("email"))


def _with_query(endpoint: str, query: Mapping[str, str]) -> str:
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}"


async def _post(url: str, form: Mapping[str, str]) -> Mapping[str, Any]:
    return await _answer("POST", url, {"Accept": "application/json"}, form)


async def _get(url: str, headers: Mapping[str, str]) -> Mapping[str, Any]:
    return await _answer("GET", url, {"Accept": "application/json", **headers}, None)


async def _answer(
    method: str, url: str, headers: Mapping[str, str], form: Mapping[str, str] | None
) -> Mapping[str, Any]:
    """The JSON object that a provider answers, also to a refusal, which it explains in one. Raises
    Unavailable."""
    import httpx

    try:
        async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS, trust_env=False) as client:
            answer = await client.request(method, url, headers=dict(headers), data=form)
    except httpx.HTTPError as error:
        raise Unavailable("the provider does not answer; try again") from error
    if answer.status_code >= 500 or len(answer.content) > LONGEST_ANSWER:
        raise Unavailable("the provider cannot answer now; try again")
    try:
        content = json.loads(answer.content)
    except ValueError as error:
        raise Unavailable("the provider answers something else than JSON") from error
    if not isinstance(content, dict):
        raise Unavailable("the provider answers something else than an object")
    return content
