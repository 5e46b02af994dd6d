"""A program that asks for calls while it runs. It never waits: it runs from its start, is answered
what it was answered before, and ends at the first call that nobody has answered.

So a wait holds no process, and a crash repeats no call. The clock and the chance are the same each
time; a program that asks for something else in the same place all the same is refused. Only texts
pass between it and the host: a call is made JSON in the sandbox, and what came of it is read
there."""

import json
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from shared.kit.canonical import content_hash
from shared.kit.json_limits import JsonLimit
from shared.sandbox.programs import (
    ENTRY,
    LONGEST_RESULT,
    Program,
    ProgramFailed,
    begun,
    failing,
    feed,
    session,
    value_in,
)

if TYPE_CHECKING:
    from pydantic_monty import FunctionSnapshot, MontySession

CALL = "call"
LONGEST_CALL = 60 * 1024
# All that one program is told of its calls.
MOST_ANSWERED = 128 * 1024
_ASK = "_ask"
_CALLED = JsonLimit(LONGEST_CALL)
_RUN = f"""
import json as _json
def {CALL}(operation, arguments=None):
    asked = [operation, {{}} if arguments is None else arguments]
    told = _json.loads({_ASK}(_json.dumps(asked, allow_nan=False)[:{LONGEST_CALL + 1}]))
    if "refused" in told:
        raise RuntimeError(told["refused"])
    return told["gave"]
f"{{_json.dumps({ENTRY}(**_given), allow_nan=False)}}"[:{LONGEST_RESULT + 1}]
"""


class Asks(NamedTuple):
    """The program asks for this call, and goes no further without its answer."""

    operation: str
    arguments: dict[str, Any]

    @property
    def digest(self) -> str:
        """Which call it is, for whoever answers it."""
        return content_hash([self.operation, self.arguments])


class Gives(NamedTuple):
    """The program has ended with this value."""

    value: Any


class Answer(NamedTuple):
    """What became of the call with the digest `asked`: what it `gave` or, where it was not made,
    why it was `refused`, which the program meets as a RuntimeError."""

    asked: str
    gave: Any = None
    refused: str | None = None

    @property
    def text(self) -> str:
        """As the program reads it."""
        told = {"gave": self.gave} if self.refused is None else {"refused": self.refused}
        return json.dumps(told, allow_nan=False)


def turn_of(
    program: Program, operations: Collection[str], answers: Sequence[Answer]
) -> Asks | Gives:
    """The next call that the program asks for, or the value that it gives, once its calls are
    answered so far. Blocks; within the bounds of `value_of`. Raises ProgramFailed, also for a call
    of another operation; SandboxDied where its process ended."""
    told = [each.text for each in answers]
    if sum(map(len, told)) > MOST_ANSWERED:
        raise ProgramFailed(f"its calls gave more than {MOST_ANSWERED} characters: ask for less")
    with failing(program), session(program.at, program.seed, program.seconds) as at_work:
        feed(at_work, program.code)
        return _driven(at_work, program, operations, answers, told)


def _driven(
    at_work: "MontySession",
    program: Program,
    operations: Collection[str],
    answers: Sequence[Answer],
    told: Sequence[str],
) -> Asks | Gives:
    from pydantic_monty import FunctionSnapshot, FutureSnapshot, MontyComplete

    paused, number = begun(at_work, _RUN, program), 0
    while not isinstance(paused, MontyComplete):
        if isinstance(paused, FutureSnapshot):
            raise ProgramFailed("it waits for what nobody answers")
        if not isinstance(paused, FunctionSnapshot) or not _is_call(paused):
            # A name that nobody has, a file, a module: there is none.
            paused = paused.resume_auto()
            continue
        asked = _asked(paused.args, paused.kwargs, operations)
        if number == len(answers):
            return asked
        if answers[number].asked != asked.digest:
            raise ProgramFailed("it asks for another call than it did before in the same place")
        paused, number = paused.resume({"return_value": told[number]}), number + 1
    if number < len(answers):
        raise ProgramFailed("it ends before a call for which it asked before")
    return Gives(value_in(paused.output))


def _is_call(paused: "FunctionSnapshot") -> bool:
    is_elsewhere = paused.is_os_function or paused.object_id is not None
    return not is_elsewhere and paused.function_name == _ASK


def _asked(args: tuple[Any, ...], kwargs: dict[str, Any], operations: Collection[str]) -> Asks:
    """The call, of what came out of the sandbox: one text, whatever else was tried."""
    if len(args) != 1 or kwargs or type(args[0]) is not str:
        raise ProgramFailed(f"it asks for no call: write {CALL}(operation, arguments)")
    if len(args[0]) > LONGEST_CALL:
        raise ProgramFailed(f"it asks for a call of more than {LONGEST_CALL} characters: ask less")
    try:
        read = json.loads(args[0])
    except (ValueError, RecursionError) as error:
        raise ProgramFailed("it asks for a call that is no JSON") from error
    if not (isinstance(read, list) and len(read) == 2 and isinstance(read[1], dict)):
        raise ProgramFailed("it asks for a call whose arguments are no object")
    operation, arguments = read
    if not isinstance(operation, str) or operation not in operations:
        told = "it asks for an operation that is not among its calls: add it to `calls`"
        raise ProgramFailed(told, f"it asks for {str(operation)[:200]}")
    if (problem := _CALLED.problem(arguments)) is not None:
        raise ProgramFailed(f"it asks for a call that is not made: {problem}")
    return Asks(operation, arguments)
