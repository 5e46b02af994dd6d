"""Decisions that callers ask for over the API, recorded with what they were decided on."""

import json
from itertools import accumulate

from functions.policy.aggregates import DECISIONS, RUN
from functions.policy.rules.questions import (
    Decided,
    RequestBody,
    Shown,
    decide,
    refuse_other_tenants,
)
from functions.policy.rules.schema_fit import refuse_unfit
from functions.policy.views import DecisionPage, DecisionView
from shared.aggregates.command import Command
from shared.kit.callers import Caller
from shared.kit.transitions import Transition
from shared.policy.published import policies_of
from shared.policy.record import Found, slice_text
from shared.policy.slices import keep, note_stored, read_slices, slice_key
from shared.storage.cursors import encode_cursor
from shared.storage.firestore import PAGE_BYTES, TenantStore
from shared.storage.idempotency import IdempotencyKey


async def ask(caller: Caller, key: IdempotencyKey, body: RequestBody) -> DecisionView:
    """The recorded answer under the tenant's published policies, which hold within thirty seconds.
    Raises Invalid for entities of another tenant and for what the schema does not know,
    PolicyInvalid, SealBroken, Unavailable."""
    refuse_other_tenants(body, caller.tenant_id)
    policies = await policies_of(caller.tenant_id, caller.control.policy_version)
    refuse_unfit(body, policies.schema)
    store, text = TenantStore(caller.tenant_id), slice_text(body.entities)
    stored = ""

    async def use_case(work: Command) -> DecisionView:
        nonlocal stored
        sealing = await slice_key(store, work.at)
        assert sealing is not None
        stored = keep(store, work.change, sealing, text)
        decided = decide(policies, body, stored, caller.principal, work.at)
        await work.save(Transition(decided))
        return DecisionView.of(decided)

    answer = await RUN.command(caller, use_case, DecisionView, key=key)
    note_stored(store, stored)
    return answer


async def list_decisions(caller: Caller, limit: int, cursor: str | None) -> DecisionPage:
    """The recorded decisions that the caller's token opens, newest first; fewer where their
    entities would be too long for one answer. The last page may be empty. Raises Invalid for a
    cursor that no list gave, SealBroken, Unavailable."""
    store, order = TenantStore(caller.tenant_id), ("at",)
    page = await store.find_page(
        DECISIONS.collection,
        select=("state",),
        where=DECISIONS.narrowed_to(caller.workspace_id),
        order_by=order,
        limit=limit,
        cursor=cursor,
        looks_ahead=False,
    )
    decisions = [Decided.model_validate_json(each.data["state"]) for each in page.items]
    names = [each.slice_hash for each in decisions]
    slices = await read_slices(store, await slice_key(store), names)
    sizes = [
        len(document.data["state"]) + len(slices[name].text.encode())
        for document, name in zip(page.items, names, strict=True)
    ]
    number = _that_fit(sizes)
    items = tuple(_shown(each, slices[each.slice_hash]) for each in decisions[:number])
    is_whole = number == len(decisions)
    after = page.next_cursor if is_whole else encode_cursor(page.items[number - 1], order)
    return DecisionPage(items=items, next_cursor=after)


def _that_fit(sizes: list[int]) -> int:
    """How many of these an answer holds, at least one."""
    sums = accumulate(sizes)
    return max(sum(each <= PAGE_BYTES for each in sums), min(1, len(sizes)))


def _shown(decided: Decided, found: Found) -> Shown:
    entities = tuple(json.loads(found.text)) if found.lost is None else None
    return Shown(**decided.model_dump(), entities=entities)
