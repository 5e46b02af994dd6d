"""Decisions taken while the phone was offline."""

from typing import Annotated

from fastapi import APIRouter, Depends

from mobile_api.api.parameters import Decider
from mobile_api.bodies import SyncBody
from mobile_api.service.syncing import synchronise
from mobile_api.views import SyncResults
from shared.runtime.bodies import UncheckedBody, body_of

ROUTER = APIRouter(prefix="/v1/mobile", tags=["approvals"])


@ROUTER.post("/sync")
async def sync(
    caller: Decider, body: Annotated[UncheckedBody[SyncBody], Depends(body_of(SyncBody))]
) -> SyncResults:
    """Puts queued decisions, at most fifty, in their order; each has a result of its own."""
    return await synchronise(caller, body.check())
