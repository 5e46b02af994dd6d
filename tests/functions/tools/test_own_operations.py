"""The operations that `tools` has of its own."""

from datetime import UTC, datetime
from typing import Any

import pytest

from events.invocations import NoticeSent
from shared.artifacts import room
from shared.artifacts.aggregates import ARTIFACTS
from shared.artifacts.reading import read_artifacts
from shared.artifacts.room import Room
from shared.budgets.reached import REACHED_QUOTAS
from shared.capabilities.grants import History
from shared.capabilities.minting import mint
from shared.kit.clock import now
from shared.messaging.contents import read_contents
from shared.messaging.log import EVENT_LOG, logged_event
from shared.storage.batches import Batch
from shared.storage.secrets import signing_key
from tests.functions.tools.worlds import Call, World

pytestmark = pytest.mark.usefixtures("buckets")

TRANSFORM, READ, WRITE, NOTIFY = (
    "assent/transform.apply",
    "assent/artifacts.read",
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
    read = await _done(world, READ, artifact_id=given["artifact_id"], sha256=given["sha256"])
    assert read["output"] == {
        "value": {**given, "media_type": "text/plain", "text": "Zürich"},
        "labels": [],
    }
    (known,) = (await read_artifacts(world.store, [given["artifact_id"]], None)).values()
    assert (known.file_name, known.status, known.invocation_id) == (
        *("report", "stored"),
        answer["invocation_id"],
    )


async def test_the_file_that_reaches_a_threshold_of_the_room_notes_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(room.ROOM, "team", Room(10, 10, 9))
    for text, noted in (("seven..", []), ("1", [80]), ("22", [80, 100])):
        assert (await _done(world, WRITE, name="report", text=text))["status"] == "confirmed"
        found = [each.data async for each in world.store.find_all(REACHED_QUOTAS.collection)]
        quotas = [REACHED_QUOTAS.state_in(each) for each in found]
        said = sorted((each.meter, each.reached) for each in quotas)
        assert said == [("storage", each) for each in noted]
    refused = await _done(world, WRITE, name="report", text="3")
    assert (refused["status"], "may keep 10" in refused["reason"]) == ("refused", True)


async def test_a_json_file_is_read_as_its_value(world: World) -> None:
    fields = {"name": "a.json", "media_type": "application/json"}
    answer = await _done(world, WRITE, text='{"rows": [1, 2]}', **fields)
    read = await _done(world, READ, artifact_id=answer["output"]["value"]["artifact_id"])
    assert read["output"]["value"]["value"] == {"rows": [1, 2]}
    answer = await _done(world, WRITE, text='{"rows": [1, 1e999]}', **fields)
    assert (answer["status"], answer["reason"]) == (
        *("refused",),
        "text: is no JSON, as media_type says",
    )


async def test_what_cannot_be_read_is_refused_with_the_reason(world: World) -> None:
    answer = await _done(world, WRITE, name="report", text="mine")
    id = answer["output"]["value"]["artifact_id"]
    (known,) = (await read_artifacts(world.store, [id], None)).values()

    async def refused(**arguments: Any) -> str:
        answer = await _done(world, READ, **arguments)
        assert answer["status"] == "refused", answer
        return str(answer["reason"])

    async def becomes(**fields: Any) -> None:
        batch = Batch()
        batch.put(ARTIFACTS.collection, id, ARTIFACTS.fields(known.but(**fields), 1, None))
        await world.store.commit(batch)

    other = f"sha256: the artifact's is {known.sha256}"
    assert await refused(artifact_id=id, sha256="0" * 64) == other
    absent = "artifact_id: there is no such artifact"
    assert await refused(artifact_id="art_x") == absent
    for status, told in {
        "pending": "it was not uploaded and completed yet",
        "scanning": "it is being scanned",
        "refused": "it was refused",
        "removed": "it was removed",
    }.items():
        await becomes(status=status)
        assert await refused(artifact_id=id) == f"artifact_id: {told}"
    await becomes(workspace_id="wsp_1")
    assert await refused(artifact_id=id) == absent
    await becomes(bytes=70_000)
    assert await refused(artifact_id=id) == (
        "the artifact has 70000 bytes; a step reads at most 61440"
    )
    await becomes(media_type="image/png")
    assert await refused(artifact_id=id) == "the artifact is image/png; runs read text and JSON"
    await becomes(sha256="0" * 64)
    assert await refused(artifact_id=id) == "the artifact's bytes are not those of its SHA-256"


async def test_a_file_has_the_labels_of_what_it_was_made_of(world: World) -> None:
    call = Call(WRITE, {"name": "report", "text": "from outside"})
    labels = ("from:mail", "untrusted")
    key = await signing_key("runs-signing-key")
    token = mint(world.right(), world.deed(call, history=History(labels=labels)), key, now=now())
    answer = await world.invoke(call, token)
    read = await _done(world, READ, artifact_id=answer["output"]["value"]["artifact_id"])
    assert read["output"]["labels"] == [*labels]


@pytest.mark.parametrize("name", ["a/b.csv", "..", ".hidden", " "])
async def test_a_name_that_is_no_files_name_is_refused(world: World, name: str) -> None:
    answer = await _done(world, WRITE, name=name, text="x")
    assert (answer["status"], answer["reason"][:5]) == ("refused", "name:")


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
