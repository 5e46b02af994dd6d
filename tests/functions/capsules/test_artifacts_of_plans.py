"""A plan is bound to the bytes of the files that it names."""

from datetime import UTC, datetime
from typing import Any

import pytest

from functions.capsules.service import artifacts
from shared.artifacts.aggregates import ARTIFACTS
from shared.artifacts.artifact import Artifact, written
from shared.artifacts.ids import artifacts_in
from shared.storage.batches import Batch
from tests.functions.capsules.worlds import World

AT = datetime(2026, 11, 20, tzinfo=UTC)
ID, OTHER = "art_01KAGQ0000000000000000000A", "art_01KAGQ0000000000000000000B"


def _file(id: str, digest: str, **fields: Any) -> Artifact:
    made = written(
        f"inv_{id.partition('_')[2]}",
        name="a.csv",
        media_type="text/csv",
        sha256=digest * 64,
        size=1,
        labels=(),
        agent_id="agt_1",
        run_id="run_1",
        at=AT,
    )
    return made.state.but(**fields)


async def _keep(world: World, *files: Artifact) -> None:
    batch = Batch()
    for each in files:
        batch.put(ARTIFACTS.collection, each.artifact_id, ARTIFACTS.fields(each, 1, None))
    await world.store.commit(batch)


async def test_a_plan_has_the_sha_256_of_each_file_that_its_inputs_name(world: World) -> None:
    await world.publish()
    without = await world.plan()
    assert "artifacts" not in without["content"]
    await _keep(world, _file(ID, "a"), _file(OTHER, "b"))
    one, other = await world.plan(shelf=ID), await world.plan(shelf=OTHER)
    assert one["content"]["artifacts"] == {ID: "a" * 64}
    assert other["content"]["artifacts"] == {OTHER: "b" * 64}
    assert len({each["plan_hash"] for each in (without, one, other)}) == 3
    # The same inputs over other bytes would be another plan.
    await _keep(world, _file(ID, "c"))
    assert (await world.plan(shelf=ID))["plan_hash"] != one["plan_hash"]


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"status": "pending"}, "it was not uploaded and completed yet"),
        ({"status": "scanning"}, "it is being scanned"),
        ({"status": "removed"}, "it was removed"),
        ({"workspace_id": "wsp_1"}, "there is no such artifact"),
    ],
)
async def test_an_input_that_names_what_nobody_can_read_does_not_compile(
    world: World, fields: dict[str, Any], told: str
) -> None:
    await world.publish()
    await _keep(world, _file(ID, "a", **fields))
    answer = await world.compile(shelf=ID)
    assert (answer.status_code, answer.json()["code"]) == (422, "capsule_invalid")
    (error,) = answer.json()["errors"]
    assert error["field"] == "inputs.shelf"
    assert error["message"].startswith(f"names an artifact that cannot be read: {told}")


async def test_a_plan_names_so_many_files(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(artifacts, "MOST", 1)
    await world.publish()
    answer = await world.compile(shelf=f"{ID[:-1]}C")
    assert "there is no such artifact" in answer.text
    monkeypatch.setattr(artifacts, "MOST", 0)
    answer = await world.compile(shelf=ID)
    assert "names 1 artifacts with the capsule; a plan has at most 0" in answer.text


def test_ids_are_found_wherever_they_stand_and_nothing_else_is() -> None:
    value = {"a": [f"see {ID}.", {"b": OTHER}], ID: 1, "c": f"x{ID}", "d": f"{ID}0", "e": ID[:-1]}
    assert artifacts_in(value) == {ID, OTHER}
    for end in '\n\t\r\f\b"\\':
        assert artifacts_in({"a": f"x{end}{ID}{end}", f"{end}{OTHER}": 1}) == {ID, OTHER}
    assert artifacts_in(f"with: {{artifact_id: {ID}}}\n") == {ID}
