"""People tell facts, see what was believed when, correct and erase them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from events.principals import PersonErased
from functions.knowledge.reactions import HANDLERS
from functions.knowledge.rules.memory import MEMORY_DUE
from functions.knowledge.service import memories as service
from shared.messaging.changes import Timer
from shared.messaging.recorder import Recorder
from shared.messaging.timers import timer_event
from shared.storage.idempotency import COLLECTION
from tests.functions.knowledge.memories.conftest import Memories


async def test_a_fact_is_told_corrected_and_erased(memories: Memories) -> None:
    told = await memories.tell("Shelf A7 holds bandages.", valid_from="2026-01-01T00:00:00Z")
    assert (told["source"], told["labels"]) == (
        {"kind": "person", "id": "gala", "operation": None, "run_id": None, "quotation": None},
        [],
    )
    assert (told["tier"], told["status"], told["expires_at"]) == ("semantic", "held", None)
    path = f"/{told['memory_id']}/correct"
    answer = await memories.ask(
        "POST", path, {"fact": "Shelf A7 holds gloves.", "valid_from": "2026-06-01T00:00:00Z"}
    )
    assert answer.status_code == 201, answer.text
    corrected = answer.json()
    assert corrected["supersedes"] == told["memory_id"]
    assert await memories.held() == ["Shelf A7 holds gloves."]
    # Before the correction nobody knew; about March, the bandages are still right.
    now = corrected["learned_at"]
    assert await memories.held(as_of=told["learned_at"]) == ["Shelf A7 holds bandages."]
    assert await memories.held(as_of=now, valid_at="2026-03-01T00:00:00Z") == [
        "Shelf A7 holds bandages."
    ]
    assert await memories.held(as_of=now, valid_at="2026-07-01T00:00:00Z") == [
        "Shelf A7 holds gloves."
    ]
    again = await memories.ask("POST", path, {"fact": "Shelf A7 is empty."})
    assert again.status_code == 409
    assert corrected["memory_id"] in again.json()["detail"]

    erased = await memories.ask("DELETE", f"/{corrected['memory_id']}")
    assert (erased.json()["status"], erased.json()["fact"]) == ("erased", None)
    for each in (told, corrected):
        shown = (await memories.ask("GET", f"/{each['memory_id']}")).json()
        assert (shown["status"], shown["fact"]) == ("erased", None)
    assert await memories.held() == []
    recalled = await memories.ask("POST", "/recall", {"agent_id": memories.agent_id})
    assert recalled.json()["facts"] == []


async def test_an_erased_fact_is_in_no_answer_and_in_none_of_its_versions(
    memories: Memories, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "ERASED_AT_ONCE", 2)
    body = {"fact": "The code is 4711.", "agent_id": memories.agent_id}
    told = (await memories.ask("POST", body=body, key="tell")).json()
    again = await memories.ask("POST", body=body, key="tell")
    assert (again.status_code, again.json()) == (201, told)
    path, corrected = f"/{told['memory_id']}/correct", {"fact": "The code is 1."}
    latest = (await memories.ask("POST", path, corrected, key="correct")).json()
    assert latest["fact"] == "The code is 1."
    ids = [told["memory_id"], latest["memory_id"]]
    for number in range(4):
        answer = await memories.ask("POST", f"/{ids[-1]}/correct", {"fact": f"It is {number}."})
        ids.append(answer.json()["memory_id"])
    erased = await memories.ask("DELETE", f"/{ids[0]}", key="erase")
    assert erased.json()["status"] == "erased"
    for each in ids:
        shown = (await memories.ask("GET", f"/{each}")).json()
        assert (shown["status"], shown["fact"]) == ("erased", None), each
    for each in (
        await memories.ask("POST", body=body, key="tell"),
        await memories.ask("POST", path, corrected, key="correct"),
    ):
        assert (each.status_code, each.json()["fact"]) == (201, None)
    assert (await memories.ask("DELETE", f"/{ids[0]}", key="erase")).json() == erased.json()
    store = memories.jobs.world.store
    kept = [each.data["answer"] async for each in store.find_all(COLLECTION)]
    assert kept
    assert not [each for each in kept if "4711" in each or "The code" in each]


async def test_facts_are_found_by_meaning(memories: Memories) -> None:
    await memories.tell("The pharmacy closes at six on Fridays.")
    await memories.tell("Invoices of the wholesaler arrive on Mondays.")
    await memories.tell("Every agent writes dates like 2026-11-27.", scope="tenant", agent_id=None)
    body = {"agent_id": memories.agent_id, "query": "when do bills come in?", "limit": 2}
    answer = await memories.ask("POST", "/recall", body)
    assert answer.status_code == 200, answer.text
    facts, ranked_by = answer.json()["facts"], answer.json()["ranked_by"]
    assert ranked_by == "meaning"
    assert facts[0]["fact"] == "Invoices of the wholesaler arrive on Mondays."
    assert facts[0]["score"] > facts[1]["score"]
    newest = await memories.ask("POST", "/recall", {"agent_id": memories.agent_id, "limit": 1})
    assert [each["scope"] for each in newest.json()["facts"]] == ["tenant"]
    assert newest.json()["ranked_by"] == "time"


async def _refused(memories: Memories, **body: Any) -> tuple[int, str]:
    given = {"fact": "It is so.", "agent_id": memories.agent_id, **body}
    answer = await memories.ask(
        "POST", body={name: value for name, value in given.items() if value is not None}
    )
    return answer.status_code, answer.json()["detail"]


async def test_what_is_no_fact_of_anybody_is_refused(memories: Memories) -> None:
    cases: list[tuple[dict[str, Any], int, str]] = [
        ({"scope": "tenant"}, 422, "send agent_id with scope agent"),
        ({"scope": "team", "agent_id": None}, 422, "a team is a workspace"),
        ({"scope": "tenant", "agent_id": None, "tier": "working"}, 422, "one agent's own"),
        ({"agent_id": "agt_01KXXXXXXXXXXXXXXXXXXXXXXX"}, 404, "there is no agent"),
        ({"fact": "   "}, 422, "must say something"),
        ({"fact": "é" * 1_001}, 422, "at most 1000 characters"),
        ({"source": {"kind": "person", "id": "ada"}}, 422, "a person speaks for themselves"),
        ({"source": {"kind": "artifact", "id": "art_x"}}, 422, "there is no such artifact"),
        ({"source": {"kind": "approval", "id": "apr_x"}}, 422, "there is no such approval"),
        ({"source": {"kind": "call", "id": "inv_x"}}, 422, "there is no such invocation"),
        ({"source": {"kind": "document", "id": "doc_x"}}, 422, "send citation with the kind"),
        ({"source": {"kind": "memory", "id": "mem_x"}}, 422, "there is no such memory"),
        (
            {"valid_from": "2026-02-01T00:00:00Z", "valid_to": "2026-01-01T00:00:00Z"},
            422,
            "must be later than valid_from",
        ),
    ]
    for body, status, words in cases:
        found = await _refused(memories, **body)
        assert found[0] == status, (body, found)
        assert words in found[1], (body, found)
    assert await memories.held() == []


async def test_what_an_erased_person_said_is_erased(memories: Memories) -> None:
    await memories.of("bert", "operator").tell("Bert is on holiday.")
    await memories.tell("The shop is open.")
    world = memories.jobs.world
    erased = PersonErased(principal_id="bert", erased_at=datetime.now(UTC))
    recorder = Recorder("identity", world.tenant, "operator", datetime.now(UTC))
    event = recorder.record(subject="person/bert", sequence=1, data=erased)
    await HANDLERS[event.type](event)
    assert await memories.held() == ["The shop is open."]


async def test_a_workspace_keeps_its_facts_to_itself(memories: Memories) -> None:
    inside = memories.of("wanda", "operator", workspace="wsp_1")
    team = {"scope": "team", "agent_id": None}
    told = await inside.tell("The ward has nine beds.", **team)
    assert told["workspace_id"] == "wsp_1"
    assert await inside.held() == ["The ward has nine beds."]
    other = memories.of("otto", "operator", workspace="wsp_2")
    assert await other.held() == []
    assert (await other.ask("GET", f"/{told['memory_id']}")).status_code == 404
    assert (await other.ask("DELETE", f"/{told['memory_id']}")).status_code == 404
    # What a workspace's token tells, it tells not to all of the tenant.
    to_all = {"fact": "All is well.", "scope": "tenant"}
    assert (await inside.ask("POST", body=to_all)).status_code == 422
    end_user = memories.of("eve", "end_user", workspace="wsp_1")
    answer = await end_user.ask("POST", body={"fact": "All is well.", "scope": "team"})
    assert answer.status_code == 403


async def test_working_memory_ends_by_itself(memories: Memories) -> None:
    told = await memories.tell("Count shelf A7 next.", tier="working")
    due = datetime.fromisoformat(told["expires_at"])
    timer = Timer(MEMORY_DUE, f"memory/{told['memory_id']}", due)
    await HANDLERS[MEMORY_DUE](timer_event("knowledge", memories.jobs.world.tenant, timer, due))
    assert await memories.held() == []
    shown = (await memories.ask("GET", f"/{told['memory_id']}")).json()
    assert (shown["status"], shown["fact"]) == ("expired", "Count shelf A7 next.")
    body = {"agent_id": memories.agent_id}
    assert (await memories.ask("POST", "/recall", body)).json()["facts"] == []
