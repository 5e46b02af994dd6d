"""Devices without a browser: their codes, and a person's decision about them."""

from typing import Annotated, Literal

from fastapi import Request
from pydantic import StringConstraints
from starlette.responses import HTMLResponse, JSONResponse, Response

from functions.identity.api.browser import (
    MOVES_ON,
    REFUSED,
    Cookies,
    page,
    recorded_refusal,
    redirect,
    refusal,
    require_own_site,
)
from functions.identity.api.oauth import OAuthProblem, oauth_problem
from functions.identity.pages import code_page, device_page, message_page
from functions.identity.rules.device_grant import INTERVAL_SECONDS, LIFE, UserCode
from functions.identity.rules.refusals import CrossSite, GrantRefused
from functions.identity.rules.secrets import form_token, is_form_token
from functions.identity.service.devices import decide, request_grant, waiting
from functions.identity.service.platform import digest_keys
from functions.identity.service.sessions import signed_in
from functions.identity.settings import settings
from shared.kit.errors import NotFound, VersionConflict
from shared.kit.models import Data, Model
from shared.runtime.bodies import FORM, Accepts
from shared.runtime.boundary import received_at
from shared.runtime.open_routes import OpenRouter

ROUTER = OpenRouter(tag="devices")
# With what people write between its letters.
LONGEST_CODE = 20


class DeviceBody(Data):
    """A device's request. As RFC 6749 demands, parameters that it does not know are ignored."""

    client_id: Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=r"\S")]
    scope: Annotated[str, StringConstraints(max_length=500)] = ""


class DeviceAnswer(Model):
    """The codes (RFC 8628, 3.2). The device asks for its token every `interval` seconds."""

    device_code: str
    user_code: str
    verification_uri: str
    verification_uri_complete: str
    expires_in: int
    interval: int


class DecisionBody(Model):
    """What a person decided on the page of a device. `form` ties it to that page."""

    user_code: UserCode
    decision: Literal["allow", "deny"]
    form: Annotated[str, StringConstraints(max_length=200)]


@ROUTER.post(
    "/v1/auth/device", response_model=DeviceAnswer, responses={400: {"model": OAuthProblem}}
)
async def request_codes(
    request: Request, body: Annotated[DeviceBody, Accepts((FORM,))]
) -> Response:
    """Gives a device its codes."""
    try:
        codes = await request_grant(body.client_id, body.scope, received_at(request.scope))
    except GrantRefused as refused:
        return oauth_problem(refused, 400)
    address = f"{settings().origin}/device"
    answer = DeviceAnswer(
        device_code=codes.device_code,
        user_code=codes.user_code,
        verification_uri=address,
        verification_uri_complete=f"{address}?user_code={codes.user_code}",
        expires_in=int(LIFE.total_seconds()),
        interval=INTERVAL_SECONDS,
    )
    return JSONResponse(answer.model_dump())


@ROUTER.get("/device", response_class=HTMLResponse, responses={**MOVES_ON, **REFUSED})
async def show_device(
    request: Request,
    cookies: Cookies,
    user_code: str = "",
) -> Response:
    """The page on which a person allows a device, or denies it."""
    at = received_at(request.scope)
    session = await signed_in(cookies.session, at)
    if session is None:
        code = "".join(each for each in user_code[:LONGEST_CODE] if _is_of_code(each))
        return redirect(f"/signin?return_to=/device?user_code={code}")
    if not user_code:
        return page(code_page())
    grant = await waiting(user_code, at) if len(user_code) <= LONGEST_CODE else None
    if grant is None:
        return page(code_page("No device waits with that code; look at the device again."), 404)
    token = form_token(session.session_id, grant.user_code, await digest_keys())
    return page(device_page(grant, token))


@ROUTER.post(
    "/v1/auth/device/decision",
    response_class=HTMLResponse,
    responses={**MOVES_ON, **REFUSED},
)
async def decide_device(
    request: Request, cookies: Cookies, body: Annotated[DecisionBody, Accepts((FORM,))]
) -> Response:
    """Takes a person's decision about a device."""
    require_own_site(request)
    at = received_at(request.scope)
    session = await signed_in(cookies.session, at)
    if session is None:
        return redirect("/signin?return_to=/device")
    code = "".join(each for each in body.user_code.upper() if each.isalnum())
    if not is_form_token(body.form, session.session_id, code, await digest_keys()):
        detail = "the page is not from this session: open /device again"
        return await recorded_refusal(request, CrossSite(detail, session.principal_id))
    try:
        await decide(session, body.user_code, body.decision == "allow", at)
    except (NotFound, VersionConflict) as error:
        return refusal(error)
    said = "may act for you now" if body.decision == "allow" else "was denied"
    return page(message_page("Connect a device", f"The device {said}. You can close this page."))


def _is_of_code(letter: str) -> bool:
    return letter.isascii() and letter.isalnum()
