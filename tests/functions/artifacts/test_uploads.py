"""Files as people upload them: what was announced, and what comes instead."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from functions.artifacts.aggregates import UPLOADS
from shared.artifacts import room
from shared.artifacts.aggregates import ARTIFACTS
from shared.artifacts.artifact import MOST_BYTES
from shared.artifacts.content import object_name
from shared.artifacts.room import Room
from shared.budgets.reached import REACHED_QUOTAS
from shared.messaging.log import EVENT_LOG
from tests.functions.artifacts.worlds import CSV, World, after, said

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


async def _types(world: World) -> list[str]:
    entries = [each.data async for each in world.store.find_all(EVENT_LOG)]
    return sorted(each["type"].removeprefix("assent.") for each in entries)


async def test_a_file_is_announced_uploaded_completed_and_downloaded(world: World) -> None:
    announced = await world.announced()
    assert (announced["status"], announced["download"]) == ("pending", None)
    assert await world.bytes_of(announced) is None
    await world.put(announced, CSV)
    stored = await world.completed(announced)
    assert (stored["status"], stored["uploaded_by"], stored["upload"]) == ("stored", "ada", None)
    assert stored["labels"] == [f"from:{stored['artifact_id']}", "untrusted"]
    answer = await world.outside.get(stored["download"]["url"])
    assert answer.content == CSV
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''sales.csv"
    assert answer.headers["content-type"] == "text/csv"
    listed = await world.sent("GET", "?status=stored")
    assert [each["name"] for each in listed["items"]] == ["sales.csv"]
    assert "download" not in listed["items"][0]
    assert await _types(world) == ["artifact.stored.v1"]


async def test_a_completion_comes_twice_and_at_once_and_stores_once(world: World) -> None:
    announced = await world.announced()
    await world.put(announced, CSV)
    answers = await asyncio.gather(*(world.completed(announced) for _ in range(4)))
    assert {each["status"] for each in answers} == {"stored"}
    assert (await world.completed(announced))["status"] == "stored"
    assert await _types(world) == ["artifact.stored.v1"]


async def test_the_address_of_an_upload_changes_nothing_once_it_is_complete(world: World) -> None:
    announced = await world.announced()
    await world.put(announced, CSV)
    await world.completed(announced)
    await world.put(announced, b"day,amount\n1,99\n")
    assert (await world.completed(announced))["status"] == "stored"
    assert await world.bytes_of(announced) == CSV


@pytest.mark.parametrize(
    ("content", "fields", "told"),
    [
        (CSV + b"2,22\n", {}, "21 bytes were uploaded, not the 16 that were announced"),
        (CSV[:-1], {}, "15 bytes were uploaded, not the 16 that were announced"),
        (CSV.replace(b"20", b"99"), {}, "the SHA-256 of what was uploaded is "),
        (b"<svg><script>", {"media_type": "image/png"}, "its bytes are no image/png"),
        (PNG, {"media_type": "text/csv"}, "its bytes are no text/csv, but begin as image/png does"),
    ],
)
async def test_what_was_not_announced_is_refused_and_kept_nowhere(
    world: World, content: bytes, fields: dict[str, Any], told: str
) -> None:
    promised = said(content, **fields) if fields else said(**fields)
    announced = await world.sent("POST", "", promised)
    await world.put(announced, content)
    refused = await world.completed(announced)
    assert refused["status"] == "refused"
    assert refused["reason"].startswith(told)
    assert (refused["upload"], refused["download"]) == (None, None)
    assert await world.bytes_of(announced) is None
    assert (await world.completed(announced))["reason"] == refused["reason"]
    assert await _types(world) == ["artifact.refused.v1"]


async def test_nothing_uploaded_is_a_conflict_that_says_what_to_do(world: World) -> None:
    answer = await world.send("POST", f"/{(await world.announced())['artifact_id']}/complete")
    assert answer.status_code == 409
    assert "PUT the bytes to `upload.url` first" in answer.text


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("name", "../a.csv", "leave the folders out"),
        ("name", "a\u202ecsv", ""),
        ("media_type", "image/svg+xml", "may hold scripts"),
        ("size", 0, ""),
        ("size", MOST_BYTES + 1, ""),
        ("sha256", "A" * 64, ""),
        ("keep_days", 0, ""),
    ],
)
async def test_a_wrong_announcement_names_the_field(
    world: World, field: str, value: Any, told: str
) -> None:
    answer = await world.send("POST", "", {**said(), field: value})
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["field"] == field
    assert told in error["message"]


async def test_strangers_and_other_workspaces_find_nothing(world: World) -> None:
    mine = await world.uploaded()
    id = mine["artifact_id"]
    for claims in ({"tenant": "elsewhere"}, {"workspace": "wsp_1"}):
        for method, path in (("GET", ""), ("POST", "/complete"), ("DELETE", "")):
            answer = await world.send(method, f"/{id}{path}", by="eve", **claims)
            assert answer.status_code == 404, answer.text
        assert (await world.sent("GET", "", by="eve", **claims))["items"] == []
    assert await world.bytes_of(mine) == CSV


async def test_a_tenant_keeps_so_many_files_and_bytes(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await world.uploaded()
    with monkeypatch.context() as fewer:
        fewer.setattr(room, "MOST_FILES", 1)
        answer = await world.send("POST", "", said())
        assert (answer.status_code, answer.json()["code"]) == (413, "storage_limit_reached")
        assert "the tenant keeps 1 files, and 1 at most" in answer.text
    with monkeypatch.context() as less:
        less.setitem(room.ROOM, "team", Room(len(CSV), len(CSV) + 3, 9))
        answer = await world.send("POST", "", said())
        assert (answer.status_code, answer.json()["upgrade_to"]) == (413, None)
        assert "DELETE /v1/artifacts" in answer.text
        await world.sent("DELETE", f"/{first['artifact_id']}")
        assert (await world.send("POST", "", said())).status_code == 201


async def test_the_upload_that_reaches_a_threshold_of_the_room_notes_it_with_itself(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(room.ROOM, "team", Room(len(CSV), 10 * len(CSV), 20))

    async def noted() -> list[int]:
        found = [each.data async for each in world.store.find_all(REACHED_QUOTAS.collection)]
        quotas = [REACHED_QUOTAS.state_in(each) for each in found]
        assert {each.meter for each in quotas} <= {"storage"}
        return sorted(each.reached for each in quotas)

    first = await world.announced()
    for _ in range(6):
        await world.announced()
    assert await noted() == []
    await world.announced()
    assert await noted() == [80]
    # What is removed and comes again says the same again, and a refused one says nothing.
    await world.sent("DELETE", f"/{first['artifact_id']}")
    for number in range(3):
        assert (await noted()) == [80], number
        await world.announced()
    assert await noted() == [80, 100]
    assert (await world.send("POST", "", said())).status_code == 413
    assert await noted() == [80, 100]


async def test_so_many_uploads_are_under_way(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(room.ROOM, "team", Room(len(CSV), 9 * len(CSV), 1))
    first = await world.announced()
    answer = await world.send("POST", "", said())
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "60")
    assert "complete or DELETE some" in answer.text
    await world.put(first, CSV)
    await world.completed(first)
    assert (await world.send("POST", "", said())).status_code == 201


async def test_the_same_key_announces_once_with_an_address_each_time(world: World) -> None:
    world.api.headers["Idempotency-Key"] = "one"
    first, second = await world.announced(), await world.announced()
    del world.api.headers["Idempotency-Key"]
    assert first["artifact_id"] == second["artifact_id"]
    assert second["upload"]["url"].startswith("http")
    assert len((await world.sent("GET", ""))["items"]) == 1


async def test_the_persons_name_for_the_file_is_sealed_in_the_log(world: World) -> None:
    stored = await world.uploaded(name="Ada's salary.csv")
    document = await world.store.get(ARTIFACTS.collection, stored["artifact_id"])
    assert document is not None
    assert "salary" not in document.data["state"]
    assert stored["name"] == "Ada's salary.csv"
    assert (
        "salary"
        in (await world.outside.get(stored["download"]["url"])).headers["content-disposition"]
    )


async def test_an_upload_that_never_comes_expires(world: World) -> None:
    announced = await world.announced()
    await world.put(announced, CSV)
    await world.fire(announced)
    assert (await world.shown(announced))["status"] == "pending"
    await world.fire(announced, later=after(announced["created_at"], timedelta(hours=1)))
    late = await world.completed(announced)
    assert (late["status"], late["reason"]) == (
        *("refused",),
        "it was not uploaded and completed within an hour",
    )
    await world.fire(announced, later=timedelta(hours=2))
    assert await UPLOADS.read(object_name(world.tenant, announced["artifact_id"])) is None
