"""From one event to the documents that it changes: one commit, also after redeliveries."""

from functools import partial

from mobile_api.rules.counters import counter_changes
from mobile_api.rules.documents import Step
from mobile_api.rules.facts import Fact
from mobile_api.rules.notices import may_notify, notice_of
from mobile_api.rules.projection import apply, projected_types, steps_of
from mobile_api.store import count_in, read_documents, write_document
from shared.messaging.changes import Change
from shared.messaging.envelope import Envelope
from shared.messaging.outbox import Outbox
from shared.messaging.recorder import Recorder
from shared.storage.firestore import TenantStore
from shared.storage.races import decide_again


async def project_event(outbox: Outbox, event: Envelope) -> None:
    """Updates the projection with the event and records whom to notify.

    A duplicate, or an event older than the known state, repeats nothing that was committed before.
    Raises Unavailable, or what `fact_of` and `steps_of` raise for an event that can never be
    read."""
    fact = fact_of(event)
    if fact is not None and (steps := steps_of(fact)):
        await decide_again(partial(_project_once, outbox, event, fact, steps))


def fact_of(event: Envelope) -> Fact | None:
    """The event in the form that rules read; None for a type that changes nothing here. Raises
    pydantic.ValidationError, which no retry can avoid."""
    model = projected_types().get(event.type)
    if model is None:
        return None
    return Fact(
        id=event.id,
        type=event.type,
        function=event.source.removeprefix("//assent/"),
        subject=event.subject,
        sequence=event.sequence,
        time=event.time,
        actor=event.actorid,
        data=event.payload(model),
    )


async def _project_once(
    outbox: Outbox, event: Envelope, fact: Fact, steps: tuple[Step, ...]
) -> None:
    store = TenantStore(event.tenantid)
    seen = await read_documents(store, [step.key for step in steps])
    before = {key: document.data for key, document in seen.items()}
    changed = apply(steps, before)
    if not changed:
        if may_notify(fact):
            await outbox.publish_again(store, event)
        return
    change = Change(is_redelivered=True)
    for key, fields in changed.items():
        write_document(change, key, seen, fields)
    for shard, difference in counter_changes(before, changed).items():
        count_in(change, shard, difference)
    notice = notice_of(fact, before, changed)
    if notice is not None:
        recorder = Recorder.for_reaction(function=outbox.noun, event=event)
        subject, within = f"notification/{notice.notification_id}", event.workspaceid or None
        told = recorder.record(subject=subject, sequence=1, data=notice, workspace_id=within)
        change.record(told)
    await outbox.commit(store, change, now=event.received_at)
