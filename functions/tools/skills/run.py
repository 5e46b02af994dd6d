"""`assent/skills.run`: what a program gives over given data. It touches nothing, so it is computed
again where it was interrupted or is replayed. A program that asks for calls gives the next one that
has no answer yet, which the run makes as any other, or at last its value.

Its time is that of the call, and its random numbers follow from the call's id: both are recorded,
and a replay reads them there. Whoever answers a program that asked hands it both again."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from events.operations import CPYTHON, SKILL
from functions.tools.own.act import Act, Done, TargetRefused
from shared.kit.control import Control
from shared.kit.instants import format_instant, parse_instant, to_milliseconds
from shared.kit.shapes import wrong
from shared.sandbox import full_python
from shared.sandbox.asking import Answer, Gives, turn_of
from shared.sandbox.full_python import FLAG, OFF
from shared.sandbox.places import in_sandbox
from shared.sandbox.programs import Program, ProgramFailed, value_of
from shared.sandbox.workers import SandboxDied


async def run(act: Act) -> Done:
    """The value, of the shape that the step declares, or the call that comes before it. Raises
    TargetRefused where there is neither, Unavailable where all sandboxes are taken."""
    called = act.arguments
    if called.get("runtime") == CPYTHON:
        return Done(_checked(called, await _in_full_python(act)))
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


def why_not_full(control: Control, operation: str, arguments: Mapping[str, Any]) -> str | None:
    """Why the call may not run in all of Python; None for every other one, and where the tenant has
    that turned on."""
    asks = operation == SKILL and arguments.get("runtime") == CPYTHON
    return OFF if asks and not control.has_flag_for_all(FLAG) else None


async def _in_full_python(act: Act) -> Any:
    """Its clock goes on, so that it is not computed again for a replay."""
    called, seed = act.arguments, act.invocation.invocation_id
    program = Program(code=called["code"], given=called["inputs"], at=act.at, seed=seed)
    try:
        return await _in_sandbox(lambda: full_python.value_of(program))
    except full_python.NotThere as error:
        raise TargetRefused(str(error), may_be_repeated=True) from error


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
