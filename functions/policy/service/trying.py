"""What a version of a policy would do: validated, tested, compared, replayed."""

import asyncio
from datetime import datetime

from functions.policy.aggregates import DECISIONS
from functions.policy.compare.compare import Comparison, Side, compare, decide, only_forbids
from functions.policy.compare.refusals import NotComparable
from functions.policy.rules.deciding import CasesBody, run_cases
from functions.policy.rules.findings import PolicyFinding, findings_of, no_effect
from functions.policy.rules.positions import statements
from functions.policy.rules.replay import Replay, Replaying
from functions.policy.service.sources import Draft, read_draft
from functions.policy.views import ComparisonView, TestReport, Validation
from shared.kit.callers import Caller
from shared.kit.errors import FieldError, PolicyInvalid
from shared.kit.instants import format_instant
from shared.kit.wording import one_of
from shared.policy.platform import platform_sources, schema
from shared.policy.sources import Source, read_policies
from shared.storage.firestore import TenantStore

# In one call; the answer's cursor goes on.
MOST_REPLAYED = 5_000
_PAGE = 200
MOST_EXAMINED = 20


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
        return tuple(
            PolicyFinding(severity="error", line=1, column=1, policy=None, message=each)
            for each in said
        )
    return dead_permits(draft.source)


def dead_permits(source: Source) -> tuple[PolicyFinding, ...]:
    """The permits of a valid source that allow nothing, because the platform forbids all of it; of
    the first twenty that can be compared."""
    each = zip(read_policies(source), statements(source.text), strict=True)
    permits = [(number, *pair) for number, pair in enumerate(each) if pair[0].effect == "permit"]
    found = []
    for number, policy, statement in permits[:MOST_EXAMINED]:
        forbidding = _forbidding(Source(source.name, statement.of(source.text)))
        if forbidding:
            found.append(no_effect(source, number, policy.name, forbidding))
    return tuple(found)


def _forbidding(permit: Source) -> str:
    """The platform's forbid that stops an example of what the permit would allow, where they stop
    all of it; else nothing."""
    forbids = only_forbids(platform_sources())
    try:
        if not compare(schema(), Side(forbids), Side(forbids, [permit])).equivalent:
            return ""
        unhindered = compare(schema(), Side([]), Side([], [permit]))
    except NotComparable:
        return ""
    for example in unhindered.newly_allowed[:1]:
        stopped = decide(schema(), Side(forbids, [permit]), example.case)
        return one_of(stopped.determining)
    return ""


async def test(caller: Caller, policy_id: str, cases: CasesBody) -> TestReport:
    """The answers to the cases, if the version were published. Raises NotFound, PolicyInvalid,
    ContentErased."""
    draft = await read_draft(caller, policy_id)
    results = await asyncio.to_thread(lambda: run_cases(draft.prepared(), cases))
    passed = sum(each.passed for each in results)
    return TestReport(passed=passed, failed=len(results) - passed, results=results)


async def compare_draft(caller: Caller, policy_id: str) -> ComparisonView:
    """What the version would newly allow or deny. Raises NotFound, PolicyInvalid, ContentErased,
    and PolicyInvalid for what cannot be compared."""
    draft = await read_draft(caller, policy_id)
    return ComparisonView.of(await asyncio.to_thread(comparison_of, draft))


def comparison_of(draft: Draft) -> Comparison:
    """The draft beside what is published. Raises PolicyInvalid."""
    try:
        return compare(schema(), draft.before, draft.after)
    except NotComparable as refusal:
        raise PolicyInvalid(
            f"{refusal} cannot be compared: test and replay it instead",
            FieldError("source", str(refusal)),
        ) from refusal


async def replay(
    caller: Caller, policy_id: str, since: datetime, until: datetime, cursor: str | None
) -> Replay:
    """Up to five thousand decisions of that time, decided again as if the version were published.
    Raises NotFound, PolicyInvalid, ContentErased, Invalid for a cursor that is not one of ours."""
    draft = await read_draft(caller, policy_id)
    replaying = Replaying(await asyncio.to_thread(draft.prepared))
    store = TenantStore(caller.tenant_id)
    for _ in range(MOST_REPLAYED // _PAGE):
        page = await store.find_page(
            DECISIONS.collection,
            select=("state",),
            order_by=("at",),
            where=[("at", ">=", format_instant(since)), ("at", "<", format_instant(until))],
            descending=False,
            limit=_PAGE,
            cursor=cursor,
        )
        texts = [each.data["state"] for each in page.items]
        await asyncio.to_thread(replaying.add_texts, texts)
        cursor = page.next_cursor
        if cursor is None:
            break
    return replaying.result(cursor)
