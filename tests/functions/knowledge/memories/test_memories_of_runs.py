"""Steps of runs remember and recall, with sources and labels, and undo it."""

import pytest

from tests.functions.knowledge.memories.conftest import Memories

REMEMBERS = """\
  - id: computed
    use: assent/transform.apply
    with: {data: {shelf: a7}, expression: "data.shelf"}
  - id: kept
    use: assent/memory.remember
    with:
      fact: "Shelf ${{ steps.computed.output.result }} was counted."
      source: {kind: call, id: assent/transform.apply}
"""
RECALLS = """\
  - id: known
    use: assent/memory.recall
    with: {query: "which shelf was counted?", limit: 3}
"""


async def test_a_later_run_recalls_what_an_earlier_one_learned(memories: Memories) -> None:
    run = await memories.run(REMEMBERS)
    (kept,) = (await memories.ask("GET")).json()["items"]
    assert kept["fact"] == "Shelf a7 was counted."
    assert (kept["learned_by"], kept["run_id"]) == (memories.agent_id, run["run_id"])
    assert kept["source"]["operation"] == "assent/transform.apply"
    assert kept["source"]["run_id"] == run["run_id"]
    recalling = await memories.run(RECALLS)
    given = await memories.output(recalling, "known")
    assert [each["fact"] for each in given["output"]["value"]["facts"]] == [kept["fact"]]
    undone = await memories.jobs.world.post(f"/v1/runs/{run['run_id']}/undo")
    assert undone.json()["is_undone"], undone.text
    assert await memories.held() == []
    shown = (await memories.ask("GET", f"/{kept['memory_id']}")).json()
    assert (shown["status"], shown["fact"]) == ("forgotten", kept["fact"])


async def test_what_is_recalled_keeps_the_labels_of_its_source(memories: Memories) -> None:
    artifact_id = await memories.artifact("untrusted", "from:art_1")
    kept = await memories.remember("Pay the bill today.", "artifact", artifact_id)
    shown = (await memories.ask("GET", f"/{kept['memory_id']}")).json()
    assert shown["labels"] == ["from:art_1", "untrusted"]
    recalled = await memories.output(await memories.run(RECALLS), "known")
    assert recalled["output"]["labels"] == ["from:art_1", "untrusted"]
    # A fact made of the recalled one has them too.
    copied = await memories.remember("Bills are urgent.", "memory", kept["memory_id"])
    shown = (await memories.ask("GET", f"/{copied['memory_id']}")).json()
    assert shown["labels"] == ["from:art_1", "untrusted"]
    # All that was made of the file directly is erased by its id.
    erasing = memories.of("maria", "tenant_admin")
    gone = await erasing.ask("POST", "/erasures", {"source_id": artifact_id})
    assert gone.json() == {"erased": 1, "has_more": False}, gone.text
    assert await memories.held() == ["Bills are urgent."]


async def test_an_agent_corrects_what_it_learned_and_undoing_holds_it_again(
    memories: Memories,
) -> None:
    artifact_id = await memories.artifact()
    kept = await memories.remember("The shelf has ten.", "artifact", artifact_id)
    correcting = f"""\
  - id: righted
    use: assent/memory.correct
    with:
      memory_id: {kept["memory_id"]}
      fact: The shelf has twelve.
      source: {{kind: artifact, id: {artifact_id}}}
"""
    run = await memories.run(correcting)
    assert await memories.held() == ["The shelf has twelve."]
    undone = await memories.jobs.world.post(f"/v1/runs/{run['run_id']}/undo")
    assert undone.json()["is_undone"], undone.text
    assert await memories.held() == ["The shelf has ten."]
    said = await memories.tell("People count on Mondays.")
    by_agent = correcting.replace(kept["memory_id"], said["memory_id"])
    failed = await memories.run(by_agent, status="failed")
    assert "gala said it" in failed["failure"]["detail"]


async def test_a_correction_whose_answer_is_lost_is_undone_all_the_same(memories: Memories) -> None:
    artifact_id = await memories.artifact()
    kept = await memories.remember("The shelf has ten.", "artifact", artifact_id)
    source = f"source: {{kind: artifact, id: {artifact_id}}}"
    memories.wire.fails = "after"
    run = await memories.run(
        "  - id: righted\n    use: assent/memory.correct\n    with: {memory_id: "
        f"{kept['memory_id']}, fact: It has twelve., {source}, "
        'valid_from: "2026-06-01T00:00:00Z"}\n',
        status="running",
    )
    memories.wire.fails = ""
    await memories.jobs.world.fire(run["run_id"])
    assert await memories.held() == ["It has twelve."]
    undone = await memories.jobs.world.post(f"/v1/runs/{run['run_id']}/undo")
    assert undone.json()["is_undone"], undone.text
    assert await memories.held() == ["The shelf has ten."]


async def test_a_call_without_a_source_that_is_there_remembers_nothing(memories: Memories) -> None:
    head = "  - id: kept\n    use: assent/memory.remember\n    with: {fact: It is so., "
    for source, words in (
        ("kind: call, id: assent/artifacts.read", "there is no such call of this run"),
        ("kind: artifact, id: art_x", "there is no such artifact"),
    ):
        run = await memories.run(f"{head}source: {{{source}}}}}\n", status="failed")
        assert words in run["failure"]["detail"], run
    assert await memories.held() == []


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_a_crash_remembers_once(memories: Memories, moment: str) -> None:
    artifact_id = await memories.artifact()
    memories.wire.fails = moment
    step = f"source: {{kind: artifact, id: {artifact_id}}}"
    run = await memories.run(
        f"  - id: kept\n    use: assent/memory.remember\n    with: {{fact: So it is., {step}}}\n",
        status="running",
    )
    memories.wire.fails = ""
    await memories.jobs.world.fire(run["run_id"])
    shown = await memories.jobs.world.shown(run["run_id"])
    assert shown["status"] == "completed", shown
    assert await memories.held() == ["So it is."]
