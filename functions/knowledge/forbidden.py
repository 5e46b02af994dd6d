"""What the constitution forbids, in words of what an agent would do, and the vectors of these
words, which a process computes once."""

import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from functions.knowledge.rules.nearness import Vectors

if TYPE_CHECKING:
    from shared.embeddings.embedder import Embedder

FOLDER = Path(__file__).parent / "constitution"
_FILE = FOLDER / "forbidden.toml"


class Article(NamedTuple):
    """A rule of the constitution: what it `says` stands word for word in the `document`. Whoever
    breaks it does one of the `deeds`, and whoever keeps it acts as `instead` says."""

    name: str
    document: str
    says: str
    deeds: tuple[str, ...]
    instead: tuple[str, ...]


class Forbidden(NamedTuple):
    """All that sentences are compared with; `ordinary` is what specs say anyway."""

    articles: tuple[Article, ...]
    ordinary: tuple[str, ...]


@cache
def forbidden() -> Forbidden:
    """The articles of this release."""
    read = tomllib.loads(_FILE.read_text())
    articles = (
        Article(**{**each, "deeds": tuple(each["deeds"]), "instead": tuple(each["instead"])})
        for each in read["article"]
    )
    return Forbidden(tuple(articles), tuple(read["ordinary"]))


@cache
def vectors_of_forbidden(model: "Embedder") -> Vectors:
    """Its vectors, which take a second of a processor."""
    articles, ordinary = forbidden()
    deeds = [(number, deed) for number, each in enumerate(articles) for deed in each.deeds]
    return Vectors(
        deeds=model.embed_all([deed for _, deed in deeds]),
        articles=tuple(number for number, _ in deeds),
        instead=model.embed_all([text for each in articles for text in each.instead]),
        ordinary=model.embed_all(ordinary),
    )
