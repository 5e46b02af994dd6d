"""The five operations that `tools` has of its own."""

from datetime import UTC, datetime
from typing import Any

import pytest

from events.invocations import NoticeSent
from shared.messaging.contents import read_contents
from shared.messaging.log import EVENT_LOG, logged_event
from tests.bearers import authorization
from tests.functions.tools.worlds import Call, World

TRANSFORM, WRITE, NOTIFY = (
    "assent/transform.apply",
    "assent/artifacts.write",
    "assent/people.notify",
)


async def _done(world: World, operation: str, **arguments: Any) -> Any:
    return await world.invoke(Call(operation, arguments))


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("data.rows[1].name", "b"),
        ("data.rows.map(row, row.name)", ["a", "b"]),
        ("data.rows.filter(row, row.amount > 1).size() * 2", 2),
        ("{'all': data.rows.all(row, row.amount > 0)}", {"all": True}),
    ],
)
async def test_an_expression_gives_a_value(world: World, expression: str, result: Any) -> None:
    data = {"rows": [{"name": "a", "amount": 1}, {"name": "b", "amount": 2}]}
    answer = await _done(world, TRANSFORM, data=data, expression=expression)
    assert answer["output"]["value"] == {"result": result}, answer


@pytest.mark.parametrize(
    "expression", ["data.nothing", "data +", "data.matches('a+')", "1 / 0", "open('x')"]
)
async def test_an_expression_without_a_value_is_refused(world: World, expression: str) -> None:
    answer = await _done(world, TRANSFORM, data={"a": 1}, expression=expression)
    assert (answer["status"], answer["reason"]) == ("refused", "the expression has no value")
    assert answer["detail"]


async def test_an_expression_that_takes_long_is_refused(world: World) -> None:
    costly = "data.map(a, data.map(b, data.map(c, data.map(d, a + b + c + d))))"
    answer = await _done(world, TRANSFORM, data=list(range(300)), expression=costly)
    assert answer["status"] == "refused"
    assert "took more than" in answer["detail"]


async def test_a_value_larger_than_a_step_keeps_is_refused(world: World) -> None:
    many = "data.map(a, data)"
    answer = await _done(world, TRANSFORM, data=list(range(150)), expression=many)
    assert answer["status"] == "refused"
    assert "a step keeps" in answer["reason"]


async def test_a_text_is_kept_and_read(world: World) -> None:
    answer = await _done(world, WRITE, name="report", text="Zürich")
    given = answer["output"]["value"]
    assert given["bytes"] == 7
    headers = authorization(world.key, "gala", world.tenant, ("governance:read",), ("governor",))
    path = f"/v1/artifacts/{given['artifact_id']}"
    kept = await world.tools.get(path, headers=headers)
    assert kept.status_code == 200, kept.text
    assert {name: kept.json()[name] for name in ("name", "text", "sha256")} == {
        "name": "report",
        "text": "Zürich",
        "sha256": given["sha256"],
    }
    elsewhere = authorization(world.key, "gala", "another", ("governance:read",), ("governor",))
    assert (await world.tools.get(path, headers=elsewhere)).status_code == 404
    added = await world.invoke(Call())
    other = f"/v1/artifacts/art_{added['invocation_id'][4:]}"
    assert (await world.tools.get(other, headers=headers)).status_code == 404
    assert (await world.tools.get("/v1/artifacts/x", headers=headers)).status_code == 404


async def test_a_text_of_more_than_64_kb_is_refused(world: World) -> None:
    answer = await _done(world, WRITE, name="report", text="ü" * 40_000)
    assert answer["status"] == "refused"
    assert "at most 65536 are kept" in answer["reason"]


async def test_people_are_told_once(world: World) -> None:
    call = Call(NOTIFY, {"to": ["gala"], "text": "The report is there."})
    first = await world.invoke(call)
    assert await world.invoke(call) == first
    entries = [each async for each in world.store.find_all(EVENT_LOG)]
    events = [logged_event(each.data, datetime.now(UTC)) for each in entries]
    (sent,) = (each for each in events if each.type == NoticeSent.event_type)
    notice = sent.payload(NoticeSent)
    assert (notice.notice_id, notice.to) == (first["output"]["value"]["notice_id"], ("gala",))
    contents = await read_contents(world.store, [notice.text_hash])
    assert contents.value(notice.text_hash) == {"text": "The report is there."}
