"""What time and the owners of the asking cases do to approvals, without anybody at hand."""

from events.agents import CreationCaseRollbackFailed, CreationCaseRolledBack
from functions.approvals.rules.approval import Approval, Transition, next_timer
from functions.approvals.rules.owner import fail_to_undo, undo
from functions.approvals.rules.silence import time_passed
from functions.approvals.service.wiring import FUNCTION, OUTBOX
from functions.approvals.service.writing import Writer
from functions.approvals.store import APPROVALS, Kept, read_approval
from shared.kit.errors import Unavailable
from shared.messaging.changes import Timer
from shared.messaging.envelope import Envelope
from shared.messaging.recorder import Recorder
from shared.messaging.timers import set_timers
from shared.storage.firestore import TenantStore
from shared.storage.races import decide_again


async def let_time_pass(event: Envelope) -> None:
    """A timer fired: the state is read again, and nothing happens where somebody was first."""
    await decide_again(lambda: _let_time_pass_once(event))


async def _let_time_pass_once(event: Envelope) -> None:
    store = TenantStore(event.tenantid)
    seen = read_approval(await store.get(APPROVALS, event.subject_id))
    step = time_passed(seen.value, event.received_at) if seen else None
    if seen is None:
        return
    if step is None:
        await _set_again(event, seen.value)
        return
    writer = Writer(Recorder.for_timer(function=FUNCTION, event=event, latest=seen.latest))
    await writer.approval([step], seen)
    await OUTBOX.commit(store, writer.change, now=event.received_at)


async def _set_again(event: Envelope, approval: Approval) -> None:
    """Cloud Tasks holds a task for 30 days at most, so a later timer fires early: it is set again.
    Any other that fires early was for a moment that has moved."""
    if next_timer(approval) == (event.type, event.time) and event.received_at < event.time:
        timer = Timer(type=event.type, subject=event.subject, at=event.time)
        await set_timers(FUNCTION, event.tenantid, [timer], now=event.received_at)


async def hear_rolled_back(event: Envelope) -> None:
    """A case was rolled back: what was ordered is done, what was not is remembered."""
    case = event.payload(CreationCaseRolledBack)
    if case.approval_id is not None:
        approval_id = case.approval_id
        await decide_again(lambda: _hear_once(event, approval_id, failed=False))


async def hear_rollback_failed(event: Envelope) -> None:
    """A case could not be rolled back."""
    case = event.payload(CreationCaseRollbackFailed)
    if case.approval_id is not None:
        approval_id = case.approval_id
        await decide_again(lambda: _hear_once(event, approval_id, failed=True))


async def _hear_once(event: Envelope, approval_id: str, *, failed: bool) -> None:
    store = TenantStore(event.tenantid)
    seen = read_approval(await store.get(APPROVALS, approval_id))
    if seen is None:
        raise Unavailable(f"{approval_id} is not known here yet")
    result = fail_to_undo(seen.value) if failed else undo(seen.value)
    if result is None:
        return
    writer = Writer(Recorder.for_reaction(function=FUNCTION, event=event))
    await _write(writer, result, seen)
    await OUTBOX.commit(store, writer.change, now=event.received_at)


async def _write(writer: Writer, result: Transition | Approval, seen: Kept[Approval]) -> None:
    if isinstance(result, Transition):
        await writer.approval([result], seen)
    else:
        writer.quietly(result, seen)
