"""The source of a fact: it is there, and whoever names it may read it."""

from dataclasses import replace
from typing import NamedTuple

from events.approvals import ApprovalState
from events.citations import Quotation
from events.invocations import InvocationView
from events.labels import UNTRUSTED, Labels, merged
from events.memories import MemorySource
from functions.knowledge.aggregates import DOCUMENTS
from functions.knowledge.memory_aggregates import MEMORIES
from functions.knowledge.memory_bodies import SourceBody
from functions.knowledge.rules.memory_rights import is_keeper, is_program
from functions.knowledge.service import constitution
from functions.knowledge.service.citations import verify
from functions.knowledge.views import CitationsBody
from shared.aggregates.command import Command
from shared.approvals.reading import APPROVALS
from shared.artifacts.artifact import why_unreadable
from shared.artifacts.reading import read_artifacts
from shared.invocations.reading import read_calls_of_run, read_invocations
from shared.kit.errors import FieldError, Invalid
from shared.kit.models import part_of
from shared.storage.firestore import TenantStore
from shared.storage.states import read_state

# In a run with more calls, a source is named by its own id.
MOST_CALLS = 300


class _Call(InvocationView):
    """A call as `tools` keeps it, as far as it is a source."""

    workspace_id: str | None = None


class Sourced(NamedTuple):
    """A source that is there, and the labels of what it says."""

    source: MemorySource
    labels: Labels = ()


def labels_of_document(of_file: Labels | None, *, is_kept: bool) -> Labels:
    """The labels of a fact from a document: those of its file, None for one that is gone. Strangers
    may have written it, unless a keeper has seen what it says."""
    if of_file is None:
        return (UNTRUSTED,)
    return merged(of_file, () if is_kept else (UNTRUSTED,))


async def find_source(
    work: Command, body: SourceBody, *, run_id: str | None = None, agent_id: str | None = None
) -> Sourced:
    """The source that a person or, in a run, its agent names; a person who names none is it. Raises
    Invalid where there is none that they may read, Unavailable."""
    match body.kind:
        case "person":
            return _person(work, body, run_id)
        case "call":
            return await _call(work, body.id, run_id)
        case "document":
            return await _document(work, body, agent_id, is_kept=is_keeper(work.caller, run_id))
        case "artifact":
            return await _artifact(work, body.id)
        case "approval":
            return await _approval(work, body.id)
        case _:
            return await _memory(work, body.id)


def _person(work: Command, body: SourceBody, run_id: str | None) -> Sourced:
    principal = work.caller.principal
    if run_id is not None or is_program(work.caller):
        told = "is call, document, artifact, approval or memory: a program is no person"
        raise _refused("kind", told)
    if body.id not in ("", principal):
        raise _refused("id", f"is left out, or {principal}: a person speaks for themselves")
    return Sourced(MemorySource(kind="person", id=principal))


async def _call(work: Command, id: str, run_id: str | None) -> Sourced:
    call = await _invocation(work.store, id, run_id)
    if call is None or not _sees(work, call.workspace_id):
        told = "there is no such call of this run" if run_id else "there is no such invocation"
        raise _refused("id", told)
    if call.status != "confirmed":
        raise _refused("id", f"the call is {call.status}: what was not confirmed says nothing")
    given = call.output.labels if call.output is not None else ()
    source = MemorySource(
        kind="call", id=call.invocation_id, operation=call.operation, run_id=call.run_id
    )
    return Sourced(source, merged(given, call.labels, call.target_labels))


async def _invocation(store: TenantStore, id: str, run_id: str | None) -> _Call | None:
    """The call with that id or, of a run, the newest confirmed one of the operation."""
    if id.startswith("inv_"):
        call = (await read_invocations(store, _Call, [id])).get(id)
        if call is not None:
            return call if run_id in (None, call.run_id) else None
    if run_id is None:
        return None
    calls = await read_calls_of_run(store, _Call, run_id, MOST_CALLS)
    named = [each for each in calls if each.operation == id and each.status == "confirmed"]
    return max(named, key=lambda each: (each.at, each.invocation_id), default=None)


async def _document(
    work: Command, body: SourceBody, agent_id: str | None, *, is_kept: bool
) -> Sourced:
    assert body.citation is not None
    reader = work.caller
    if agent_id is not None:
        reader = replace(reader, principal=agent_id, roles=frozenset())
    verdicts = await verify(reader, CitationsBody(citations=(body.citation,)))
    if not verdicts.items[0].is_true:
        raise _refused("citation", verdicts.items[0].why)
    quotation = part_of(Quotation, body.citation)
    id = body.citation.document
    labels = await _labels_of(work, id, is_kept=is_kept)
    return Sourced(MemorySource(kind="document", id=id, quotation=quotation), labels)


async def _labels_of(work: Command, document_id: str, *, is_kept: bool) -> Labels:
    """The labels of what a document says that its reader quotes: those of its file, in whichever
    workspace both lie."""
    if document_id in constitution.documents():
        return ()
    document = await work.find_anywhere(DOCUMENTS, document_id)
    if document is None:
        return (UNTRUSTED,)
    if document.artifact_id is None:
        return labels_of_document((), is_kept=is_kept)
    named = [document.artifact_id]
    file = (await read_artifacts(work.store, named, document.workspace_id)).get(named[0])
    return labels_of_document(file.labels if file is not None else None, is_kept=is_kept)


async def _artifact(work: Command, id: str) -> Sourced:
    found = (await read_artifacts(work.store, [id], work.workspace_id)).get(id)
    if found is None or (why := why_unreadable(found)) is not None:
        raise _refused("id", why_unreadable(None) if found is None else why)
    return Sourced(MemorySource(kind="artifact", id=id), found.labels)


async def _approval(work: Command, id: str) -> Sourced:
    is_id = id.startswith("apr_")
    approval = await read_state(work.store, APPROVALS, ApprovalState, id) if is_id else None
    if approval is None or not _sees(work, approval.workspace_id):
        raise _refused("id", "there is no such approval")
    if approval.decided_at is None:
        raise _refused("id", "the approval is not decided: it says nothing yet")
    return Sourced(MemorySource(kind="approval", id=id))


async def _memory(work: Command, id: str) -> Sourced:
    memory = await work.find(MEMORIES, id) if MEMORIES.may_be_id(id) else None
    if memory is None or memory.status == "erased":
        raise _refused("id", "there is no such memory, or it was erased")
    return Sourced(MemorySource(kind="memory", id=id), memory.labels)


def _sees(work: Command, workspace_id: str | None) -> bool:
    return work.caller.sees(workspace_id)


def _refused(field: str, told: str | None) -> Invalid:
    return Invalid(FieldError(f"source.{field}", told or "cannot be read"))
