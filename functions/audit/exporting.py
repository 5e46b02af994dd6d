"""Exports: an archive of a tenant's whole log, made after the request and kept in a bucket."""

import hashlib
from collections.abc import AsyncIterator
from typing import NamedTuple
from urllib.parse import quote

from events.audit import AuditExportCompleted, AuditExportFailed, AuditExportRequested
from functions.audit import store
from functions.audit.aggregates import EXPORTS, KEPT, RUN, Export
from functions.audit.checkpoints import (
    PUBLIC_KEYS,
    SIGNING_KEY,
    ChainBroken,
    cover,
    log_of,
    open_checkpoints,
)
from functions.audit.rules.archive import SEGMENT, Archive
from functions.audit.rules.chain import Entry, Verification
from functions.audit.rules.checkpoints import Kept
from functions.audit.views import AuditExport
from shared.aggregates import Command, Transition, UnitOfWork
from shared.kit.callers import Caller
from shared.kit.errors import VersionConflict
from shared.kit.ids import new_id
from shared.storage.buckets import download_url, uploading
from shared.storage.idempotency import IdempotencyKey
from shared.storage.secrets import public_keys, signing_key

BUCKET = "audit-exports"
URL_SECONDS = 900


class Written(NamedTuple):
    """What is in the bucket."""

    entries: int
    bytes: int
    sha256: str


async def request_export(caller: Caller, key: IdempotencyKey) -> AuditExport:
    """The new export, which is made at once and in the background. Raises VersionConflict while
    another of the tenant is made, Unavailable."""

    async def use_case(work: Command) -> AuditExport:
        pending = await work.query(EXPORTS, where=[("status", "==", "pending")], limit=1)
        if pending:
            raise VersionConflict(f"{pending[0].export_id} is being made; ask again once it ended")
        export = Export(
            export_id=new_id("exp", work.at),
            requested_by=caller.principal,
            requested_at=work.at,
        )
        (saved,) = await work.save(Transition(export, AuditExportRequested))
        return AuditExport.of(saved)

    return await RUN.command(caller, key, use_case, AuditExport)


async def show_export(caller: Caller, export_id: str) -> AuditExport:
    """The export; with an address to download it from while the bucket keeps it. Raises NotFound,
    Unavailable."""
    export = await RUN.read(caller, EXPORTS, export_id)
    is_kept = export.ended_at is not None and caller.received_at < export.ended_at + KEPT
    if export.status != "ready" or not is_kept:
        return AuditExport.of(export)
    name = _name(caller.tenant_id, export_id)
    return AuditExport.of(export, await download_url(BUCKET, name, seconds=URL_SECONDS))


async def make_export(work: UnitOfWork, export: Export) -> None:
    """Makes the archive of a pending export; a repetition writes it anew. Raises Unavailable."""
    tenant_id = work.store.tenant_id
    try:
        checkpoint = await cover(tenant_id)
        if checkpoint is None:
            raise ChainBroken("the log has no entry")
        written = await _write(tenant_id, export, checkpoint)
    except ChainBroken as error:
        failed = {"status": "failed", "ended_at": work.at, "reason": error.detail}
        await work.save(Transition(export.but(**failed), AuditExportFailed))
        return
    ready = {"status": "ready", "ended_at": work.at, **written._asdict()}
    await work.save(Transition(export.but(**ready), AuditExportCompleted))


async def _write(tenant_id: str, export: Export, checkpoint: Kept) -> Written:
    """Writes the archive of what the checkpoint covers, and refuses to sign anything else."""
    heads = await open_checkpoints(tenant_id, [checkpoint])
    keys, key = await public_keys(PUBLIC_KEYS), await signing_key(SIGNING_KEY)
    archive, verification = Archive(), Verification(heads)
    digest, size = hashlib.sha256(), 0
    async with uploading(BUCKET, _name(tenant_id, export.export_id)) as upload:
        async for entries in _segments(tenant_id, checkpoint.number):
            _verify(tenant_id, verification, entries)
            written = archive.segment(entries)
            digest.update(written)
            size += len(written)
            await upload.write(written)
        if archive.entries != checkpoint.number:
            raise ChainBroken(f"{tenant_id}: entry {archive.entries + 1}: it is missing")
        written = archive.end(
            tenant_id=tenant_id,
            log=log_of(tenant_id),
            checkpoint=checkpoint,
            at=export.requested_at,
            keys=keys,
            key=key,
        )
        digest.update(written)
        await upload.write(written)
    return Written(archive.entries, size + len(written), digest.hexdigest())


def _verify(tenant_id: str, verification: Verification, entries: list[Entry]) -> None:
    for entry in entries:
        broken = verification.follow(entry)
        if broken is not None:
            raise ChainBroken(f"{tenant_id}: entry {broken.number}: {broken.why}")
    verification.nodes.clear()


async def _segments(tenant_id: str, up_to: int) -> AsyncIterator[list[Entry]]:
    """The tenant's entries, as many at a time as a file of an archive has."""
    segment: list[Entry] = []
    async for entry in store.read_entries(tenant_id, up_to):
        segment.append(entry)
        if len(segment) == SEGMENT:
            yield segment
            segment = []
    if segment:
        yield segment


def _name(tenant_id: str, export_id: str) -> str:
    return f"{quote(tenant_id, safe='@:')}/{export_id}.tar"
