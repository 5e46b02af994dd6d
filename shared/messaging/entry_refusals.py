"""Reports an entry of the event log that the function named as its source did not commit."""

from datetime import UTC, datetime

from shared.kit.bookkeeping import EntryRefused
from shared.kit.ids import derive_id
from shared.messaging.dead_letters import fitting
from shared.messaging.envelope import Envelope
from shared.messaging.recorder import Recorder
from shared.storage.batches import Document

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def report_of(function: str, entry: Document, at: datetime) -> Envelope:
    """The event that reports the entry: the same id, subject and data however often it is met.
    Nothing in the entry can be trusted, its time neither; it starts a correlation of its own."""
    refusal_id = derive_id("ref", _EPOCH, function, entry.tenant_id, entry.id)
    data = EntryRefused(
        function=function,
        refusal_id=refusal_id,
        entry_id=_plain(entry.id),
        entry_type=_plain(entry.data.get("type")),
        entry_subject=_plain(entry.data.get("subject")),
    )
    recorder = Recorder(function, entry.tenant_id, f"service:{function}", at)
    id = derive_id("evt", _EPOCH, refusal_id)
    return recorder.record(subject=f"entry/{refusal_id}", sequence=1, data=data, id=id)


def _plain(text: object) -> str:
    """The text without anything that a reader could take for other text."""
    return fitting(ascii(text)[1:-1]) if isinstance(text, str) else ""
