"""The calls of usage: events, sums, meters, and proofs."""

from typing import Annotated

from fastapi import Path, Query

from events.usage import METER_PATTERN, MeterName
from functions.usage.aggregates import RUN
from functions.usage.rules.events import EVENT_ID_PATTERN
from functions.usage.service import events, meters, query
from functions.usage.views import (
    MeterBody,
    MeterList,
    Usage,
    UsageAccepted,
    UsageEventsBody,
    UsageRootList,
)
from shared.kit.callers import Caller
from shared.runtime.acts import does
from shared.runtime.idempotency import Key
from shared.runtime.routes import Router
from shared.runtime.tier_limits import beyond_quota
from shared.usage.meters import GroupBy
from shared.usage.proofs import UsageRootProof

__all__ = ["ROUTER", "RUN"]

ROUTER = Router(prefix="/v1/usage", tag="usage", read=("usage:read",), write=("usage:write",))
Period = Annotated[str, Path(max_length=7)]


@ROUTER.post("/events", status_code=202)
@does("usage.tell", within=("submit_conversation",), deed="telling what was used")
async def post_usage_events(caller: Caller, body: UsageEventsBody) -> UsageAccepted:
    """Counts events of declared meters, each id once for ever; lists those that are not counted,
    and why."""
    return await events.count(caller, body)


@ROUTER.get("")
@does("usage.read", within=("read_tenant",), deed="reading what was used")
@beyond_quota
async def get_usage(
    caller: Caller,
    meter: Annotated[str | None, Query(pattern=METER_PATTERN)] = None,
    since: Annotated[str | None, Query(alias="from", max_length=40)] = None,
    until: Annotated[str | None, Query(alias="to", max_length=40)] = None,
    group_by: GroupBy = "total",
) -> Usage:
    """Shows the usage of one meter or of all, by hour, day, month or subject; without times of this
    month so far. First counts the new entries of the audit log."""
    return await query.show_usage(caller, meter, since, until, group_by)


@ROUTER.get("/meters")
@does("usage.meters.list", within=("read_tenant",), deed="reading meters")
@beyond_quota
async def list_meters(caller: Caller) -> MeterList:
    """Lists the meters that every tenant has, and those that this tenant declared."""
    return await meters.show_meters(caller)


@ROUTER.put("/meters/{meter}")
@does("usage.meters.declare", within=("manage_tenant",), deed="declaring a meter")
async def put_meter(caller: Caller, key: Key, meter: MeterName, body: MeterBody) -> MeterList:
    """Declares a meter for events of the tenant's programs, or changes its unit."""
    return await meters.declare(caller, key, meter, body)


@ROUTER.get("/roots")
@does("usage.roots.list", within=("read_tenant",), deed="reading usage roots")
@beyond_quota
async def list_usage_roots(
    caller: Caller, period: Annotated[str, Query(max_length=7)]
) -> UsageRootList:
    """Lists the lines of a month, as 2026-11, with the usage of each meter and the roots that prove
    it: closed lines, their corrections, and lines that are still open."""
    return await query.show_roots(caller, period)


@ROUTER.get("/roots/{period}/{meter}/proof")
@does("usage.roots.prove", within=("read_tenant",), deed="reading usage roots")
@does("usage.roots.open", within=("read_audit_reports",), deed="opening what was counted")
@beyond_quota
async def get_usage_proof(
    caller: Caller,
    period: Period,
    meter: MeterName,
    section: Annotated[int, Query(ge=1, lt=1 << 31)] = 1,
    event: Annotated[str | None, Query(pattern=EVENT_ID_PATTERN)] = None,
    slab: Annotated[int | None, Query(ge=1, lt=1 << 53)] = None,
) -> UsageRootProof:
    """Proves a line and that it counts the receipt or event of that id, and opens the slab of that
    number with all of its events; `assent-verify` verifies the proof without the network. With the
    scope audit:read the event comes with its entry in the audit log."""
    return await query.show_proof(caller, period, meter, section, event, slab)
