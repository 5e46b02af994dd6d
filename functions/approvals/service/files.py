"""Finds the files that a request or a refusal names, and cites them in the approval's commit."""

from collections.abc import Iterable, Sequence

from functions.approvals.rules.approval import Approval
from functions.approvals.rules.files import readable, refuse_unreadable
from functions.approvals.rules.requests import Request
from shared.aggregates.command import Command
from shared.aggregates.unit_of_work import UnitOfWork
from shared.artifacts.aggregates import ARTIFACTS
from shared.artifacts.artifact import Artifact, cited
from shared.artifacts.ids import artifacts_in
from shared.artifacts.named_files import require_reader
from shared.kit.callers import Caller


async def refuse_unreadable_evidence(work: Command, request: Request) -> None:
    """Raises Invalid, naming each file in the evidence that the approval may not cite; ScopeMissing
    where the caller may read none; Unavailable."""
    found = await _found(work, _in_evidence(request), work.caller)
    refuse_unreadable(found, "evidence", work.workspace_id)


async def files_in_evidence(work: UnitOfWork, request: Request) -> tuple[Artifact, ...]:
    """The files that the evidence of a new request names, as far as the approval may cite them:
    those of its own workspace, since a run's evidence repeats what anybody wrote. One round trip,
    none where it names none. Raises Unavailable."""
    found = readable(await _found(work, _in_evidence(request)), work.workspace_id)
    return tuple(each for each in found if each.workspace_id == work.workspace_id)


async def attached_files(
    work: Command, ids: Iterable[str], approval: Approval
) -> tuple[Artifact, ...]:
    """The files that somebody attaches to their refusal. One round trip, none for none. Raises
    Invalid, naming each that the approval may not cite; ScopeMissing where the caller may read
    none; Unavailable."""
    found = await _found(work, ids, work.caller)
    refuse_unreadable(found, "attachments", approval.workspace_id)
    return readable(found, approval.workspace_id)


async def cite(work: UnitOfWork, artifacts: Sequence[Artifact], approval_id: str) -> None:
    """Keeps the files as long as the approval, from this commit on. It fails where one changed
    since it was found, so nothing is cited that was removed."""
    for each in artifacts:
        await work.save(*cited(each, approval_id))


def _in_evidence(request: Request) -> list[str]:
    return sorted(artifacts_in(list(request.evidence)))


async def _found(
    work: UnitOfWork, ids: Iterable[str], caller: Caller | None = None
) -> dict[str, Artifact | None]:
    distinct = list(dict.fromkeys(ids))
    if not distinct:
        return {}
    if caller is not None:
        require_reader(caller)
    return dict(zip(distinct, await work.find_all(ARTIFACTS, distinct), strict=True))
