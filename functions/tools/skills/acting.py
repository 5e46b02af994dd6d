"""`assent/skills.run`: what a program gives over given data. It touches nothing, so it is computed
again where it was interrupted or is replayed.

Its time is that of the call, and its random numbers follow from the call's id: both are recorded,
and a replay reads them there."""

from functions.tools.own.acting import Act, Done, TargetRefused
from shared.kit.shapes import wrong
from shared.sandbox.places import in_sandbox
from shared.sandbox.programs import Program, ProgramFailed, value_of
from shared.sandbox.workers import SandboxDied


async def run(act: Act) -> Done:
    """The value, of the shape that the step declares. Raises TargetRefused where there is none,
    Unavailable where all sandboxes are taken."""
    called = act.arguments
    program = Program(
        code=called["code"],
        given=called["inputs"],
        at=act.at,
        seed=act.invocation.invocation_id,
    )
    try:
        value = await in_sandbox(lambda: value_of(program))
    except ProgramFailed as error:
        raise TargetRefused(f"the skill gave nothing: {error}", error.detail) from error
    except SandboxDied as error:
        died = "the sandbox ended before the skill did"
        raise TargetRefused(died, str(error), may_be_repeated=True) from error
    told = wrong(called["output"], value, "output")
    if told is not None:
        raise TargetRefused(f"the skill gave something else than it declares: {told}"[:500])
    return Done(value)
