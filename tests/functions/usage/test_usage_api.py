"""What a tenant used, as people and programs ask and tell over HTTP."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from infra.observability.metrics import UNSORTED_METERS, USAGE
from shared.kit import clock
from shared.kit.instants import format_instant
from shared.kit.tier_limits import BALANCES, HOUR, Balance, HourCalls
from shared.quotas.calls import note
from shared.storage.batches import Batch
from shared.storage.firestore import TenantStore
from shared.usage.slabs import period_of
from shared.verify.usage import verify_usage
from tests.functions.usage.conftest import World
from tests.infra.observability.log_filters import matches
from tests.infra.observability.logged import listening
from tests.shared.usage.logs import receipt, turn, write
from tests.shared.usage.slow_meters import sorted_slowly

pytestmark = pytest.mark.platform
METER = "/v1/usage/meters/pages"
ADMIN: dict[str, Any] = {"by": "gala", "roles": ("tenant_admin",)}


def event(id: str, **changes: Any) -> dict[str, Any]:
    """An event of just now."""
    values = {"id": id, "meter": "pages", "quantity": 2, "at": format_instant(clock.now())}
    return {**values, **changes}


async def tell(world: World, *events: Any) -> Any:
    return await world.sent("POST", "/v1/usage/events", {"events": events})


async def used(world: World, **asked: str) -> dict[str, int]:
    now = clock.now()
    times = {"from": now - timedelta(days=1), "to": now + timedelta(hours=1)}
    query = {name: format_instant(each) for name, each in times.items()} | asked
    shown = await world.sent("GET", "/v1/usage?" + "&".join(f"{a}={b}" for a, b in query.items()))
    assert shown["is_whole"]
    return {each["meter"]: each["quantity"] for each in shown["items"]}


async def test_events_of_declared_meters_are_counted_once(world: World) -> None:
    meters = await world.sent("PUT", METER, {"unit": "pages"}, **ADMIN)
    assert meters["items"][-1]["counted_by"] == "tenant"
    late = event("too-old", at=format_instant(clock.now() - timedelta(days=70)))
    soon = event("too-soon", at=format_instant(clock.now() + timedelta(hours=1)))
    answer = await tell(
        world,
        event("a"),
        event("a", quantity=7),
        event("b", subject="gala", properties={"size": "a4"}),
        event("ours", meter="executions"),
        event("unknown", meter="sheets"),
        event("text", quantity="3"),
        event("less", quantity=-1),
        event("ada lovelace"),
        "nothing",
        late,
        soon,
        {"id": "c"},
    )
    assert (answer["accepted"], answer["duplicates"]) == (2, 1)
    said = {each["index"]: each["problem"] for each in answer["rejected"]}
    assert sorted(said) == [3, 4, 5, 6, 7, 8, 9, 10, 11]
    assert "counted by Assent itself" in said[3]
    assert "PUT /v1/usage/meters/sheets first" in said[4]
    assert said[5].startswith("quantity ")
    assert said[6].startswith("quantity ")
    assert said[7].startswith("id ")
    assert "within the last 62 days" in said[9]
    assert "future" in said[10]
    assert (await tell(world, event("a"), event("b")))["duplicates"] == 2
    assert await used(world) == {"pages": 4}
    assert (await tell_elsewhere(world))["accepted"] == 1


async def test_one_event_or_a_list_of_them_is_a_body_too(world: World) -> None:
    await world.sent("PUT", METER, {"unit": "pages"}, **ADMIN)
    path = "/v1/usage/events"
    alone = await world.sent("POST", path, event("a"))
    assert alone == {"accepted": 1, "duplicates": 0, "rejected": []}
    listed = await world.sent("POST", path, [event("a"), event("b"), event("c", quantity=-1)])
    assert (listed["accepted"], listed["duplicates"]) == (1, 1)
    assert [each["index"] for each in listed["rejected"]] == [2]
    lacking = await world.sent("POST", path, {"id": "d", "meter": "pages"})
    assert lacking["rejected"][0]["index"] == 0
    both = {**event("e"), "events": [event("f")]}
    for refused in (both, [], {}, {"pages": 3}, [event(str(n)) for n in range(1_001)], "a", 7):
        assert (await world.send("POST", path, refused)).status_code == 422, refused
    assert await used(world) == {"pages": 4}


async def tell_elsewhere(world: World) -> Any:
    other = world.elsewhere()
    assert await used(other) == {}
    await other.sent("PUT", METER, {"unit": "pages"}, **ADMIN)
    return await tell(other, event("a"))


async def test_only_admins_declare_meters_and_none_of_ours(world: World, topic: Any) -> None:
    refused = await world.send("PUT", METER, {"unit": "pages"})
    assert refused.status_code == 403
    ours = await world.send("PUT", "/v1/usage/meters/tokens_in", {"unit": "pages"}, **ADMIN)
    assert ours.status_code == 422
    assert "choose another name" in ours.text
    named = await world.send("PUT", "/v1/usage/meters/Pages", {"unit": "pages"}, **ADMIN)
    assert named.status_code == 422
    await world.sent("PUT", METER, {"unit": "pages"}, **ADMIN)
    await world.sent("PUT", METER, {"unit": "sheets"}, **ADMIN)
    meters = (await world.sent("GET", "/v1/usage/meters"))["items"]
    assert [(each["name"], each["unit"]) for each in meters][-1] == ("pages", "sheets")


async def test_who_may_not_write_tells_nothing(world: World) -> None:
    body = {"events": [event("a")]}
    others: tuple[dict[str, Any], ...] = ({"roles": ("analyst",)}, {"scopes": ("usage:read",)})
    for claims in others:
        refused = await world.send("POST", "/v1/usage/events", body, **claims)
        assert refused.status_code == 403


async def test_what_runs_used_is_shown_and_proved(world: World) -> None:
    now = clock.now().replace(microsecond=0)
    call = receipt(world.tenant, "a", now)
    await write(world.tenant, call, turn(world.tenant, "b", 100, 20, now))
    assert await used(world) == {"tool_calls": 1, "tokens_in": 100, "tokens_out": 20}
    assert await used(world, group_by="subject", meter="tokens_in") == {"tokens_in": 100}
    for group in ("hour", "day", "month"):
        assert await used(world, group_by=group, meter="tool_calls") == {"tool_calls": 1}
    period = period_of(int(now.timestamp() * 1000))
    roots = (await world.sent("GET", f"/v1/usage/roots?period={period}"))["items"]
    assert [(each["meter"], each["quantity"], each["closed_at"]) for each in roots] == [
        ("tokens_in", 100, None),
        ("tokens_out", 20, None),
        ("tool_calls", 1, None),
    ]
    path = f"/v1/usage/roots/{period}/tool_calls/proof"
    proof = await world.sent("GET", f"{path}?event={call.event_id}")
    found = verify_usage(json.dumps(proof).encode())
    assert (found.tenant, found.quantity, found.root) == (world.tenant, 1, roots[2]["root"])
    assert call.event_id in found.event
    number = int(proof["slabs"][0].split("\t")[0])
    opened = await world.sent("GET", f"{path}?slab={number}")
    assert verify_usage(json.dumps(opened).encode()).opened == tuple(opened["opened"]["lines"])
    # A slab has what was counted of other meters, too.
    assert [each.split("\t")[4] for each in opened["opened"]["lines"]] == [
        "tool_calls=1",
        "tokens_in=100,tokens_out=20",
    ]
    assert opened["opened"]["lines"][0].split("\t")[1] == call.event_id
    assert (await world.send("GET", f"{path}?slab=0")).status_code == 422
    blind = await world.send("GET", f"{path}?slab={number}", roles=("end_user",))
    assert blind.status_code == 403
    for missing in (f"{path}?event=rct_0", f"{path}?section=2", f"{path}?slab={number + 1}"):
        assert (await world.send("GET", missing)).status_code == 404
    other = await world.elsewhere().send("GET", f"{path}?event={call.event_id}")
    assert other.status_code == 404


async def test_an_event_from_outside_is_opened(world: World) -> None:
    await world.sent("PUT", METER, {"unit": "pages"}, **ADMIN)
    now = clock.now().replace(microsecond=0)
    told = [event(each, at=format_instant(now), subject="gala") for each in ("b", "a")]
    await tell(world, *told)
    period = period_of(int(now.timestamp() * 1000))
    path = f"/v1/usage/roots/{period}/pages/proof"
    proof = await world.sent("GET", f"{path}?event=a")
    found = verify_usage(json.dumps(proof).encode())
    assert (found.quantity, found.event.split("\t")[1:4:2]) == (4, ["a", "gala"])
    assert (proof["event"]["place"], proof["entry"], proof["closing"]) == (1, None, None)
    opened = await world.sent("GET", f"{path}?slab=1")
    lines = verify_usage(json.dumps(opened).encode()).opened
    assert [each.split("\t")[1:4:2] for each in lines] == [["b", "gala"], ["a", "gala"]]
    for missing in (f"{path}?event=c", f"{path}?section=2&event=a", f"{path}?slab=2"):
        assert (await world.send("GET", missing)).status_code == 404
    assert (await world.elsewhere().send("GET", f"{path}?event=a")).status_code == 404


async def test_a_meter_that_is_not_sorted_in_time_is_named_in_the_answer_and_to_the_operator(
    world: World, database: str
) -> None:
    for name in ("glaciers", "pages"):
        await world.sent("PUT", f"/v1/usage/meters/{name}", {"unit": "pages"}, **ADMIN)
    now = clock.now()
    slow = event("a", meter="glaciers", at=format_instant(now))
    await tell(world, slow, event("b", at=format_instant(now)))
    period = period_of(int(now.timestamp() * 1000))
    async with sorted_slowly(database, "glaciers"):
        with listening() as logged:
            found = await world.sent("GET", f"/v1/usage/roots?period={period}")
        path = f"/v1/usage/roots/{period}/glaciers/proof"
        refused = await world.send("GET", path)
    assert [each["meter"] for each in found["items"]] == ["pages"]
    [unsorted] = found["unsorted"]
    assert (unsorted["section"], unsorted["meter"]) == (1, "glaciers")
    assert "ask again" in unsorted["problem"]
    counted = [matches(UNSORTED_METERS.filter, each) for each in logged.entries(USAGE)]
    assert sum(counted) == 1
    assert refused.status_code == 503
    assert "the proof of glaciers was not made in time" in refused.text
    assert (await world.sent("GET", f"/v1/usage/roots?period={period}"))["unsorted"] == []


async def test_a_meter_that_is_not_there_is_refused_by_naming_those_that_are(world: World) -> None:
    await world.sent("PUT", METER, {"unit": "pages"}, **ADMIN)
    assert await used(world, meter="pages") == {}
    refused = await world.send("GET", "/v1/usage?meter=zzz")
    assert refused.status_code == 422
    [problem] = refused.json()["errors"]
    assert problem["field"] == "meter"
    for said in ("zzz is no meter", "executions", "api_calls", "pages: name one"):
        assert said in problem["message"], said
    elsewhere = await world.elsewhere().send("GET", "/v1/usage?meter=pages")
    assert elsewhere.status_code == 422
    period = period_of(int(clock.now().timestamp() * 1000))
    unproved = await world.send("GET", f"/v1/usage/roots/{period}/zzz/proof")
    assert unproved.status_code == 404
    assert "GET /v1/usage/meters lists" in unproved.json()["detail"]


async def test_an_event_that_a_program_told_is_proved_by_its_id(world: World) -> None:
    await world.sent("PUT", METER, {"unit": "pages"}, **ADMIN)
    await tell(world, event("scan-1", subject="gala"), event("scan-2"))
    period = period_of(int(clock.now().timestamp() * 1000))
    path = f"/v1/usage/roots/{period}/pages/proof"
    proof = await world.sent("GET", f"{path}?event=scan-1")
    assert "\tscan-1\t" in verify_usage(json.dumps(proof).encode()).event
    refused = await world.send("GET", f"{path}?event=scan-3")
    assert refused.status_code == 404
    assert "by the id that was sent with it" in refused.json()["detail"]


async def test_an_event_with_the_id_of_a_receipt_is_proved_as_what_it_is(world: World) -> None:
    call = receipt(world.tenant, "a", clock.now())
    await write(world.tenant, call)
    await world.sent("PUT", METER, {"unit": "pages"}, **ADMIN)
    await tell(world, event(call.event_id))
    period = period_of(int(clock.now().timestamp() * 1000))
    scopes = ("usage:read", "usage:write", "audit:read")
    path = f"/v1/usage/roots/{period}/pages/proof?event={call.event_id}"
    proof = await world.sent("GET", path, scopes=scopes)
    assert proof["entry"] is None
    assert "pages=2" in verify_usage(json.dumps(proof).encode()).event


async def _has_called(world: World, group: str, at: datetime, calls: int, *now: int) -> None:
    """So many calls of a program in an hour that is over, and in the one under way."""
    batch = Batch()
    note(batch, group, [HourCalls(int(at.timestamp() // HOUR), calls)])
    for more in now:
        balance = Balance(at=clock.now().timestamp(), left=1, month_leased=more + 3, month_noted=3)
        batch.put(BALANCES, group, {"state": balance.model_dump_json()})
    await TenantStore(world.tenant).commit(batch)


async def test_calls_of_programs_are_shown_beside_what_the_log_counts(world: World) -> None:
    now = clock.now()
    before = now - timedelta(hours=20)
    await _has_called(world, "members", before, 5, 2)
    await _has_called(world, "members", before - timedelta(days=40), 90)
    await _has_called(world, "governors", before, 1)
    await _has_called(world.elsewhere(), "members", before, 70)
    await write(world.tenant, receipt(world.tenant, "a", now))
    await world.sent("PUT", "/v1/usage/meters/aardvarks", {"unit": "pages"}, **ADMIN)
    await tell(world, event("a", meter="aardvarks"))
    shown = await used(world)
    assert list(shown.items()) == [("aardvarks", 2), ("api_calls", 8), ("tool_calls", 1)]
    assert await used(world, meter="api_calls") == {"api_calls": 8}
    assert await used(world, meter="tool_calls") == {"tool_calls": 1}

    async def parts(group_by: str, since: datetime = before) -> list[Any]:
        path = f"/v1/usage?meter=api_calls&group_by={group_by}&from={format_instant(since)}"
        items = (await world.sent("GET", f"{path}&to={format_instant(now)}"))["items"]
        assert all(each["events"] == each["quantity"] for each in items)
        return [(each["since"] or each["subject"], each["quantity"]) for each in items]

    def begins(at: datetime) -> str:
        return format_instant(at.replace(minute=0, second=0, microsecond=0))

    assert await parts("hour") == [(begins(before), 6), (begins(now), 2)]
    assert await parts("subject") == [("governors", 1), ("members", 7)]
    assert sum(each for _, each in await parts("day")) == 8
    months = dict(await parts("month", now - timedelta(days=90)))
    assert sum(months.values()) == 98
    month = (before - timedelta(days=40)).replace(day=1, hour=0)
    assert months[begins(month)] == 90


async def test_calls_of_programs_have_no_lines_and_the_answer_says_why(world: World) -> None:
    now = clock.now()
    await _has_called(world, "members", now, 5)
    period = period_of(int(now.timestamp() * 1000))
    assert (await world.sent("GET", f"/v1/usage/roots?period={period}"))["items"] == []
    refused = await world.send("GET", f"/v1/usage/roots/{period}/api_calls/proof")
    assert refused.status_code == 404
    assert "GET /v1/usage?meter=api_calls&group_by=hour shows them" in refused.json()["detail"]
    ours = await world.send("PUT", "/v1/usage/meters/api_calls", {"unit": "calls"}, **ADMIN)
    assert ours.status_code == 422
    names = [each["name"] for each in (await world.sent("GET", "/v1/usage/meters"))["items"]]
    assert "api_calls" in names


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("?from=yesterday", "must be a time in UTC"),
        ("?from=2026-11-02T00:00:00Z&to=2026-11-01T00:00:00Z", "after `from`"),
        ("?from=2020-11-02T00:00:00Z&to=2026-11-01T00:00:00Z", "within 400 days"),
        ("?group_by=week", "group_by"),
        ("/roots?period=2026-13", "must be a month in UTC, like 2026-11"),
        ("/roots", "period"),
        ("/roots?period=2999-01", "has not begun: the latest month is"),
        ("?meter=%00", "meter"),
        ("/roots/2026-11/pages/proof?event=%00", "event"),
    ],
)
async def test_what_cannot_be_asked_is_said(world: World, query: str, said: str) -> None:
    refused = await world.send("GET", f"/v1/usage{query}")
    assert refused.status_code == 422
    assert said in refused.text
