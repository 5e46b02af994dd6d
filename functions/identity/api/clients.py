"""Clients: their request (`/v1/auth/authorize`), and the page on which a person answers it."""

from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import Request
from pydantic import StringConstraints
from starlette.responses import HTMLResponse, Response

from functions.identity.api.browser import (
    MOVES_ON,
    REFUSED,
    Cookies,
    page,
    recorded_refusal,
    redirect,
    require_own_site,
)
from functions.identity.consent_pages import consent_page, tenant_page
from functions.identity.pages import policy_for
from functions.identity.rules.authorization import (
    LONGEST_QUERY,
    AuthorizationRequest,
    ConsentRequest,
    answer_address,
)
from functions.identity.rules.browser import Jar
from functions.identity.rules.refusals import AuthorizationRefused, ClientRefused, CrossSite
from functions.identity.rules.secrets import form_token, is_form_token
from functions.identity.rules.session import Session
from functions.identity.service.acting_agents import with_agents
from functions.identity.service.clients import asked_of, grant_consent, known_client
from functions.identity.service.platform import digest_keys
from functions.identity.service.sessions import signed_in
from functions.identity.settings import settings
from shared.kit.models import Model
from shared.runtime.bodies import FORM, Accepts
from shared.runtime.boundary import received_at
from shared.runtime.open_routes import OpenRouter

ROUTER = OpenRouter(tag="clients", takes_any_query=True)


class ConsentBody(Model):
    """What a person answered. `form` ties it to the page that was shown, `request` says to what;
    `agent` is the one that the client is to act as, where it asked for that."""

    request: Annotated[str, StringConstraints(max_length=LONGEST_QUERY)]
    tenant: Annotated[str, StringConstraints(max_length=64)] = ""
    agent: Annotated[str, StringConstraints(max_length=64)] = ""
    decision: Literal["allow", "deny"]
    form: Annotated[str, StringConstraints(max_length=200)]


@ROUTER.get("/v1/auth/authorize", status_code=303, response_class=Response, responses=REFUSED)
async def authorize(request: Request, cookies: Cookies) -> Response:
    """Takes a client's request: sends the person on to sign in, or to the page that asks."""
    return await _shown(request, cookies, at_page=False)


@ROUTER.get("/consent", response_class=HTMLResponse, responses={**MOVES_ON, **REFUSED})
async def show_consent(request: Request, cookies: Cookies) -> Response:
    """The page on which a person lets a client in, or does not."""
    return await _shown(request, cookies, at_page=True)


@ROUTER.post("/consent", response_class=HTMLResponse, responses={**MOVES_ON, **REFUSED})
async def decide_consent(
    request: Request, cookies: Cookies, body: Annotated[ConsentBody, Accepts((FORM,))]
) -> Response:
    """Takes a person's answer, and sends the browser back to the client with it."""
    require_own_site(request)
    at = received_at(request.scope)
    session = await signed_in(cookies.session, at)
    if session is None:
        return redirect("/signin")
    about = _about(body.request)
    if not is_form_token(body.form, session.session_id, about, await digest_keys()):
        detail = "the page is not from this session: begin again at the program"
        return await recorded_refusal(request, CrossSite(detail, session.principal_id))
    try:
        asked = AuthorizationRequest.read(body.request)
        document = await known_client(session, asked)
    except ClientRefused as refused:
        return await recorded_refusal(request, refused)
    try:
        if body.decision == "deny":
            raise AuthorizationRefused("access_denied", "the person denied it")
        wanted = await asked_of(session, asked, document, at)
        code = await grant_consent(session, wanted, body.tenant, body.agent, at)
    except AuthorizationRefused as refused:
        return _told(asked, refused)
    return redirect(answer_address(asked, settings().origin, code=code))


async def _shown(request: Request, cookies: Jar, *, at_page: bool) -> Response:
    at = received_at(request.scope)
    session = await signed_in(cookies.session, at)
    try:
        asked = AuthorizationRequest.read(request.url.query)
        if session is None:
            # Strangers make us read no address of theirs.
            return redirect(_to_sign_in(asked))
        document = await known_client(session, asked)
    except ClientRefused as refused:
        return await recorded_refusal(request, refused)
    try:
        wanted = await asked_of(session, asked, document, at)
        if not at_page:
            return redirect(f"/consent?{asked.written()}")
        tenant = request.query_params.get("tenant") or wanted.only_tenant
        if wanted.resource.acts_as_agent and tenant:
            wanted = await with_agents(session.principal_id, wanted, tenant, at)
    except AuthorizationRefused as refused:
        return _told(asked, refused)
    return await _page(session, wanted)


async def _page(session: Session, asked: ConsentRequest) -> Response:
    if asked.resource.acts_as_agent and len(asked.tenants) > 1:
        return page(tenant_page(asked))
    about = _about(asked.request.written())
    token = form_token(session.session_id, about, await digest_keys())
    answer = page(consent_page(asked, token))
    answer.headers["Content-Security-Policy"] = policy_for(asked.request.redirect_uri)
    return answer


def _to_sign_in(asked: AuthorizationRequest) -> str:
    back = f"/v1/auth/authorize?{asked.written()}"
    return f"/signin?{urlencode({'return_to': back})}"


def _about(written: str) -> str:
    return f"consent\n{written}"


def _told(asked: AuthorizationRequest, refused: AuthorizationRefused) -> Response:
    answer = {"error": refused.error, "error_description": refused.detail}
    return redirect(answer_address(asked, settings().origin, **answer))
