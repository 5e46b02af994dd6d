"""Refusals in the words of OAuth (RFC 6749, 5.2)."""

from pydantic import ConfigDict
from starlette.responses import JSONResponse, Response

from functions.identity.rules.refusals import GrantRefused, OAuthCode
from shared.kit.control import STOPPED, StoppedReason
from shared.kit.models import Model


class OAuthProblem(Model):
    """Why no token is given. `reason` says that a good key's tenant is not open."""

    # What is null is left out.
    model_config = ConfigDict(json_schema_serialization_defaults_required=False)

    error: OAuthCode
    error_description: str
    reason: StoppedReason | None = None


def oauth_problem(refusal: GrantRefused, status: int) -> Response:
    """The refusal as its answer."""
    stopped = next((each for each in STOPPED.values() if each == refusal.reason), None)
    problem = OAuthProblem(error=refusal.error, error_description=refusal.detail, reason=stopped)
    return JSONResponse(problem.model_dump(exclude_none=True), status)
