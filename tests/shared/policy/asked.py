"""What the platform's policies say about something that rules made, without a store."""

from datetime import UTC, datetime
from typing import Any

from shared.kit.callers import Actor, Caller
from shared.policy.asking import Question
from shared.policy.platform import platform_policies
from shared.policy.vocabulary import Act, Noun

NOW = datetime(2030, 1, 1, tzinfo=UTC)


def ask(actor: Actor, action: str, noun: Noun[Any], state: Any, at: datetime = NOW) -> None:
    """Raises Forbidden or SeparationOfDuties unless the actor may take the action on the state."""
    caller = Caller(actor.principal, "clinic", frozenset(), actor.roles, at, "")
    question = Question(caller, [Act(action, noun.type, ("govern",))], platform_policies())
    question.ask_about(noun, "it", state, at)
