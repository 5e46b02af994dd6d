"""Receipts: lists, signs, proves and verifies what the log has of them."""

from datetime import timedelta

from events.receipts import PAYLOAD_TYPE
from functions.audit.checkpoints import SIGNING_KEY
from functions.audit.examination import Examined, examine
from functions.audit.rules.cose import transparent_statement
from functions.audit.rules.envelopes import is_signed, signed_envelope
from functions.audit.rules.examination import NO_ENVELOPE, ReceiptCheck, check_entry, check_envelope
from functions.audit.rules.receipts import ACTION
from functions.audit.search import cursor_of, place_in
from functions.audit.store import Search, find_entries
from functions.audit.views import (
    AnyRecorded,
    DsseEnvelope,
    ReceiptAwaited,
    ReceiptPage,
    ReceiptProof,
    ReceiptVerification,
    SignedReceipt,
    recorded_receipt,
)
from shared.audit_log.entries import Entry, place_of
from shared.audit_log.notes import ed25519, verifier_key, written_proof
from shared.audit_log.opening import PUBLIC_KEYS, ChainBroken, log_of
from shared.kit.callers import Caller
from shared.storage.secrets import public_keys, signing_key


async def list_recorded(
    caller: Caller, subject: str | None, limit: int, cursor: str | None
) -> ReceiptPage:
    """The receipts that the caller's token opens, about one subject or all, newest first. Raises
    Invalid for a cursor that is none, ChainBroken where an entry of them has no receipt or not the
    hash of its text, Unavailable."""
    wanted = Search(
        action=ACTION,
        subject=subject,
        after=place_in(cursor) if cursor is not None else None,
        workspace_id=caller.workspace_id,
    )
    found = await find_entries(caller.tenant_id, wanted, limit + 1)
    shown = found[:limit]
    return ReceiptPage(
        items=tuple(_listed(each.entry) for each in shown),
        next_cursor=cursor_of(shown[-1]) if len(found) > limit else None,
    )


async def show_signed(caller: Caller, receipt_id: str) -> SignedReceipt:
    """The receipt in an envelope that the log's key signed. Raises NotFound, ChainBroken for one
    that is not as it was appended: that is never signed; Unavailable."""
    examined = await examine(caller, receipt_id)
    receipt = recorded_receipt(examined.entry.number, examined.whole())
    envelope, keys = await _signed(examined)
    return SignedReceipt(receipt=receipt, envelope=envelope, keys=keys)


async def show_cose(caller: Caller, receipt_id: str) -> bytes | ReceiptAwaited:
    """The receipt in COSE with its proof; or, until a checkpoint covers it, when the next is due.
    Raises as `show_signed`."""
    examined = await examine(caller, receipt_id)
    examined.whole()
    entry, cover = examined.entry, examined.cover
    if cover is None:
        return _awaited(caller, entry)
    return transparent_statement(
        entry.body.encode(),
        about=receipt_id,
        log=log_of(entry.tenant_id),
        place=_place(entry),
        index=entry.number - 1,
        size=cover.head.size,
        root=cover.head.root,
        path=cover.path,
        key=await signing_key(SIGNING_KEY),
    )


async def show_proof(caller: Caller, receipt_id: str) -> ReceiptProof | ReceiptAwaited:
    """The envelope with the proof that the newest checkpoint covers it: all that somebody needs to
    verify it without us; or, until one does, when the next is due. Raises as `show_signed`."""
    examined = await examine(caller, receipt_id)
    examined.whole()
    entry, cover = examined.entry, examined.cover
    if cover is None:
        return _awaited(caller, entry)
    envelope, keys = await _signed(examined)
    proof = written_proof(entry.number - 1, cover.path, cover.note, _place(entry))
    return ReceiptProof(
        receipt_id=receipt_id, number=entry.number, envelope=envelope, proof=proof, keys=keys
    )


async def verify_recorded(
    caller: Caller, receipt_id: str, envelope: DsseEnvelope | None
) -> ReceiptVerification:
    """What each check of the receipt shows, and of an envelope of it that somebody has. Raises
    NotFound, Unavailable."""
    examined = await examine(caller, receipt_id)
    checks = (await _check(examined.entry, envelope), *examined.checks)
    results = {each.part: each.result for each in checks}
    tampered = tuple(part for part, result in results.items() if result == "tampered")
    whole = "verified" if results["inclusion"] == "holds" else "created"
    return ReceiptVerification(
        receipt_id=receipt_id,
        status="tampered" if tampered else whole,
        checked=checks,
        tampered=tampered,
    )


def _awaited(caller: Caller, entry: Entry) -> ReceiptAwaited:
    # Checkpoints are signed at the full hour (function.toml).
    hour = caller.received_at.replace(minute=0, second=0, microsecond=0)
    due_at = hour + timedelta(hours=1)
    return ReceiptAwaited(receipt_id=entry.event_id, number=entry.number, due_at=due_at)


def _listed(entry: Entry) -> AnyRecorded:
    check, recorded = check_entry(entry)
    if recorded is None or check.result == "tampered":
        raise ChainBroken(f"{entry.tenant_id}: {check.detail}")
    return recorded_receipt(entry.number, recorded)


async def _signed(examined: Examined) -> tuple[DsseEnvelope, tuple[str, ...]]:
    entry = examined.entry
    log, key = log_of(entry.tenant_id), await signing_key(SIGNING_KEY)
    keys = ed25519(await public_keys(PUBLIC_KEYS))
    envelope = DsseEnvelope.model_validate(signed_envelope(entry.body, log, key))
    return envelope, tuple(verifier_key(log, each) for each in keys)


async def _check(entry: Entry, envelope: DsseEnvelope | None) -> ReceiptCheck:
    if envelope is None:
        return NO_ENVELOPE
    said = envelope.model_dump()
    is_same = (envelope.payloadType, envelope.text()) == (PAYLOAD_TYPE, entry.body)
    signed = is_signed(said, log_of(entry.tenant_id), await public_keys(PUBLIC_KEYS))
    return check_envelope(is_same, signed)


def _place(entry: Entry) -> bytes:
    return place_of(
        previous=entry.previous_hash,
        tenant_id=entry.tenant_id,
        number=entry.number,
        event_id=entry.event_id,
    ).encode()
