"""`assent/skills.run`: what a program gives over given data. It touches nothing, so it is computed
again where it was interrupted or is replayed. Of a program that asks for calls, it gives the next
one that nobody has answered yet, or the value: the run makes the call, as every other one.

Its time is that of the call, and its random numbers follow from the call's id: both are recorded,
and a replay reads them there. Whoever answers a program that asked hands it both again."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from functions.tools.own.acting import Act, Done, TargetRefused
from shared.kit.instants import format_instant, parse_instant, to_milliseconds
from shared.kit.shapes import wrong
from shared.sandbox.asking import Answer, Gives, turn_of
from shared.sandbox.places import in_sandbox
from shared.sandbox.programs import Program, ProgramFailed, value_of
from shared.sandbox.workers import SandboxDied


async def run(act: Act) -> Done:
    """The value, of the shape that the step declares, or the call that comes before it. Raises
    TargetRefused where there is neither, Unavailable where all sandboxes are taken."""
    called = act.arguments
    asking: dict[str, Any] = called.get("calls", {})
    program = Program(
        code=called["code"],
        given=called["inputs"],
        at=_instant(asking["at"]) if "at" in asking else to_milliseconds(act.at),
        seed=asking.get("seed", act.invocation.invocation_id),
    )
    if not asking:
        return Done(_checked(called, await _in_sandbox(lambda: value_of(program))))
    answers = [Answer(**each) for each in asking["answers"]]
    turn = await _in_sandbox(lambda: turn_of(program, asking["operations"], answers))
    if isinstance(turn, Gives):
        return Done({"gives": _checked(called, turn.value)})
    # Whoever asks on hands both over, so that the program meets the same clock and chance.
    again = {"at": format_instant(program.at), "seed": program.seed, "digest": turn.digest}
    return Done({"asks": {"operation": turn.operation, "arguments": turn.arguments}, **again})


async def _in_sandbox(work: Callable[[], Any]) -> Any:
    try:
        return await in_sandbox(work)
    except ProgramFailed as error:
        raise TargetRefused(f"the skill gave nothing: {error}", error.detail) from error
    except SandboxDied as error:
        died = "the sandbox ended before the skill did"
        raise TargetRefused(died, str(error), may_be_repeated=True) from error


def _checked(called: dict[str, Any], value: Any) -> Any:
    told = wrong(called["output"], value, "output")
    if told is not None:
        raise TargetRefused(f"the skill gave something else than it declares: {told}"[:500])
    return value


def _instant(text: str) -> datetime:
    try:
        return parse_instant(text)
    except ValueError as error:
        raise TargetRefused("the time of the skill is no instant") from error
