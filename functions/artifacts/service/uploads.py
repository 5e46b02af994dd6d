"""Announces a file, and checks what was uploaded: copies it while its bytes are counted, hashed and
judged, so that exactly what was checked is kept."""

import hashlib
from functools import partial

from functions.artifacts.aggregates import KEPT_BYTES, RUN, UPLOADS
from functions.artifacts.rules.media import Judge
from functions.artifacts.rules.uploads import Uploaded, announced, completed, flaw_of
from functions.artifacts.scanner import configured_scanner
from functions.artifacts.views import ArtifactBody, ArtifactView
from shared.aggregates import Command
from shared.artifacts.aggregates import ARTIFACTS, require_upload
from shared.artifacts.artifact import Artifact
from shared.artifacts.content import object_name
from shared.budgets.reached import note_threshold
from shared.kit.callers import Caller
from shared.kit.ids import new_id
from shared.runtime.keeping import keeping_of_caller
from shared.storage.idempotency import IdempotencyKey


class _NotKept(Exception):
    """What was uploaded is not what was announced."""

    def __init__(self, uploaded: Uploaded) -> None:
        super().__init__()
        self.uploaded = uploaded


async def announce(caller: Caller, key: IdempotencyKey, body: ArtifactBody) -> ArtifactView:
    """The new file, whose bytes are still to come. Raises StorageLimitReached where the tenant's
    plan keeps no more or its tier takes no file of that size, TooManyRequests while too many
    uploads are under way, Unavailable."""

    async def use_case(work: Command) -> ArtifactView:
        reached = await require_upload(work.store, keeping_of_caller(caller), body.size)
        new = announced(
            new_id("art", work.at),
            **body.model_dump(),
            by=caller.principal,
            at=work.at,
        )
        (saved,) = await work.save(new)
        if reached is not None:
            note_threshold(work.change, "storage", reached, work.at)
        return ArtifactView.of(saved)

    return await RUN.command(caller, use_case, ArtifactView, key=key)


async def complete(caller: Caller, key: IdempotencyKey, artifact_id: str) -> ArtifactView:
    """The file after what was uploaded was checked: stored, waiting for its scan, or refused; as it
    is where it was completed before. Raises NotFound, VersionConflict where nothing was uploaded,
    Unavailable."""
    artifact = await RUN.read(caller, ARTIFACTS, artifact_id)
    uploaded = None
    if artifact.status == "pending":
        uploaded = await _kept(caller.tenant_id, artifact)
    rule = partial(
        completed,
        uploaded=uploaded,
        at=caller.received_at,
        is_scanned=configured_scanner() is not None,
    )
    shown = await RUN.change(caller, ARTIFACTS, artifact_id, rule, ArtifactView, key=key)
    if uploaded is not None and shown.status in ("refused", "removed"):
        # Somebody removed it, or its time was over, while its bytes were copied.
        await KEPT_BYTES.delete(object_name(caller.tenant_id, artifact_id))
    return shown


async def _kept(tenant_id: str, artifact: Artifact) -> Uploaded | None:
    """What was uploaded, kept if it is what was announced; None where nothing was uploaded. Raises
    Unavailable."""
    name = object_name(tenant_id, artifact.artifact_id)
    size = await UPLOADS.size(name)
    if size is None or size != artifact.bytes:
        return None if size is None else Uploaded(size)
    digest, judge, copied = hashlib.sha256(), Judge(artifact.media_type), 0
    try:
        async with KEPT_BYTES.uploading(name) as copy:
            async for part in UPLOADS.parts(name):
                digest.update(part)
                judge.take(part)
                copied += len(part)
                if copied > artifact.bytes:
                    break
                await copy.write(part)
            uploaded = Uploaded(copied, digest.hexdigest(), judge.verdict())
            if flaw_of(artifact, uploaded) is not None:
                raise _NotKept(uploaded)
    except _NotKept as refusal:
        return refusal.uploaded
    return uploaded
