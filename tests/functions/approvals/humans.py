"""What identity tells of a tenant's members, as it is delivered."""

import uuid
from typing import Any

from events.members import MemberJoined, MemberRemoved, MemberRolesChanged, MemberState
from functions.approvals.reactions import HANDLERS
from shared.messaging.envelope import Envelope
from tests.functions.approvals.builders import START

JOINED, ROLES_CHANGED, REMOVED = MemberJoined, MemberRolesChanged, MemberRemoved


def member(principal: str, **fields: Any) -> MemberState:
    """A governor who is there; `fields` replace its defaults."""
    values: dict[str, Any] = {"roles": ("governor",), "joined_at": START}
    return MemberState(principal_id=principal, **{**values, **fields})


async def told(
    tenant: str,
    event: type[MemberState],
    principal: str,
    sequence: int = 1,
    **fields: Any,
) -> None:
    """Identity's event arrives. Raises what its handler raises."""
    if event is MemberRemoved:
        fields.setdefault("removed_at", START)
    data = event(**member(principal, **fields).model_dump())
    envelope = Envelope(
        id=f"evt_{uuid.uuid4().hex}",
        type=event.event_type,
        source="//assent/identity",
        subject=f"member/{principal}",
        time=START,
        tenantid=tenant,
        actorid=principal,
        correlationid="evt_1",
        causationid="evt_1",
        sequence=sequence,
        data=data.model_dump_json(),
        received_at=START,
    )
    await HANDLERS[envelope.type](envelope)
