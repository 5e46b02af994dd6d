"""What sentences are compared with says what the constitution says."""

import pytest

from functions.knowledge.forbidden import FOLDER, Article, forbidden
from tests.functions.agents.specs import CORPUS
from tests.functions.knowledge.detours import chosen_by, held_out


def one_line(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("article", forbidden().articles, ids=lambda each: each.name)
def test_an_article_is_quoted_word_for_word_from_the_constitution(article: Article) -> None:
    assert article.says in one_line((FOLDER / article.document).read_text())
    assert article.deeds
    assert article.instead


def test_each_name_and_each_text_stands_once() -> None:
    articles, ordinary = forbidden()
    texts = [text for each in articles for text in (*each.deeds, *each.instead)]
    assert len({each.name for each in articles}) == len(articles)
    assert len({*texts, *ordinary}) == len(texts) + len(ordinary)


def test_nothing_is_compared_with_the_sentences_that_it_is_measured_by() -> None:
    articles, ordinary = forbidden()
    ours = {*ordinary, *(text for each in articles for text in (*each.deeds, *each.instead))}
    measured = {text for texts in chosen_by().values() for text in texts}
    measured |= {text for pair in held_out().values() for text in pair}
    assert ours.isdisjoint(measured)
    corpus = one_line("".join(each.read_text() for each in CORPUS.glob("*.yaml")))
    assert [each for each in ours if each in corpus] == []
