"""Refusals in the words of OAuth (RFC 6749, 5.2)."""

from starlette.responses import JSONResponse, Response

from functions.identity.rules.refusals import GrantRefused, OAuthCode
from shared.kit.models import Model


class OAuthProblem(Model):
    """Why no token is given."""

    error: OAuthCode
    error_description: str


def oauth_problem(refusal: GrantRefused, status: int) -> Response:
    """The refusal as its answer."""
    problem = OAuthProblem(error=refusal.error, error_description=refusal.detail)
    return JSONResponse(problem.model_dump(), status)
