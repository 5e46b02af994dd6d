"""Steps of runs remember and recall, with sources and labels, and undo it."""

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
