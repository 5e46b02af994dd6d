"""Signing in at a provider: two calls, no query, and one commit."""

from dataclasses import dataclass
from datetime import datetime

from functions.identity.aggregates import LINKS, PRINCIPALS, RUN
from functions.identity.providers import provider_named
from functions.identity.rules import session as sessions
from functions.identity.rules.attempt import Attempt, begin, check_answer, checked_return
from functions.identity.rules.id_token import Person
from functions.identity.rules.principal import PREFIX, create, link_id, update
from functions.identity.rules.refusals import SignInRefused
from functions.identity.rules.secrets import NumberedToken
from functions.identity.service.platform import ITSELF, digest_keys, on_platform
from functions.identity.settings import settings
from shared.aggregates import Command
from shared.kit.errors import Unavailable
from shared.kit.ids import new_id
from shared.kit.models import Model
from shared.storage.idempotency import IdempotencyKey

CALLBACK = "/v1/auth/callback"


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


class _Started(Model):
    session_id: str


async def begin_sign_in(provider: str, return_to: str, at: datetime) -> tuple[str, str]:
    """The provider's address for this attempt, and the cookie that the attempt is kept in. Nothing
    is stored. Raises SignInRefused, Unavailable."""
    attempt = begin(provider, checked_return(return_to), at)
    client = await provider_named(provider)
    url = await client.authorize_url(attempt, redirect_uri())
    return url, attempt.written(await digest_keys())


async def finish_sign_in(answer: ProviderAnswer, kept: str, device: str, at: datetime) -> SignedIn:
    """The session of whom the provider knows. One read or two, and one commit. Raises SignInRefused
    for an answer that this browser did not ask for or that does not verify, Unavailable."""
    found = Attempt.read(kept, await digest_keys())
    if found is None:
        # Checked as an attempt that is missing, in the same words.
        attempt = check_answer(None, answer.state, "", issuer="", names_itself=False, at=at)
        return SignedIn("", attempt.return_to)
    client = await provider_named(found.provider)
    attempt = check_answer(
        found,
        answer.state,
        answer.iss,
        issuer=await client.issuer(),
        names_itself=await client.names_itself(),
        at=at,
    )
    if answer.error or not answer.code:
        detail = f"the provider says {answer.error[:50]!a}: begin again at /signin"
        raise SignInRefused(None, detail)
    person = await client.person(answer.code, attempt, redirect_uri(), at)
    session_id = await start_session(person, device, at)
    token = NumberedToken(session_id, 0).written(await digest_keys())
    return SignedIn(token, attempt.return_to)


def redirect_uri() -> str:
    """Where providers send browsers back to."""
    return f"{settings().origin}{CALLBACK}"


async def start_session(person: Person, device: str, at: datetime) -> str:
    """The id of a new session of the person, who is a new principal the first time. Raises
    Unavailable."""
    id = link_id(person)
    known = await RUN.find(on_platform(ITSELF, at), LINKS, id)
    principal_id = known.principal_id if known else new_id(PREFIX, at)

    async def use_case(work: Command) -> _Started:
        if known is None:
            if await work.find(LINKS, id) is not None:
                raise Unavailable("the same person signs in twice at once; begin again")
            await work.save(*create(principal_id, person, at))
        else:
            principal = await work.find(PRINCIPALS, principal_id)
            assert principal is not None, "it was created with its link"
            await work.save(*update(principal, person))
        session = sessions.start(
            new_id("ses", at),
            principal_id,
            at,
            client="browser",
            provider=person.provider,
            device=device,
        )
        await work.save(session)
        return _Started(session_id=session.state.session_id)

    caller = on_platform(principal_id, at)
    return (await RUN.command(caller, IdempotencyKey(caller), use_case, _Started)).session_id
