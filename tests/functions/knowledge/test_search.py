"""Questions are answered by meaning and by words; those of permission from the constitution."""

import psycopg
import pytest

from functions.knowledge import searches
from functions.knowledge.service.constitution import documents
from functions.knowledge.sources import keep_source
from functions.knowledge.store import DocumentPlace
from shared.storage.postgres import platform_transaction, tenant_transaction
from tests.benchmarks import knowledge
from tests.functions.knowledge.worlds import LEAVE, PUMP, World

SIZES = {"clinic-1": 500, "clinic-2": 1_500, **{f"other-{number}": 60 for number in range(30)}}


async def test_a_question_of_permission_goes_to_the_constitution_first(world: World) -> None:
    tenant = await world.handbook("# Reports\n\nReports are sent to patients by mail on Fridays.\n")
    answer = await world.asked("May an agent send reports to patients?")
    assert answer["routed_to"] == "constitutional"
    corpora = [each["corpus_id"] for each in answer["items"]]
    assert corpora[0] == "constitution"
    assert tenant in corpora
    cited = [each["citation"] for each in answer["items"]]
    assert all(each["is_true"] for each in await world.verdicts(*cited))


async def test_any_other_question_goes_to_the_documents(world: World) -> None:
    tenant = await world.handbook()
    answer = await world.asked("How long is the warranty of a pump?")
    assert answer["routed_to"] is None
    assert {each["corpus_id"] for each in answer["items"]} == {tenant}


async def test_a_tenants_own_constitution_stands_before_its_other_documents(world: World) -> None:
    await world.handbook("# Sending\n\nAn agent sends reports to patients each Friday.\n")
    rules = "# Our rules\n\nNo agent may send reports to patients without a nurse.\n"
    ours = await world.handbook(rules, kind="constitutional", name="Rules")
    items = (await world.asked("May an agent send reports to patients?"))["items"]
    of_tenant = [each["corpus_id"] for each in items if each["corpus_id"] != "constitution"]
    assert of_tenant[0] == ours


async def test_a_new_tenant_reads_the_constitution_without_uploading(world: World) -> None:
    answer = await world.asked("Who may veto a decision?", corpora=["constitution"])
    assert len(answer["items"]) == 10
    assert {each["citation"]["document"] for each in answer["items"]} <= documents().keys()


@pytest.mark.parametrize("mode", ["hybrid", "vector", "text"])
async def test_each_mode_finds_what_was_asked_for(world: World, mode: str) -> None:
    corpus = await world.handbook(PUMP)
    await world.read(await world.added(corpus, LEAVE, "leave.md"))
    items = (await world.asked("days of vacation", mode=mode))["items"]
    assert items[0]["document_name"] == "leave.md"


async def test_an_answer_is_remembered_until_a_text_changes(world: World) -> None:
    corpus = await world.handbook()
    question = "How long is the warranty?"
    first = await world.asked(question)
    # Behind the function's back, so that only whoever searches anew sees it.
    with psycopg.connect(world.database, autocommit=True) as connection:
        altered = "UPDATE knowledge_chunks SET text = 'altered' WHERE tenant_id = %s"
        assert connection.execute(altered, (world.tenant,)).rowcount > 0
    assert await world.asked(question) == first
    await world.read(await world.added(corpus, PUMP.replace("three", "nine")))
    assert "nine years" in (await world.asked(question))["items"][0]["text"]


async def test_exact_and_prefiltered_search_find_the_nearest_of_each_tenant(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    import numpy

    vectors = knowledge.fill(world.database, SIZES)
    random = numpy.random.default_rng(3)
    for most, least in ((20_000, 1.0), (1_000, 0.9)):
        monkeypatch.setattr(searches, "MOST_COMPARED", most)
        found = []
        # So often that a driver would prepare the statement for the first tenant.
        for _ in range(12):
            for tenant in ("clinic-1", "clinic-2"):
                near = vectors[tenant][random.integers(0, 400)] + random.normal(size=384) * 0.03
                question = (near / numpy.linalg.norm(near)).astype(numpy.float32)
                recall, _ = await knowledge.asked(tenant, vectors[tenant], question)
                found.append(recall)
        assert sum(found) / len(found) >= least


async def test_the_first_sixteen_words_are_sought(world: World) -> None:
    corpus = await world.handbook()
    for others, found in ((15, 1), (16, 0)):
        query = " ".join([*(f"other{number}" for number in range(others)), "warranty"])
        answer = await world.asked(query, mode="text", corpora=[corpus])
        assert len(answer["items"]) == found


async def test_a_search_that_takes_too_long_says_so(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = await world.handbook()
    monkeypatch.setattr(searches, "MOST_MILLISECONDS", 20)
    monkeypatch.setattr(searches, "_BY_WORDS", "SELECT 1, 1.0 FROM pg_sleep(9)")
    body = {"query": "warranty", "mode": "text", "corpora": [corpus]}
    refused = await world.send("POST", "/v1/knowledge/search", body)
    assert (refused.status_code, "fewer words" in refused.text) == (503, True)


async def test_what_no_text_has_is_refused(world: World) -> None:
    corpus = await world.corpus()
    citation = {"document": "doc_\0", "version": 1, "page": 1, "start": 0, "end": 1}
    for path, body in (
        ("/v1/knowledge/search", {"query": "a\0b"}),
        (f"/v1/corpora/{corpus}/documents", {"name": "a.md", "text": "a\0b"}),
        (
            "/v1/knowledge/citations/verify",
            {"citations": [{**citation, "quote_sha256": "0" * 64}]},
        ),
    ):
        refused = await world.send("POST", path, body)
        assert (refused.status_code, "U+0000" in refused.text) == (422, True), refused.text


async def test_no_transaction_searches_or_writes_for_another_tenant(world: World) -> None:
    from psycopg.errors import InsufficientPrivilege, RaiseException

    corpus = await world.handbook()
    other = world.elsewhere().tenant
    question = "SELECT * FROM find_knowledge(%s, %s, 'warranty', 2, 10)"
    async with tenant_transaction(other) as connection:
        with pytest.raises(RaiseException):
            await connection.execute(question, (world.tenant, [corpus]))
    # Nor does a connection whose tenant was never set.
    asked = world.database.replace("//postgres@", "//assent_app@")
    async with await psycopg.AsyncConnection.connect(asked) as bare:
        for sought in (world.tenant, None):
            with pytest.raises(RaiseException):
                async with bare.transaction():
                    await bare.execute(question, (sought, [corpus]))
    add = "INSERT INTO knowledge_corpora (tenant_id, corpus_id) VALUES (%s, 'c')"
    for owner in (world.tenant, "*"):
        async with tenant_transaction(other) as connection:
            with pytest.raises(InsufficientPrivilege):
                await connection.execute(add, (owner,))
    # A text waits there only until it is read.
    await keep_source(DocumentPlace(world.tenant, corpus, "doc_1", 1), "It waits.")
    for table in ("corpora", "documents", "pages", "chunks", "vectors", "signs", "sources"):
        seen = f"SELECT count(*) FROM knowledge_{table} WHERE tenant_id = %s"
        for transaction, is_owners in (
            (tenant_transaction(world.tenant), True),
            (tenant_transaction(other), False),
            (platform_transaction(), False),
        ):
            async with transaction as connection:
                row = await (await connection.execute(seen, (world.tenant,))).fetchone()
                assert row is not None
                assert (row[0] > 0) is is_owners, table
