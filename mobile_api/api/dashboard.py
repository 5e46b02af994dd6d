"""The first screen."""

import hashlib
from typing import Annotated

from fastapi import APIRouter, Header, Response

from mobile_api.api.parameters import Reader
from mobile_api.service.reading import read_dashboard
from mobile_api.views import Dashboard

ROUTER = APIRouter(prefix="/v1/mobile", tags=["dashboard"])


@ROUTER.get(
    "/dashboard",
    response_model=Dashboard,
    responses={304: {"description": "Unchanged since the answer with that `ETag`"}},
)
async def get_dashboard(
    caller: Reader, if_none_match: Annotated[str | None, Header()] = None
) -> Response:
    """What waits for the governor, and how the platform is doing."""
    body = (await read_dashboard(caller)).model_dump_json().encode()
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache", "Vary": "Authorization"}
    if _names(if_none_match or "", etag):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="application/json")


def _names(condition: str, etag: str) -> bool:
    # If-None-Match compares weakly (RFC 9110, 13.1.2): a proxy may have marked ours as weak.
    candidates = [each.strip().removeprefix("W/") for each in condition.split(",")]
    return etag in candidates or candidates == ["*"]
