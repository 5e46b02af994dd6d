"""What an operation is given, and what may become of it."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from pydantic import BaseModel

from events.budgets import Threshold
from events.elicitation import Elicitation
from events.labels import Labels
from functions.tools.rules.elicitation import Reply
from functions.tools.rules.invocation import Invocation, Resume
from functions.tools.rules.task import Poll
from shared.artifacts.room import Keeping, keeping_of
from shared.kit.contents import Content
from shared.kit.tier_limits import HIGHEST
from shared.kit.transitions import Transition


class Act(NamedTuple):
    """One call that was allowed; with the `reply` to what its server asked before, or what it is
    asked about its task. `keeping` limits what its tenant keeps of files; `token` is what allowed
    it, of a run."""

    tenant_id: str
    invocation: Invocation
    at: datetime
    reply: Reply | Poll | None = None
    keeping: Keeping = keeping_of(HIGHEST, None)
    token: str = ""

    @property
    def is_awaited(self) -> bool:
        """Whether a step of a run waits for it for as long as it takes."""
        return bool(self.invocation.run_id) and not self.invocation.undoes

    @property
    def arguments(self) -> dict[str, Any]:
        """The concrete arguments, as the schema of the operation has them."""
        return self.invocation.arguments


class Done(NamedTuple):
    """What a call gave, and what its outcome publishes: an event of the invocation with what is
    `said` beside its state, and the contents that this names. What the call `made` is in the same
    commit; `reached` is the threshold of the tenant's room that a made file reached. `labels` are
    those of the output beside the target's."""

    output: Any
    event: type[BaseModel] | None = None
    said: Mapping[str, Any] = MappingProxyType({})
    contents: tuple[Content, ...] = ()
    made: tuple[Transition[Any], ...] = ()
    labels: Labels = ()
    reached: Threshold | None = None


class NotReached(Exception):
    """The call surely had no effect, and may be tried again."""


class TargetRefused(Exception):
    """The call had no effect, and will have none, as far as its target says. `detail` may hold
    words of others, which no receipt keeps. `may_be_repeated`: it failed, and may not another
    time."""

    def __init__(
        self, reason: str, detail: str | None = None, *, may_be_repeated: bool = False
    ) -> None:
        super().__init__(reason)
        self.detail = detail
        self.may_be_repeated = may_be_repeated


class Unanswered(Exception):
    """Nobody knows whether the call had an effect."""


class AsksPerson(Exception):
    """The target asks a person, and goes on once its question is answered."""

    def __init__(self, elicitation: Elicitation, resume: Resume) -> None:
        super().__init__(elicitation.message)
        self.elicitation, self.resume = elicitation, resume


class AtWork(Exception):
    """The target goes on with the call by itself, as a task of that name."""

    def __init__(self, task_id: str, poll_ms: int | None, ttl_ms: int | None) -> None:
        super().__init__(task_id)
        self.task_id, self.poll_ms, self.ttl_ms = task_id, poll_ms, ttl_ms


class NotTaken(Unanswered):
    """It may have had an effect, and asking again would tell no more."""


Operation = Callable[[Act], Awaitable[Done]]
