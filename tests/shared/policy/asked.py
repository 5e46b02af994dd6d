"""What the platform's policies say about something that rules made, without a store."""

from datetime import UTC, datetime
from typing import Any

from shared.kit.callers import Actor, Caller
from shared.policy.authorization import Authorization
from shared.policy.platform import platform_policies
from shared.policy.vocabulary import Act, EntityType

NOW = datetime(2030, 1, 1, tzinfo=UTC)


def ask(
    actor: Actor,
    action: str,
    entity_type: EntityType[Any],
    state: Any,
    at: datetime = NOW,
    workspace_id: str | None = None,
) -> None:
    """Raises Forbidden or SeparationOfDuties unless the actor may take the action on the state, by
    a token for that workspace or for the whole tenant."""
    who, roles = actor
    caller = Caller(who, "clinic", frozenset(), roles, at, "", workspace_id=workspace_id)
    authorization = Authorization(
        caller, [Act(action, entity_type.name, ("govern",))], platform_policies()
    )
    authorization.ask_about(entity_type, "it", state, at)
