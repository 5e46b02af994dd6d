"""Policies: written, listed, shown, and on their way to being published."""

import asyncio
from typing import Any

from functions.policy.aggregates import NAMES, POLICIES, PUBLISHED, RUN
from functions.policy.compare.compare import Comparison
from functions.policy.rules.policy import (
    PolicyBody,
    PolicyName,
    ask,
    draft,
    withdraw,
)
from functions.policy.service.preview import SHOWING_SECONDS, comparison_of, findings_for
from functions.policy.service.sources import Draft, published_in, text_of
from functions.policy.views import ComparisonView, PolicyDetail, PolicyView
from shared.aggregates.command import Command
from shared.kit.callers import Caller
from shared.kit.canonical import canonical_json
from shared.kit.errors import FieldError, PolicyInvalid
from shared.kit.ids import new_id
from shared.policy.published import PUBLISHED as CURRENT
from shared.storage.idempotency import IdempotencyKey

# An approval takes 64 KiB of evidence.
_MOST_EVIDENCE, _MOST_EVIDENCE_BYTES = 10, 48 * 1024


async def propose(caller: Caller, key: IdempotencyKey, body: PolicyBody) -> PolicyDetail:
    """A new version as a draft. Raises ContentErased for a text that was erased before."""

    async def use_case(work: Command) -> PolicyDetail:
        await work.prefetch((NAMES, body.name), (PUBLISHED, CURRENT))
        known = await work.find(NAMES, body.name) or PolicyName(name=body.name)
        published = await published_in(work)
        id, by = new_id("pol", work.at), caller.principal
        saved = await work.save(*draft(body, known, id, published.version, by, work.at))
        return PolicyDetail.of(saved[0], source=body.source)

    return await RUN.command(caller, use_case, PolicyDetail, key=key)


async def show(caller: Caller, policy_id: str) -> PolicyDetail:
    """A version with its text. Raises NotFound."""
    policy, contents, _ = await RUN.read_whole(
        caller, POLICIES, policy_id, lambda policy: [policy.source_hash]
    )
    return PolicyDetail.showing(policy, contents)


async def ask_to_publish(caller: Caller, key: IdempotencyKey, policy_id: str) -> PolicyView:
    """The draft that waits for its approval, which shows what it changes. Raises NotFound,
    PolicyInvalid with its findings, VersionConflict, ContentErased."""
    compared: dict[int, list[Any]] = {}

    async def use_case(work: Command) -> PolicyView:
        policy = await work.get(POLICIES, policy_id)
        published = await published_in(work)
        found = Draft(policy, await text_of(work, policy), published)
        if published.version not in compared:
            compared[published.version] = await asyncio.to_thread(_examined, found)
        evidence = compared[published.version]
        steps = ask(policy, found.text, published, evidence, caller.principal, work.at)
        # What was compared is what the approval will be for.
        work.rely_on(PUBLISHED, CURRENT)
        saved = await work.save(*steps)
        return PolicyView.of(saved[0])

    return await RUN.command(caller, use_case, PolicyView, key=key, about=(POLICIES, policy_id))


async def withdraw_request(caller: Caller, key: IdempotencyKey, policy_id: str) -> PolicyView:
    """The draft without its approval, which is cancelled. Raises NotFound, VersionConflict."""
    return await RUN.change(
        caller,
        POLICIES,
        policy_id,
        lambda policy: withdraw(policy, caller.principal),
        PolicyView,
        key=key,
    )


def _examined(found: Draft) -> list[Any]:
    """What the approver sees first: an example of each change, as many as fit. Raises
    PolicyInvalid."""
    if findings := findings_for(found):
        errors = [
            FieldError(f"source:{each.line}:{each.column}", each.message) for each in findings
        ]
        raise PolicyInvalid("it has findings: validate it, and post the mended text", *errors)
    try:
        return evidence_of(comparison_of(found, SHOWING_SECONDS))
    except PolicyInvalid as refusal:
        return [{"compared": False, "why": refusal.detail}]


def evidence_of(comparison: Comparison) -> list[Any]:
    """How a comparison is shown to the approver."""
    view = ComparisonView.of(comparison).model_dump(mode="json")
    counted = {
        "compared": True,
        "equivalent": comparison.equivalent,
        "newly_allowed": len(comparison.newly_allowed),
        "newly_denied": len(comparison.newly_denied),
        "undecided": len(comparison.undecided),
    }
    shown: list[Any] = [counted]
    room = _MOST_EVIDENCE_BYTES
    for direction in ("newly_allowed", "newly_denied"):
        for example in view[direction][:_MOST_EVIDENCE]:
            item = {direction: example}
            room -= len(canonical_json(item))
            if room > 0:
                shown.append(item)
    return shown
