"""The files that an approval cites: those that its evidence names, and those that somebody attaches
to a refusal."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from events.artifacts import CitedArtifact
from functions.approvals.rules.approval import Approval, Steps
from shared.artifacts.artifact import Artifact, why_unreadable
from shared.artifacts.named_files import Named
from shared.kit.errors import FieldError, Invalid
from shared.kit.models import part_of
from shared.kit.workspaces import includes

# An approval with all that may be said of it has room for so many.
MOST_EVIDENCE_FILES = 50

Found = Mapping[str, Artifact | None]


def readable(found: Found, workspace_id: str | None) -> tuple[Artifact, ...]:
    """Those of the files that an approval in the workspace may cite; at most 50."""
    fit = (each for each in found.values() if each is not None)
    cited = [each for each in fit if _why_not(each, workspace_id) is None]
    return tuple(cited[:MOST_EVIDENCE_FILES])


def refuse_unreadable(found: Found, field: str, workspace_id: str | None) -> None:
    """Raises Invalid, naming each file that an approval in the workspace cannot cite, and for more
    than 50."""
    errors = [
        FieldError(field, f"names {id}, which cannot be cited: {why}")
        for id, artifact in found.items()
        if (why := _why_not(artifact, workspace_id)) is not None
    ]
    if len(found) > MOST_EVIDENCE_FILES:
        told = f"names {len(found)} artifacts: at most {MOST_EVIDENCE_FILES} are cited"
        errors.append(FieldError(field, told))
    if errors:
        raise Invalid(*errors)


def named(artifacts: Sequence[Artifact]) -> tuple[CitedArtifact, ...]:
    """How the approval names the files."""
    return tuple(part_of(CitedArtifact, each) for each in artifacts)


def named_by(approval: Approval, content: Any) -> Named:
    """All files that the approval with this content names."""
    return Named(
        approval.subject,
        content,
        evidence=[each.artifact_id for each in approval.evidence_files],
        attachments=[each.artifact_id for each in approval.attachments],
        workspace_id=approval.workspace_id,
    )


def with_attachments(steps: Steps, artifacts: Sequence[Artifact]) -> Steps:
    """The refusal's transitions with the files that were attached to it."""
    if not artifacts:
        return steps
    attachments = named(artifacts)
    return tuple(replace(each, state=each.state.but(attachments=attachments)) for each in steps)


def _why_not(artifact: Artifact | None, workspace_id: str | None) -> str | None:
    if artifact is None or not includes(artifact.workspace_id, workspace_id):
        return "there is no such artifact where the approval lies"
    return why_unreadable(artifact)
