"""A file of a tenant: who may read it when, and what becomes of it. Pure."""

from datetime import datetime, timedelta

from events.artifacts import PREFIX, ArtifactRemoved, ArtifactState
from events.invocations import ArtifactWritten
from events.labels import Labels
from shared.kit.errors import VersionConflict
from shared.kit.instants import Instant
from shared.kit.transitions import Transition

COLLECTION = "artifacts"
ARTIFACT_DUE = "assent.artifact.due.v1"
MOST_BYTES = 32 * 1024 * 1024
KEPT_DAYS = 365
# Text that a step of a run reads: with the rest of its output, it is what a step keeps.
MOST_READ_BYTES = 60 * 1024
MOST_WRITTEN_BYTES = 64 * 1024
JSON = "application/json"
TEXT_TYPES = ("text/plain", "text/markdown", "text/csv", JSON)
_LONGEST_NAME = 200


class Artifact(ArtifactState):
    """A file as it is stored. `kept_bytes` counts towards the tenant's limit, and is None once it
    does not. `has_bytes`: there may be bytes of it that nobody reads any more. `due_at` is when
    something is owed to it: an upload, a scan, or their removal. `cited_by` is the first approval
    that cites it: from then on it has no end."""

    keep_days: int = KEPT_DAYS
    kept_bytes: int | None = None
    has_bytes: bool = False
    scans: int = 0
    due_at: Instant | None = None
    cited_by: str | None = None

    @property
    def uncited_since(self) -> Instant | None:
        """Since when it is stored, where no approval cites it: the tenant's time may end it."""
        return self.stored_at if self.status == "stored" and self.cited_by is None else None


Steps = tuple[Transition[Artifact], ...]


def next_timer(artifact: Artifact) -> tuple[str, datetime] | None:
    """An upload that is not complete, a scan, what is removed, or the end of its time."""
    due = artifact.due_at or (artifact.keep_until if artifact.status == "stored" else None)
    return (ARTIFACT_DUE, due) if due is not None else None


def is_swept(artifact: Artifact) -> bool:
    """Whether its timer may fire a minute late: removals and scans are done at once."""
    return artifact.status in ("pending", "stored")


def flaw_of_name(name: str) -> str | None:
    """Why the text is no name of a file, and what to write instead; None where it is one."""
    if not name.strip() or len(name) > _LONGEST_NAME:
        return f"is a file's name of 1 to {_LONGEST_NAME} characters, such as `report.csv`"
    if any(each in name for each in "/\\"):
        return "is the name alone: leave the folders out, such as `report.csv`"
    if name != name.strip() or name.startswith("."):
        return "begins with a letter or a digit, and has no space at its end"
    if not name.isprintable():
        return "has a character that nobody sees: leave it out"
    return None


def written(
    invocation_id: str,
    *,
    name: str,
    media_type: str,
    sha256: str,
    size: int,
    labels: Labels,
    agent_id: str,
    run_id: str,
    at: datetime,
) -> Transition[Artifact]:
    """The file that a call wrote."""
    artifact = Artifact(
        artifact_id=artifact_id_of(invocation_id),
        file_name=name,
        media_type=media_type,
        bytes=size,
        sha256=sha256,
        status="stored",
        labels=labels,
        agent_id=agent_id,
        run_id=run_id or None,
        invocation_id=invocation_id,
        created_at=at,
        stored_at=at,
        keep_until=at + timedelta(days=KEPT_DAYS),
        kept_bytes=size,
    )
    return Transition(artifact, ArtifactWritten)


def artifact_id_of(invocation_id: str) -> str:
    """The id of what the call writes: the same, however often it is made."""
    return f"{PREFIX}_{invocation_id.partition('_')[2]}"


def removed(artifact: Artifact, by: str, why: str | None, at: datetime) -> Steps:
    """The file without its bytes, which are removed at once; no change for one that is over. Raises
    VersionConflict while a scan is owed."""
    if artifact.status in ("refused", "removed"):
        return ()
    if artifact.status == "scanning":
        raise VersionConflict("it is being scanned: remove it once that is over")
    if artifact.cited_by is not None:
        raise VersionConflict(f"{artifact.cited_by} cites it: it is kept as long as that approval")
    ended = {"ended_at": at, "removed_by": by, "reason": why, **over(at)}
    return (Transition(artifact.but(status="removed", **ended), ArtifactRemoved),)


def cited(artifact: Artifact, approval_id: str) -> Steps:
    """The stored file that an approval cites, which is kept from now on; no change for one that
    another approval cites."""
    if artifact.cited_by is not None:
        return ()
    return (Transition(artifact.but(cited_by=approval_id, keep_until=None)),)


def over(at: datetime) -> dict[str, object]:
    """The fields of a file that nobody reads any more: its bytes go, and count no more."""
    return {"kept_bytes": None, "has_bytes": True, "due_at": at}


def why_unreadable(artifact: Artifact | None) -> str | None:
    """Why nobody reads the file; None where it may be read."""
    if artifact is None:
        return "there is no such artifact"
    match artifact.status:
        case "stored":
            return None
        case "pending":
            return "it was not uploaded and completed yet"
        case "scanning":
            return "it is being scanned"
        case "refused":
            return "it was refused"
        case _:
            return "it was removed"
