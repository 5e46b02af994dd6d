"""Signing in and out, with a browser."""

from typing import Annotated

from fastapi import Path, Query, Request
from starlette.responses import HTMLResponse, Response

from functions.identity.api.browser import (
    REFUSED,
    Cookies,
    page,
    recorded_refusal,
    redirect,
    require_own_site,
    with_jar,
)
from functions.identity.pages import SIGN_IN_POLICY, message_page, sign_in_page, signed_in_page
from functions.identity.providers import configured_providers
from functions.identity.rules.attempt import checked_return
from functions.identity.rules.browser import Jar, said_of_itself
from functions.identity.rules.refusals import SignInRefused, SsoRefused
from functions.identity.service.sessions import sign_out, signed_in
from functions.identity.service.sign_in import ProviderAnswer, begin_sign_in, finish_sign_in
from shared.runtime.boundary import received_at
from shared.runtime.open_routes import OpenRouter
from shared.runtime.tier_limits import beyond_quota

ROUTER = OpenRouter(tag="sign-in")

Text = Annotated[str, Query(max_length=2000)]


@ROUTER.get("/signin", response_class=HTMLResponse, responses=REFUSED)
async def show_sign_in(request: Request, cookies: Cookies, return_to: Text = "") -> Response:
    """The page on which somebody signs in, at a provider or with a passkey."""
    session = await signed_in(cookies.session, received_at(request.scope))
    if session is not None and not return_to:
        return page(signed_in_page(session.device))
    try:
        wanted = checked_return(return_to or "/signin")
    except SignInRefused as error:
        return await recorded_refusal(request, error)
    providers = [(each.name, each.title) for each in await configured_providers()]
    return page(sign_in_page(providers, wanted), policy=SIGN_IN_POLICY)


@ROUTER.get("/v1/auth/start", status_code=303, response_class=Response, responses=REFUSED)
async def start(
    request: Request,
    cookies: Cookies,
    provider: Text = "",
    mail: Text = "",
    return_to: Text = "/signin",
) -> Response:
    """Sends the browser to a provider, or to the one of the company that `mail` belongs to, and on
    to `return_to` once it has come back."""
    at = received_at(request.scope)
    try:
        url, attempt = await begin_sign_in(provider, return_to, at, mail)
    except (SignInRefused, SsoRefused) as error:
        return await recorded_refusal(request, error)
    return with_jar(redirect(url), cookies._replace(attempt=attempt))


@ROUTER.get("/v1/auth/callback", status_code=303, response_class=Response, responses=REFUSED)
async def come_back(
    request: Request,
    cookies: Cookies,
    state: Text = "",
    code: Text = "",
    iss: Text = "",
    error: Text = "",
) -> Response:
    """Takes a provider's answer: a new session, where this browser asked for it."""
    answer = ProviderAnswer(state=state, code=code, iss=iss, error=error)
    return await _come_back(request, cookies, answer)


@ROUTER.get(
    "/v1/auth/callback/{tenant_id}", status_code=303, response_class=Response, responses=REFUSED
)
async def come_back_home(
    request: Request,
    cookies: Cookies,
    tenant_id: Annotated[str, Path(max_length=64)],
    state: Text = "",
    code: Text = "",
    iss: Text = "",
    error: Text = "",
) -> Response:
    """Takes the answer of a tenant's own issuer: a new session of a member of that tenant."""
    answer = ProviderAnswer(state=state, code=code, iss=iss, error=error)
    return await _come_back(request, cookies, answer, tenant_id)


async def _come_back(
    request: Request, cookies: Cookies, answer: ProviderAnswer, tenant_id: str = ""
) -> Response:
    device = said_of_itself(request.headers.get("user-agent", ""))
    at = received_at(request.scope)
    try:
        found = await finish_sign_in(answer, cookies.attempt, device, at, tenant_id)
    except (SignInRefused, SsoRefused) as refused:
        return await recorded_refusal(request, refused)
    # The browser forgets the earlier token, so nobody could end that session any more.
    await sign_out(cookies.session, at)
    return with_jar(redirect(found.return_to), Jar(session=found.token))


@ROUTER.post("/v1/auth/logout", response_class=HTMLResponse)
@beyond_quota
async def log_out(request: Request, cookies: Cookies) -> Response:
    """Ends the browser's session."""
    require_own_site(request)
    await sign_out(cookies.session, received_at(request.scope))
    farewell = page(message_page("You are signed out", "You can close this page."))
    return with_jar(farewell, Jar())
