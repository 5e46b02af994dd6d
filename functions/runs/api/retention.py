"""For how long the runs of the whole tenant are kept."""

from typing import Annotated

from pydantic import Field

from functions.runs.rules.retention import LEAST_DAYS, MOST_DAYS
from functions.runs.service import retention
from shared.kit.callers import Caller
from shared.kit.models import Model
from shared.kit.retention import RetentionView
from shared.runtime.acts import does
from shared.runtime.idempotency import Key
from shared.runtime.routes import Router

ROUTER = Router(read=("runs:read", "governance:read"), write=("runs:write",))


class RetentionBody(Model):
    """For how many days runs are kept after they ended: 30 days to seven years."""

    days: Annotated[int, Field(ge=LEAST_DAYS, le=MOST_DAYS, strict=True)]


@ROUTER.get("/v1/runs/retention")
async def get_retention(caller: Caller) -> RetentionView:
    """Shows for how long runs are kept after they ended."""
    return await retention.show(caller)


@ROUTER.put("/v1/runs/retention")
@does("runs.retention.set", within=("manage_tenant",), deed="setting how long runs are kept")
async def put_retention(caller: Caller, key: Key, body: RetentionBody) -> RetentionView:
    """Sets for how many days runs are kept after they ended; a shorter time holds a week later.
    Needs the role tenant_admin."""
    return await retention.put(caller, key, body.days)
