"""What the platform's own stand-ins remember, as one value that travels as JSON."""

from datetime import datetime
from pathlib import Path

from pydantic import ConfigDict, ValidationError

from emulators.cloud_tasks.model import KeptQueues
from emulators.issuer import KeptIssuer
from emulators.kept.shelf import STATE, Snapshot, Unusable
from emulators.pubsub.ledger import KeptMessages
from emulators.secret_manager.model import KeptSecrets
from shared.kit.models import Model


class State(Model):
    """Everything that is neither a document nor a row. `urls` are the deployables' own addresses,
    which tasks that wait were created with; `schedules_seen` is the platform's time until which
    schedules have run."""

    model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    clock_offset: float
    schedules_seen: datetime
    urls: dict[str, str]
    issuer: KeptIssuer
    tasks: KeptQueues
    secrets: KeptSecrets
    messages: KeptMessages


def read_state(snapshot: Snapshot) -> State:
    """Raises Unusable for a state of another shape."""
    path = snapshot.directory / STATE
    try:
        return State.model_validate_json(path.read_bytes())
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise Unusable(path, f"has another shape at {place}") from error


def write_state(state: State, draft: Path) -> None:
    (draft / STATE).write_text(state.model_dump_json() + "\n")
