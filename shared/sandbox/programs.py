"""One program in a sandbox: Python whose function `run` takes values of JSON and gives one.

It reads a clock that stands still and draws the same random numbers each time, so that the same
program with the same values at the same time gives the same. What it gives is made a text in the
sandbox: values outside could be far larger than what they take there."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from shared.kit.json_limits import JsonLimit
from shared.sandbox.workers import WORKERS, SandboxDied, shut

if TYPE_CHECKING:
    from pydantic_monty import (
        CollectString,
        MontyRuntimeError,
        MontySession,
        MontySyntaxError,
        SyncSnapshot,
    )

ENTRY = "run"
MOST_SECONDS = 2.0
MOST_MEMORY = 64 * 1024 * 1024
LONGEST_RESULT = 64 * 1024
LONGEST_DETAIL = 500
_RESULT = JsonLimit(LONGEST_RESULT)
# What it prints goes nowhere.
_MOST_PRINTED = 64 * 1024
_OF_PROGRAM = "<python-input-0>"
_CALL = f"""
import json as _json
f"{{_json.dumps({ENTRY}(**_given), allow_nan=False)}}"[:{LONGEST_RESULT + 1}]
"""


class Program(NamedTuple):
    """The code, the arguments of its function `run`, its time, what its random numbers come of, and
    the seconds that loading it and running it may each take."""

    code: str
    given: Mapping[str, Any]
    at: datetime
    seed: str
    seconds: float = MOST_SECONDS


class ProgramFailed(Exception):
    """The program gave no value, and would give none again. `detail` may hold words of the program
    and of its values."""

    def __init__(self, reason: str, detail: str | None = None) -> None:
        super().__init__(reason)
        self.detail = detail and detail[:LONGEST_DETAIL]


def value_of(program: Program) -> Any:
    """The JSON value that the program gives, in a process of its own, within 2 seconds, 64 MiB and
    64 KB. Blocks. Raises ProgramFailed; SandboxDied where its process ended."""
    with failing(program), session(program.at, program.seed, program.seconds) as at_work:
        feed(at_work, program.code)
        return value_in(feed(at_work, _CALL, {"_given": dict(program.given)}))


@contextmanager
def failing(program: Program) -> Iterator[None]:
    """What fails within it, fails as ProgramFailed."""
    from pydantic_monty import MontyConversionError, MontyRuntimeError, MontySyntaxError

    try:
        yield
    except (MontyRuntimeError, MontySyntaxError) as error:
        raise _failure(error, program) from error
    except MontyConversionError as error:
        raise ProgramFailed("its values cannot be given to it") from error


def value_in(text: Any) -> Any:
    """The JSON value in the text that a program's last line gives. Raises ProgramFailed."""
    if type(text) is not str:
        raise ProgramFailed("it gave what is no text of JSON")
    if len(text) > LONGEST_RESULT:
        raise ProgramFailed(f"it gave more than {LONGEST_RESULT} characters: give less")
    value = _parsed(text)
    problem = _RESULT.problem(value)
    if problem is not None:
        raise ProgramFailed(f"it gave what a step does not keep: {problem}")
    return value


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ProgramFailed("it gave what is no JSON, or is nested too deeply") from error


@contextmanager
def session(
    at: datetime, seed: str, seconds: float = MOST_SECONDS, **options: Any
) -> Iterator["MontySession"]:
    """An interpreter that nobody used before. Raises SandboxDied for one that ends within it."""
    from pydantic_monty import MontyCrashedError, MontyDisconnectError, MontyShutdown

    try:
        with (
            WORKERS.taken() as worker,
            worker.checkout(
                script_name="skill.py",
                limits={"max_memory": MOST_MEMORY, "max_feed_duration_secs": seconds},
                os_policy={
                    "datetime": at,
                    "timezone": "utc",
                    "sleep": "zero",
                    "random_start": {"seed": seed},
                },
                **options,
            ) as opened,
        ):
            shut(opened.worker_pid)
            yield opened
    except (MontyCrashedError, MontyDisconnectError, MontyShutdown, TimeoutError) as error:
        raise SandboxDied("its process ended before the program did") from error


def feed(opened: "MontySession", code: str, inputs: Mapping[str, Any] | None = None) -> Any:
    """What the last line gives, a text where the code is ours, else nothing."""
    last = code if code is _CALL else f"{code}\nNone"
    return opened.feed_run(last, inputs=dict(inputs or {}), print_callback=_printed())


def begun(opened: "MontySession", code: str, program: Program) -> "SyncSnapshot":
    """Where the code, which is ours and calls the program, first stops."""
    given = {"_given": dict(program.given)}
    return opened.feed_start(code, inputs=given, print_callback=_printed())


def _printed() -> "CollectString":
    from pydantic_monty import CollectString

    return CollectString(max_bytes=_MOST_PRINTED)


def _failure(error: "MontyRuntimeError | MontySyntaxError", program: Program) -> ProgramFailed:
    told = str(error)
    kind = told.partition(":")[0]
    if kind == "TimeoutError" and "time limit" in told:
        return ProgramFailed(f"it took more than {program.seconds:g} seconds")
    if kind == "MemoryError":
        return ProgramFailed("it needs more than 64 MiB, or prints more than 64 KB")
    place = place_of(error)
    if place is None:
        return ProgramFailed(_outside(told), told)
    line, _ = place
    named = kind if kind.isidentifier() else "an error"
    return ProgramFailed(f"it failed at line {line} ({named})", f"line {line}: {told}")


def _outside(told: str) -> str:
    """What failed where the program was called, or what it gave was read."""
    if f"name '{ENTRY}'" in told:
        return f"it has no function {ENTRY}: write `def {ENTRY}(…):`"
    if "Internal error" in told:
        return "it failed"
    if "JSON" in told or "Circular" in told:
        return "it gave what is no JSON: give texts, numbers, lists and objects"
    return f"its function {ENTRY} could not be called, or what it gave could not be read"


def place_of(error: "MontyRuntimeError | MontySyntaxError") -> tuple[int, int] | None:
    """The line and the column of the program that the error comes from; None where it comes from
    none."""
    own = [each for each in error.traceback() if each.filename == _OF_PROGRAM]
    return (own[-1].line, own[-1].column) if own else None
