"""The providers at which people sign in: those that speak OpenID Connect, and GitHub.

Their addresses are configuration, but for a tenant's own issuer; `provider_calls.py` says how each
is called."""

import time
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any, Literal, Protocol
from urllib.parse import urlencode

from pydantic import AfterValidator, Field, StringConstraints, TypeAdapter, ValidationError

from functions.identity.provider_calls import Ask, ask_configured, ask_issuer, check_page
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

if TYPE_CHECKING:
    from joserfc.jwk import KeySet

SECRET = "identity-providers"  # noqa: S105 - a secret's name
DISCOVERY_KEPT_SECONDS = 3600.0

# What sessions that began otherwise have as their provider.
_OURS = ("client", "device", "passkey", "support")


def _free(name: str) -> str:
    if name in _OURS:
        raise ValueError(f"is none of {one_of(_OURS)}, which are other ways to begin a session")
    return name


Name = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,20}$"), AfterValidator(_free)]


class _Client(Model):
    name: str
    title: str
    client_id: str
    client_secret: str


class Issuer(_Client):
    """A provider with discovery: a configured one, or a tenant's own, with the tenant's id as its
    name."""

    issuer: str


class OpenIdProvider(Issuer):
    """A configured provider with discovery, such as Google."""

    name: Name
    kind: Literal["openid"]


class GitHubProvider(_Client):
    """GitHub, which speaks OAuth and not OpenID Connect. `web` has its pages, `api` its users."""

    name: Name
    kind: Literal["github"]
    web: str = "https://github.com"
    api: str = "https://api.github.com"


Provider = Annotated[OpenIdProvider | GitHubProvider, Field(discriminator="kind")]
_PROVIDERS: TypeAdapter[tuple[Provider, ...]] = TypeAdapter(tuple[Provider, ...])


class ProviderClient(Protocol):
    """What a sign-in needs of a provider."""

    async def issuer(self) -> str: ...

    async def names_itself(self) -> bool: ...

    async def authorize_url(self, attempt: Attempt, redirect_uri: str, hint: str = "") -> str: ...

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


@lru_cache(maxsize=256)
def issuer_client(provider: Issuer) -> "OpenId":
    """The client of a tenant's own issuer."""
    return OpenId(provider, ask_issuer)


class OpenId:
    """The authorization code flow with PKCE, state and nonce. `ask` makes the calls to the
    issuer."""

    def __init__(self, provider: Issuer, ask: Ask = ask_configured) -> None:
        self._provider = provider
        self._ask = ask
        self._found: tuple[float, Mapping[str, Any]] | None = None
        self._keys: IssuerKeys | None = None

    async def issuer(self) -> str:
        return self._provider.issuer

    async def names_itself(self) -> bool:
        """Whether it promises an `iss` in each answer (RFC 9207)."""
        found = await self._discovered()
        return found.get("authorization_response_iss_parameter_supported") is True

    async def authorize_url(self, attempt: Attempt, redirect_uri: str, hint: str = "") -> str:
        """Where the browser signs in; `hint` is the address that the person typed. Raises
        SsoRefused for a place that is not https, Unavailable."""
        endpoint = await self._endpoint("authorization_endpoint")
        check_page(endpoint)
        query = {
            "response_type": "code",
            "client_id": self._provider.client_id,
            "redirect_uri": redirect_uri,
            "scope": "openid profile email",
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": challenge(attempt.verifier),
            "code_challenge_method": "S256",
            **({"login_hint": hint} if hint else {}),
        }
        return _with_query(endpoint, query)

    async def person(self, code: str, attempt: Attempt, redirect_uri: str, at: datetime) -> Person:
        """Whom the code is about. Raises SignInRefused, Unavailable."""
        answer = await self._ask(
            await self._endpoint("token_endpoint"),
            form={
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
            self._keys = IssuerKeys(await self._endpoint("jwks_uri"), self._fetched_keys)
        keys = await self._keys.current()
        try:
            name = jws.extract_compact(token.encode()).headers().get("kid")
            if name is not None and all(key.kid != name for key in keys):
                keys = await self._keys.sought_again()
            return jwt.decode(token, keys, algorithms=list(ALGORITHMS)).claims
        except UNVERIFIABLE as error:
            detail = "the provider's answer does not verify: begin again at /signin"
            raise SignInRefused("unverified", detail) from error

    async def _fetched_keys(self, url: str) -> "KeySet":
        from joserfc.jwk import KeySet

        return KeySet.import_key_set(dict(await self._ask(url)))  # type: ignore[arg-type]

    async def _endpoint(self, name: str) -> str:
        address = (await self._discovered()).get(name)
        if not isinstance(address, str):
            raise Unavailable(f"{self._provider.title} does not say where its {name} is")
        return address

    async def _discovered(self) -> Mapping[str, Any]:
        if self._found is None or time.monotonic() - self._found[0] > DISCOVERY_KEPT_SECONDS:
            issuer = self._provider.issuer
            address = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
            found = await self._ask(address)
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

    async def authorize_url(self, attempt: Attempt, redirect_uri: str, hint: str = "") -> str:
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
        answer = await ask_configured(
            f"{self._provider.web}/login/oauth/access_token",
            form={
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
        user = await ask_configured(f"{self._provider.api}/user", token=token)
        number = user.get("id")
        subject = str(number) if isinstance(number, int) and number > 0 else None
        name = user.get("name") or user.get("login")
        return person(self._provider.name, subject, name, user.get("email"))


def _with_query(endpoint: str, query: Mapping[str, str]) -> str:
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}"
