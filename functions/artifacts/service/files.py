"""Shows files, with addresses of their bytes that whoever asked may use for some minutes."""

from functions.artifacts.aggregates import KEPT_BYTES, RUN, UPLOADS
from functions.artifacts.rules.uploads import UPLOADED_WITHIN
from functions.artifacts.views import ArtifactDetail, ArtifactView, Upload
from shared.artifacts.addresses import download_of
from shared.artifacts.aggregates import ARTIFACTS
from shared.artifacts.content import object_name
from shared.kit.callers import Caller
from shared.kit.models import part_of


async def show(caller: Caller, artifact_id: str) -> ArtifactDetail:
    """The file with an address to upload or to download it. Raises NotFound, Unavailable."""
    return await detailed(caller, ArtifactView.of(await RUN.read(caller, ARTIFACTS, artifact_id)))


async def detailed(caller: Caller, view: ArtifactView) -> ArtifactDetail:
    """The same with its address. Raises Unavailable."""
    name = object_name(caller.tenant_id, view.artifact_id)
    at = caller.received_at
    upload = download = None
    upload_until = min(at, view.created_at) + UPLOADED_WITHIN
    if view.status == "pending" and at < upload_until:
        url = await UPLOADS.upload_url(
            name,
            seconds=max(1, int((upload_until - at).total_seconds())),
            media_type=view.media_type,
            size=view.bytes,
        )
        upload = Upload(url=url, headers={"Content-Type": view.media_type}, until=upload_until)
    if view.status == "stored":
        download = await download_of(
            KEPT_BYTES,
            caller.tenant_id,
            view.artifact_id,
            name=view.name,
            media_type=view.media_type,
            at=at,
        )
    return part_of(ArtifactDetail, view, upload=upload, download=download)
