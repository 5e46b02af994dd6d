"""From one event to the documents it changes: one commit, however often it is delivered."""

from mobile_api.rules.counters import counter_changes
from mobile_api.rules.facts import Fact
from mobile_api.rules.notices import may_notify, notice_of
from mobile_api.rules.projection import keys_of, project
from mobile_api.store import count_in, read_documents, write_document
from shared.messaging.changes import Change
from shared.messaging.envelope import Envelope
from shared.messaging.outbox import Outbox
from shared.messaging.recorder import Recorder
from shared.storage.firestore import TenantStore
from shared.storage.races import decide_again


async def project_event(outbox: Outbox, event: Envelope) -> None:
    """Brings the projection up to date with the event and records whom to tell.

    A duplicate, or news that is older than what is known, commits nothing that was committed
    before. Raises Unavailable, or what `project` raises for an event that can never be read."""
    await decide_again(lambda: _project_once(outbox, event))


def fact_of(event: Envelope) -> Fact:
    """The part of an envelope that the rules read."""
    return Fact(
        id=event.id,
        type=event.type,
        subject=event.subject,
        sequence=event.sequence,
        time=event.time,
        actor=event.actorid,
        data=event.data,
    )


async def _project_once(outbox: Outbox, event: Envelope) -> None:
    fact = fact_of(event)
    keys = keys_of(fact)
    if not keys:
        return
    store = TenantStore(event.tenantid)
    seen = await read_documents(store, keys)
    before = {key: document.data for key, document in seen.items()}
    changed = project(before, fact)
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
        subject = f"notification/{notice.notification_id}"
        change.record(recorder.record(subject=subject, sequence=1, data=notice))
    await outbox.commit(store, change, now=event.received_at)
