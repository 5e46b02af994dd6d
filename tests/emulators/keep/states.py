"""A platform that remembers nothing."""

from datetime import UTC, datetime

from emulators.cloud_tasks.queues import SavedQueues
from emulators.issuer import SavedIssuer
from emulators.keep.state import State
from emulators.pubsub.ledger import SavedMessages
from emulators.secret_manager.emulator import SavedSecrets

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def state(**parts: object) -> State:
    return State.model_validate(
        {
            "clock_offset": 0.1 + 0.2,
            "schedules_seen": NOON,
            "urls": {"notes": "http://127.0.0.1:1"},
            "issuer": SavedIssuer("http://issuer", {}, {}),
            "tasks": SavedQueues((), ()),
            "secrets": SavedSecrets((), 1),
            "messages": SavedMessages((), ()),
            **parts,
        }
    )
