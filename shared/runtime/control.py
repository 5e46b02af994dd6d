"""What each function knows of a tenant: whether it is open and what was revoked in it, at most
twenty seconds old, without a read per call."""

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

from pydantic import BaseModel

from shared.kit.bookkeeping import PLATFORM_TENANT
from shared.kit.control import (
    COLLECTION,
    ENDED_SESSIONS,
    ID,
    NOTHING_KNOWN,
    Control,
    EndedSessions,
    KnownTenant,
    place_of_ended,
)
from shared.kit.per_loop import PerLoop
from shared.runtime.remembered import Remembered
from shared.storage.firestore import TenantStore

M = TypeVar("M", bound=BaseModel)


class Controls:
    """What one process knows of the tenants that it serves, each at most twenty seconds old, and
    renewed in the background after ten. Holds the 1,024 used last. For one event loop."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` shows seconds and never goes back."""
        missing = "whether the tenant is open cannot be read now; try again"
        self._known: Remembered[tuple[str, str], KnownTenant] = Remembered(missing, clock)

    async def of(self, tenant_id: str, session_id: str | None = None) -> KnownTenant:
        """What is known of a tenant. Tokens for no tenant (`PLATFORM_TENANT`) are only checked for
        their session. Raises Unavailable."""
        if tenant_id == PLATFORM_TENANT and session_id is None:
            return NOTHING_KNOWN
        place = place_of_ended(tenant_id, session_id or "")
        return await self._known.get(
            (tenant_id, place), lambda: read_known_tenant(tenant_id, place)
        )


async def read_known_tenant(tenant_id: str, place: str) -> KnownTenant:
    """The tenant's control document and the sessions that ended for it: two reads, at once. Raises
    Unavailable."""
    control, ended = await asyncio.gather(
        _state(TenantStore(tenant_id), (COLLECTION, ID), Control),
        _state(TenantStore(PLATFORM_TENANT), (ENDED_SESSIONS, place), EndedSessions),
    )
    return KnownTenant(control=control or Control(), ended=ended or EndedSessions(place=place))


async def _state(store: TenantStore, key: tuple[str, str], model: type[M]) -> M | None:
    document = await store.get(*key)
    state = document.data.get("state") if document is not None else None
    return model.model_validate_json(state) if state is not None else None


_controls = PerLoop(Controls)


def controls() -> Controls:
    """Those of this process and event loop."""
    return _controls.here()
