"""Passkeys, and the page on which people add and remove theirs."""

from fastapi import Request
from starlette.responses import HTMLResponse, Response

from functions.identity.api.browser import MOVES_ON, Cookies, page, redirect
from functions.identity.passkeys_page import PASSKEYS_POLICY, passkeys_page
from functions.identity.rules.passkey import PasskeyBody
from functions.identity.service import passkeys
from functions.identity.service.sessions import signed_in
from functions.identity.views.passkeys import PasskeyOptions, PasskeysView, PasskeyView
from shared.kit.callers import Caller
from shared.runtime.acts import does
from shared.runtime.boundary import received_at
from shared.runtime.idempotency import Key
from shared.runtime.open_routes import OpenRouter
from shared.runtime.routes import Router
from shared.runtime.tier_limits import beyond_quota

ROUTER = Router(
    prefix="/v1/passkeys",
    tag="passkeys",
    read=("identity:read",),
    write=("identity:write",),
    within=("own_affairs",),
)
PAGES = OpenRouter(tag="passkeys")


@ROUTER.get("")
async def list_passkeys(caller: Caller) -> PasskeysView:
    """Lists the caller's passkeys, the newest last."""
    return await passkeys.list_passkeys(caller)


@ROUTER.post("/options")
async def begin_passkey(caller: Caller) -> PasskeyOptions:
    """Gives what a browser needs to make a passkey; needs a sign-in under five minutes old."""
    return await passkeys.begin_passkey(caller)


@ROUTER.post("", status_code=201)
async def add_passkey(caller: Caller, key: Key, body: PasskeyBody) -> PasskeyView:
    """Adds the passkey that a browser made; needs a sign-in under five minutes old."""
    return await passkeys.add_passkey(caller, key, body)


@ROUTER.delete("/{passkey_id}")
@beyond_quota
async def remove_passkey(caller: Caller, key: Key, passkey_id: str) -> PasskeyView:
    """Removes a passkey of the caller's, but not the only one; needs a sign-in under five minutes
    old."""
    return await passkeys.remove_passkey(caller, key, passkey_id)


@PAGES.get("/passkeys", response_class=HTMLResponse, responses=MOVES_ON)
@does("passkeys.show")
async def show_passkeys(request: Request, cookies: Cookies) -> Response:
    """The page on which somebody who is signed in adds and removes passkeys."""
    if await signed_in(cookies.session, received_at(request.scope)) is None:
        return redirect("/signin?return_to=/passkeys")
    return page(passkeys_page(), policy=PASSKEYS_POLICY)
