"""Receipts as people get them: listed, signed, proved, verified, and by nobody else."""

import base64
import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest
from fastapi import Response

from events.receipts import ASKED
from functions.audit.api import VerifyBody, get_proof, get_receipt, list_receipts, verify_receipt
from functions.audit.appender import append
from functions.audit.views import DsseEnvelope, ReceiptProof, SignedReceipt
from shared.audit_log.opening import ChainBroken, log_of
from shared.kit.callers import Caller
from shared.kit.errors import Invalid, NotFound
from shared.kit.ids import derive_id
from shared.storage.batches import Batch
from shared.storage.firestore import TenantStore
from shared.verify.receipts import verify_receipt as verify_file
from tests.functions.audit.chains import AT, Chain, entries_of
from tests.functions.audit.reports import receipt, report

pytestmark = pytest.mark.platform
IDS = [receipt(number).receipt_id for number in range(5)]


@pytest.fixture
async def auditor(chain: Chain) -> Caller:
    """Of a tenant with a run in no workspace and another in one."""
    await append(report(chain.tenant, 1, *(receipt(number) for number in range(4))))
    await append(report(chain.tenant, 2, receipt(4, run="2"), workspaceid="wsp_1"))
    return Caller("auditor", chain.tenant, frozenset({"audit:read"}), frozenset(), AT, token="")


def _in(workspace: str, caller: Caller) -> Caller:
    return replace(caller, workspace_id=workspace)


SECOND = receipt(4, run="2")


async def _signed(caller: Caller, id: str) -> SignedReceipt:
    shown = await get_receipt(caller, id)
    assert isinstance(shown, SignedReceipt)
    return shown


async def _numbers(caller: Caller, **sought: Any) -> list[int]:
    return [each.number for each in (await list_receipts(caller, **sought)).items]


async def test_receipts_are_listed_newest_first_all_or_of_a_run(auditor: Caller) -> None:
    assert await _numbers(auditor) == [7, 5, 4, 3, 2]
    assert await _numbers(auditor, run_id=receipt(0).run_id) == [5, 4, 3, 2]
    assert await _numbers(auditor, run_id="run_x") == []
    (one,) = (await list_receipts(auditor, run_id=SECOND.run_id)).items
    assert one.model_dump() == {**SECOND.model_dump(), "number": 7, "workspace_id": "wsp_1"}


async def test_pages_of_receipts_follow_each_other(auditor: Caller) -> None:
    listed, cursor = list[int](), None
    while not listed or cursor:
        page = await list_receipts(auditor, limit=2, cursor=cursor)
        listed += [each.number for each in page.items]
        cursor = page.next_cursor
    assert listed == [7, 5, 4, 3, 2]
    with pytest.raises(Invalid):
        await list_receipts(auditor, cursor="x")


async def test_an_envelope_has_the_text_of_the_entry(auditor: Caller) -> None:
    shown = await _signed(auditor, IDS[0])
    entry = (await entries_of(auditor.tenant_id))[1]
    assert base64.b64decode(shown.envelope.payload).decode() == entry.body
    assert shown.receipt.model_dump() == {**receipt(0).model_dump(), "number": 2}
    (signature,) = shown.envelope.signatures
    assert signature.keyid in {"+".join(key.split("+")[:2]) for key in shown.keys}
    assert signature.keyid.startswith(f"{log_of(auditor.tenant_id)}+")
    assert await get_receipt(auditor, IDS[0]) == shown


async def test_a_workspace_narrows_and_another_tenant_finds_nothing(auditor: Caller) -> None:
    inside, outside = _in("wsp_1", auditor), _in("wsp_2", auditor)
    stranger = replace(auditor, tenant_id=f"{auditor.tenant_id}-other")
    assert await _numbers(inside) == [7]
    assert await _numbers(outside) == await _numbers(stranger) == []
    assert (await _signed(inside, SECOND.receipt_id)).receipt.number == 7
    for caller, id in (
        (inside, IDS[0]),
        (outside, SECOND.receipt_id),
        (stranger, IDS[0]),
        (auditor, derive_id("rct", AT, "none")),
        (auditor, (await entries_of(auditor.tenant_id))[0].event_id),
        (auditor, "x"),
    ):
        calls = (
            get_receipt(caller, id),
            get_receipt(caller, id, format="cose"),
            get_proof(caller, id),
        )
        for call in calls:
            with pytest.raises(NotFound, match="there is no receipt"):
                await call
        with pytest.raises(NotFound):
            await verify_receipt(caller, id, VerifyBody())


async def test_until_a_checkpoint_covers_it_a_proof_is_awaited(
    auditor: Caller, chain: Chain
) -> None:
    for _ in range(2):
        awaited = await get_proof(replace(auditor, received_at=AT.replace(minute=59)), IDS[0])
        assert isinstance(awaited, Response)
        assert awaited.status_code == 202
        assert json.loads(bytes(awaited.body)) == {
            "receipt_id": IDS[0],
            "number": 2,
            "due_at": "2026-11-20T13:00:00.000Z",
        }
    await chain.cover()
    assert isinstance(await get_proof(auditor, IDS[0]), ReceiptProof)
    await append(report(chain.tenant, 3, receipt(9)))
    assert isinstance(await get_proof(auditor, receipt(9).receipt_id), Response)


async def test_a_proof_leads_from_the_statement_to_the_signed_root(
    auditor: Caller, chain: Chain
) -> None:
    await chain.cover()
    found = await get_proof(auditor, IDS[3])
    assert isinstance(found, ReceiptProof)
    said, note = found.proof.split("\n\n", 1)
    format, extra, index, *_ = said.split("\n")
    assert (format, index) == ("c2sp.org/tlog-proof@v1", "index 4")
    place = base64.b64decode(extra.removeprefix("extra "))
    statement = base64.b64decode(found.envelope.payload)
    entry = (await entries_of(chain.tenant))[4]
    assert hashlib.sha256(place + b"\n" + statement).hexdigest() == entry.hash
    assert note.startswith(f"{log_of(chain.tenant)}\n7\n")


async def _verified(
    caller: Caller, id: str, envelope: DsseEnvelope | None = None
) -> dict[str, Any]:
    found = await verify_receipt(caller, id, VerifyBody(envelope=envelope))
    assert tuple(each.part for each in found.checked if each.result == "tampered") == found.tampered
    results: dict[str, str] = {each.part: each.result for each in found.checked}
    return {"status": found.status, **results}


async def test_the_receipt_of_a_question_to_a_model_is_verified_without_us(
    auditor: Caller, chain: Chain
) -> None:
    model = {"name": "small-1", "turn": 0, "tokens_in": 100, "tokens_out": 20}
    asked = receipt(8, operation=ASKED, decision=None, model=model, cost_usd_micros=180)
    await append(report(chain.tenant, 3, asked))
    await chain.cover()
    found = await get_proof(auditor, asked.receipt_id)
    assert isinstance(found, ReceiptProof)
    _, _, body, _ = verify_file(found.model_dump_json().encode(), found.keys)
    predicate = json.loads(body)["predicate"]
    assert (predicate["model"], predicate["cost_usd_micros"]) == (model, 180)
    assert "decision" not in predicate


async def test_a_whole_receipt_is_verified_once_it_is_covered(
    auditor: Caller, chain: Chain
) -> None:
    whole = {"entry": "holds", "chain": "holds"}
    envelope = (await _signed(auditor, IDS[0])).envelope
    for id in (IDS[0], SECOND.receipt_id):
        assert await _verified(auditor, id) == {
            "status": "created", "envelope": "not_given", **whole, "inclusion": "not_yet",
        }  # fmt: skip
    await chain.cover()
    assert await _verified(auditor, IDS[0], envelope) == {
        "status": "verified", "envelope": "holds", **whole, "inclusion": "holds",
    }  # fmt: skip


async def test_an_envelope_of_something_else_is_tampered(auditor: Caller) -> None:
    own = (await _signed(auditor, IDS[0])).envelope
    other = (await _signed(auditor, IDS[1])).envelope
    (signature,) = own.signatures
    resigned = signature.but(sig=base64.b64encode(bytes(64)).decode())
    for envelope in (
        other,
        own.but(payload=other.payload),
        own.but(payloadType="text/plain"),
        own.but(payload="%"),
        own.but(payload=base64.b64encode(b"\xff").decode()),
        own.but(signatures=()),
        own.but(signatures=other.signatures),
        own.but(signatures=(resigned,)),
        own.but(signatures=(signature, signature)),
        own.but(signatures=(signature.but(sig="%"),)),
        own.but(signatures=(signature.but(keyid="x"),)),
    ):
        found = await _verified(auditor, IDS[0], envelope)
        assert (found["status"], found["envelope"]) == ("tampered", "tampered")


ALTERED = "body = replace(body, 'confirmed', 'undone')"
LINK = (
    "encode(sha256(convert_to(concat_ws(E'\\n', previous_hash, tenant_id, number, event_id, body),"
    " 'UTF8')), 'hex')"
)


@pytest.mark.parametrize(
    ("statements", "tampered"),
    [
        ([f"UPDATE audit_entries SET {ALTERED} WHERE {{tenant}} AND number = 3"], {"entry"}),
        (
            [
                f"UPDATE audit_entries SET {ALTERED} WHERE {{tenant}} AND number = 3",
                f"UPDATE audit_entries SET hash = {LINK} WHERE {{tenant}} AND number = 3",
            ],
            {"chain", "inclusion"},
        ),
        (["UPDATE audit_entries SET body = '{{}}' WHERE {tenant} AND number = 3"], {"entry"}),
        (["DELETE FROM audit_entries WHERE {tenant} AND number = 2"], {"chain", "inclusion"}),
        (["DELETE FROM audit_entries WHERE {tenant} AND number = 4"], {"chain", "inclusion"}),
        (["UPDATE audit_entries SET hash = 'x' WHERE {tenant} AND number = 3"],
         {"entry", "chain", "inclusion"}),
    ],
)  # fmt: skip
async def test_what_is_tampered_with_is_named_and_never_signed(
    auditor: Caller, chain: Chain, statements: list[str], tampered: set[str]
) -> None:
    envelope = (await _signed(auditor, IDS[1])).envelope
    await chain.cover()
    await chain.tamper(*statements)
    found = await _verified(auditor, IDS[1], envelope)
    assert found.pop("status") == "tampered"
    named = {part for part, result in found.items() if result == "tampered"}
    assert named >= tampered
    assert named - tampered <= {"envelope"}
    calls = (
        get_receipt(auditor, IDS[1]),
        get_receipt(auditor, IDS[1], format="cose"),
        get_proof(auditor, IDS[1]),
    )
    for call in calls:
        with pytest.raises(ChainBroken):
            await call


async def test_a_list_with_an_altered_receipt_is_refused(auditor: Caller, chain: Chain) -> None:
    await chain.tamper(f"UPDATE audit_entries SET {ALTERED} WHERE {{tenant}} AND number = 3")
    with pytest.raises(ChainBroken):
        await list_receipts(auditor)


async def test_a_forged_checkpoint_proves_nothing(auditor: Caller, chain: Chain) -> None:
    await chain.cover()
    forged = Batch()
    note = "assent-audit/x/y\n99\nAAAA\n\n— assent-audit/x/y AAAA\n"
    forged.create("audit_checkpoints", f"{99:020}", {"number": 99, "note": note})
    await TenantStore(chain.tenant).commit(forged)
    assert (await _verified(auditor, IDS[0]))["inclusion"] == "tampered"
    with pytest.raises(ChainBroken):
        await get_receipt(auditor, IDS[0])
