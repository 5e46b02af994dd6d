"""Exports: an archive of a tenant's whole log, or of everything that it has, made after the request
and kept in a bucket."""

import hashlib
import secrets
from collections.abc import AsyncIterator
from datetime import datetime
from typing import NamedTuple
from urllib.parse import quote

from events.audit import (
    AuditExportCompleted,
    AuditExportFailed,
    AuditExportRequested,
    ExportKind,
)
from functions.audit import store
from functions.audit.aggregates import EXPORT_RETENTION, EXPORTS, RUN, Export
from functions.audit.checkpoints import BUCKET_KEY, SIGNING_KEY, cover
from functions.audit.rules.access import check_first, check_reader, start_of_day
from functions.audit.rules.archive import SEGMENT, Archive
from functions.audit.rules.chain import Broken, Verification
from functions.audit.tenant_documents import documents_of
from functions.audit.views import AuditExport
from shared.aggregates import Command, Transition, UnitOfWork
from shared.audit_log.checkpoints import StoredCheckpoint
from shared.audit_log.entries import Entry
from shared.audit_log.opening import PUBLIC_KEYS, ChainBroken, log_of, open_checkpoints
from shared.kit.callers import Caller
from shared.kit.errors import ContentInvalid, NotFound, VersionConflict
from shared.kit.ids import derive_id, is_id, new_id
from shared.kit.sealing import SealBroken
from shared.messaging.misses import report_miss
from shared.storage.buckets import Bucket, Upload
from shared.storage.idempotency import IdempotencyKey
from shared.storage.secrets import public_keys, signing_key

BUCKET = Bucket("audit-exports", BUCKET_KEY)
URL_SECONDS = 900


class Written(NamedTuple):
    """What is in the bucket."""

    entries: int
    bytes: int
    sha256: str
    object: str


async def request_everything(caller: Caller, key: IdempotencyKey, tenant_id: str) -> AuditExport:
    """The new export of all that the caller's tenant has. Raises NotFound for any other tenant, and
    what `request_export` does."""
    if tenant_id != caller.tenant_id:
        if is_id("ten", tenant_id):
            await report_miss(RUN.outbox, caller, tenant_id)
        raise NotFound(f"there is no tenant {tenant_id[:40]!r}")
    return await request_export(caller, key, "everything")


async def request_export(caller: Caller, key: IdempotencyKey, kind: ExportKind) -> AuditExport:
    """The new export, which is made at once and in the background. Raises VersionConflict while
    another of the tenant is made, and for a second one of everything on one day (UTC), unless the
    first failed; Unavailable."""

    async def use_case(work: Command) -> AuditExport:
        pending = await work.query(EXPORTS, where=[("status", "==", "pending")], limit=1)
        if pending:
            raise VersionConflict(f"{pending[0].export_id} is being made; ask again once it ended")
        export_id = new_id("exp", work.at)
        if kind == "everything":
            # Whoever asks reads the whole log, at the platform's expense.
            export_id = derive_id("exp", start_of_day(work.at), kind)
            check_first(await work.find(EXPORTS, export_id))
        export = Export(
            export_id=export_id,
            kind=kind,
            requested_by=caller.principal,
            requested_at=work.at,
        )
        (saved,) = await work.save(Transition(export, AuditExportRequested))
        return AuditExport.of(saved)

    return await RUN.command(caller, use_case, AuditExport, key=key)


async def show_export(caller: Caller, export_id: str) -> AuditExport:
    """The export; with an address to download it from while the bucket keeps it. Raises NotFound,
    Forbidden for one of everything and a caller who is no admin, Unavailable."""
    export = await RUN.read(caller, EXPORTS, export_id)
    check_reader(export.kind, caller)
    is_available = (
        export.ended_at is not None and caller.received_at < export.ended_at + EXPORT_RETENTION
    )
    if export.object is None or not is_available:
        return AuditExport.of(export)
    url = await BUCKET.download_url(export.object, seconds=URL_SECONDS)
    return AuditExport.of(export, url)


async def make_export(work: UnitOfWork, export: Export) -> None:
    """Makes the archive of a pending export; a repetition writes another. Raises Unavailable."""
    tenant_id = work.store.tenant_id
    try:
        checkpoint = await cover(tenant_id)
        if checkpoint is None:
            raise ChainBroken("the log has no entry")
        written = await _write(tenant_id, export, checkpoint, work.at)
    except (ChainBroken, ContentInvalid, SealBroken) as error:
        failed = {"status": "failed", "ended_at": work.at, "reason": error.detail}
        await work.save(Transition(export.but(**failed), AuditExportFailed))
        return
    ready = {"status": "ready", "ended_at": work.at, **written._asdict()}
    await work.save(Transition(export.but(**ready), AuditExportCompleted))


class _Sink:
    """The object that is written, with its digest and its size."""

    def __init__(self, upload: Upload) -> None:
        self._upload = upload
        self._digest = hashlib.sha256()
        self._size = 0

    async def write(self, content: bytes) -> None:
        """Raises Unavailable."""
        self._digest.update(content)
        self._size += len(content)
        await self._upload.write(content)

    def written(self, entries: int, name: str) -> Written:
        return Written(entries, self._size, self._digest.hexdigest(), name)


async def _write(
    tenant_id: str, export: Export, checkpoint: StoredCheckpoint, at: datetime
) -> Written:
    """Writes the archive of what the checkpoint covers, and refuses to sign other entries."""
    heads = await open_checkpoints(tenant_id, [checkpoint])
    keys, key = await public_keys(PUBLIC_KEYS), await signing_key(SIGNING_KEY)
    archive, verification = Archive(), Verification(heads)
    name = _name(tenant_id, export.export_id)
    async with BUCKET.uploading(name) as upload:
        sink = _Sink(upload)
        async for entries in _segments(tenant_id, checkpoint.number):
            for entry in entries:
                _refuse(tenant_id, verification.follow(entry))
            verification.nodes.clear()
            await sink.write(archive.segment(entries))
        if archive.entries != checkpoint.number:
            raise ChainBroken(f"{tenant_id}: entry {archive.entries + 1}: it is missing")
        _refuse(tenant_id, verification.end())
        if export.kind == "everything":
            async for file in documents_of(tenant_id, at):
                await sink.write(archive.document(file))
        await sink.write(
            archive.end(
                tenant_id=tenant_id,
                log=log_of(tenant_id),
                checkpoint=checkpoint,
                at=export.requested_at,
                keys=keys,
                key=key,
            )
        )
    return sink.written(archive.entries, name)


def _refuse(tenant_id: str, broken: Broken | None) -> None:
    if broken is not None:
        raise ChainBroken(f"{tenant_id}: entry {broken.number}: {broken.why}")


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
    """A name that no other attempt has, so that one which ends late replaces no archive."""
    return f"{quote(tenant_id, safe='@:')}/{export_id}-{secrets.token_hex(8)}.tar"
