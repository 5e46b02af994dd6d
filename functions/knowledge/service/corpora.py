"""Corpora: made, changed and removed by people, and read by those whom they name."""

from collections.abc import Iterable, Mapping
from typing import Any

from functions.knowledge.aggregates import CORPORA, RUN
from functions.knowledge.rules import corpus as rules
from functions.knowledge.rules.corpus import (
    MOST_CORPORA,
    Corpus,
    is_keeper,
    is_reader,
    names_of,
    require_keeper,
)
from functions.knowledge.views import (
    CorpusBody,
    CorpusChange,
    CorpusView,
    IndustryList,
    IndustryView,
)
from shared.aggregates.command import Command, not_found
from shared.kit.callers import Caller
from shared.kit.errors import VersionConflict
from shared.kit.ids import new_id
from shared.storage.firestore import TenantStore
from shared.storage.idempotency import IdempotencyKey

# So many values one query of Firestore compares.
MOST_NAMES = 30
_OPEN = [("is_open", "==", True)]


async def create(caller: Caller, key: IdempotencyKey, body: CorpusBody) -> CorpusView:
    """The new corpus. Raises VersionConflict where the tenant has too many, Unavailable."""

    async def use_case(work: Command) -> CorpusView:
        if await work.store.count(CORPORA.collection, where=_OPEN) >= MOST_CORPORA:
            raise VersionConflict(f"the tenant has {MOST_CORPORA} corpora: DELETE one first")
        made = rules.created(new_id("cor", work.at), **dict(body), by=caller.principal, at=work.at)
        (saved,) = await work.save(made)
        return CorpusView.of(saved)

    return await RUN.command(caller, use_case, CorpusView, key=key)


async def all_readable(caller: Caller) -> list[Corpus]:
    """The corpora that the caller may read and its token opens, newest first: 100 at most. Raises
    Unavailable."""
    names = sorted(names_of(caller))[:MOST_NAMES]
    found = await TenantStore(caller.tenant_id).find(
        CORPORA.collection,
        where=[("read_by", "array_contains_any", names)],
        limit=MOST_CORPORA,
    )
    states = [CORPORA.state_in(each.data) for each in found.items]
    opened = [each for each in states if caller.sees(each.workspace_id)]
    return sorted(opened, key=lambda each: each.corpus_id, reverse=True)


def industries(found: Iterable[Corpus]) -> IndustryList:
    """The industries of the corpora, by name."""
    by_industry: dict[str, list[str]] = {}
    for each in found:
        if each.industry is not None:
            by_industry.setdefault(each.industry, []).append(each.corpus_id)
    items = (
        IndustryView(industry=name, corpora=tuple(ids)) for name, ids in sorted(by_industry.items())
    )
    return IndustryList(items=tuple(items))


async def readable(caller: Caller, corpus_id: str) -> Corpus:
    """The corpus. Raises NotFound where the caller may not read it, Unavailable."""
    found = await RUN.read(caller, CORPORA, corpus_id)
    if not is_reader(found, caller):
        raise await not_found(RUN.outbox, caller, CORPORA, corpus_id)
    return found


async def find(work: Command, corpus_id: str) -> Corpus:
    """The corpus that a command of its reader is about. Raises NotFound, Unavailable."""
    found = await work.get(CORPORA, corpus_id)
    if not is_reader(found, work.caller):
        raise await not_found(RUN.outbox, work.caller, CORPORA, corpus_id)
    return found


async def kept(work: Command, corpus_id: str) -> Corpus:
    """The corpus that its keeper changes. Raises NotFound, Forbidden, Unavailable."""
    found = await work.get(CORPORA, corpus_id)
    is_known = is_reader(found, work.caller) or is_keeper(found, work.caller)
    if not found.is_open or not is_known:
        raise await not_found(RUN.outbox, work.caller, CORPORA, corpus_id)
    require_keeper(found, work.caller)
    return found


async def change(
    caller: Caller, key: IdempotencyKey, corpus_id: str, body: CorpusChange
) -> CorpusView:
    """The corpus with what was given. Raises as `kept`, VersionConflict."""
    given = {n: each for n, each in dict(body).items() if each is not None}
    fields: Mapping[str, Any] = {"corpus_name" if n == "name" else n: given[n] for n in given}

    async def use_case(work: Command) -> CorpusView:
        corpus = await kept(work, corpus_id)
        steps = rules.changed(corpus, caller.principal, work.at, **fields)
        return CorpusView.of(await work.save_change(corpus, *steps))

    about = (CORPORA, corpus_id)
    return await RUN.command(caller, use_case, CorpusView, key=key, about=about)


async def remove(caller: Caller, key: IdempotencyKey, corpus_id: str) -> CorpusView:
    """The corpus that is gone. Raises as `kept`."""

    async def use_case(work: Command) -> CorpusView:
        corpus = await kept(work, corpus_id)
        steps = rules.removed(corpus, caller.principal, work.at)
        return CorpusView.of(await work.save_change(corpus, *steps))

    about = (CORPORA, corpus_id)
    return await RUN.command(caller, use_case, CorpusView, key=key, about=about)
