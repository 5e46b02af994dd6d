"""HTTP in, HTTP out: corpora, their documents, questions, and citations."""

from functions.knowledge.aggregates import RUN
from functions.knowledge.memory_api import ROUTER as MEMORIES
from functions.knowledge.nearest_views import ComparedBody, NearestRules
from functions.knowledge.service import answers, citations, corpora, documents, nearest_rules
from functions.knowledge.views import (
    Answer,
    CitationsBody,
    CorpusBody,
    CorpusChange,
    CorpusList,
    CorpusView,
    DocumentBody,
    DocumentPage,
    DocumentView,
    IndustryList,
    SearchBody,
    Verdicts,
)
from shared.kit.callers import Caller
from shared.runtime.acts import does
from shared.runtime.idempotency import Key
from shared.runtime.routes import Cursor, Limit, Router
from shared.runtime.tier_limits import beyond_quota

__all__ = ["ROUTER", "RUN"]

READS, WRITES = ("knowledge:read",), ("knowledge:write",)
WRITERS = ("submit_conversation",)
CORPORA = Router(read=READS, write=WRITES, narrows=True)
# To ask changes nothing.
QUESTIONS = Router(read=READS, write=READS, within=("read_tenant",), narrows=True)


@CORPORA.post("/v1/corpora", status_code=201)
@does("corpora.create", within=WRITERS, deed="making a corpus")
async def post_corpus(caller: Caller, key: Key, body: CorpusBody) -> CorpusView:
    """Makes a corpus, which becomes active with its first document."""
    return await corpora.create(caller, key, body)


@CORPORA.get("/v1/corpora")
async def list_corpora(caller: Caller) -> CorpusList:
    """Lists the corpora that the caller may read, newest first."""
    found = await corpora.all_readable(caller)
    return CorpusList(items=tuple(map(CorpusView.of, found)))


@CORPORA.get("/v1/corpora/{corpus_id}")
async def get_corpus(caller: Caller, corpus_id: str) -> CorpusView:
    """Shows a corpus."""
    return CorpusView.of(await corpora.readable(caller, corpus_id))


@CORPORA.patch("/v1/corpora/{corpus_id}")
@does("corpora.update", within=WRITERS, deed="changing a corpus")
async def patch_corpus(caller: Caller, key: Key, corpus_id: str, body: CorpusChange) -> CorpusView:
    """Names a corpus anew, gives it other readers, or sets it aside or back; who made it, a
    governor or a tenant_admin may."""
    return await corpora.change(caller, key, corpus_id, body)


@CORPORA.delete("/v1/corpora/{corpus_id}")
@does("corpora.delete", within=WRITERS, deed="removing a corpus")
@beyond_quota
async def delete_corpus(caller: Caller, key: Key, corpus_id: str) -> CorpusView:
    """Removes a corpus with its documents: no later answer has a passage of it, and its citations
    verify no more."""
    return await corpora.remove(caller, key, corpus_id)


@CORPORA.post("/v1/corpora/{corpus_id}/documents", status_code=202)
@does("documents.create", within=WRITERS, deed="adding a document")
async def post_document(
    caller: Caller, key: Key, corpus_id: str, body: DocumentBody
) -> DocumentView:
    """Adds a document, an uploaded file or a text, which is read and embedded soon. The same bytes
    again are the same document; other bytes under the same name are its next version."""
    return await documents.add(caller, key, corpus_id, body)


@CORPORA.get("/v1/corpora/{corpus_id}/documents")
async def list_documents(
    caller: Caller, corpus_id: str, limit: Limit = 25, cursor: Cursor = None
) -> DocumentPage:
    """Lists the documents of a corpus, newest first."""
    return await documents.page(caller, corpus_id, limit, cursor)


@CORPORA.get("/v1/corpora/{corpus_id}/documents/{document_id}")
async def get_document(caller: Caller, corpus_id: str, document_id: str) -> DocumentView:
    """Shows a document: whether it is found yet, or why it cannot be read."""
    return await documents.show(caller, corpus_id, document_id)


@CORPORA.delete("/v1/corpora/{corpus_id}/documents/{document_id}")
@does("documents.delete", within=WRITERS, deed="removing a document")
@beyond_quota
async def delete_document(
    caller: Caller, key: Key, corpus_id: str, document_id: str
) -> DocumentView:
    """Removes a document: no later answer has a passage of it, and its citations verify no more."""
    return await documents.remove(caller, key, corpus_id, document_id)


@QUESTIONS.get("/v1/industries")
async def list_industries(caller: Caller) -> IndustryList:
    """Lists the industries that the caller may read corpora about."""
    return corpora.industries(await corpora.all_readable(caller))


@QUESTIONS.post("/v1/knowledge/search")
@does("knowledge.search", within=("read_tenant",), deed="asking")
async def search_knowledge(caller: Caller, body: SearchBody) -> Answer:
    """Answers a question with passages of documents that the caller may read, each with a citation.
    A question of what is allowed is answered from the constitution first."""
    return await answers.search(caller, body)


@QUESTIONS.post("/v1/knowledge/citations/verify")
@does("knowledge.verify", within=("read_tenant",), deed="verifying citations")
async def verify_citations(caller: Caller, body: CitationsBody) -> Verdicts:
    """Says of each citation whether the document says exactly that, and why not where it does
    not."""
    return await citations.verify(caller, body)


@QUESTIONS.post("/v1/knowledge/nearest-rules")
@does("knowledge.nearest", within=("read_tenant",), deed="comparing texts with what is forbidden")
async def post_nearest_rules(caller: Caller, body: ComparedBody) -> NearestRules:
    """Shows the three sentences of a spec, a plan or another content that are nearest to what the
    constitution forbids, for people to read first. They are no finding: nothing is decided by them,
    and nothing is stored."""
    return await nearest_rules.nearest_rules(caller, body)


ROUTER = Router.joining(CORPORA, QUESTIONS, MEMORIES)
