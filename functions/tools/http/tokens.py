"""Access tokens of OAuth 2.0 clients, which are kept until shortly before they end."""

import asyncio
import base64
import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any
from urllib.parse import quote_plus

from functions.tools.http.requests import NotSendable
from functions.tools.http.targets import ClientCredentials, Credential
from shared.kit.per_loop import PerLoop
from shared.runtime.outside import OutsideCall, OutsideRefused, call_public

LONGEST_ANSWER = 32_768
_TOKEN = re.compile(r"[\x21-\x7e]{1,8192}")
# A token that ends on its way is refused, and the next try needs another one.
ENDS_EARLY_SECONDS = 30.0
# Where the endpoint does not say for how long a token serves.
USUALLY_KEPT_SECONDS, LONGEST_KEPT_SECONDS = 60.0, 3_600.0
MOST_KEPT = 256
_REFUSED = range(400, 500)
_BUSY = (408, 425, 429)

_Key = tuple[str, str, str, str, ClientCredentials]


class NoToken(Exception):
    """The token endpoint gave none, and may later. Nothing of the call was sent."""


@dataclass
class _Kept:
    """One token; `turn` lets one caller ask for the next one."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    token: str = ""
    ends: float = 0.0


def _none() -> OrderedDict[_Key, _Kept]:
    return OrderedDict()


_tokens = PerLoop(_none)


async def access_token(
    auth: ClientCredentials, credential: Credential, *, may_be_loopback: bool
) -> tuple[str, bool]:
    """A token for this version of the tenant's credential, and whether it was kept from before.
    Raises NotSendable where the endpoint refuses the client, or may not be called; NoToken."""
    kept = _kept(auth, credential)
    async with kept.turn:
        if monotonic() < kept.ends:
            return kept.token, True
        kept.token, seconds = await _asked(auth, credential, may_be_loopback=may_be_loopback)
        kept.ends = monotonic() + seconds
        return kept.token, False


def forget_token(auth: ClientCredentials, credential: Credential, token: str) -> None:
    """Keeps the token no longer, unless another one has taken its place."""
    kept = _kept(auth, credential)
    if kept.token == token:
        kept.ends = 0.0


def _kept(auth: ClientCredentials, credential: Credential) -> _Kept:
    known = _tokens.here()
    key = (credential.tenant_id, credential.name, credential.version, credential.user, auth)
    kept = known.setdefault(key, _Kept())
    known.move_to_end(key)
    if len(known) > MOST_KEPT:
        known.popitem(last=False)
    return kept


async def _asked(
    auth: ClientCredentials, credential: Credential, *, may_be_loopback: bool
) -> tuple[str, float]:
    user, secret = credential.user, credential.secret.get_secret_value()
    wanted = {"scope": auth.scope, "audience": auth.audience}
    form = {"grant_type": "client_credentials", **{k: v for k, v in wanted.items() if v}}
    headers: dict[str, str] = {}
    if auth.client_in == "body":
        form |= {"client_id": user, "client_secret": secret}
    else:
        # Both are encoded as in a form first (RFC 6749, 2.3.1).
        pair = f"{quote_plus(user)}:{quote_plus(secret)}".encode()
        headers["Authorization"] = f"Basic {base64.b64encode(pair).decode()}"
    call = OutsideCall(
        url=auth.token_url, longest=LONGEST_ANSWER, method="POST", headers=headers, form=form
    )
    try:
        return _read(await call_public(call, may_be_loopback=may_be_loopback))
    except OutsideRefused as error:
        reason = f"the token endpoint {error.detail}"
        status = error.status or 0
        if error.fault == "address" or (status in _REFUSED and status not in _BUSY):
            raise NotSendable(reason) from None
        raise NoToken(reason) from None


def _read(answer: Mapping[str, Any]) -> tuple[str, float]:
    """The token, and for how many seconds it is kept."""
    token, kind = answer.get("access_token"), answer.get("token_type", "Bearer")
    seconds = answer.get("expires_in")
    if not isinstance(token, str) or _TOKEN.fullmatch(token) is None:
        raise NoToken("the token endpoint answers no access token")
    if not isinstance(kind, str) or kind.lower() != "bearer":
        raise NotSendable("the token endpoint gives tokens of another type than Bearer")
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return token, USUALLY_KEPT_SECONDS
    return token, min(seconds - ENDS_EARLY_SECONDS, LONGEST_KEPT_SECONDS)
