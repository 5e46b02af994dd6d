"""Signing in with a passkey, which the script of `/signin` does."""

from fastapi import Request
from starlette.responses import JSONResponse, Response

from functions.identity.api.browser import Cookies, require_own_site, with_jar
from functions.identity.rules.browser import Jar, said_of_itself
from functions.identity.rules.passkey_sign_in import PasskeySignInBody, PasskeyStartBody
from functions.identity.service.passkey_sign_in import begin_with_passkey, finish_with_passkey
from functions.identity.service.sessions import sign_out
from functions.identity.views.passkeys import PasskeyOptions, WhereNext
from shared.runtime.boundary import received_at
from shared.runtime.open_routes import OpenRouter

ROUTER = OpenRouter(prefix="/v1/auth/passkey", tag="sign-in")


@ROUTER.post("/options", response_model=PasskeyOptions)
async def begin(request: Request, cookies: Cookies, body: PasskeyStartBody) -> Response:
    """Gives what a browser asks its authenticators for; from a page of this site only."""
    require_own_site(request)
    asked, attempt = await begin_with_passkey(body.return_to, received_at(request.scope))
    sent = JSONResponse(asked.model_dump(mode="json"))
    return with_jar(sent, cookies._replace(attempt=attempt))


@ROUTER.post("", response_model=WhereNext)
async def sign_in(request: Request, cookies: Cookies, body: PasskeySignInBody) -> Response:
    """Takes what a passkey signed: a new session, where this browser asked for it."""
    require_own_site(request)
    device = said_of_itself(request.headers.get("user-agent", ""))
    at = received_at(request.scope)
    found = await finish_with_passkey(body, cookies.attempt, device, at)
    # The browser forgets the earlier token, so nobody could end that session any more.
    await sign_out(cookies.session, at)
    sent = JSONResponse(WhereNext(return_to=found.return_to).model_dump())
    return with_jar(sent, Jar(session=found.token))
