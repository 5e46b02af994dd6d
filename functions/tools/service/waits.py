"""Calls that go on later: once a person has answered their server, or the server has ended its
task."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from functions.tools.own.act import (
    AsksPerson,
    AtWork,
    NotReached,
    NotTaken,
    TargetRefused,
    Unanswered,
)
from functions.tools.rules.elicitation import asks
from functions.tools.rules.invocation import Invocation, refused, unsure
from functions.tools.rules.task import Poll, begun, ended, over, still

# Asks about the task, and gives the call as it was confirmed.
Asking = Callable[[Invocation, Poll], Awaitable[Invocation]]


def waits(
    call: Invocation, error: AsksPerson | AtWork, at: datetime, *, is_awaited: bool
) -> Invocation:
    """The call waits for a person, or for its server, where a step of a run waits for it."""
    if not is_awaited:
        return unsure(call, "its server wants somebody to wait, which only a step does", at)
    if isinstance(error, AsksPerson):
        return asks(call, error.elicitation, error.resume, at)
    return begun(call, error.task_id, error.poll_ms, error.ttl_ms, at)


async def polled(
    known: Invocation, at: datetime, ask: Asking, *, cannot: str | None, gives_up: bool
) -> Invocation:
    """The call whose server goes on with it, as the server says now that it stands, where it is
    time to ask; where the run `gives_up`, the server is told to end it. Nothing acts, so nobody is
    asked whether it may. `cannot` says why nobody can ask now."""
    assert known.task is not None
    if known.again_at is not None and at < known.again_at and not gives_up:
        return known
    try:
        if cannot is not None:
            raise NotReached(cannot)
        return over(await ask(known, Poll(known.task.task_id, gives_up)))
    except TargetRefused as error:
        return refused(over(known), str(error), at, detail=error.detail)
    except (NotTaken, AsksPerson) as error:
        return ended(known, str(error), at)
    except (AtWork, NotReached, Unanswered):
        if gives_up:
            return ended(known, "its run was cancelled while its server was at work", at)
        return still(known, at)
