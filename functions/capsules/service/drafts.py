"""Capsules as somebody writes them."""

from functions.capsules.aggregates import CAPSULES, RUN
from functions.capsules.rules.capsule import Capsule, capsule_id, draft
from functions.capsules.rules.lint import lint
from functions.capsules.rules.problems import Flawed, refusal
from functions.capsules.rules.source import CapsuleBody
from functions.capsules.service.skills import check_skills
from functions.capsules.views import CapsuleDrafted, FindingView
from shared.aggregates.command import Command
from shared.kit.callers import Caller
from shared.kit.places import Places
from shared.storage.idempotency import IdempotencyKey


async def write(
    caller: Caller, key: IdempotencyKey, body: CapsuleBody, text: str
) -> CapsuleDrafted:
    """The version as a draft. Raises CapsuleInvalid with line and column, VersionConflict for a
    version that has another source, and ContentErased for a source that was erased before."""
    try:
        doubts = lint(body)
        await check_skills(body, caller.control)
    except Flawed as flawed:
        raise refusal(flawed.problems, text) from flawed
    places = Places.of(text) if doubts else Places({})
    findings = tuple(FindingView.of(each, places) for each in doubts)

    async def use_case(work: Command) -> CapsuleDrafted:
        id = capsule_id(body.capsule, body.version, work.workspace_id)
        known = await work.find(CAPSULES, id)
        steps = draft(known, body, text, id, caller.principal, work.at)
        saved = await work.save(*steps)
        capsule: Capsule = (*saved, known)[0]
        return CapsuleDrafted.of(capsule, findings=findings)

    return await RUN.command(caller, use_case, CapsuleDrafted, key=key)
