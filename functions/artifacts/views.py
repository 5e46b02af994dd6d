"""What the API takes and shows of artifacts."""

from typing import Annotated, Self

from pydantic import AfterValidator, Field, StringConstraints

from events.artifacts import LONGEST_DAYS, ArtifactStatus, UploadersText
from events.labels import Labels
from events.receipts import Sha256
from functions.artifacts.rules.media import flaw_of_type
from functions.artifacts.rules.retention import LEAST_DAYS
from shared.artifacts.artifact import KEPT_DAYS, MOST_BYTES, Artifact, flaw_of_name
from shared.artifacts.named_files import Download
from shared.kit.instants import Instant
from shared.kit.models import Data, Model, Page, part_of
from shared.kit.workspaces import InWorkspace


def _name(name: str) -> str:
    if flaw := flaw_of_name(name):
        raise ValueError(flaw)
    return name


def _media_type(media_type: str) -> str:
    if flaw := flaw_of_type(media_type):
        raise ValueError(flaw)
    return media_type


class ArtifactBody(Model):
    """A file that will be uploaded: its name without folders, its type, how many bytes it has and
    their SHA-256, in lower-case hex. It is removed `keep_days` after it was stored."""

    name: Annotated[str, StringConstraints(max_length=200), AfterValidator(_name)]
    media_type: Annotated[str, StringConstraints(max_length=100), AfterValidator(_media_type)]
    size: Annotated[int, Field(ge=1, le=MOST_BYTES, strict=True)]
    sha256: Sha256
    keep_days: Annotated[int, Field(ge=1, le=LONGEST_DAYS, strict=True)] = KEPT_DAYS


class ArtifactRetentionBody(Model):
    """For how many days at most files are kept that no approval cites: 30 days to ten years."""

    days: Annotated[int, Field(ge=LEAST_DAYS, le=LONGEST_DAYS, strict=True)]


class Upload(Data):
    """Where to PUT the bytes, once or again, until `until`: with these headers, and without a
    token. Whoever has the address may do so."""

    url: str
    headers: dict[str, str]
    until: Instant


class ArtifactView(Data):
    """A file. `status`: `pending` until it was uploaded and completed, `scanning` while a scan is
    owed, `stored`, `refused` or `removed`, with the `reason`. Its `sha256` never changes. One that
    a call wrote has its agent and call, and its run if there was one. What is read of it has its
    `labels`. One that an approval cites, `cited_by`, is kept as long as that approval."""

    artifact_id: str
    name: UploadersText
    media_type: str
    bytes: int
    sha256: str
    status: ArtifactStatus
    labels: Labels
    uploaded_by: str
    agent_id: str | None
    run_id: str | None
    invocation_id: str | None
    created_at: Instant
    stored_at: Instant | None
    keep_until: Instant | None
    ended_at: Instant | None
    removed_by: str | None
    reason: str | None
    cited_by: str | None
    workspace_id: InWorkspace = None

    @classmethod
    def of(cls, artifact: Artifact) -> Self:
        """The file as it is shown."""
        return part_of(cls, artifact, name=artifact.file_name)


class ArtifactDetail(ArtifactView):
    """A file, with where to upload it while it is `pending`, and where to download it once it is
    `stored`."""

    upload: Upload | None = None
    download: Download | None = None


class ArtifactPage(Page[ArtifactView]):
    """Some files, newest first."""
