"""Passkeys: added after a recent sign-in, listed, removed. All of it lies with the platform."""

from functions.identity.aggregates import PASSKEYS, PRINCIPALS, RUN, SESSIONS
from functions.identity.rules import passkey as passkeys
from functions.identity.rules.passkey import Passkey, PasskeyBody, challenge_of, check_recent
from functions.identity.rules.passkey_sign_in import user_handle
from functions.identity.rules.principal import Principal
from functions.identity.rules.secrets import new_secret
from functions.identity.rules.session import Session
from functions.identity.service.platform import on_platform
from functions.identity.views.passkeys import PasskeyOptions, PasskeysView, PasskeyView
from shared.aggregates import Command
from shared.aggregates.command import not_found
from shared.kit.callers import Caller
from shared.kit.errors import Forbidden
from shared.kit.models import Model
from shared.kit.passkeys import Site, check_new_key, passkey_id_of
from shared.runtime.site import site_of_passkeys
from shared.storage.idempotency import IdempotencyKey

# COSE's names of ES256, EdDSA and RS256 (which Windows Hello makes).
_ALGORITHMS = (-7, -8, -257)
_MILLISECONDS = 120_000


class _Begun(Model):
    session: Session
    principal: Principal
    others: tuple[Passkey, ...]


async def list_passkeys(caller: Caller) -> PasskeysView:
    """The caller's passkeys. Raises Forbidden for callers who never signed in here."""
    work = Command(RUN, _own(caller))
    principal = await _principal(work, caller)
    found = await _passkeys(work, principal)
    return PasskeysView(items=tuple(map(PasskeyView.of, found)))


async def begin_passkey(caller: Caller) -> PasskeyOptions:
    """What the caller's browser needs to make a passkey within three minutes. One commit. Raises
    SignInTooOld, Forbidden, VersionConflict for somebody with ten passkeys."""
    site = site_of_passkeys()

    async def use_case(work: Command) -> _Begun:
        session, principal = await _recent(work, caller)
        step = passkeys.begin(session, principal, new_secret(), site.rp_id, work.at)
        await work.save(step)
        others = tuple(await _passkeys(work, principal))
        return _Begun(session=step.state, principal=principal, others=others)

    actor = _own(caller)
    begun = await RUN.command(actor, use_case, _Begun)
    return _options(begun, site)


async def add_passkey(caller: Caller, key: IdempotencyKey, body: PasskeyBody) -> PasskeyView:
    """The passkey that the caller's authenticator made. One commit, which uses the challenge up.
    Raises SignInTooOld, PasskeyRefused for a key that is not made for this challenge and site by
    somebody whom it verified, or that is somebody else's; VersionConflict, Forbidden."""
    site = site_of_passkeys()

    async def use_case(work: Command) -> PasskeyView:
        session, principal = await _recent(work, caller)
        made = check_new_key(
            body.client_data_json,
            body.attestation_object,
            challenge=challenge_of(session, site.rp_id, work.at),
            site=site,
        )
        known = await work.find(PASSKEYS, passkey_id_of(made.credential_id))
        steps = passkeys.add(session, principal, known, made, body.name, work.at)
        saved = await work.save(*steps)
        return PasskeyView.of(saved[-1])

    actor = _own(caller)
    return await RUN.command(actor, use_case, PasskeyView, key=key.of(actor))


async def remove_passkey(caller: Caller, key: IdempotencyKey, passkey_id: str) -> PasskeyView:
    """The removed passkey. Raises NotFound for one that is not the caller's, SignInTooOld,
    VersionConflict for the only one."""
    actor = _own(caller)

    async def use_case(work: Command) -> PasskeyView:
        passkey = await work.get(PASSKEYS, passkey_id)
        if passkey.principal_id != caller.principal:
            raise await not_found(RUN.outbox, actor, PASSKEYS, passkey_id)
        session, principal = await _recent(work, caller)
        steps = passkeys.remove(principal, passkey, session.session_id, work.at)
        return PasskeyView.of(await work.save_change(passkey, *steps))

    about = (PASSKEYS, passkey_id)
    return await RUN.command(actor, use_case, PasskeyView, key=key.of(actor), about=about)


def _own(caller: Caller) -> Caller:
    return on_platform(caller.principal, caller.received_at)


async def _recent(work: Command, caller: Caller) -> tuple[Session, Principal]:
    id = caller.session_id or ""
    may_be = SESSIONS.may_be_id(id)
    await work.prefetch((PRINCIPALS, caller.principal), *([(SESSIONS, id)] if may_be else []))
    session = await work.find(SESSIONS, id) if may_be else None
    return check_recent(session, caller.principal, work.at), await _principal(work, caller)


async def _principal(work: Command, caller: Caller) -> Principal:
    principal = await work.find(PRINCIPALS, caller.principal)
    if principal is None:
        raise Forbidden("only somebody who signed in here has passkeys")
    return principal


async def _passkeys(work: Command, principal: Principal) -> list[Passkey]:
    found = await work.find_all(PASSKEYS, principal.passkeys)
    return [each for each in found if each is not None]


def _options(begun: _Begun, site: Site) -> PasskeyOptions:
    """The JSON form of `PublicKeyCredentialCreationOptions`."""
    challenge, person = begun.session.challenge, begun.principal
    assert challenge is not None
    shown = person.mail or person.name or person.principal_id
    options = {
        "challenge": challenge.value,
        "rp": {"id": site.rp_id, "name": "Assent"},
        "user": {
            "id": user_handle(person.principal_id),
            "name": shown,
            "displayName": person.name or shown,
        },
        "pubKeyCredParams": [{"type": "public-key", "alg": each} for each in _ALGORITHMS],
        "timeout": _MILLISECONDS,
        "attestation": "none",
        "authenticatorSelection": {
            "residentKey": "required",
            "requireResidentKey": True,
            "userVerification": "required",
        },
        "excludeCredentials": [
            {"type": "public-key", "id": each.credential_id} for each in begun.others
        ],
    }
    return PasskeyOptions.model_validate(
        {"public_key": options, "expires_at": challenge.expires_at}
    )
