"""What becomes of a file from its announcement to its end."""

from datetime import datetime, timedelta
from typing import NamedTuple

from events.artifacts import ArtifactRefused, ArtifactRemoved, ArtifactStored
from events.labels import UNTRUSTED, from_artifact
from shared.artifacts.artifact import Artifact, Steps, over
from shared.kit.errors import VersionConflict
from shared.kit.transitions import Transition

UPLOADED_WITHIN = timedelta(minutes=15)
# An upload may have begun at the last moment.
COMPLETED_WITHIN = timedelta(hours=1)
# The pauses after scans that gave no answer; the last one repeats, until a day is over.
SCAN_PAUSES = tuple(timedelta(minutes=each) for each in (1, 2, 5, 30))
SCANNED_WITHIN = timedelta(days=1)


class Uploaded(NamedTuple):
    """What was found where the file was uploaded: how many bytes, their SHA-256 and why they are
    not of its type. Where there are too many or too few bytes, only their number is known."""

    size: int
    sha256: str | None = None
    flaw: str | None = None


def announced(
    artifact_id: str,
    *,
    name: str,
    media_type: str,
    size: int,
    sha256: str,
    keep_days: int,
    by: str,
    at: datetime,
) -> Transition[Artifact]:
    """A file that somebody is going to upload. Whoever wrote it may have written it to make agents
    do something, so all that is read of it is labelled."""
    artifact = Artifact(
        artifact_id=artifact_id,
        file_name=name,
        media_type=media_type,
        bytes=size,
        sha256=sha256,
        status="pending",
        labels=(from_artifact(artifact_id), UNTRUSTED),
        uploaded_by=by,
        created_at=at,
        keep_days=keep_days,
        kept_bytes=size,
        due_at=at + COMPLETED_WITHIN,
    )
    return Transition(artifact)


def flaw_of(artifact: Artifact, uploaded: Uploaded) -> str | None:
    """Why what was uploaded is not what was announced."""
    if uploaded.size != artifact.bytes:
        return f"{uploaded.size} bytes were uploaded, not the {artifact.bytes} that were announced"
    if uploaded.sha256 != artifact.sha256:
        return f"the SHA-256 of what was uploaded is {uploaded.sha256}, not {artifact.sha256}"
    return uploaded.flaw


def completed(
    artifact: Artifact, uploaded: Uploaded | None, at: datetime, *, is_scanned: bool
) -> Steps:
    """The file that was uploaded: stored, or waiting for its scan; refused where it is not what was
    announced. No change for one that was completed before. Raises VersionConflict where nothing was
    uploaded."""
    if artifact.status != "pending":
        return ()
    if uploaded is None:
        raise VersionConflict("nothing was uploaded yet: PUT the bytes to `upload.url` first")
    flaw = flaw_of(artifact, uploaded)
    if flaw is not None:
        return refused(artifact, flaw, at)
    if is_scanned:
        return (Transition(artifact.but(status="scanning", due_at=at)),)
    return _stored(artifact, at)


def scanned(artifact: Artifact, found: str | None, at: datetime) -> Steps:
    """The file after its scan, which found something or nothing; no change for one that waits for
    no scan."""
    if artifact.status != "scanning":
        return ()
    if found is not None:
        return refused(artifact, f"the scan found {found}", at)
    return _stored(artifact, at)


def scan_failed(artifact: Artifact, at: datetime) -> Steps:
    """The file, to be scanned later; refused a day after its announcement, because nobody knows
    what is in it."""
    if artifact.status != "scanning":
        return ()
    if at >= artifact.created_at + SCANNED_WITHIN:
        return refused(artifact, "nobody could scan it within a day", at)
    pause = SCAN_PAUSES[min(artifact.scans, len(SCAN_PAUSES) - 1)]
    return (Transition(artifact.but(scans=artifact.scans + 1, due_at=at + pause)),)


def expired(artifact: Artifact, at: datetime) -> Steps:
    """The file whose upload was never completed, or whose time is over."""
    if artifact.status == "pending":
        return refused(artifact, "it was not uploaded and completed within an hour", at)
    if artifact.status == "stored" and artifact.cited_by is None:
        ended = {"ended_at": at, "reason": "its time was over", **over(at)}
        return (Transition(artifact.but(status="removed", **ended), ArtifactRemoved),)
    return ()


def refused(artifact: Artifact, why: str, at: datetime) -> Steps:
    """The file that nobody may read."""
    fields = {"ended_at": at, "reason": why, **over(at)}
    return (Transition(artifact.but(status="refused", **fields), ArtifactRefused),)


def erased(artifact: Artifact) -> Transition[Artifact]:
    """The file whose bytes are gone."""
    return Transition(artifact.but(has_bytes=False, due_at=None))


def _stored(artifact: Artifact, at: datetime) -> Steps:
    until = at + timedelta(days=artifact.keep_days)
    fields = {"status": "stored", "stored_at": at, "keep_until": until, "due_at": None}
    return (Transition(artifact.but(**fields), ArtifactStored),)
