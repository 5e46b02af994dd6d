"""What `capsules` publishes about capsules: signed, versioned sources of automation."""

from typing import Annotated, Literal

from pydantic import StringConstraints

from events.registry import event
from shared.kit.instants import Instant
from shared.kit.models import EventData
from shared.kit.workspaces import InWorkspace

TOPIC = "capsules"

Version = Annotated[
    str,
    StringConstraints(
        strict=True,
        max_length=40,
        pattern=r"^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)$",
    ),
]
# A name that expressions can read.
InputName = Annotated[str, StringConstraints(strict=True, pattern=r"^[a-z][a-z0-9_]{0,59}$")]
CapsuleStatus = Literal["draft", "published", "deprecated"]


class CapsuleState(EventData):
    """One version of a capsule after the event. Its source never changes: `checksum` names it, and
    another source is another version. `signature` is a compact JWS over name, version, checksum and
    tenant, from its publication on. `workspace_id` is there for one in a workspace."""

    capsule_id: str
    name: str
    version: str
    status: CapsuleStatus
    checksum: str
    agent: str
    written_by: str
    written_at: Instant
    published_by: str | None = None
    published_at: Instant | None = None
    deprecated_at: Instant | None = None
    signature: str | None = None
    workspace_id: InWorkspace = None


@event("assent.capsule.drafted.v1")
class CapsuleDrafted(CapsuleState):
    """Somebody wrote a version; nothing of it can run yet."""


@event("assent.capsule.published.v1")
class CapsulePublished(CapsuleState):
    """The version can be compiled to plans."""


@event("assent.capsule.deprecated.v1")
class CapsuleDeprecated(CapsuleState):
    """The version is compiled no more; what was compiled from it stays."""
