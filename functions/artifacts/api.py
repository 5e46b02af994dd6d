"""HTTP in, HTTP out: files, whose bytes go to and come from a bucket and never through here."""

from functools import partial
from typing import Annotated

from fastapi import Query

from events.artifacts import ArtifactStatus
from functions.artifacts.aggregates import RUN
from functions.artifacts.service import retention
from functions.artifacts.service.files import detailed, show
from functions.artifacts.service.uploads import announce, complete
from functions.artifacts.views import (
    ArtifactBody,
    ArtifactDetail,
    ArtifactPage,
    ArtifactRetentionBody,
    ArtifactView,
)
from shared.artifacts.aggregates import ARTIFACTS
from shared.artifacts.artifact import removed
from shared.artifacts.named_files import READ_SCOPES
from shared.kit.callers import Caller
from shared.kit.retention import RetentionView
from shared.runtime.acts import does
from shared.runtime.idempotency import Key
from shared.runtime.routes import Cursor, Limit, Router
from shared.runtime.tier_limits import beyond_quota

__all__ = ["ROUTER", "RUN"]

# Before the route of one file, whose path it matches.
WHOLE_TENANTS = Router(read=READ_SCOPES, write=("runs:write",))
FILES = Router(read=READ_SCOPES, write=("runs:write",), narrows=True)


@WHOLE_TENANTS.get("/v1/artifacts/retention")
async def get_artifact_retention(caller: Caller) -> RetentionView:
    """Shows for how long at most files are kept that no approval cites."""
    return await retention.show(caller)


@WHOLE_TENANTS.put("/v1/artifacts/retention")
@does("artifacts.retention.set", within=("manage_tenant",), deed="setting how long files are kept")
async def put_artifact_retention(
    caller: Caller, key: Key, body: ArtifactRetentionBody
) -> RetentionView:
    """Sets for how many days at most files are kept that no approval cites, after they were stored;
    a shorter time holds a week later. Needs the role tenant_admin."""
    return await retention.put(caller, key, body.days)


@FILES.post("/v1/artifacts", status_code=201)
@does("artifacts.create", within=("submit_conversation",))
async def post_artifact(caller: Caller, key: Key, body: ArtifactBody) -> ArtifactDetail:
    """Announces a file, and answers where to PUT its bytes within fifteen minutes; then it is to be
    completed."""
    return await detailed(caller, await announce(caller, key, body))


@FILES.post("/v1/artifacts/{artifact_id}/complete", status_code=202)
@does("artifacts.complete", within=("submit_conversation",))
async def complete_artifact(caller: Caller, key: Key, artifact_id: str) -> ArtifactDetail:
    """Checks what was uploaded: how many bytes, their SHA-256, and whether they are of the type.
    The file is then `stored`, or `scanning` where files are scanned, or `refused` with the
    reason."""
    return await detailed(caller, await complete(caller, key, artifact_id))


@FILES.get("/v1/artifacts")
async def list_artifacts(
    caller: Caller,
    status: Annotated[ArtifactStatus | None, Query()] = None,
    limit: Limit = 25,
    cursor: Cursor = None,
) -> ArtifactPage:
    """Lists files, newest first, of all or of one status."""
    where = [("status", "==", status)] if status else []
    page = await RUN.page(
        caller, ARTIFACTS, where=where, order_by=("created_at",), limit=limit, cursor=cursor
    )
    return page.shown(ArtifactPage, ArtifactView.of)


@FILES.get("/v1/artifacts/{artifact_id}")
async def get_artifact(caller: Caller, artifact_id: str) -> ArtifactDetail:
    """Shows a file that somebody uploaded or a run wrote, with an address to download it."""
    return await show(caller, artifact_id)


@FILES.delete("/v1/artifacts/{artifact_id}")
@does("artifacts.delete", within=("submit_conversation",))
@beyond_quota
async def delete_artifact(caller: Caller, key: Key, artifact_id: str) -> ArtifactView:
    """Removes the bytes of a file for ever; what is known of it, its SHA-256 among that, stays. A
    run that reads it later is refused."""
    rule = partial(removed, by=caller.principal, why=None, at=caller.received_at)
    return await RUN.change(caller, ARTIFACTS, artifact_id, rule, ArtifactView, key=key)


ROUTER = Router.joining(WHOLE_TENANTS, FILES)
