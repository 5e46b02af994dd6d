"""The token endpoint (RFC 6749, RFC 8628), and the keys that verify its tokens."""

from typing import Annotated, Literal

from fastapi import Request
from pydantic import ConfigDict, StringConstraints
from starlette.responses import JSONResponse, Response

from functions.identity.api.browser import Cookies, require_own_site, with_jar
from functions.identity.api.oauth import OAuthProblem, oauth_problem
from functions.identity.rules.browser import Jar
from functions.identity.rules.client_grant import PresentedCode
from functions.identity.rules.refusals import GrantRefused
from functions.identity.service.platform import published_keys
from functions.identity.service.tokens import (
    Tokens,
    exchange_key,
    redeem_authorization_code,
    redeem_device_code,
    renew_session,
)
from shared.kit.models import Data, Model
from shared.kit.wording import one_of
from shared.runtime.bodies import FORM, Accepts
from shared.runtime.boundary import received_at
from shared.runtime.credential_refusals import record_refusal
from shared.runtime.open_routes import OpenRouter

ROUTER = OpenRouter(tag="tokens")

DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
GRANT_TYPES = ("authorization_code", "client_credentials", "refresh_token", DEVICE_CODE)
# A key that was revoked is taken no longer than ten minutes (`shared.runtime.issuer_keys`).
_CACHED = "public, max-age=60"

Text = Annotated[str, StringConstraints(max_length=1000)]
Address = Annotated[str, StringConstraints(max_length=2000)]


class TokenBody(Data):
    """A token request. As RFC 6749 demands, parameters that it does not know are ignored."""

    grant_type: Text = ""
    refresh_token: Text = ""
    device_code: Text = ""
    client_id: Text = ""
    client_secret: Text = ""
    code: Text = ""
    redirect_uri: Address = ""
    code_verifier: Text = ""
    resource: Text = ""
    tenant: Text = ""
    workspace: Text = ""
    scope: Text = ""


class TokenAnswer(Model):
    """An access token for fifteen minutes, or until the time of a deputy ends; `refresh_token`
    where the client keeps it itself."""

    # What is null is left out.
    model_config = ConfigDict(json_schema_serialization_defaults_required=False)

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - a type
    expires_in: int
    scope: str
    refresh_token: str | None = None


@ROUTER.post(
    "/v1/auth/token",
    response_model=TokenAnswer,
    responses={400: {"model": OAuthProblem}, 401: {"model": OAuthProblem}},
)
async def give_token(
    request: Request, cookies: Cookies, body: Annotated[TokenBody, Accepts((FORM,))]
) -> Response:
    """Gives an access token to a session, a device, a client or an API key. A browser's cookie
    stands for its refresh token, and is replaced."""
    uses_cookie = body.grant_type == "refresh_token" and not body.refresh_token
    if uses_cookie:
        require_own_site(request)
    try:
        tokens = await _granted(request, body, cookies.session)
    except GrantRefused as refusal:
        return await _refused(request, refusal)
    refresh = None if uses_cookie else tokens.refresh
    answer = TokenAnswer(
        access_token=tokens.access,
        expires_in=tokens.seconds,
        scope=tokens.scope,
        refresh_token=refresh,
    )
    sent = JSONResponse(answer.model_dump(exclude_none=True))
    if uses_cookie:
        return with_jar(sent, Jar(tokens.refresh or "", cookies.attempt))
    return sent


@ROUTER.get("/.well-known/jwks.json")
async def show_keys() -> Response:
    """The public keys of the tokens: a JSON Web Key Set."""
    return JSONResponse(await published_keys(), headers={"Cache-Control": _CACHED})


async def _granted(request: Request, body: TokenBody, session: str) -> Tokens:
    at = received_at(request.scope)
    match body.grant_type:
        case "refresh_token":
            return await renew_session(
                body.refresh_token or session,
                body.tenant,
                body.scope,
                at,
                client_id=body.client_id,
                resource=body.resource,
                workspace_id=body.workspace,
            )
        case "authorization_code":
            presented = PresentedCode(
                body.client_id, body.redirect_uri, body.code_verifier, body.resource
            )
            return await redeem_authorization_code(body.code, presented, at)
        case "client_credentials":
            return await exchange_key(body.client_secret, at)
        case _ if body.grant_type == DEVICE_CODE:
            return await redeem_device_code(body.device_code, body.tenant, at)
        case "":
            detail = f"grant_type is missing: send {one_of(GRANT_TYPES)}"
            raise GrantRefused("invalid_request", detail)
        case _:
            detail = f"grant_type must be {one_of(GRANT_TYPES)}"
            raise GrantRefused("unsupported_grant_type", detail)


async def _refused(request: Request, refusal: GrantRefused) -> Response:
    await record_refusal(request, refusal)
    status = 401 if refusal.error == "invalid_client" else 400
    return oauth_problem(refusal, status)
