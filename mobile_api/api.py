"""HTTP in, HTTP out: the governor's API. Decisions go to `approvals`."""

import hashlib
from typing import Annotated

from fastapi import Depends, Header, Response

from events.buckets import Bucket
from events.precedents import PrecedentBody, PrecedentSeed
from mobile_api.aggregates import RUN
from mobile_api.pages import PAGES
from mobile_api.rules.device_bodies import ConfirmBody, DeviceBody
from mobile_api.service import agents, cards, devices, seeds
from mobile_api.service.dashboard import read_dashboard
from mobile_api.service.sync import SyncedBody, SyncResults, synchronise
from mobile_api.views import (
    Agent,
    AgentPage,
    CardDetail,
    CardPage,
    Dashboard,
    Device,
    DeviceOptions,
    Devices,
    SeedPage,
    TimelinePage,
    ViolationPage,
)
from shared.kit.callers import Caller
from shared.runtime.acts import does
from shared.runtime.auth import requires
from shared.runtime.bodies import JSON
from shared.runtime.conditions import names
from shared.runtime.idempotency import Key
from shared.runtime.routes import Cursor, Limit, Router
from shared.runtime.tier_limits import beyond_quota, beyond_tier
from shared.storage.subject_keys import opened

__all__ = ["ROUTER", "RUN"]

_READ = ("governance:read",)
_WRITE = ("governance:write",)

_DASHBOARD = Router(prefix="/v1/mobile", tag="dashboard", read=_READ, narrows=True)
# What is passed on is asked about again by the function that owns it.
_PASSED_ON = ("pass_on",)
_APPROVALS = Router(prefix="/v1/mobile", tag="approvals", read=_READ, narrows=True)
_SEEDS = Router(prefix="/v1/mobile/seeds", tag="precedents", read=_READ, write=_WRITE, narrows=True)
_AGENTS = Router(prefix="/v1/mobile", tag="agents", read=_READ, narrows=True)
# A device is its owner's own thing, which no key and no client changes. It receives notices, and
# what its key signs counts only with a token that may decide. They are of the whole tenant, so a
# token for a workspace registers none.
_DEVICES = Router(
    prefix="/v1/mobile/devices",
    tag="devices",
    read=_READ,
    write=("identity:write",),
    within=("own_affairs",),
)

Decider = Annotated[Caller, Depends(requires("governance:write", "veto:execute"))]
# Passed on: the function that owns the write stores it.
PassedKey = Annotated[str | None, Header(alias="Idempotency-Key", min_length=1, max_length=255)]


@_DASHBOARD.get(
    "/dashboard",
    response_model=Dashboard,
    responses={304: {"description": "Unchanged since the answer with that `ETag`"}},
)
@does("mobile.dashboard.read")
@beyond_quota
async def get_dashboard(
    caller: Caller, if_none_match: Annotated[str | None, Header()] = None
) -> Response:
    """What waits for the governor, and the platform's health."""
    shown = (await read_dashboard(caller)).model_dump_json()
    body = (await opened(caller.tenant_id, shown, in_json=True)).encode()
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache", "Vary": "Authorization"}
    if names(if_none_match or "", etag):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=JSON)


@_APPROVALS.get("/approvals")
@beyond_quota
async def list_cards(
    caller: Caller, status: Bucket | None = None, limit: Limit = 25, cursor: Cursor = None
) -> CardPage:
    """Cards, newest first; `status` is a bucket of the domain's states."""
    return await cards.list_cards(caller, status, limit, cursor)


@_APPROVALS.get("/approvals/{approval_id}")
@beyond_quota
async def get_card(caller: Caller, approval_id: str) -> CardDetail:
    """A card with all that a decision needs."""
    return await cards.read_card(caller, approval_id)


@_APPROVALS.get("/approvals/{approval_id}/timeline")
@beyond_quota
async def list_timeline(
    caller: Caller, approval_id: str, limit: Limit = 25, cursor: Cursor = None
) -> TimelinePage:
    """The timeline of a card, newest first."""
    return await cards.read_timeline(caller, approval_id, limit, cursor)


@_APPROVALS.post("/sync")
@does("mobile.sync", within=_PASSED_ON)
@beyond_tier
async def sync(caller: Decider, body: SyncedBody) -> SyncResults:
    """Takes decisions queued offline, at most fifty, in order; each has its own result."""
    return await synchronise(caller, body)


@_SEEDS.get("")
@beyond_quota
async def list_seeds(caller: Caller, limit: Limit = 25, cursor: Cursor = None) -> SeedPage:
    """Precedents, newest first."""
    return await seeds.list_seeds(caller, limit, cursor)


@_SEEDS.get("/{seed_id}")
@beyond_quota
async def get_seed(caller: Caller, seed_id: str) -> PrecedentSeed:
    """One precedent, with its rates."""
    return await seeds.read_seed(caller, seed_id)


@_SEEDS.post("", status_code=201)
@does(within=_PASSED_ON)
async def post_seed(caller: Caller, body: PrecedentBody, key: PassedKey = None) -> PrecedentSeed:
    """Posts a precedent; the answer is `approved` or `rejected`, with the findings."""
    return await seeds.post_seed(caller, body, key)


@_SEEDS.post("/{seed_id}/activate")
@does(within=_PASSED_ON)
async def activate_seed(caller: Caller, seed_id: str, key: PassedKey = None) -> PrecedentSeed:
    """Activates a precedent, which may approve from now on."""
    return await seeds.change_seed(caller, seed_id, "activate", key)


@_SEEDS.post("/{seed_id}/suspend")
@does(within=_PASSED_ON)
@beyond_tier
async def suspend_seed(caller: Caller, seed_id: str, key: PassedKey = None) -> PrecedentSeed:
    """Suspends a precedent until it is activated again."""
    return await seeds.change_seed(caller, seed_id, "suspend", key)


@_AGENTS.get("/agents")
@beyond_quota
async def list_agents(caller: Caller, limit: Limit = 25, cursor: Cursor = None) -> AgentPage:
    """Agents, by name."""
    return await agents.list_agents(caller, limit, cursor)


@_AGENTS.get("/agents/{agent_id}")
@beyond_quota
async def get_agent(caller: Caller, agent_id: str) -> Agent:
    """One agent."""
    return await agents.read_agent(caller, agent_id)


@_AGENTS.get("/violations")
@beyond_quota
async def list_violations(
    caller: Caller, limit: Limit = 25, cursor: Cursor = None
) -> ViolationPage:
    """Violations with their evidence, newest first."""
    return await agents.list_violations(caller, limit, cursor)


@_DEVICES.get("")
@beyond_quota
async def list_devices(caller: Caller) -> Devices:
    """Lists the caller's devices, the oldest first."""
    return await devices.list_devices(caller)


@_DEVICES.post("/options")
async def begin_device(caller: Caller) -> DeviceOptions:
    """Gives the challenge that a device's new key signs; needs a sign-in under five minutes old."""
    return await devices.begin_device(caller)


@_DEVICES.post("", status_code=201)
async def post_device(caller: Caller, key: Key, body: DeviceBody) -> Device:
    """Registers a device; the same key, token or subscription again gives the same device. A new
    key needs a sign-in under five minutes old."""
    return await devices.register_device(caller, key, body)


@_DEVICES.post("/{device_id}/confirm")
async def confirm_device(caller: Caller, key: Key, device_id: str, body: ConfirmBody) -> Device:
    """Lets the key of one of the caller's devices sign from now on, as another device of theirs, or
    a sign-in by passkey, confirms."""
    return await devices.confirm_device(caller, key, device_id, body)


@_DEVICES.delete("/{device_id}", status_code=204)
@beyond_quota
async def delete_device(caller: Caller, device_id: str) -> None:
    """Removes one of the caller's devices: what its key signed is refused from now on."""
    await devices.remove_device(caller, device_id)


ROUTER = Router.joining(_DASHBOARD, _APPROVALS, _SEEDS, _AGENTS, _DEVICES, PAGES)
