"""Who acts on what belongs to no tenant, and the keys that identity signs and digests with."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from functions.identity.rules.access import TYPE, Grant, claims_of
from functions.identity.settings import settings
from shared.kit.bookkeeping import PLATFORM_TENANT
from shared.kit.callers import Caller
from shared.kit.digests import KeyRing
from shared.kit.ids import new_id
from shared.kit.signing import public_key_set, sign
from shared.kit.token_keys import token_keys
from shared.storage.secrets import log_keys

FUNCTION = "identity"
ITSELF = f"service:{FUNCTION}"


def on_platform(principal: str, at: datetime) -> Caller:
    """The principal as the actor on what belongs to no tenant."""
    return Caller.acting(principal, PLATFORM_TENANT, at)


async def digest_keys() -> KeyRing:
    """The ring of this function's log, which nobody else reads. Raises Unavailable."""
    return await log_keys(FUNCTION)


async def access_token(grant: Grant, at: datetime) -> str:
    """A signed token of the grant. Raises Unavailable."""
    configured = settings()
    claims = claims_of(
        grant,
        issuer=configured.issuer,
        audience=configured.audience,
        token_id=new_id("tok", at),
        at=at,
    )
    return sign(claims, token_keys(await digest_keys())[0], typ=TYPE)


async def published_keys() -> Mapping[str, Any]:
    """The public keys of access tokens: a JSON Web Key Set. Raises Unavailable."""
    return public_key_set(*token_keys(await digest_keys()))
