"""Answers queries of usage: sums, lines, and proofs."""

from functions.usage.aggregates import METERS, METERS_ID, RUN
from functions.usage.rules.events import AHEAD
from functions.usage.rules.meters import check_meter, is_meter
from functions.usage.rules.query import MOST_SUMS, check_begun, check_sums, moment, usage_query
from functions.usage.service.calls import sums_of_calls
from functions.usage.views import Usage, UsageRootList, UsageSum
from shared.kit.callers import Caller
from shared.kit.errors import NotFound
from shared.messaging.misses import report_miss
from shared.policy.authorization import choose_and_ask
from shared.usage.anchoring import may_read_log, prove_anchored
from shared.usage.counting import count_log
from shared.usage.lines import lines_of
from shared.usage.meters import API_CALLS, BUILT_IN, GroupBy
from shared.usage.proofs import UsageRootProof
from shared.usage.sums import Sum, sums_of


async def show_usage(
    caller: Caller, meter: str | None, since: str | None, until: str | None, group_by: GroupBy
) -> Usage:
    """The sums, after one call's share of the audit log was counted; calls of the API are read
    apart. Raises Invalid, also for a meter that the tenant does not have, and Unavailable."""
    query = usage_query(meter, since, until, group_by, caller.received_at)
    if meter is not None and meter not in BUILT_IN:
        check_meter(await RUN.find(caller, METERS, METERS_ID), meter)
    calls, is_whole, sums = await sums_of_calls(caller.tenant_id, query), True, list[Sum]()
    if meter != API_CALLS:
        is_whole = await count_log(caller.tenant_id, caller.received_at)
        sums = await sums_of(caller.tenant_id, *query, MOST_SUMS + 1)
    place = next((n for n, each in enumerate(sums) if each.meter > API_CALLS), len(sums))
    sums[place:place] = calls
    check_sums(len(sums))
    return Usage(
        since=query.since,
        until=query.until,
        group_by=group_by,
        is_whole=is_whole,
        items=tuple(
            UsageSum(
                meter=each.meter,
                since=None if each.hour is None else moment(each.hour),
                subject=each.subject,
                quantity=each.quantity,
                events=each.events,
            )
            for each in sums
        ),
    )


async def show_roots(caller: Caller, period: str) -> UsageRootList:
    """The lines of the month, and the declared meters that have none yet. Raises Invalid, also for
    a month that has not begun, and Unavailable."""
    check_begun(period, caller.received_at + AHEAD)
    return UsageRootList.of(await lines_of(caller.tenant_id, period, caller.received_at))


async def show_proof(
    caller: Caller, period: str, meter: str, section: int, event: str | None, slab: int | None
) -> UsageRootProof:
    """The proof of a line. Raises Invalid; NotFound for an unknown line, event or slab, which is
    recorded; Forbidden, VersionConflict, ChainBroken, Unavailable."""
    choose_and_ask("usage.roots.prove", caller.received_at)
    if meter == API_CALLS:
        detail = "api_calls has no lines: requests are counted as they are leased, and not from the"
        raise NotFound(
            f"{detail} audit log; GET /v1/usage?meter=api_calls&group_by=hour shows them"
        )
    if event is not None or slab is not None:
        choose_and_ask("usage.roots.open", caller.received_at)
    about = (caller.tenant_id, period, meter, section)
    try:
        await _require_meter(caller, meter)
        return await prove_anchored(*about, event, slab, with_entry=may_read_log(caller.scopes))
    except NotFound:
        await report_miss(RUN.outbox, caller, f"usage_line/{period}.{meter}"[:200])
        raise


async def _require_meter(caller: Caller, meter: str) -> None:
    if meter not in BUILT_IN and not is_meter(await RUN.find(caller, METERS, METERS_ID), meter):
        raise NotFound(f"there is no meter {meter}: GET /v1/usage/meters lists those there are")
