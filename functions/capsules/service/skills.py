"""Programs in capsules, judged by the sandbox in which they will run."""

import time

from functions.capsules.rules.problems import Flawed, Problem
from functions.capsules.rules.skills import skills_in
from functions.capsules.rules.source import CapsuleBody, InnerStep
from shared.sandbox.checking import Mistake, mistakes_in
from shared.sandbox.places import in_sandbox
from shared.sandbox.workers import SandboxDied

# Of one capsule; who asks waits for it.
MOST_SECONDS = 15.0


async def check_skills(body: CapsuleBody) -> None:
    """Raises Flawed with what is wrong in the programs of the steps, each with its line and column;
    Unavailable where all sandboxes are taken."""
    began, problems = time.monotonic(), []
    for path, step in skills_in(body):
        if time.monotonic() - began > MOST_SECONDS:
            told = f"checking the skills takes more than {MOST_SECONDS:g} s: write shorter ones"
            problems.append(Problem(f"{path}.skill", told))
            break
        problems += [Problem(f"{path}.skill", _told(each)) for each in await _mistakes(step)]
    if problems:
        raise Flawed(*problems)


async def _mistakes(step: InnerStep) -> tuple[Mistake, ...]:
    code, names = step.skill or "", tuple(step.arguments)
    operations = step.calls.operations if step.calls is not None else ()
    try:
        return await in_sandbox(lambda: mistakes_in(code, names, operations))
    except SandboxDied:
        return (Mistake("could not be checked in time: write less in one skill"),)


def _told(mistake: Mistake) -> str:
    if mistake.line is None:
        return mistake.message
    column = "" if mistake.column is None else f", column {mistake.column}"
    return f"line {mistake.line}{column} of the skill: {mistake.message}"
