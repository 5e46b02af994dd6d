"""What the platform's own stand-ins remember, as one value that travels as JSON."""

from datetime import datetime

from pydantic import ConfigDict

from emulators.cloud_tasks.queues import SavedQueues
from emulators.issuer import SavedIssuer
from emulators.pubsub.ledger import SavedMessages
from emulators.secret_manager.emulator import SavedSecrets
from shared.kit.models import Model


class State(Model):
    """Everything that is neither a document nor a row. `urls` are the deployables' own addresses,
    which tasks that wait were created with; `schedules_seen` is the platform's time until which
    schedules have run."""

    model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    clock_offset: float
    schedules_seen: datetime
    urls: dict[str, str]
    issuer: SavedIssuer
    tasks: SavedQueues
    secrets: SavedSecrets
    messages: SavedMessages
