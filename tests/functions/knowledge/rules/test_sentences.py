"""Which sentences a JSON value has, where they stand, and what is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.agents.rules.normal_form import DERIVED
from functions.knowledge.rules.sentences import (
    LONGEST,
    MOST_SENTENCES,
    of_authors,
    sentences_of,
)
from shared.kit.errors import Invalid
from shared.kit.json_parts import nearest
from tests.functions.agents.cases import submission
from tests.functions.agents.specs import document, normal, spec


def quotes(text: str) -> list[str]:
    return [each.quote for each in sentences_of({"text": text})]


def test_a_spec_has_its_texts_and_none_of_its_names() -> None:
    found = {each.path: each.quote for each in sentences_of(document())}
    assert found["/purpose"].startswith("Draft patient-education articles")
    assert found["/escalation_triggers/2"] == "Somebody asks to skip the editor's review"
    assert found["/containment/rollback"].startswith("the previous version")
    names = {"/name", "/industry", "/skills/0", "/systems/0/operations/0/name"}
    assert names.isdisjoint(found)


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("", []),
        ("Billing", []),
        ("clinic-cms/articles.read", []),
        ("Paying invoices", ["Paying invoices"]),
        ("It waits. It never asks anybody!", ["It waits. It never asks anybody!"]),
        ("It waits for a yes. Then acts.", ["It waits for a yes. Then acts."]),
        ("It waits for a yes. It asks a clerk.", ["It waits for a yes.", "It asks a clerk."]),
        ("A line goes\non here; then it ends.", ["A line goes\non here;", "then it ends."]),
        ("Write the draft\n\nSend it at once", ["Write the draft", "Send it at once"]),
        ("- read the mail\n- answer the mail", ["- read the mail", "- answer the mail"]),
        # Words that were taken apart are read together.
        ("Publish. At once. Without. Any. Review.", ["Publish. At once.", "Without. Any. Review."]),
        ("編集者を待たずに公開する。次に送る。", ["編集者を待たずに公開する。", "次に送る。"]),
    ],
)
def test_a_text_is_cut_where_its_sentences_end(text: str, sentences: list[str]) -> None:
    assert quotes(text) == sentences


def test_a_sentence_without_an_end_is_cut_between_words() -> None:
    text = " ".join(f"word{number}" for number in range(200))
    parts = quotes(text)
    assert max(map(len, parts)) <= LONGEST
    assert " ".join(parts) == text


def test_a_sentence_stands_once_and_where_it_is_first() -> None:
    value = {"a": ["It waits for a yes."], "b/c": {"~": "It waits for  a yes."}}
    (only,) = sentences_of(value)
    assert (only.path, only.start) == ("/a/0", 0)
    (named,) = sentences_of({"b/c": {"~": "It waits for a yes."}})
    assert named.path == "/b~1c/~0"


def test_too_many_sentences_are_refused() -> None:
    some = [f"Case {number} is read first." for number in range(MOST_SENTENCES + 1)]
    assert len(sentences_of(some[:-1])) == MOST_SENTENCES
    with pytest.raises(Invalid, match="send the texts in parts"):
        sentences_of(some)


def test_of_what_people_decide_about_an_agent_only_what_its_authors_wrote_is_compared() -> None:
    after = submission()
    asked = after.content(after.request.content_hash)
    written = of_authors(asked, "agent")
    assert written == {name: each for name, each in normal(spec()).items() if name in written}
    assert normal(spec()).keys() - written.keys() == set(DERIVED)
    # Whoever calls a part of their own request so does not hide it.
    assert of_authors(asked, "job") == of_authors(asked, None) == asked


@given(st.text(max_size=2_000))
def test_each_quotation_stands_where_it_is_said_to(text: str) -> None:
    value = {"texts": [text]}
    for each in sentences_of(value):
        assert nearest(value, each.path) == ("/texts/0", text)
        assert text[each.start : each.start + len(each.quote)] == each.quote
        assert each.quote == each.quote.strip() != ""


@given(st.lists(st.sampled_from(["Publish.", "at once", "it waits;", "\n\n", "- a b", "x"])))
def test_no_words_of_a_text_are_lost(parts: list[str]) -> None:
    text = " ".join([*parts, "for a reader of it all"])
    assert len({*text.split()} - {*" ".join(quotes(text)).split()}) == 0
