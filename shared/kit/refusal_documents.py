"""A refusal as each kind of client reads it: problem+json, SCIM's and OAuth's."""

from typing import Any

from shared.kit.errors import AssentError

SCIM_ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"


def problem_document(error: AssentError, correlation_id: str) -> dict[str, Any]:
    """The RFC 9457 problem for `error`; `code` is stable, `type` is its URN."""
    return {
        "type": f"urn:assent:problem:{error.code}",
        "title": error.title,
        "status": error.http_status,
        "detail": error.detail,
        "code": error.code,
        "correlation_id": correlation_id,
        "errors": [{"field": each.field, "message": each.message} for each in error.errors],
        **error.members(),
    }


def scim_document(error: AssentError) -> dict[str, Any]:
    """The refusal as SCIM's clients read it (RFC 7644, 3.12), which know no status 422."""
    status = 400 if error.http_status == 422 else error.http_status
    document = {"schemas": [SCIM_ERROR], "status": str(status), "detail": error.detail}
    return document if error.scim_type is None else {**document, "scimType": error.scim_type}


def oauth_document(error: AssentError) -> dict[str, Any]:
    """The refusal as clients of OAuth read it (RFC 6749, 5.2): one of a request that they wrote
    wrong."""
    fields = "; ".join(f"{each.field} {each.message}" for each in error.errors)
    return {"error": "invalid_request", "error_description": fields or error.detail}
