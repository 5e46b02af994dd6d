"""The calls of runs: each is verified, and acts once."""

import asyncio

from events.invocations import InvocationBody, InvocationView, invocation_id
from events.operations import OPERATIONS
from functions.tools.service.admission import note_recorded, read_before
from functions.tools.service.attempt import Attempt
from functions.tools.service.replay import replay
from functions.tools.service.served_operations import UNKNOWN, find_served, is_known
from shared.capabilities.grants import Purpose
from shared.capabilities.reading import Capability
from shared.kit.callers import Caller
from shared.kit.canonical import content_hash
from shared.kit.errors import FieldError, Invalid
from shared.storage.firestore import TenantStore


async def invoke(caller: Caller, capability: Capability, body: InvocationBody) -> InvocationView:
    """What became of the call: it acts now, or was recorded before. A replay never acts, and gets
    what is recorded. Raises CapabilityRefused where the token does not allow it, Invalid for
    an operation that nobody knows or an id that is not the call's, Unavailable where a target did
    not answer that may be asked again."""
    if not is_known(body.operation):
        raise Invalid(FieldError("operation", f"{body.operation!r} is no operation of ours"))
    digest = content_hash(body.arguments)
    now = caller.received_at
    is_replay = capability.right.purpose == "replay"
    purpose: Purpose = "replay" if is_replay else "act"
    grant = capability.require(body.operation, body.invocation_id, digest, now, purpose)
    deed, run_id = grant.deed, grant.right.run_id
    derived = invocation_id(run_id, deed.step, deed.iteration, body.operation, body.arguments)
    if derived != body.invocation_id:
        raise Invalid(FieldError("invocation_id", f"is not this call's, which is {derived}"))
    if is_replay:
        definition = OPERATIONS.get(body.operation, UNKNOWN)
        return await replay(caller, grant, body, definition)
    store = TenantStore(caller.tenant_id)
    # One handle, so one round trip has the connector too.
    by, before = await asyncio.gather(
        find_served(store, grant.right.workspace_id, body.operation, deed.pin),
        read_before(store, grant, body.invocation_id),
    )
    call = Attempt(caller, grant, body, by, before=before, token=capability.token)
    view = await (call.at_once() if by.definition.idempotent else call.by_intent())
    note_recorded(caller.tenant_id, view.decision)
    return view
