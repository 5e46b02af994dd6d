"""Signing in at a provider: two calls, no query, and one commit."""

from dataclasses import dataclass
from datetime import datetime

from functions.identity.aggregates import LINKS, PRINCIPALS, RUN, TENANTS
from functions.identity.providers import ProviderClient, provider_named
from functions.identity.rules.attempt import (
    Attempt,
    begin,
    begun_elsewhere,
    check_answer,
    checked_return,
)
from functions.identity.rules.id_token import Person
from functions.identity.rules.principal import PREFIX, create, link_id, update
from functions.identity.rules.refusals import SignInRefused
from functions.identity.rules.secrets import NumberedToken, new_secret
from functions.identity.service.admission import start_session_at_home
from functions.identity.service.platform import digest_keys, on_platform
from functions.identity.service.sessions import StartedSession, start_in_browser
from functions.identity.service.sso import CALLBACK, issuer_of, tenant_of_mail
from functions.identity.service.sso import redirect_uri as own_redirect_uri
from functions.identity.settings import settings
from shared.aggregates import Command
from shared.kit.bookkeeping import PLATFORM_TENANT
from shared.kit.errors import Unavailable
from shared.kit.ids import new_id


@dataclass(frozen=True)
class ProviderAnswer:
    """What a provider sends with the browser: a code, or why it gives none."""

    state: str
    code: str
    iss: str
    error: str


@dataclass(frozen=True)
class SignedIn:
    """The token of a new session, and where its browser goes."""

    token: str
    return_to: str


async def begin_sign_in(
    provider: str, return_to: str, at: datetime, mail: str = ""
) -> tuple[str, str]:
    """The provider's address for this attempt, and the cookie that the attempt is kept in. Without
    a provider it is the issuer of the tenant that the domain of `mail` belongs to. Nothing is
    stored. Raises SignInRefused, Unavailable."""
    return_to = checked_return(return_to)
    provider = provider or await tenant_of_mail(mail, at)
    attempt = begin(provider, return_to, new_secret(), at)
    client = await _client_of(provider, at)
    url = await client.authorize_url(attempt, redirect_uri(provider), mail)
    return url, attempt.written(await digest_keys())


async def finish_sign_in(
    answer: ProviderAnswer, kept: str, device: str, at: datetime, tenant_id: str = ""
) -> SignedIn:
    """The session of whom the provider knows. One read or two, and one commit, and another where a
    tenant's own issuer answered (`tenant_id`) and somebody gets a place. Raises SignInRefused for
    an answer that this browser did not ask for, that came to the address of another provider, or
    that does not verify; Unavailable."""
    attempt = Attempt.read(kept, await digest_keys())
    if attempt is None:
        raise begun_elsewhere()
    if tenant_id != (attempt.provider if _is_tenant(attempt.provider) else ""):
        detail = "the answer is not from the provider that was asked: begin again at /signin"
        raise SignInRefused("another_issuer", detail)
    client = await _client_of(attempt.provider, at)
    check_answer(
        attempt,
        answer.state,
        answer.iss,
        issuer=await client.issuer(),
        names_itself=await client.names_itself(),
        at=at,
    )
    if answer.error or not answer.code:
        detail = f"the provider says {answer.error[:50]!a}: begin again at /signin"
        raise SignInRefused(None, detail)
    person = await client.person(answer.code, attempt, redirect_uri(attempt.provider), at)
    session_id = await _session_of(person, tenant_id, device, at)
    token = NumberedToken(session_id, 0).written(await digest_keys())
    return SignedIn(token, attempt.return_to)


def redirect_uri(provider: str) -> str:
    """Where the provider sends browsers back to."""
    return own_redirect_uri(provider) if _is_tenant(provider) else f"{settings().origin}{CALLBACK}"


async def _session_of(person: Person, tenant_id: str, device: str, at: datetime) -> str:
    if not tenant_id:
        return await start_session(person, device, at)
    own = await issuer_of(tenant_id, at)
    person = person.but(issuer=own.sso.issuer)
    return await start_session_at_home(person, own.sso, tenant_id, device, at)


async def _client_of(provider: str, at: datetime) -> ProviderClient:
    if _is_tenant(provider):
        return (await issuer_of(provider, at)).client
    return await provider_named(provider)


def _is_tenant(provider: str) -> bool:
    return TENANTS.may_be_id(provider)


async def start_session(person: Person, device: str, at: datetime) -> str:
    """The id of a new session of the person, who is a new principal the first time. Raises
    Unavailable."""
    id = link_id(person)
    known = await RUN.reading(PLATFORM_TENANT, at).find(LINKS, id)
    principal_id = known.principal_id if known else new_id(PREFIX, at)

    async def use_case(work: Command) -> StartedSession:
        if known is None:
            if await work.find(LINKS, id) is not None:
                raise Unavailable("the same person signs in twice at once; begin again")
            await work.save(*create(principal_id, person, at))
        else:
            principal = await work.find(PRINCIPALS, principal_id)
            assert principal is not None, "it was created with its link"
            await work.save(*update(principal, person))
        return await start_in_browser(work, principal_id, person.provider, device)

    caller = on_platform(principal_id, at)
    return (await RUN.command(caller, use_case, StartedSession)).session_id
