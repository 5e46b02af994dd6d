"""Addresses at which whoever has them may read a stored file for some minutes, and the files that
an approval names; writes nothing."""

import asyncio
from datetime import datetime, timedelta
from urllib.parse import quote

from shared.artifacts.artifact import COLLECTION, Artifact
from shared.artifacts.content import object_name
from shared.artifacts.named_files import READ_SCOPES, Download, Named, NamedAs, NamedFile
from shared.kit.callers import Caller
from shared.kit.models import part_of
from shared.storage.buckets import Bucket
from shared.storage.firestore import TenantStore
from shared.storage.states import read_states
from shared.storage.subject_keys import opened

DOWNLOADED_WITHIN = timedelta(minutes=5)


async def download_of(
    bucket: Bucket, tenant_id: str, artifact_id: str, *, name: str, media_type: str, at: datetime
) -> Download:
    """The address of a stored file, which its bucket serves as an attachment. `name` may be sealed.
    Calls nobody but Secret Manager and Firestore, for keys. Raises Unavailable."""
    url = await bucket.download_url(
        object_name(tenant_id, artifact_id),
        seconds=int(DOWNLOADED_WITHIN.total_seconds()),
        ResponseContentType=media_type,
        ResponseContentDisposition=_attached(await opened(tenant_id, name)),
        ResponseCacheControl="private, no-store",
    )
    return Download(url=url, until=at + DOWNLOADED_WITHIN)


async def files_of(caller: Caller, bucket: Bucket, named: Named) -> tuple[NamedFile, ...]:
    """The files that an approval names. One round trip, none where it names none. Raises
    Unavailable."""
    ways = named.ways
    if not ways:
        return ()
    store = TenantStore(caller.tenant_id)
    found = await read_states(store, COLLECTION, Artifact, ways)
    shown = [
        _shown(caller, bucket, each, ways[id])
        for id, each in found.items()
        if ways[id] != "content" or each.workspace_id == named.workspace_id
    ]
    return tuple(await asyncio.gather(*shown))


async def _shown(caller: Caller, bucket: Bucket, artifact: Artifact, way: NamedAs) -> NamedFile:
    download = None
    if artifact.status == "stored" and caller.scopes.intersection(READ_SCOPES):
        download = await download_of(
            bucket,
            caller.tenant_id,
            artifact.artifact_id,
            name=artifact.file_name,
            media_type=artifact.media_type,
            at=caller.received_at,
        )
    return part_of(NamedFile, artifact, name=artifact.file_name, named_as=way, download=download)


def _attached(name: str) -> str:
    """That a browser keeps the file under its name and never shows it (RFC 6266)."""
    return f"attachment; filename*=UTF-8''{quote(name, safe='')}"
