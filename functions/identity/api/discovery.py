"""Where clients learn how to ask: two documents that follow from the address of this site alone."""

from typing import Literal

from starlette.responses import JSONResponse, Response

from functions.identity.api.tokens import GRANT_TYPES
from functions.identity.rules.roles import OF_AGENTS_ELSEWHERE, OF_PROGRAMS
from functions.identity.settings import settings
from shared.kit.models import Model
from shared.runtime.open_routes import OpenRouter

ROUTER = OpenRouter(tag="clients")
# The edge keeps them, so that they start no instance: they change with a release only.
_CACHED = "public, max-age=3600, s-maxage=86400"


class ServerDocument(Model):
    """What Assent can do as an authorization server (RFC 8414)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    device_authorization_endpoint: str
    jwks_uri: str
    response_types_supported: tuple[str, ...] = ("code",)
    response_modes_supported: tuple[str, ...] = ("query",)
    grant_types_supported: tuple[str, ...] = GRANT_TYPES
    code_challenge_methods_supported: tuple[str, ...] = ("S256",)
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("none", "client_secret_post")
    scopes_supported: tuple[str, ...]
    client_id_metadata_document_supported: Literal[True] = True
    authorization_response_iss_parameter_supported: Literal[True] = True


class ResourceDocument(Model):
    """Which tokens a server takes, and who gives them (RFC 9728)."""

    resource: str
    resource_name: str
    authorization_servers: tuple[str, ...]
    scopes_supported: tuple[str, ...]
    bearer_methods_supported: tuple[str, ...] = ("header",)


@ROUTER.get("/.well-known/oauth-authorization-server", response_model=ServerDocument)
async def show_server() -> Response:
    """Says how a client asks, and where."""
    origin = settings().origin
    return _answer(
        ServerDocument(
            issuer=origin,
            authorization_endpoint=f"{origin}/v1/auth/authorize",
            token_endpoint=f"{origin}/v1/auth/token",
            device_authorization_endpoint=f"{origin}/v1/auth/device",
            jwks_uri=f"{origin}/.well-known/jwks.json",
            scopes_supported=tuple(sorted(OF_PROGRAMS | OF_AGENTS_ELSEWHERE)),
        )
    )


@ROUTER.get("/.well-known/oauth-protected-resource/mcp", response_model=ResourceDocument)
async def show_resource() -> Response:
    """Says who gives the tokens that `/mcp` takes."""
    origin = settings().origin
    return _answer(
        ResourceDocument(
            resource=f"{origin}/mcp",
            resource_name="Assent",
            authorization_servers=(origin,),
            scopes_supported=tuple(sorted(OF_AGENTS_ELSEWHERE)),
        )
    )


def _answer(document: Model) -> Response:
    return JSONResponse(document.model_dump(mode="json"), headers={"Cache-Control": _CACHED})
