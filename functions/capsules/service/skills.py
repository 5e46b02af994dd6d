"""Programs in capsules, judged by the sandbox in which they will run."""

import time

from events.operations import CPYTHON
from functions.capsules.rules.problems import Flawed, Problem
from functions.capsules.rules.skills import skills_in
from functions.capsules.rules.source import CapsuleBody, InnerStep
from shared.kit.control import Control
from shared.sandbox.checking import LOADED_AT, Mistake, mistakes_in
from shared.sandbox.full_python import FLAG, OFF, mistake_in, why_not_there
from shared.sandbox.places import in_sandbox
from shared.sandbox.programs import Program
from shared.sandbox.workers import SandboxDied

# How long the programs of one capsule are checked, while its caller waits.
MOST_SECONDS = 15.0


async def check_skills(body: CapsuleBody, control: Control) -> None:
    """Raises Flawed with what is wrong in the programs of the steps, each with its line and column,
    also with those in all of Python, where the tenant or this machine has none; Unavailable where
    all sandboxes are taken."""
    began, problems = time.monotonic(), []
    for path, step in skills_in(body):
        if time.monotonic() - began > MOST_SECONDS:
            told = f"checking the skills takes more than {MOST_SECONDS:g} s: write shorter ones"
            problems.append(Problem(f"{path}.skill", told))
            break
        if step.runtime == CPYTHON and (why := _why_not_full(control)) is not None:
            problems.append(Problem(f"{path}.runtime", why))
            continue
        problems += [Problem(f"{path}.skill", _told(each)) for each in await _mistakes(step)]
    if problems:
        raise Flawed(*problems)


async def _mistakes(step: InnerStep) -> tuple[Mistake, ...]:
    code, names = step.skill or "", tuple(step.arguments)
    operations = step.calls.operations if step.calls is not None else ()
    try:
        if step.runtime == CPYTHON:
            return await in_sandbox(lambda: _of_full(code, names))
        return await in_sandbox(lambda: mistakes_in(code, names, operations))
    except SandboxDied:
        return (Mistake("could not be checked in time: write less in one skill"),)


def _why_not_full(control: Control) -> str | None:
    return why_not_there() if control.has_flag_for_all(FLAG) else OFF


def _of_full(code: str, names: tuple[str, ...]) -> tuple[Mistake, ...]:
    given = dict.fromkeys(names)
    found = mistake_in(Program(code=code, given=given, at=LOADED_AT, seed=""))
    return () if found is None else (Mistake(found.message, found.line),)


def _told(mistake: Mistake) -> str:
    if mistake.line is None:
        return mistake.message
    column = "" if mistake.column is None else f", column {mistake.column}"
    return f"line {mistake.line}{column} of the skill: {mistake.message}"
