"""Passages are stretches of their page, two searches become one order, and citations are exact."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.knowledge.rules import chunks
from functions.knowledge.rules.chunks import LONGEST, LONGEST_PATH, Page, chunks_of
from functions.knowledge.rules.fusion import fused
from functions.knowledge.rules.passages import Passage, citation_of, why_wrong
from functions.knowledge.rules.routing import asks_permission

TEXTS = st.text("ab é.\n#` ", max_size=3_000)


@given(TEXTS, st.booleans())
def test_a_passage_is_what_its_page_says_there(text: str, has_headings: bool) -> None:
    for each in chunks_of([Page("x"), Page(text)], has_headings=has_headings):
        page = "x" if each.page == 1 else text
        assert page[each.start : each.stop] == each.text
        assert 0 < len(each.text) <= LONGEST


def test_headings_stand_before_a_passage_and_not_in_code() -> None:
    text = "# A\n\none\n\n## B\n\n```\n# no heading\n```\n\n# C\n\nthree\n"
    found = [(each.heading, each.text) for each in chunks_of([Page(text)], has_headings=True)]
    assert found == [("A", "one"), ("A › B", "```\n# no heading\n```"), ("C", "three")]


def test_a_heading_under_which_nothing_stands_is_found_itself() -> None:
    text = "# Refunds\n\n## None on Sundays\n\n## By post\n\nfive days\n\n# The end\n"
    found = [(each.heading, each.text) for each in chunks_of([Page(text)], has_headings=True)]
    below = [("Refunds", "## None on Sundays"), ("Refunds › By post", "five days")]
    assert found == [*below, ("", "# The end")]


def test_a_heading_may_be_closed() -> None:
    text = "# A ##\n\none\n\n## C#\n\ntwo\n\n# #\n\nthree\n"
    found = [(each.heading, each.text) for each in chunks_of([Page(text)], has_headings=True)]
    assert found == [("A", "one"), ("A › C#", "two\n\n# #\n\nthree")]


@pytest.mark.parametrize("line", ["# a" + " " * 100_000 + "b", "# a" + " #" * 50_000 + "b"])
def test_a_line_of_blanks_takes_time_in_proportion(line: str) -> None:
    began = time.thread_time()
    chunks_of([Page(f"{line}\n" * 4)], has_headings=True)
    assert time.thread_time() - began < 1


def test_headings_are_short_before_each_passage() -> None:
    long = "word " * 30
    text = "".join(f"{'#' * depth} {depth} {long}\n\n" for depth in range(1, 7)) + "text\n"
    (found,) = chunks_of([Page(text, ("title " * 9_000,))], has_headings=True)
    assert len(found.heading) <= LONGEST_PATH
    assert found.heading.endswith(f"6 {long}".strip())
    # What is too long for a heading is searched as a text.
    text = f"# {'word ' * 90_000}\n{'some text of a sentence here. ' * 100}"
    found_in_text = chunks_of([Page(text)], has_headings=True)
    assert {each.heading for each in found_in_text} == {""}
    assert found_in_text[0].text.startswith("# word")


def test_no_more_passages_are_made_than_a_document_may_have(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(chunks, "MOST_CHUNKS", 3)
    assert len(chunks_of([Page("# a\nb\n" * 9)], has_headings=True)) == 4


def test_what_both_searches_find_stands_before_what_one_finds() -> None:
    found = fused({1: 0.9, 2: 0.5, 3: 0.1}, {2: 8.0, 4: 8.0}, 0.6)
    assert [each for each, _ in found] == [2, 1, 4, 3]
    assert fused({}, {}, 0.6) == []
    assert fused({1: 0.4}, {}, 1.0) == [(1, 1.0)]


def test_a_citation_is_true_of_exactly_its_version_and_words() -> None:
    page = "The warranty is three years."
    citation = citation_of(Passage("cor_1", "doc_1", 2, 1, 4, 12, "", page[4:12]))
    assert why_wrong(citation, 2, page) is None
    assert "version 3" in str(why_wrong(citation, 3, page))
    assert "no page 1" in str(why_wrong(citation, 2, None))
    assert "differs" in str(why_wrong(citation, 2, page.replace("warranty", "guaranty")))
    assert "5 characters" in str(why_wrong(citation, 2, page[:5]))
    assert "cites 4 to 4" in str(why_wrong(citation.but(end=4), 2, page))


def test_nearness_to_the_constitution_decides() -> None:
    assert asks_permission([0.1, 0.5])
    assert not asks_permission([0.2])
    assert not asks_permission([])
