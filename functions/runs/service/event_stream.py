"""What happened to a run, event by event, for whoever follows it."""

from datetime import datetime
from typing import Any

from functions.runs.aggregates import RUN, RUNS
from functions.runs.rules.run import Run, event_id
from functions.runs.views.runs import RunEvent, RunEvents
from shared.aggregates.command import Command
from shared.kit.callers import Caller
from shared.kit.errors import ContentInvalid
from shared.kit.parsing import parse_json
from shared.messaging.log import EVENT_LOG, authentic_event, digest_of
from shared.storage.batches import Document
from shared.storage.firestore import TenantStore
from shared.storage.secrets import log_keys

# One event has fifty receipts at most.
MOST_BYTES = 900_000


async def follow_run(caller: Caller, run_id: str, after: int, limit: int) -> RunEvents:
    """The run's events after the one with that number, in order and without a gap: as many as fit
    into 900 KB, but always one. One read where there is nothing new, else one more round trip, and
    never a query. Raises NotFound, ContentInvalid for an event that `runs` did not write,
    Unavailable."""
    command = Command(RUN, caller)
    run = await command.get(RUNS, run_id)
    last = command.sequence(RUNS, run_id)
    numbers = range(after + 1, min(last, after + limit) + 1)
    shown: list[RunEvent] = []
    size = 0
    for event in await _read(TenantStore(caller.tenant_id), run, numbers, caller.received_at):
        size += len(event.model_dump_json())
        if shown and size > MOST_BYTES:
            break
        shown.append(event)
    reached = shown[-1].sequence if shown else min(after, last)
    is_over = run.has_ended and run.undoing is None and reached == last
    return RunEvents(items=tuple(shown), after=reached, is_over=is_over)


async def _read(store: TenantStore, run: Run, numbers: range, at: datetime) -> list[RunEvent]:
    if not numbers:
        return []
    ids = [event_id(run.run_id, run.started_at, number) for number in numbers]
    entries = await store.get_many([(EVENT_LOG, id) for id in ids])
    found = [each for each in entries if each is not None]
    keys = await log_keys(RUN.function, to_verify=map(digest_of, found))
    shown = [_event(entry, keys, at) for entry in found]
    if [each.sequence for each in shown] != list(numbers):
        raise ContentInvalid(f"the log lacks an event of {run.run_id}")
    return shown


def _event(entry: Document, keys: Any, at: datetime) -> RunEvent:
    event = authentic_event(entry, keys, at, also_retired=True)
    if event is None:
        raise ContentInvalid(f"the log's entry {entry.id} is not what runs wrote")
    return RunEvent.model_validate(
        {
            **parse_json(event.data.encode()),
            "id": event.id,
            "type": event.type,
            "sequence": event.sequence,
            "at": event.time,
            "actor": event.actorid,
        }
    )
