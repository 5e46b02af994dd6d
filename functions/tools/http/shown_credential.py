"""How a service is shown a credential."""

import base64
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import quote, quote_plus

from functions.tools.http.requests import NotSendable
from functions.tools.http.targets import Auth, Basic, Bearer, Credential, InHeader, Webhook
from functions.tools.http.tokens import access_token
from shared.kit import clock
from shared.kit.webhooks import PREFIX, WrongSecret, signed


class Shown(NamedTuple):
    """Headers with the credential, all texts of it that an answer may not quote, and the access
    token where it was used before."""

    headers: Mapping[str, str]
    secrets: tuple[str, ...] = ()
    kept_token: str | None = None


class Signing(NamedTuple):
    """What a webhook's credential signs: the id of the call, and its body."""

    id: str
    body: bytes


async def show(
    auth: Auth | None,
    credential: Credential | None,
    *,
    may_be_loopback: bool,
    signing: Signing | None = None,
) -> Shown:
    """What the service is shown. Raises NotSendable, and what `access_token` raises."""
    if auth is None:
        return Shown({})
    if credential is None:
        raise NotSendable("the connector's credential is not there; set it first")
    secret = credential.secret.get_secret_value()
    refuse_unprintable(secret)
    if not credential.user.isprintable():
        raise NotSendable("the credential's user must be printable; set it again")
    match auth:
        case Bearer():
            return _shown("Authorization", f"Bearer {secret}", secret)
        case InHeader(name=name):
            return _shown(name, secret, secret)
        case Basic():
            if ":" in credential.user:
                raise NotSendable("the credential's user must have no colon")
            pair = base64.b64encode(f"{credential.user}:{secret}".encode()).decode()
            return _shown("Authorization", f"Basic {pair}", secret, pair)
        case Webhook():
            return _of_webhook(secret, signing)
        case _:
            token, is_kept = await access_token(auth, credential, may_be_loopback=may_be_loopback)
            shown = _shown("Authorization", f"Bearer {token}", secret, token)
            return shown._replace(kept_token=token if is_kept else None)


def _of_webhook(secret: str, signing: Signing | None) -> Shown:
    if signing is None:
        raise NotSendable("the credential signs webhooks, and this is none")
    try:
        headers = signed(secret, signing.id, signing.body, clock.now())
    except WrongSecret as error:
        raise NotSendable(f"the credential {error}; set it again") from error
    keys = (each.removeprefix(PREFIX) for each in secret.split(" "))
    return Shown(headers, _forms(*keys))


def secrets_of(credential: Credential) -> tuple[str, ...]:
    """All texts of a password that no answer may quote, as SMTP has it too (RFC 4616)."""
    user, secret = credential.user, credential.secret.get_secret_value()
    return _forms(secret, f"{user}:{secret}", f"\0{user}\0{secret}")


def _shown(name: str, value: str, *secrets: str) -> Shown:
    return Shown({name: value}, _forms(*secrets))


def _forms(*secrets: str) -> tuple[str, ...]:
    encoded = (base64.b64encode(each.encode()).decode().rstrip("=") for each in secrets)
    forms = {*secrets, *(quote(each, safe="") for each in secrets), *map(quote_plus, secrets)}
    return (*forms, *encoded)


def refuse_unprintable(secret: str) -> None:
    """Raises NotSendable for a secret that would not arrive as it is."""
    if not (secret and secret.isascii() and secret.isprintable() and secret == secret.strip()):
        raise NotSendable(
            "the credential must be printable ASCII without spaces around it; set it again"
        )
