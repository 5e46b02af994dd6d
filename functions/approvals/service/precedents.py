"""Precedents: posted and reviewed at once, activated by a governor, suspended."""

from datetime import UTC, datetime

from events.precedents import Finding
from functions.approvals.rules.genesis import Facts, review, twin_of
from functions.approvals.rules.posting import Posted, precedent_of
from functions.approvals.rules.precedent import (
    MOST_ACTIVE_PER_KIND,
    Precedent,
    activate,
    active_form,
    post,
    supersede,
    suspend,
)
from functions.approvals.rules.quorum import GOVERNOR
from functions.approvals.service.actives import drop_active
from functions.approvals.service.lookups import require_precedent
from functions.approvals.service.reading import shown
from functions.approvals.service.wiring import FUNCTION, OUTBOX
from functions.approvals.service.writing import Writer
from functions.approvals.store import (
    ACTIVE,
    APPROVALS,
    PRECEDENTS,
    find_ended,
    find_rejected_since,
    read_actives,
    read_approval,
    read_precedent,
)
from functions.approvals.views import PrecedentSeed, seed_of
from shared.kit.callers import Caller
from shared.kit.errors import Forbidden, VersionConflict
from shared.kit.ids import is_id, new_id
from shared.messaging.recorder import Recorder
from shared.storage.firestore import LostRace, TenantStore
from shared.storage.idempotency import IdempotencyKey
from shared.storage.races import decide_again

_EVER = datetime(1970, 1, 1, tzinfo=UTC)


async def post_precedent(caller: Caller, key: IdempotencyKey, posted: Posted) -> PrecedentSeed:
    """The precedent with Genesis' verdict on it: approved or rejected. Raises Invalid for one that
    is too large."""
    return await decide_again(lambda: _post_once(caller, key, posted))


async def _post_once(caller: Caller, key: IdempotencyKey, posted: Posted) -> PrecedentSeed:
    store = TenantStore(caller.tenant_id)
    if answer := await key.recall(store):
        return PrecedentSeed.model_validate(answer)
    at = caller.received_at
    written = precedent_of(posted, new_id("pre", at), caller.principal, at)
    facts = await _facts(store, written)
    likeness = facts.example.likeness if facts.example else ""
    written = written.model_copy(update={"likeness": likeness})
    writer = Writer(Recorder.for_command(function=FUNCTION, caller=caller, latest=None))
    precedent = writer.precedent(post(written, review(written, facts)), None)
    seed = seed_of(precedent, matched=0, compared=0)
    key.remember(writer.change, seed.model_dump(mode="json"))
    await OUTBOX.commit(store, writer.change, now=at)
    return seed


async def activate_precedent(
    caller: Caller, key: IdempotencyKey, precedent_id: str
) -> PrecedentSeed:
    """The precedent, assenting from now on; one that no longer passes its review is rejected
    instead.

    Raises NotFound, Forbidden for anybody but a governor, VersionConflict."""
    return await decide_again(lambda: _activate_once(caller, key, precedent_id))


async def _activate_once(caller: Caller, key: IdempotencyKey, precedent_id: str) -> PrecedentSeed:
    store = TenantStore(caller.tenant_id)
    seen = await require_precedent(caller, precedent_id)
    _refuse_all_but_governors(caller)
    if answer := await key.recall(store):
        return PrecedentSeed.model_validate(answer)
    findings = await _review_again(store, seen.value)
    step = activate(seen.value, caller.principal, caller.received_at, findings)
    writer = Writer(Recorder.for_command(function=FUNCTION, caller=caller, latest=seen.latest))
    precedent = writer.precedent(step, seen)
    if precedent.status == "active":
        await _add_active(store, writer, precedent)
    return await _answer(store, caller, key, writer, precedent)


async def _review_again(store: TenantStore, precedent: Precedent) -> tuple[Finding, ...]:
    """A verdict as old as the posting knows of no veto, rejection or deprecation since. Raises
    VersionConflict where waiting, and no other precedent, would help."""
    if precedent.status not in ("draft", "approved"):
        return ()
    facts = await _facts(store, precedent)
    if twin := twin_of(precedent, facts.active):
        raise VersionConflict(f"{twin.reference} is active on the same ground")
    return review(precedent, facts)


async def suspend_precedent(
    caller: Caller, key: IdempotencyKey, precedent_id: str
) -> PrecedentSeed:
    """The precedent, assenting to nothing until it is activated again.

    Raises NotFound, Forbidden for anybody but a governor, VersionConflict."""
    return await decide_again(lambda: _suspend_once(caller, key, precedent_id))


async def _suspend_once(caller: Caller, key: IdempotencyKey, precedent_id: str) -> PrecedentSeed:
    store = TenantStore(caller.tenant_id)
    seen = await require_precedent(caller, precedent_id)
    _refuse_all_but_governors(caller)
    if answer := await key.recall(store):
        return PrecedentSeed.model_validate(answer)
    writer = Writer(Recorder.for_command(function=FUNCTION, caller=caller, latest=seen.latest))
    precedent = writer.precedent(suspend(seen.value), seen)
    await drop_active(store, writer, seen)
    return await _answer(store, caller, key, writer, precedent)


async def _answer(
    store: TenantStore, caller: Caller, key: IdempotencyKey, writer: Writer, precedent: Precedent
) -> PrecedentSeed:
    seed = await shown(store, precedent)
    key.remember(writer.change, seed.model_dump(mode="json"))
    await OUTBOX.commit(store, writer.change, now=caller.received_at)
    return seed


async def _add_active(store: TenantStore, writer: Writer, precedent: Precedent) -> None:
    actives = read_actives(await store.get(ACTIVE, precedent.kind))
    if any(each.precedent_id == precedent.precedent_id for each in actives.precedents):
        # Read after the precedent, so somebody activated it in between: it supersedes not itself.
        raise LostRace(f"{precedent.reference} was activated meanwhile")
    if twin := twin_of(precedent, actives.precedents):
        raise VersionConflict(f"{twin.reference} is active on the same ground")
    kept = []
    for other in actives.precedents:
        if other.title == precedent.title:
            older = read_precedent(await store.get(PRECEDENTS, other.precedent_id))
            assert older is not None, "precedents are never deleted"
            writer.precedent(supersede(older.value, precedent, writer.at), older)
        else:
            kept.append(other)
    if len(kept) >= MOST_ACTIVE_PER_KIND:
        raise VersionConflict(f"{MOST_ACTIVE_PER_KIND} precedents of this kind are active")
    writer.actives(precedent.kind, [*kept, active_form(precedent)], actives)


async def _facts(store: TenantStore, precedent: Precedent) -> Facts:
    """What the review needs: at least four reads, and only when somebody posts or activates."""
    example_id = precedent.example_approval_id or ""
    keys: list[tuple[str, str]] = [(ACTIVE, precedent.kind)]
    if is_id("apr", example_id):
        keys.append((APPROVALS, example_id))
    found = await store.get_many(keys)
    example = read_approval(found[1]) if len(found) > 1 else None
    since = (example.value.decided_at if example else None) or _EVER
    return Facts(
        example=example.value if example else None,
        active=read_actives(found[0]).precedents,
        ended=await find_ended(store, precedent.kind),
        rejected=await find_rejected_since(store, precedent.kind, since),
    )


def _refuse_all_but_governors(caller: Caller) -> None:
    if GOVERNOR not in caller.roles:
        raise Forbidden("only a governor activates and suspends precedents")
