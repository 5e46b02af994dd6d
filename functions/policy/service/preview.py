"""What a version of a policy would do: validated, tested, compared, replayed."""

import asyncio
import time
from functools import cache

from functions.policy.compare.compare import Comparison, Side, compare, decide, only_forbids
from functions.policy.compare.refusals import NotComparable
from functions.policy.rules.findings import PolicyFinding, about_all, findings_of, no_effect
from functions.policy.rules.positions import statements
from functions.policy.rules.questions import CasesBody, refuse_other_tenants, run_cases
from functions.policy.rules.room import beyond_room
from functions.policy.service.sources import Draft, read_draft
from functions.policy.views import ComparisonView, TestReport, Validation
from shared.kit.callers import Caller
from shared.kit.errors import FieldError, PolicyInvalid
from shared.kit.wording import one_of
from shared.policy.platform import platform_sources, schema
from shared.policy.sources import Source, read_policies

# How long a processor may look for permits that allow nothing, or compare a draft.
COMPARING_SECONDS = 1.5
# The same for an approver, who sees ten examples of each direction.
SHOWING_SECONDS = 0.5


async def validate(caller: Caller, policy_id: str) -> Validation:
    """What keeps the version from being published. Raises NotFound, ContentErased."""
    draft = await read_draft(caller, policy_id)
    findings = await asyncio.to_thread(findings_for, draft)
    return Validation(valid=not findings, findings=findings)


def findings_for(draft: Draft) -> tuple[PolicyFinding, ...]:
    """What keeps the version from being published beside what is."""
    findings = findings_of(draft.source, schema())
    if findings:
        return findings
    try:
        draft.prepared()
    except PolicyInvalid as refusal:
        said = [each.message for each in refusal.errors] or [refusal.detail]
        return tuple(map(about_all, said))
    if problem := beyond_room(draft.after.tenant):
        return (about_all(problem),)
    return dead_permits(draft.source)


def dead_permits(source: Source) -> tuple[PolicyFinding, ...]:
    """The permits of a valid source that allow nothing, because the platform forbids all of it; of
    those that can be compared, and as far as the time reaches."""
    ends = time.thread_time() + COMPARING_SECONDS
    each = zip(read_policies(source), statements(source.text), strict=True)
    permits = [(number, *pair) for number, pair in enumerate(each) if pair[0].effect == "permit"]
    found = []
    for number, policy, statement in permits:
        if time.thread_time() >= ends:
            break
        forbidding = _forbidding(Source(source.name, statement.of(source.text)), ends)
        if forbidding:
            found.append(no_effect(source, number, policy.name, forbidding))
    return tuple(found)


@cache
def _forbids() -> list[Source]:
    return only_forbids(platform_sources())


def _forbidding(permit: Source, ends: float) -> str:
    """The platform's forbid that stops an example of what the permit would allow, where they stop
    all of it; else nothing."""
    forbids = _forbids()

    def compared(platform: list[Source]) -> Comparison:
        left = max(0.0, ends - time.thread_time())
        return compare(schema(), Side(platform), Side(platform, [permit]), left)

    try:
        if not compared(forbids).equivalent:
            return ""
        unhindered = compared([])
    except NotComparable:
        return ""
    for example in unhindered.newly_allowed[:1]:
        stopped = decide(schema(), Side(forbids, [permit]), example.case)
        return one_of(stopped.determining)
    return ""


async def test(caller: Caller, policy_id: str, cases: CasesBody) -> TestReport:
    """The answers to the cases, if the version were published. Raises NotFound, PolicyInvalid,
    ContentErased, Invalid for a case of another tenant."""
    for number, case in enumerate(cases.cases):
        refuse_other_tenants(case.request, caller.tenant_id, f"cases.{number}.request.")
    draft = await read_draft(caller, policy_id)
    results = await asyncio.to_thread(lambda: run_cases(draft.prepared(), cases))
    passed = sum(each.passed for each in results)
    return TestReport(passed=passed, failed=len(results) - passed, results=results)


async def compare_draft(caller: Caller, policy_id: str) -> ComparisonView:
    """What the version would newly allow or deny. Raises NotFound, PolicyInvalid, ContentErased,
    and PolicyInvalid for what cannot be compared."""
    draft = await read_draft(caller, policy_id)
    tenant_id = caller.tenant_id
    found = await asyncio.to_thread(lambda: comparison_of(draft, tenant_id=tenant_id))
    return ComparisonView.of(found)


def comparison_of(
    draft: Draft, seconds: float = COMPARING_SECONDS, tenant_id: str = ""
) -> Comparison:
    """The draft beside what is published, as far as so many seconds of a processor reach; the
    examples are of that tenant where they can be. Raises PolicyInvalid."""
    try:
        return compare(schema(), draft.before, draft.after, seconds, tenant_id)
    except NotComparable as refusal:
        raise PolicyInvalid(
            f"{refusal} cannot be compared: test and replay it instead",
            FieldError("source", str(refusal)),
        ) from refusal
