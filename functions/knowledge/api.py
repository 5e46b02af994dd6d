"""HTTP in, HTTP out: corpora."""

from functions.knowledge.aggregates import RUN
from functions.knowledge.memory_api import ROUTER as MEMORIES
from functions.knowledge.service import corpora
from functions.knowledge.views import CorpusBody, CorpusChange, CorpusList, CorpusView
from shared.kit.callers import Caller
from shared.runtime.acts import does
from shared.runtime.idempotency import Key
from shared.runtime.routes import Router

__all__ = ["ROUTER", "RUN"]

READS, WRITES = ("knowledge:read",), ("knowledge:write",)
WRITERS = ("submit_conversation",)
CORPORA = Router(read=READS, write=WRITES, narrows=True)


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
async def delete_corpus(caller: Caller, key: Key, corpus_id: str) -> CorpusView:
    """Removes a corpus with its documents: no later answer has a passage of it, and its citations
    verify no more."""
    return await corpora.remove(caller, key, corpus_id)


ROUTER = Router.joining(CORPORA, MEMORIES)
