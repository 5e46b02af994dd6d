"""What the platform's policies say about something that rules made, without a store."""

from datetime import UTC, datetime
from typing import Any

from shared.kit.callers import Actor, Caller
from shared.policy.asking import Question
from shared.policy.platform import platform_policies
from shared.policy.vocabulary import Act, Noun

NOW = datetime(2030, 1, 1, tzinfo=UTC)


def ask(
    actor: Actor,
    action: str,
    noun: Noun[Any],
    state: Any,
    at: datetime = NOW,
    workspace_id: str | None = None,
) -> None:
    """Raises Forbidden or SeparationOfDuties unless the actor may take the action on the state, by
    a token for that workspace or for the whole tenant."""
    who, roles = actor
    caller = Caller(who, "clinic", frozenset(), roles, at, "", workspace_id=workspace_id)
    question = Question(caller, [Act(action, noun.type, ("govern",))], platform_policies())
    question.ask_about(noun, "it", state, at)
