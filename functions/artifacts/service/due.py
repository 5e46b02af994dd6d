"""Does what is due for a file: its scan, the end of its time, the removal of its bytes. Removes
bytes that belong to no file."""

import asyncio
import logging
from collections.abc import Iterable
from datetime import timedelta
from urllib.parse import unquote

from functions.artifacts.aggregates import KEPT_BYTES, UPLOADS
from functions.artifacts.rules.uploads import erased, expired, scan_failed, scanned
from functions.artifacts.scanner import configured_scanner
from shared.aggregates import UnitOfWork
from shared.artifacts.artifact import COLLECTION, Artifact
from shared.artifacts.content import object_name, prefix_of
from shared.kit.errors import Unavailable
from shared.messaging.envelope import Envelope
from shared.storage.buckets import Bucket, Object
from shared.storage.firestore import TenantStore
from shared.storage.states import read_states

AT_ONCE = 16
# A closed tenant's bytes are removed in several deliveries of its end.
MOST_IN_A_DELIVERY = 2_000
# Bytes are written before the commit that says so, which a run may repeat for some hours.
ORPHANS_FROM, ORPHANS_UNTIL = timedelta(days=1), timedelta(days=4)
LOOKED_AT_ONCE = 100

_log = logging.getLogger(__name__)


async def do_what_is_due(work: UnitOfWork, artifact: Artifact) -> None:
    """Scans it, ends it, or removes its bytes. What is stored in a tenant that is suspended or
    closing stays. Raises Unavailable."""
    if artifact.status == "scanning":
        await _scan(work, artifact)
    elif artifact.has_bytes:
        await _erase(work.store.tenant_id, artifact.artifact_id)
        await work.save(erased(artifact))
    else:
        control = await work.control()
        if artifact.status == "pending" or control.is_open or control.status == "closed":
            await work.save(*expired(artifact, work.at))


async def _scan(work: UnitOfWork, artifact: Artifact) -> None:
    """Asks the scanner; later again where it does not answer. Where none is configured any more,
    nothing is owed."""
    scanner = configured_scanner()
    found = None
    if scanner is not None:
        name = object_name(work.store.tenant_id, artifact.artifact_id)
        try:
            found = await scanner.scan(artifact, KEPT_BYTES.parts(name))
        except Unavailable as error:
            _log.warning("%s: %s", artifact.artifact_id, error)
            await work.save(*scan_failed(artifact, work.at))
            return
    await work.save(*scanned(artifact, found, work.at))


async def _erase(tenant_id: str, artifact_id: str) -> None:
    name = object_name(tenant_id, artifact_id)
    await asyncio.gather(KEPT_BYTES.delete(name), UPLOADS.delete(name))


async def erase_tenant(event: Envelope) -> None:
    """Removes all bytes of a tenant that is closed for good; a redelivery removes what is left.
    Raises Unavailable where there are too many for one delivery."""
    for bucket in (KEPT_BYTES, UPLOADS):
        names: list[str] = []
        async for each in bucket.objects(prefix_of(event.tenantid)):
            names.append(each.name)
            if len(names) == MOST_IN_A_DELIVERY:
                break
        await _delete(bucket, names)
        if len(names) == MOST_IN_A_DELIVERY:
            raise Unavailable("the closed tenant has more bytes to remove")


async def remove_orphans(event: Envelope) -> None:
    """Removes the bytes that belong to no file: of a call whose process died before its commit, or
    of a file that was removed while they were copied. Looks at what was written one to four days
    ago, so that each object is looked at several times and most never again. Raises Unavailable."""
    batch: list[Object] = []
    async for each in KEPT_BYTES.objects():
        if ORPHANS_FROM <= event.received_at - each.made_at < ORPHANS_UNTIL:
            batch.append(each)
        if len(batch) == LOOKED_AT_ONCE:
            await _delete(KEPT_BYTES, await _orphans(batch))
            batch.clear()
    await _delete(KEPT_BYTES, await _orphans(batch))


async def _orphans(objects: Iterable[Object]) -> list[str]:
    """Those of the objects that no file needs."""
    by_tenant: dict[str, list[str]] = {}
    for each in objects:
        tenant, _, artifact_id = each.name.rpartition("/")
        by_tenant.setdefault(unquote(tenant), []).append(artifact_id)
    found = []
    for tenant_id, ids in by_tenant.items():
        artifacts = await read_states(TenantStore(tenant_id), COLLECTION, Artifact, ids)
        for id in ids:
            artifact = artifacts.get(id)
            if artifact is None or artifact.status in ("refused", "removed"):
                found.append(object_name(tenant_id, id))
    return found


async def _delete(bucket: Bucket, names: list[str]) -> None:
    limit = asyncio.Semaphore(AT_ONCE)

    async def delete(name: str) -> None:
        async with limit:
            await bucket.delete(name)

    await asyncio.gather(*map(delete, names))
