"""The state of the platform's own emulators, as one value that is stored as JSON."""

from datetime import datetime

from pydantic import ConfigDict

from emulators.cloud_tasks.queues import SavedQueues
from emulators.issuer import SavedIssuer
from emulators.pubsub.ledger import SavedMessages
from emulators.sample.sample import SavedSample
from emulators.secret_manager.emulator import SavedSecrets
from shared.kit.models import Model


class State(Model):
    """All state beside documents and rows. `urls` are the deployables' addresses, with which
    waiting tasks were created; `schedules_seen` is the platform's time until which schedules have
    run."""

    model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    clock_offset: float
    schedules_seen: datetime
    urls: dict[str, str]
    issuer: SavedIssuer
    tasks: SavedQueues
    secrets: SavedSecrets
    messages: SavedMessages
    # Snapshots of earlier platforms have none.
    sample: SavedSample | None = None
