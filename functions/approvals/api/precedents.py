"""Precedents, called seeds in the API."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from functions.approvals.bodies import PrecedentBody, posted_of
from functions.approvals.service import precedents, reading
from functions.approvals.views import PrecedentSeed, PrecedentSeedPage
from shared.kit.callers import Caller
from shared.runtime.auth import requires
from shared.runtime.bodies import UncheckedBody, body_of
from shared.runtime.idempotency import idempotency_key
from shared.storage.idempotency import IdempotencyKey

ROUTER = APIRouter(prefix="/v1/precedent-seeds", tags=["precedents"])

Reader = Annotated[Caller, Depends(requires("approvals:read", "governance:read"))]
Writer = Annotated[Caller, Depends(requires("approvals:write", "governance:write"))]
Key = Annotated[IdempotencyKey, Depends(idempotency_key)]
Posted = Annotated[UncheckedBody[PrecedentBody], Depends(body_of(PrecedentBody))]


@ROUTER.get("", response_model=PrecedentSeedPage)
async def list_precedents(
    caller: Reader,
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> PrecedentSeedPage:
    """Lists precedents with their rates, newest first."""
    return await reading.list_precedents(caller, limit, cursor)


@ROUTER.get("/{seed_id}", response_model=PrecedentSeed)
async def get_precedent(caller: Reader, seed_id: str) -> PrecedentSeed:
    """Shows one precedent with its findings and rates."""
    return await reading.show_precedent(caller, seed_id)


@ROUTER.post("", status_code=201, response_model=PrecedentSeed)
async def post_precedent(caller: Writer, key: Key, body: Posted) -> PrecedentSeed:
    """Posts a precedent; Genesis reviews it at once."""
    return await precedents.post_precedent(caller, key, posted_of(body.check()))


@ROUTER.post("/{seed_id}/activate", response_model=PrecedentSeed)
async def activate_precedent(caller: Writer, key: Key, seed_id: str) -> PrecedentSeed:
    """Activates a precedent: it assents from now on; needs the role governor."""
    return await precedents.activate_precedent(caller, key, seed_id)


@ROUTER.post("/{seed_id}/suspend", response_model=PrecedentSeed)
async def suspend_precedent(caller: Writer, key: Key, seed_id: str) -> PrecedentSeed:
    """Suspends a precedent until it is activated again; needs the role governor."""
    return await precedents.suspend_precedent(caller, key, seed_id)
