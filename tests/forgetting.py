"""What a module of tests leaves in the event log of the platform that it shares with others."""

from itertools import groupby

from emulators.client import PlatformRefused
from emulators.running import RunningPlatform
from shared.kit.bookkeeping import PLATFORM_TENANT
from shared.messaging.log import EVENT_LOG
from shared.storage.firestore import TenantStore
from shared.storage.platform_store import PlatformStore

_AT_ONCE = 2_000


def forget_events(running: RunningPlatform) -> None:
    """Deletes the events of all tenants, whom nobody asks any more, but not the platform's own.
    Whether anything is unpublished is asked of all events, and Google's emulator looks at each.
    Where something is still on its way, they stay."""
    running.client.disarm()
    try:
        running.client.wait_until_idle(30)
    except PlatformRefused:
        return
    running.run(_forget())


async def _forget() -> None:
    while True:
        found = await PlatformStore().find(
            EVENT_LOG,
            where=[("tenantid", ">", PLATFORM_TENANT)],
            order_by="tenantid",
            limit=_AT_ONCE,
            select=("tenantid",),
        )
        for tenant_id, events in groupby(found, key=lambda each: each.tenant_id):
            await TenantStore(tenant_id).delete_all([*events])
        if len(found) < _AT_ONCE:
            return
