"""What `artifacts` publishes: files that go into runs and come out of them."""

from typing import Annotated, Literal

from pydantic import Field

from events.labels import Labels
from events.receipts import Sha256
from events.registry import event
from shared.kit.instants import Instant
from shared.kit.models import Data, EventData
from shared.kit.personal import Personal
from shared.kit.workspaces import InWorkspace

TOPIC = "artifacts"
PREFIX = "art"
# No file is kept longer for an upload's own time.
LONGEST_DAYS = 3_650

# `pending`: not uploaded yet; `scanning`: uploaded, and a scan is owed. Only what is `stored` is
# read by anybody.
ArtifactStatus = Literal["pending", "scanning", "stored", "refused", "removed"]
UploadersText = Annotated[str, Personal(of="uploaded_by")]


class CitedArtifact(Data):
    """A file as an approval names it, and the SHA-256 that its id stands for."""

    artifact_id: str
    sha256: Sha256


CitedArtifacts = Annotated[tuple[CitedArtifact, ...], Field(exclude_if=lambda cited: not cited)]


class ArtifactState(EventData):
    """A file. `sha256` and `bytes` are those of its content, and never change under one id.
    `uploaded_by` is who uploaded it; where a call wrote it, `agent_id`, `invocation_id` and, in a
    run, `run_id` say which, and `labels` what it was made of. What is stored is removed at
    `keep_until`. `reason` says why it was refused or removed."""

    artifact_id: str
    file_name: UploadersText
    media_type: str
    bytes: int
    sha256: str
    status: ArtifactStatus
    labels: Labels = ()
    uploaded_by: str = ""
    agent_id: str | None = None
    run_id: str | None = None
    invocation_id: str | None = None
    created_at: Instant
    stored_at: Instant | None = None
    keep_until: Instant | None = None
    ended_at: Instant | None = None
    removed_by: str | None = None
    reason: str | None = None
    workspace_id: InWorkspace = None


@event("assent.artifact.stored.v1")
class ArtifactStored(ArtifactState):
    """Its bytes were uploaded, and are what was announced; a scan that was owed found nothing."""


@event("assent.artifact.refused.v1")
class ArtifactRefused(ArtifactState):
    """It was not uploaded in time, its bytes are not what was announced, or a scan found
    something: nobody reads it, and its bytes are removed."""


@event("assent.artifact.removed.v1")
class ArtifactRemoved(ArtifactState):
    """Somebody removed it, or its time was over: its bytes go, its hash stays."""


class ArtifactRetentionState(EventData):
    """For how many days at most a file of the tenant is kept that no approval cites, after it was
    stored."""

    days: int


@event("assent.artifact_retention.changed.v1")
class ArtifactRetentionChanged(ArtifactRetentionState):
    """An admin of the tenant set it; a shorter time holds a week later."""

    set_by: str
