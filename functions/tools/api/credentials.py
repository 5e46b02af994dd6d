"""Credentials: stored, used by their names, and never shown."""

from events.specs import Name
from functions.tools.aggregates import CREDENTIALS, RUN
from functions.tools.rules.credential_bodies import CredentialBody
from functions.tools.service import credentials
from functions.tools.views import CredentialPage, CredentialView
from shared.kit.callers import Caller
from shared.runtime.acts import does
from shared.runtime.idempotency import Key
from shared.runtime.routes import Cursor, Limit, Router
from shared.runtime.tier_limits import beyond_quota

ROUTER = Router(
    read=("runs:read", "governance:read"), write=("runs:write", "governance:write"), narrows=True
)


@ROUTER.put("/v1/credentials/{name}")
@does("credentials.set", within=("govern",), deed="storing a credential")
async def put_credential(caller: Caller, name: Name, body: CredentialBody) -> CredentialView:
    """Stores a credential, or another value in its place, which calls are made with from then on.
    The value is never shown again, and no answer of this call is kept."""
    return await credentials.put(caller, name, body)


@ROUTER.get("/v1/credentials")
@beyond_quota
async def get_credentials(
    caller: Caller, limit: Limit = 25, cursor: Cursor = None
) -> CredentialPage:
    """Lists the credentials without their values, those that were set last first."""
    page = await RUN.page(caller, CREDENTIALS, order_by=("listed_at",), limit=limit, cursor=cursor)
    return page.shown(CredentialPage, CredentialView.of)


@ROUTER.delete("/v1/credentials/{name}")
@does("credentials.delete", within=("govern",), deed="removing a credential")
@beyond_quota
async def delete_credential(caller: Caller, key: Key, name: str) -> CredentialView:
    """Deletes a credential's value. Connectors that name it are refused from then on."""
    return await credentials.remove(caller, key, name)
