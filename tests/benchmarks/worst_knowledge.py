"""The worst calls of knowledge: the longest texts, the fullest lists, and the longest question."""

from collections.abc import Iterator
from functools import cache

from tests.benchmarks.largest import LETTER, MANY, together
from tests.benchmarks.worst import LIMITS, Call, Scene, worst_of
from tests.benchmarks.worst_runs import running

CORPORA, CORPUS = "/v1/corpora", "/v1/corpora/{corpus_id}"
DOCUMENT = f"{CORPUS}/documents/{{document_id}}"
_READERS = [f"reader-{number}" for number in range(49)]
_BODY = {"name": LETTER * 120, "readers": ["ada", *_READERS]}
_TEXT = {"name": LETTER * 200, "text": "The pump. " * 80_000}
_QUESTION = "warranty of the pump " * 95


def _keeper(scene: Scene):  # type: ignore[no-untyped-def]
    scopes = ("knowledge:read", "knowledge:write")
    return running(scene).world.person("ada", scopes, ("developer",))


def _corpus(scene: Scene) -> str:
    return str(_keeper(scene).post(CORPORA, _BODY)["corpus_id"])


@cache
def _full(scene: Scene) -> str:
    """A corpus with more documents than a list shows."""
    corpus, ada = _corpus(scene), _keeper(scene)

    def add() -> None:
        number = len(seen)
        seen.append(number)
        ada.post(f"{CORPORA}/{corpus}/documents", {"name": f"{number}.md", "text": f"n {number}"})

    seen: list[int] = []
    together(add, MANY)
    return corpus


@worst_of("POST", CORPORA)
def make_corpus(scene: Scene) -> Iterator[Call]:
    yield Call(_keeper(scene), CORPORA, _BODY)


@worst_of("GET", CORPORA)
def list_corpora(scene: Scene) -> Iterator[Call]:
    _corpus(scene)
    yield Call(_keeper(scene), CORPORA, limit=100)


@worst_of("GET", CORPUS)
def show_corpus(scene: Scene) -> Iterator[Call]:
    yield Call(_keeper(scene), f"{CORPORA}/{_corpus(scene)}")


@worst_of("PATCH", CORPUS)
def change_corpus(scene: Scene) -> Iterator[Call]:
    yield Call(_keeper(scene), f"{CORPORA}/{_corpus(scene)}", {"readers": ["ada"]})


@worst_of("DELETE", CORPUS)
def remove_corpus(scene: Scene) -> Iterator[Call]:
    yield Call(_keeper(scene), f"{CORPORA}/{_corpus(scene)}")


@worst_of("POST", f"{CORPUS}/documents")
def add_document(scene: Scene) -> Iterator[Call]:
    yield Call(_keeper(scene), f"{CORPORA}/{_corpus(scene)}/documents", _TEXT)


@worst_of("GET", f"{CORPUS}/documents")
def list_documents(scene: Scene) -> Iterator[Call]:
    for limit in LIMITS:
        path = f"{CORPORA}/{_full(scene)}/documents?limit={limit}"
        yield Call(_keeper(scene), path, what=f"limit {limit}", limit=limit)


def _document(scene: Scene) -> str:
    path = f"{CORPORA}/{_corpus(scene)}/documents"
    added = _keeper(scene).post(path, {"name": "a.md", "text": "A note."})
    return f"{path}/{added['document_id']}"


@worst_of("GET", DOCUMENT)
def show_document(scene: Scene) -> Iterator[Call]:
    yield Call(_keeper(scene), _document(scene))


@worst_of("DELETE", DOCUMENT)
def remove_document(scene: Scene) -> Iterator[Call]:
    yield Call(_keeper(scene), _document(scene))


@worst_of("GET", "/v1/industries")
def list_industries(scene: Scene) -> Iterator[Call]:
    yield Call(_keeper(scene), "/v1/industries")


@worst_of("POST", "/v1/knowledge/search")
def ask(scene: Scene) -> Iterator[Call]:
    body = {"query": _QUESTION, "limit": 20}
    yield Call(_keeper(scene), "/v1/knowledge/search", body, limit=100)


@worst_of("POST", "/v1/knowledge/nearest-rules")
def compare(scene: Scene) -> Iterator[Call]:
    path = "/v1/knowledge/nearest-rules"
    words = " ".join(f"It reads order {number} and files it." for number in range(4_000))
    for what, most in (("32 KB", 32 * 1024), ("128 KB", 128 * 1024)):
        body = {"content": {"instructions": words[:most]}}
        yield Call(_keeper(scene), path, body, what=what)


@worst_of("POST", "/v1/knowledge/citations/verify")
def verify(scene: Scene) -> Iterator[Call]:
    keeper = _keeper(scene)
    found = keeper.post("/v1/knowledge/search", {"query": "Who may veto?", "limit": 20})
    cited = [each["citation"] for each in found["items"]]
    body = {"citations": (cited * 100)[:100]}
    yield Call(keeper, "/v1/knowledge/citations/verify", body, limit=100)
