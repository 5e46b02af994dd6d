"""Precedents, called seeds in the API."""

from collections.abc import Callable

from events.precedents import PrecedentBody, PrecedentSeed
from functions.approvals.rules.entity_types import PRECEDENT
from functions.approvals.service import lists, precedents, probation
from functions.approvals.views import PrecedentSeedPage
from shared.kit.callers import Caller
from shared.runtime.acts import E, does
from shared.runtime.idempotency import Key
from shared.runtime.routes import Cursor, Limit, Router
from shared.runtime.tier_limits import beyond_quota, beyond_tier

ROUTER = Router(
    prefix="/v1/precedent-seeds",
    tag="precedents",
    read=("approvals:read", "governance:read"),
    write=("approvals:write", "governance:write"),
    narrows=True,
)


def _governs(action: str) -> Callable[[E], E]:
    deed = "activating and suspending precedents"
    return does(action, about=PRECEDENT, within=("govern",), deed=deed)


@ROUTER.get("")
@does("precedents.list")
@beyond_quota
async def list_precedents(
    caller: Caller, limit: Limit = 25, cursor: Cursor = None
) -> PrecedentSeedPage:
    """Lists precedents with their rates, newest first."""
    return await lists.list_precedents(caller, limit, cursor)


@ROUTER.get("/{seed_id}")
@does("precedents.read")
@beyond_quota
async def get_precedent(caller: Caller, seed_id: str) -> PrecedentSeed:
    """Shows one precedent with its findings and rates."""
    return await lists.show_precedent(caller, seed_id)


@ROUTER.post("", status_code=201)
@does("precedents.create", within=("submit_conversation",), deed="posting a precedent")
async def post_precedent(caller: Caller, key: Key, body: PrecedentBody) -> PrecedentSeed:
    """Posts a precedent; Genesis reviews it at once."""
    return await precedents.post_precedent(caller, key, body)


@ROUTER.post("/{seed_id}/activate")
@_governs("precedents.activate")
async def activate_precedent(caller: Caller, key: Key, seed_id: str) -> PrecedentSeed:
    """Activates a precedent, which may approve from now on; needs the role governor."""
    return await precedents.activate_precedent(caller, key, seed_id)


@ROUTER.post("/{seed_id}/suspend")
@_governs("precedents.suspend")
@beyond_tier
async def suspend_precedent(caller: Caller, key: Key, seed_id: str) -> PrecedentSeed:
    """Suspends a precedent until it is activated again; needs the role governor."""
    return await precedents.suspend_precedent(caller, key, seed_id)


@ROUTER.post("/{seed_id}/establish")
@_governs("precedents.establish")
async def establish_precedent(caller: Caller, key: Key, seed_id: str) -> PrecedentSeed:
    """Ends the probation of a precedent that people agreed with three times without knowing of it;
    needs the role governor."""
    return await probation.establish_precedent(caller, key, seed_id)


PATTERNS_ROUTER = Router(
    prefix="/v1/patterns",
    tag="patterns",
    read=("approvals:read", "governance:read"),
    write=("approvals:write", "governance:write"),
    narrows=True,
)


@PATTERNS_ROUTER.post("/{pattern_id}/draft", status_code=201)
@does("patterns.draft", within=("submit_conversation",), deed="drafting a precedent")
async def draft_precedent(caller: Caller, key: Key, pattern_id: str) -> PrecedentSeed:
    """Drafts a precedent from a pattern, on probation. It approves nothing until a governor has
    read and activated it."""
    return await probation.draft_from_pattern(caller, key, pattern_id)
