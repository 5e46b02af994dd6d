"""Signing in with a passkey: nothing is stored to begin it, and one commit ends it."""

from datetime import datetime

from functions.identity.aggregates import PASSKEYS, PRINCIPALS, RUN, SESSIONS
from functions.identity.rules import passkey_sign_in as rules
from functions.identity.rules.attempt import Attempt, begin, checked_return
from functions.identity.rules.passkey_sign_in import PROVIDER, PasskeySignInBody
from functions.identity.rules.secrets import NumberedToken, new_secret
from functions.identity.service.platform import digest_keys, on_platform
from functions.identity.service.sessions import StartedSession, start_in_browser
from functions.identity.service.sign_in import SignedIn
from functions.identity.service.sso import is_held
from functions.identity.views.passkeys import PasskeyOptions
from shared.aggregates import Command
from shared.kit.bookkeeping import PLATFORM_TENANT
from shared.kit.passkeys import passkey_id_of
from shared.runtime.site import site_of_passkeys

_MILLISECONDS = 120_000


async def begin_with_passkey(return_to: str, at: datetime) -> tuple[PasskeyOptions, str]:
    """What the browser asks its authenticators for within three minutes, whoever is there, and the
    cookie that the attempt is kept in. Nothing is stored. Raises SignInRefused for a `return_to`
    that leads elsewhere, Unavailable."""
    attempt = begin(PROVIDER, checked_return(return_to), new_secret(), at, rules.LIFE)
    options = {
        "challenge": rules.challenge_for(attempt),
        "rpId": site_of_passkeys().rp_id,
        "timeout": _MILLISECONDS,
        "userVerification": "required",
    }
    asked = PasskeyOptions.model_validate({"public_key": options, "expires_at": attempt.expires_at})
    return asked, attempt.written(await digest_keys())


async def finish_with_passkey(
    body: PasskeySignInBody, kept: str, device: str, at: datetime
) -> SignedIn:
    """The session of whose passkey answered. Three round trips of reads, or four for somebody with
    a mail address at a domain that a tenant proved, no query, and one commit. Raises SignInRefused
    for an answer that this browser did not ask for, or gave before, that does not verify, or of
    somebody whom another issuer lets in; Unavailable."""
    attempt = rules.check_attempt(Attempt.read(kept, await digest_keys()), at)
    id, site = passkey_id_of(body.credential_id), site_of_passkeys()
    known = await RUN.reading(PLATFORM_TENANT, at).find(PASSKEYS, id)
    owner = rules.check_proof(known, body, attempt, site).passkey.principal_id
    started = rules.session_id(attempt)

    async def use_case(work: Command) -> StartedSession:
        await work.prefetch((PASSKEYS, id), (PRINCIPALS, owner), (SESSIONS, started))
        proof = rules.check_proof(await work.find(PASSKEYS, id), body, attempt, site)
        rules.check_unused(await work.find(SESSIONS, started), owner)
        principal = await work.find(PRINCIPALS, owner)
        assert principal is not None, "who added a passkey is one"
        rules.check_let_in(principal, is_held=await is_held(principal.mail, work.at))
        # Whoever removes the passkey meanwhile is first, or this is.
        work.rely_on(PASSKEYS, id)
        await work.save(*rules.counted(proof))
        return await start_in_browser(
            work, owner, PROVIDER, device, session_id=proof.session_id, passkey_id=id
        )

    caller = on_platform(owner, at)
    session = await RUN.command(caller, use_case, StartedSession)
    token = NumberedToken(session.session_id, 0).written(await digest_keys())
    return SignedIn(token, attempt.return_to)
