"""HTTP in, HTTP out: a tenant's entries, its newest checkpoint, proofs, exports, and receipts."""

from typing import Annotated, Any, Literal

from fastapi import Query, Response

from functions.audit.aggregates import RUN
from functions.audit.comparison import compare_versions
from functions.audit.exports import request_everything, request_export, show_export
from functions.audit.proofs import prove, show_checkpoint
from functions.audit.receipts import (
    list_recorded,
    show_cose,
    show_proof,
    show_signed,
    verify_recorded,
)
from functions.audit.rules.cose import MEDIA_TYPE as COSE
from functions.audit.rules.receipts import sought
from functions.audit.search import search
from functions.audit.views import (
    AuditCheckpoint,
    AuditEntryPage,
    AuditExport,
    AuditProofs,
    DsseEnvelope,
    PromptComparison,
    ReceiptAwaited,
    ReceiptPage,
    ReceiptProof,
    ReceiptVerification,
    SignedReceipt,
)
from shared.kit.callers import Caller
from shared.kit.instant_parameters import instant_named
from shared.kit.models import Model
from shared.runtime.acts import does
from shared.runtime.bodies import JSON
from shared.runtime.idempotency import Key
from shared.runtime.routes import Cursor, Limit, Router
from shared.runtime.tier_limits import beyond_quota

__all__ = ["ROUTER", "RUN"]

_TAKES: dict[str, Any] = {
    "prefix": "/v1/audit",
    "tag": "audit",
    "write": ("audit:write",),
    "within": ("read_audit_reports",),
}
_ENTRIES = Router(read=("audit:read",), narrows=True, **_TAKES)
# There is one archive for the whole tenant.
_EXPORTS = Router(read=("audit:read",), **_TAKES)
# The admins of a tenant that is suspended or closing take its log, and all it has, with them.
_STOPPED = Router(in_stopped=True, **_TAKES)
# To verify changes nothing.
_RECEIPTS = Router(
    prefix="/v1/receipts",
    tag="receipts",
    read=("audit:read",),
    write=("audit:read",),
    within=("read_audit_reports",),
    narrows=True,
)
_TENANT = Router(prefix="/v1/tenants", tag="audit", write=("audit:write",), in_stopped=True)

Sought = Annotated[str | None, Query(max_length=200)]
# No log has so many entries.
Number = Annotated[int | None, Query(ge=1, lt=1 << 53)]
# What is answered while no checkpoint covers a receipt.
_AWAITED: dict[int | str, dict[str, Any]] = {
    202: {"model": ReceiptAwaited, "description": "No checkpoint covers it yet"}
}


# How runs fared with each version: the log's receipts say it.
_PROMPTS = Router(
    prefix="/v1/prompts",
    tag="prompts",
    read=("models:read", "governance:read"),
    narrows=True,
)


class VerifyBody(Model):
    """The envelope of the receipt that the caller has, if any."""

    envelope: DsseEnvelope | None = None


@_ENTRIES.get("/entries")
async def list_entries(
    caller: Caller,
    actor: Sought = None,
    action: Sought = None,
    subject: Sought = None,
    since: Annotated[str | None, Query(alias="from", max_length=40)] = None,
    before: Annotated[str | None, Query(alias="to", max_length=40)] = None,
    limit: Limit = 25,
    cursor: Cursor = None,
) -> AuditEntryPage:
    """Lists entries, newest first: by their actor, action (an event's type) and subject, and from
    one time up to before another."""
    return await search(
        caller,
        actor=actor,
        action=action,
        subject=subject,
        since=since,
        before=before,
        limit=limit,
        cursor=cursor,
    )


@_ENTRIES.get("/checkpoint")
async def get_checkpoint(caller: Caller) -> AuditCheckpoint:
    """Shows the newest checkpoint, a C2SP signed note, with the keys that verify it."""
    return await show_checkpoint(caller.tenant_id)


@_ENTRIES.get("/proofs")
async def get_proofs(caller: Caller, entry: Number = None, from_size: Number = None) -> AuditProofs:
    """Proves that the newest checkpoint covers an entry, that it continues an earlier one, or
    both. For a token for a workspace there are no entries but that workspace's."""
    return await prove(caller, entry, from_size)


@_STOPPED.post("/exports", status_code=202)
@beyond_quota
async def post_export(caller: Caller, key: Key) -> AuditExport:
    """Asks for an archive of the whole log, which `assent-verify` verifies without the network; one
    at a time."""
    return await request_export(caller, key, "log")


@_TENANT.post("/{tenant_id}/export", status_code=202)
@does(within=("manage_tenant",), deed="exporting the tenant")
@beyond_quota
async def export_tenant(caller: Caller, key: Key, tenant_id: str) -> AuditExport:
    """Asks for an archive of everything that the tenant has, which `assent-verify` verifies without
    the network; one at a time. Needs the role tenant_admin."""
    return await request_everything(caller, key, tenant_id)


@_EXPORTS.get("/exports/{export_id}")
@beyond_quota
async def get_export(caller: Caller, export_id: str) -> AuditExport:
    """Shows an export and, once it is ready, where to download it for the next fifteen minutes; one
    of everything needs the role tenant_admin."""
    return await show_export(caller, export_id)


@_RECEIPTS.get("")
async def list_receipts(
    caller: Caller,
    run_id: Sought = None,
    call_id: Sought = None,
    limit: Limit = 25,
    cursor: Cursor = None,
) -> ReceiptPage:
    """Lists receipts, newest first: all, or those of a run, or of a program's call of a model."""
    return await list_recorded(caller, sought(run_id, call_id), limit, cursor)


@_RECEIPTS.get(
    "/{receipt_id}",
    response_model=SignedReceipt,
    responses={
        200: {"content": {COSE: {"schema": {"type": "string", "format": "binary"}}}},
        **_AWAITED,
    },
)
async def get_receipt(
    caller: Caller, receipt_id: str, format: Literal["dsse", "cose"] = "dsse"
) -> SignedReceipt | Response:
    """Shows a receipt with its DSSE envelope, which the log's key signed over the in-toto
    statement. In the format `cose` it is a signed statement with its proof: 202 with the time of
    the next checkpoint while none covers it."""
    if format == "dsse":
        return await show_signed(caller, receipt_id)
    found = await show_cose(caller, receipt_id)
    return (
        _awaited(found) if isinstance(found, ReceiptAwaited) else Response(found, media_type=COSE)
    )


@_RECEIPTS.get("/{receipt_id}/proof", response_model=ReceiptProof, responses=_AWAITED)
async def get_proof(caller: Caller, receipt_id: str) -> ReceiptProof | Response:
    """Proves that a checkpoint covers a receipt: what `assent-verify` verifies without the network.
    202 with the time of the next checkpoint while none does."""
    found = await show_proof(caller, receipt_id)
    return _awaited(found) if isinstance(found, ReceiptAwaited) else found


@_RECEIPTS.post("/{receipt_id}/verify")
async def verify_receipt(caller: Caller, receipt_id: str, body: VerifyBody) -> ReceiptVerification:
    """Verifies a receipt against the log and its newest checkpoint, and an envelope of it that the
    caller has; says what was checked, and names what was tampered with."""
    return await verify_recorded(caller, receipt_id, body.envelope)


def _awaited(found: ReceiptAwaited) -> Response:
    return Response(found.model_dump_json(), 202, media_type=JSON)


@_PROMPTS.get("/{name}/comparison")
@does("prompts.compare")
async def compare_prompt(
    caller: Caller,
    name: str,
    since: Annotated[str, Query(alias="from", max_length=40)],
    until: Annotated[str, Query(alias="to", max_length=40)],
) -> PromptComparison:
    """Compares the versions of a prompt by what runs asked models with each of them, from one
    instant up to before another, at most 92 days later: answers that were kept, unfit, refused and
    lost ones, tokens, cost and time."""
    period = instant_named("from", since), instant_named("to", until)
    return await compare_versions(caller, name, *period)


ROUTER = Router.joining(_ENTRIES, _EXPORTS, _STOPPED, _TENANT, _RECEIPTS, _PROMPTS)
