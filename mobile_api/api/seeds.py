"""Precedents."""

from typing import Annotated

from fastapi import APIRouter, Depends

from mobile_api.api.parameters import Cursor, Limit, PassedKey, Reader, Writer
from mobile_api.bodies import SeedBody
from mobile_api.service import deciding, reading
from mobile_api.views import Seed, SeedPage
from shared.runtime.bodies import UncheckedBody, body_of

ROUTER = APIRouter(prefix="/v1/mobile/seeds", tags=["precedents"])


@ROUTER.get("")
async def list_seeds(caller: Reader, limit: Limit = 25, cursor: Cursor = None) -> SeedPage:
    """Precedents, newest first."""
    return await reading.list_seeds(caller, limit, cursor)


@ROUTER.get("/{seed_id}")
async def get_seed(caller: Reader, seed_id: str) -> Seed:
    """One precedent, with how well it serves."""
    return await reading.read_seed(caller, seed_id)


@ROUTER.post("", status_code=201)
async def post_seed(
    caller: Writer,
    body: Annotated[UncheckedBody[SeedBody], Depends(body_of(SeedBody))],
    key: PassedKey = None,
) -> Seed:
    """Has a precedent judged: it comes back `approved` or `rejected`, with the findings."""
    return await deciding.post_seed(caller, body, key)


@ROUTER.post("/{seed_id}/activate")
async def activate_seed(caller: Writer, seed_id: str, key: PassedKey = None) -> Seed:
    """Lets a precedent assent from now on."""
    return await deciding.change_seed(caller, seed_id, "activate", key)


@ROUTER.post("/{seed_id}/suspend")
async def suspend_seed(caller: Writer, seed_id: str, key: PassedKey = None) -> Seed:
    """Lets it assent to nothing until it is activated again."""
    return await deciding.change_seed(caller, seed_id, "suspend", key)
