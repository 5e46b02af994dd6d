"""How files end: removed, out of time, scanned, orphaned, with their tenant; what dies halfway."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from aiohttp import web

from emulators.ports import HOST
from events.tenants import TenantClosed
from functions.artifacts.aggregates import KEPT_BYTES, RUN, UPLOADS
from functions.artifacts.reactions import HANDLERS, ORPHANS_DUE
from functions.artifacts.scanner import configured_scanner
from functions.artifacts.service import due, uploads
from shared.artifacts.aggregates import ARTIFACTS
from shared.artifacts.artifact import cited
from shared.artifacts.content import object_name, prefix_of
from shared.kit import clock
from shared.kit.errors import Unavailable
from shared.messaging.changes import Timer
from shared.messaging.timers import timer_event
from shared.storage.batches import Batch
from tests.functions.artifacts.worlds import CSV, World, after

DAY = timedelta(days=1)


class ScannerServer:
    """A service that finds what it is told to, and shows what it was sent."""

    def __init__(self) -> None:
        self.found: object = None
        self.status = 200
        self.seen: list[tuple[bytes, str]] = []

    async def scan(self, request: web.Request) -> web.Response:
        self.seen.append((await request.read(), request.headers["Assent-Sha256"]))
        return web.json_response({"found": self.found}, status=self.status)


@pytest.fixture
async def scanner(world: World, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ScannerServer]:
    served, app = ScannerServer(), web.Application()
    app.router.add_post("/", served.scan)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, HOST, 0).start()
    monkeypatch.setenv("ASSENT_SCANNER_URL", f"http://{HOST}:{runner.addresses[0][1]}/")
    configured_scanner.cache_clear()
    yield served
    configured_scanner.cache_clear()
    await runner.cleanup()


async def test_a_cited_file_is_neither_removed_nor_out_of_time(world: World) -> None:
    stored = await world.uploaded(keep_days=1)
    reference = (ARTIFACTS.collection, stored["artifact_id"])
    document = await world.store.get(*reference)
    assert document is not None
    state = ARTIFACTS.read(document).state
    assert state is not None
    (kept,) = cited(state, "apr_1")
    batch = Batch()
    batch.put(*reference, ARTIFACTS.fields(kept.state, 1, None))
    await world.store.commit(batch)
    answer = await world.send("DELETE", f"/{stored['artifact_id']}")
    assert (answer.status_code, answer.json()["code"]) == (409, "version_conflict")
    assert "apr_1 cites it" in answer.text
    # A timer that was set before comes all the same.
    await world.fire(stored, later=2 * DAY)
    shown = await world.shown(stored)
    assert (shown["status"], shown["cited_by"], shown["keep_until"]) == ("stored", "apr_1", None)
    assert await world.bytes_of(stored) == CSV


async def test_a_removed_file_loses_its_bytes_and_keeps_its_hash(world: World) -> None:
    stored = await world.uploaded()
    removed = await world.sent("DELETE", f"/{stored['artifact_id']}")
    assert (removed["status"], removed["removed_by"]) == ("removed", "ada")
    await world.fire(stored)
    assert await world.bytes_of(stored) is None
    shown = await world.shown(stored)
    assert (shown["sha256"], shown["download"]) == (stored["sha256"], None)
    assert (await world.sent("DELETE", f"/{stored['artifact_id']}"))["status"] == "removed"
    await world.fire(stored, later=DAY)
    assert (await world.completed(stored))["status"] == "removed"


async def test_a_file_goes_when_its_time_is_over_and_not_before(world: World) -> None:
    stored = await world.uploaded(keep_days=2)
    until = after(stored["keep_until"], timedelta())
    await world.fire(stored, later=until - timedelta(seconds=5))
    assert (await world.shown(stored))["status"] == "stored"
    await world.fire(stored, later=until)
    gone = await world.shown(stored)
    assert (gone["status"], gone["reason"]) == ("removed", "its time was over")
    await world.fire(stored, later=until)
    assert await world.bytes_of(stored) is None


async def test_nobody_reads_a_file_before_its_scan(world: World, scanner: ScannerServer) -> None:
    waiting = await world.uploaded()
    assert (waiting["status"], waiting["download"]) == ("scanning", None)
    refused = await world.send("DELETE", f"/{waiting['artifact_id']}")
    assert (refused.status_code, "being scanned" in refused.text) == (409, True)
    await world.fire(waiting)
    shown = await world.shown(waiting)
    assert shown["status"] == "stored"
    assert (await world.outside.get(shown["download"]["url"])).content == CSV
    assert scanner.seen == [(CSV, waiting["sha256"])]


async def test_what_a_scan_finds_is_refused(world: World, scanner: ScannerServer) -> None:
    scanner.found = "Eicar-Test-Signature"
    waiting = await world.uploaded()
    await world.fire(waiting)
    refused = await world.shown(waiting)
    assert (refused["status"], refused["reason"]) == (
        *("refused",),
        "the scan found Eicar-Test-Signature",
    )
    await world.fire(waiting)
    assert await world.bytes_of(waiting) is None


@pytest.mark.parametrize(("status", "found"), [(500, None), (200, 5), (200, "a\u202eb")])
async def test_a_scan_without_an_answer_is_owed_for_a_day(
    world: World, scanner: ScannerServer, status: int, found: object
) -> None:
    scanner.status, scanner.found = status, found
    waiting = await world.uploaded()
    for _ in range(2):
        await world.fire(waiting, later=timedelta(minutes=30))
        assert (await world.shown(waiting))["status"] == "scanning"
    await world.fire(waiting, later=DAY + timedelta(hours=1))
    late = await world.shown(waiting)
    assert (late["status"], late["reason"]) == ("refused", "nobody could scan it within a day")


async def test_a_file_that_is_removed_while_it_is_copied_leaves_no_bytes(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    announced = await world.announced()
    await world.put(announced, CSV)
    copied = uploads._kept

    async def slow(*args: object) -> object:
        found = await copied(*args)  # type: ignore[arg-type]
        await world.sent("DELETE", f"/{announced['artifact_id']}")
        await world.fire(announced)
        await KEPT_BYTES.put(object_name(world.tenant, announced["artifact_id"]), CSV)
        return found

    monkeypatch.setattr(uploads, "_kept", slow)
    assert (await world.completed(announced))["status"] == "removed"
    assert await world.bytes_of(announced) is None


async def test_a_death_between_the_bytes_and_the_commit_loses_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    announced = await world.announced()
    await world.put(announced, CSV)
    with monkeypatch.context() as dying:
        dying.setattr(RUN, "change", _dies)
        with pytest.raises(asyncio.CancelledError):
            await world.completed(announced)
    assert await world.bytes_of(announced) == CSV
    assert (await world.shown(announced))["status"] == "pending"
    assert (await world.completed(announced))["status"] == "stored"


async def _dies(*_: object, **__: object) -> None:
    raise asyncio.CancelledError


async def test_bytes_that_belong_to_no_file_go_after_a_day(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored, orphan = await world.uploaded(), object_name(world.tenant, "art_nothing")
    removed = await world.uploaded(b"x", media_type="text/plain")
    await world.sent("DELETE", f"/{removed['artifact_id']}")
    await KEPT_BYTES.put(orphan, b"orphan")
    now = clock.now()

    async def look(later: timedelta) -> None:
        at = now + later
        event = timer_event("artifacts", world.tenant, Timer(ORPHANS_DUE, "schedule/x", at), at)
        await HANDLERS[ORPHANS_DUE](event.model_copy(update={"received_at": at}))

    await look(timedelta(hours=1))
    assert await KEPT_BYTES.read(orphan) == b"orphan"
    monkeypatch.setattr(due, "LOOKED_AT_ONCE", 2)
    await look(timedelta(days=2))
    assert await KEPT_BYTES.read(orphan) is None
    assert await world.bytes_of(removed) is None
    assert await world.bytes_of(stored) == CSV


async def test_a_closed_tenant_loses_its_bytes_and_no_other_does(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(due, "MOST_IN_A_DELIVERY", 2)
    for number in range(3):
        await world.uploaded(name=f"{number}.csv")
    other = object_name(f"{world.tenant}-2", "art_x")
    await KEPT_BYTES.put(other, b"theirs")
    at = clock.now()
    event = timer_event("identity", world.tenant, Timer("closed", "tenant/x", at), at)
    event = event.model_copy(update={"type": TenantClosed.event_type, "data": json.dumps({})})
    with pytest.raises(Unavailable):
        await HANDLERS[TenantClosed.event_type](event)
    for _ in range(4):
        try:
            await HANDLERS[TenantClosed.event_type](event)
            break
        except Unavailable:
            continue
    for bucket in (KEPT_BYTES, UPLOADS):
        assert [each async for each in bucket.objects(prefix_of(world.tenant))] == []
    assert await KEPT_BYTES.read(other) == b"theirs"
