"""Who reads a corpus finds it, and nobody else learns of it: not by answers, errors or caches."""

from typing import Any

from functions.knowledge.aggregates import DAYS
from functions.knowledge.rules.daily_questions import DAY_USD_MICROS, QUESTION_USD_MICROS
from functions.knowledge.service.citations import UNKNOWN
from shared.kit import clock
from shared.storage.batches import Batch
from shared.storage.firestore import TenantStore
from tests.functions.knowledge.worlds import LEAVE, World

WARRANTY = "How long is the warranty of a pump?"


async def test_another_tenant_finds_nothing_on_any_route(world: World) -> None:
    corpus = await world.handbook()
    (first, *_) = (await world.asked(WARRANTY))["items"]
    document = first["citation"]["document"]
    other = world.elsewhere()
    answer = await other.asked(WARRANTY, limit=20)
    assert {each["corpus_id"] for each in answer["items"]} <= {"constitution"}
    assert (await other.sent("GET", "/v1/corpora"))["items"] == []
    assert (await other.sent("GET", "/v1/industries"))["items"] == []
    for method, path, body in (
        ("GET", f"/v1/corpora/{corpus}", None),
        ("PATCH", f"/v1/corpora/{corpus}", {"name": "mine"}),
        ("DELETE", f"/v1/corpora/{corpus}", None),
        ("GET", f"/v1/corpora/{corpus}/documents", None),
        ("POST", f"/v1/corpora/{corpus}/documents", {"name": "a", "text": "b"}),
        ("GET", f"/v1/corpora/{corpus}/documents/{document}", None),
        ("DELETE", f"/v1/corpora/{corpus}/documents/{document}", None),
        ("POST", "/v1/knowledge/search", {"query": WARRANTY, "corpora": [corpus]}),
    ):
        assert (await other.send(method, path, body, roles=("governor",))).status_code == 404, path
    assert await other.verdicts(first["citation"]) == [{"is_true": False, "why": UNKNOWN}]


async def test_only_readers_find_a_corpus_and_at_once_no_more(world: World) -> None:
    corpus = await world.handbook(readers=["bob"])
    assert await _corpora(world, by="bob", roles=("analyst",)) == {corpus}
    assert await _corpora(world, by="carol", roles=("developer",)) == set()
    (first, *_) = (await world.asked(WARRANTY, by="bob"))["items"]
    assert await world.verdicts(first["citation"], by="carol") == [
        {"is_true": False, "why": UNKNOWN}
    ]
    hidden = {"query": WARRANTY, "corpora": [corpus]}
    refused = await world.send("POST", "/v1/knowledge/search", hidden, by="carol")
    unknown = {"query": WARRANTY, "corpora": [corpus[:-4] + "0000"]}
    missing = await world.send("POST", "/v1/knowledge/search", unknown, by="carol")
    assert refused.status_code == missing.status_code == 404
    await world.sent("PATCH", f"/v1/corpora/{corpus}", {"readers": ["analyst"]})
    assert await _corpora(world, by="bob", roles=("developer",)) == set()
    assert await _corpora(world, by="carol", roles=("analyst",)) == {corpus}


async def test_rights_survive_a_new_version_of_a_document(world: World) -> None:
    corpus = await world.handbook(readers=["bob"])
    await world.read(await world.added(corpus, LEAVE))
    assert await _corpora(world, by="carol", query="How many days of vacation?") == set()
    assert await _corpora(world, by="bob", query="How many days of vacation?") == {corpus}


async def test_an_agent_reads_what_names_it(world: World) -> None:
    agent = "agt_01M8F4BQAJJYQH1THC1PT13TTC"
    corpus = await world.handbook(readers=[agent])
    assert await _corpora(world, by="runner-1", roles=("service_runtime",), agent=agent) == {corpus}
    assert await _corpora(world, by="runner-1", roles=("service_runtime",)) == set()


async def test_an_agent_asks_for_a_dollar_a_day(world: World) -> None:
    agent = "agt_01M8F4BQAJJYQH1THC1PT13TTC"
    as_agent: dict[str, Any] = {"by": "runner-1", "roles": ("service_runtime",), "agent": agent}
    await world.asked(WARRANTY, **as_agent)
    batch = Batch()
    most = DAY_USD_MICROS // QUESTION_USD_MICROS
    batch.put(DAYS.name, f"{agent}.{clock.now():%Y-%m-%d}", {"asked": most - 1})
    await TenantStore(world.tenant).commit(batch)
    await world.asked(WARRANTY, **as_agent)
    refused = await world.send("POST", "/v1/knowledge/search", {"query": WARRANTY}, **as_agent)
    assert (refused.status_code, refused.json()["code"]) == (402, "budget_exhausted")
    # People's questions are not the agent's.
    await world.asked(WARRANTY)


async def test_a_corpus_of_a_workspace_is_found_there_and_by_the_whole_tenant(world: World) -> None:
    here, there = "wsp_01M8F4BQAJJYQH1THC1PT13TTC", "wsp_01M8F4BQAJJYQH1THC1PT13TTD"
    body = {"name": "Lab", "readers": ["developer"]}
    made = await world.sent("POST", "/v1/corpora", body, workspace=here)
    path = f"/v1/corpora/{made['corpus_id']}"
    assert (await world.send("GET", path, workspace=there)).status_code == 404
    assert (await world.send("GET", path, workspace=here)).status_code == 200
    assert (await world.send("GET", path)).status_code == 200
    assert (await world.sent("GET", "/v1/corpora", workspace=there))["items"] == []


async def test_who_reads_a_corpus_does_not_change_it(world: World) -> None:
    corpus = await world.corpus()
    for method, path, body in (
        ("PATCH", "", {"readers": ["eve"]}),
        ("DELETE", "", None),
        ("POST", "/documents", {"name": "a", "text": "b"}),
    ):
        refused = await world.send(method, f"/v1/corpora/{corpus}{path}", body, by="carol")
        assert refused.status_code == 403, path
    changed = {"readers": ["analyst"]}
    governor: dict[str, Any] = {"by": "gala", "roles": ("governor",)}
    assert (await world.send("PATCH", f"/v1/corpora/{corpus}", changed, **governor)).is_success


async def test_a_corpus_that_is_set_aside_is_not_searched(world: World) -> None:
    corpus = await world.handbook()
    assert await _corpora(world) == {corpus}
    await world.sent("PATCH", f"/v1/corpora/{corpus}", {"status": "deprecated"})
    assert await _corpora(world) == set()
    await world.sent("PATCH", f"/v1/corpora/{corpus}", {"status": "active"})
    assert await _corpora(world) == {corpus}


async def test_industries_are_those_of_corpora_that_one_may_read(world: World) -> None:
    corpus = await world.corpus(kind="industry", industry="healthcare", readers=["bob"])
    shown = await world.sent("GET", "/v1/industries", by="bob")
    assert shown["items"] == [{"industry": "healthcare", "corpora": [corpus]}]
    assert (await world.sent("GET", "/v1/industries", by="carol"))["items"] == []


async def _corpora(
    world: World, *, query: str = WARRANTY, by: str = "ada", **claims: object
) -> set[str]:
    answer = await world.asked(query, by=by, limit=20, **claims)
    return {each["corpus_id"] for each in answer["items"]} - {"constitution"}
