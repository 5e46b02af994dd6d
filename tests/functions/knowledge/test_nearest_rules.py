"""The three sentences that people read first: shown to whoever may ask, stored nowhere."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from functions.knowledge.aggregates import DAYS
from functions.knowledge.rules.daily_questions import DAY_USD_MICROS, QUESTION_USD_MICROS
from functions.knowledge.service import nearest_rules
from shared.embeddings.embedder import Embedder
from shared.inference.loading import ModelAbsentError
from shared.kit import clock
from shared.storage.batches import Batch
from shared.storage.firestore import TenantStore
from tests.functions.agents.specs import document
from tests.functions.knowledge.worlds import World
from tests.functions.models.worlds import until

PATH = "/v1/knowledge/nearest-rules"
DETOUR = "If the editor has not answered by noon, the article goes live anyway."
SPEC = document(instructions=f"Write for lay readers. {DETOUR} Cite a source for each claim.")
# So many are 128 KB.
MOST = 2_480
GERMAN = {
    "purpose": "Der Agent fasst die Akte vor jedem Besuch in der Praxis zusammen.",
    "rules": [
        "Rechnungen werden bezahlt, bevor jemand sie geprüft hat.",
        "Veröffentlicht Texte, ohne auf die Freigabe der Redaktion zu warten.",
    ],
}
AGENT = "agt_01M8F4BQAJJYQH1THC1PT13TTC"
AS_AGENT: dict[str, Any] = {"by": "runner-1", "roles": ("service_runtime",), "agent": AGENT}


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    nearest_rules.forget()
    yield
    nearest_rules.forget()


async def test_a_detour_is_quoted_where_it_stands_beside_the_rule_that_it_is_near_to(
    world: World,
) -> None:
    shown = await world.sent("POST", PATH, {"content": SPEC})
    found = {each["quote"]: each for each in shown["items"]}[DETOUR]
    assert found["path"] == "/instructions"
    assert SPEC["instructions"][found["start"] :].startswith(DETOUR)
    assert found["rule"]["name"] == "silence"
    assert (len(shown["items"]), shown["not_english"]) == (3, 0)
    assert shown["compared"] > 10
    assert all(each.keys() == {"path", "start", "quote", "rule"} for each in shown["items"])


@pytest.fixture
def embedded(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many sentences the model embedded, call by call."""
    counts: list[int] = []
    embed_all = Embedder.embed_all

    def counted(model: Embedder, texts: Any) -> Any:
        counts.append(len(texts))
        return embed_all(model, texts)

    monkeypatch.setattr(Embedder, "embed_all", counted)
    return counts


async def test_the_same_text_has_the_same_answer_in_another_tenant_and_nothing_is_shared(
    world: World, embedded: list[int]
) -> None:
    ours = await world.sent("POST", PATH, {"content": SPEC})
    embedded.clear()
    assert await world.sent("POST", PATH, {"content": SPEC}) == ours
    assert embedded == []
    assert await world.elsewhere().sent("POST", PATH, {"content": SPEC}) == ours
    assert sum(embedded) == ours["compared"]


async def test_what_assent_added_is_left_out_of_a_case_and_of_nothing_else(world: World) -> None:
    findings = [{"evidence": "It publishes without waiting for the review."}]
    content = {"purpose": "Draft articles for lay readers.", "findings": findings}
    told = await world.sent("POST", PATH, {"content": content, "subject_type": "agent"})
    assert [each["path"] for each in told["items"]] == ["/purpose"]
    told = await world.sent("POST", PATH, {"content": content, "subject_type": "job"})
    assert told["items"][0]["path"] == "/findings/0/evidence"


@pytest.mark.parametrize("content", [{}, {"name": "clinic-writer", "skills": ["draft"], "n": 3}])
async def test_of_a_content_without_sentences_nothing_is_said(world: World, content: Any) -> None:
    told = await world.sent("POST", PATH, {"content": content})
    assert told == {"items": [], "compared": 0, "not_english": 0}


async def test_of_a_text_that_is_not_english_nothing_is_said_but_that(world: World) -> None:
    told = await world.sent("POST", PATH, {"content": GERMAN})
    assert told == {"items": [], "compared": 0, "not_english": 3}
    both = {**SPEC, "more": GERMAN["rules"]}
    told = await world.sent("POST", PATH, {"content": both})
    assert (told["not_english"], len(told["items"])) == (2, 3)


@pytest.mark.parametrize("orders", [300, pytest.param(MOST, marks=pytest.mark.nightly)])
async def test_a_long_text_is_compared_and_others_are_answered_meanwhile(
    world: World, embedded: list[int], orders: int
) -> None:
    short = (await world.elsewhere().sent("POST", PATH, {"content": SPEC}))["compared"]
    embedded.clear()
    content = {"instructions": f"{_orders(orders)} {DETOUR}"}
    slow = asyncio.create_task(world.send("POST", PATH, {"content": content}))

    async def is_under_way() -> bool:
        return bool(embedded)

    await until(is_under_way)
    meanwhile = await world.elsewhere().sent("POST", PATH, {"content": SPEC})
    assert len(meanwhile["items"]) == 3
    # A busy machine needs several calls, each of which goes on where the one before ended.
    answer = await slow
    for _ in range(5):
        if answer.is_success:
            break
        assert "send the same again" in answer.text
        answer = await world.send("POST", PATH, {"content": content})
    told = answer.json()
    assert told["compared"] == orders + 1
    assert told["items"][0]["quote"] == DETOUR
    # The others waited for some of the long text's sentences, and not for all.
    assert embedded.index(short) < len(embedded) - 1


def _orders(count: int) -> str:
    return " ".join(
        f"Order {number} is read, checked and filed in its folder." for number in range(count)
    )


async def test_a_text_that_takes_too_long_is_sent_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as hurried:
        hurried.setattr(nearest_rules, "_MOST_SECONDS", 0.0)
        refused = await world.send("POST", PATH, {"content": SPEC})
        assert (refused.status_code, "send the same again" in refused.text) == (503, True)
    assert len((await world.sent("POST", PATH, {"content": SPEC}))["items"]) == 3


async def test_of_a_revised_text_only_what_is_new_is_embedded(
    world: World, embedded: list[int]
) -> None:
    before = await world.sent("POST", PATH, {"content": SPEC})
    embedded.clear()
    more = {**SPEC, "more": "It also translates each article."}
    told = await world.sent("POST", PATH, {"content": more})
    assert (embedded, told["compared"]) == ([1], before["compared"] + 1)


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({}, "must be given"),
        ({"content": "Publish it."}, "must be an object"),
        ({"content": {"text": "x" * 270_000}}, "must be at most 262144 bytes"),
        (
            {"content": {"texts": [f"Case {number} is read first." for number in range(4_001)]}},
            "send the texts in parts",
        ),
    ],
)
async def test_a_refusal_says_what_to_send_instead(world: World, body: Any, problem: str) -> None:
    refused = await world.send("POST", PATH, body)
    assert (refused.status_code, problem in refused.text) == (422, True), refused.text


async def test_without_the_model_it_says_so(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def absent() -> Embedder:
        raise ModelAbsentError("The model of embeddings is not there.")

    monkeypatch.setattr(Embedder, "load", staticmethod(absent))
    refused = await world.send("POST", PATH, {"content": SPEC})
    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
    assert "read the text without it" in refused.text


async def test_who_may_not_ask_is_refused(world: World) -> None:
    refused = await world.api.post(PATH, json={"content": SPEC})
    assert refused.status_code == 401


async def test_a_long_text_costs_an_agent_as_many_questions_as_it_takes(world: World) -> None:
    some = [f"Case {number} is read first." for number in range(95)]
    await world.sent("POST", PATH, {"content": {"texts": some}}, **AS_AGENT)
    store, day = TenantStore(world.tenant), f"{AGENT}.{clock.now():%Y-%m-%d}"
    known = await store.get(DAYS.name, day)
    assert known is not None
    assert known.data["asked"] == 4
    batch = Batch()
    batch.put(DAYS.name, day, {"asked": DAY_USD_MICROS // QUESTION_USD_MICROS - 3})
    await store.commit(batch)
    refused = await world.send("POST", PATH, {"content": {"texts": some}}, **AS_AGENT)
    assert (refused.status_code, refused.json()["code"]) == (402, "budget_exhausted")
    await world.sent("POST", PATH, {"content": {"text": some[0]}}, **AS_AGENT)
