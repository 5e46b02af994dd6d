"""Decisions that a device signs: verified, kept whole in the decision's event, and refused and
audited for anything else than exactly this decision by a device of this person now."""

import uuid
from typing import Any

import httpx
import pytest

from events.assertions import DecisionSignature
from events.devices import DeviceConfirmed, DeviceRemoved
from shared.kit.device_signatures import DECISION, PROOF, DeviceSignatureRefused
from tests.device_keys import DeviceKey
from tests.functions.approvals.api.conftest import Program
from tests.functions.approvals.api.test_approvals_api import ask, deciding, governor, vetoing
from tests.functions.approvals.api.test_phone_api import body as phoned
from tests.functions.approvals.api.test_phone_api import path as phone_path
from tests.functions.approvals.api.test_phone_api import phone
from tests.functions.approvals.api.test_signed_decisions import entries, reasons, refused
from tests.functions.approvals.signing import AT, registered, stated

SEEN = {"seen_version": 1, "read_ms": 4_200}


class Signer:
    """A governor with a device that has a key."""

    def __init__(self, program: Program, principal: str = "") -> None:
        self.principal = principal or f"gala-{uuid.uuid4().hex[:8]}"
        self.program = governor(program, self.principal)
        self.key = DeviceKey()
        self.device_id = ""

    async def enrolled(self, **fields: Any) -> "Signer":
        self.device_id = await registered(self.key, self.program.tenant, self.principal, **fields)
        return self

    def signed(self, card: Any, body: dict[str, Any], verb: str = "", **said: Any) -> Any:
        body = {**body, **SEEN}
        statement = {**stated(self.program.tenant, card["id"], body, verb), **said}
        return {**body, "signature": self.key.sign(statement, DECISION, self.device_id)}

    async def decide(self, card: Any, body: dict[str, Any]) -> httpx.Response:
        return await self.program.post(f"/v1/approvals/{card['id']}/decisions", body)

    async def veto(self, card: Any, **fields: Any) -> httpx.Response:
        return await self.program.post("/v1/vetoes", self.signed(card, vetoing(card, **fields)))


@pytest.fixture
async def gala(program: Program) -> Signer:
    return await Signer(program).enrolled()


async def test_a_signed_decision_says_so_and_whoever_has_the_event_can_verify_it(
    program: Program, gala: Signer
) -> None:
    asked = await ask(program)
    answer = await gala.decide(asked, gala.signed(asked, deciding(asked, note="Go on.")))
    card = answer.json()
    assert (answer.status_code, card["status"]) == (200, "approved"), card
    assert (card["device_id"], card["votes"][0]["device_id"]) == (gala.device_id,) * 2
    (data,) = await entries(program.tenant, "assent.approval.approved.v1")
    assert (data["seen_version"], data["read_ms"]) == (1, 4_200)
    kept = DecisionSignature.model_validate(data["device_signature"])
    kept.verify()
    altered = kept.statement.but(read_ms=60_000)
    with pytest.raises(DeviceSignatureRefused):
        kept.but(statement=altered).verify()
    with pytest.raises(DeviceSignatureRefused):
        kept.but(key=kept.key.but(**DeviceKey().key.as_dict(private=False))).verify()


@pytest.mark.parametrize("action", ["approve", "request-changes", "veto"])
async def test_a_phone_signs_the_same(program: Program, gala: Signer, action: str) -> None:
    asked = await ask(program)
    sent = gala.signed(asked, phoned(asked, action), action.replace("-", "_"))
    mobile = phone(program, gala.principal)
    answer = await mobile.post(phone_path(asked["id"], action), sent)
    assert answer.status_code == 200, answer.text
    assert answer.json()["device_id"] == gala.device_id


async def test_a_decision_without_a_signature_is_taken_and_says_what_was_read(
    program: Program,
) -> None:
    asked = await ask(program)
    answer = await Signer(program).decide(asked, {**deciding(asked), **SEEN})
    assert (answer.status_code, answer.json()["device_id"]) == (200, None)
    (data,) = await entries(program.tenant, "assent.approval.approved.v1")
    assert (data["read_ms"], data["device_signature"]) == (4_200, None)


async def test_the_same_decision_signed_anew_is_the_same_decision(
    program: Program, gala: Signer
) -> None:
    asked = await ask(program)
    body = deciding(asked)
    first = await gala.decide(asked, gala.signed(asked, body))
    again = await gala.decide(asked, gala.signed(asked, body))
    assert (again.status_code, again.json()) == (200, first.json())


OTHERWISE: dict[str, dict[str, Any]] = {
    "tenant": {"tenant": "another-clinic"},
    "approval": {"approval_id": "apr_01KAGQ0000000000000000000A"},
    "decision": {"decision": "reject"},
    "content": {"decision_hash": "0" * 64},
    "choices": {"choices_hash": "0" * 64},
    "reading time": {"read_ms": 60_000},
    "older version": {"seen_version": 0},
    "replayed under another id": {"client_decision_id": str(uuid.UUID(int=7))},
}


@pytest.mark.parametrize("what", OTHERWISE)
async def test_a_signature_of_anything_else_is_refused_and_audited(
    program: Program, gala: Signer, what: str
) -> None:
    asked = await ask(program)
    body = gala.signed(asked, deciding(asked), **OTHERWISE[what])
    assert "another statement" in refused(await gala.decide(asked, body), "signature_invalid")
    assert await reasons(program.tenant) == ["challenge_differs"]
    assert (await program.get(f"/v1/approvals/{asked['id']}")).json()["status"] == "pending"


async def test_what_a_key_signed_for_something_else_is_no_decision(
    program: Program, gala: Signer
) -> None:
    asked = await ask(program)
    body = {**deciding(asked), **SEEN}
    said = stated(program.tenant, asked["id"], body)
    signature = gala.key.sign(said, PROOF, gala.device_id)
    refused(await gala.decide(asked, {**body, "signature": signature}), "signature_invalid")
    assert await reasons(program.tenant) == ["another_type"]


@pytest.mark.parametrize(
    "whose", ["unknown", "unconfirmed", "removed", "another tenant's", "another's", "imitated"]
)
async def test_a_device_that_is_not_the_governors_now_is_refused_and_audited(
    program: Program, gala: Signer, whose: str
) -> None:
    reason, signer = "unknown_key", Signer(program, gala.principal)
    if whose == "unconfirmed":
        await signer.enrolled(confirmed_at=None)
    elif whose == "removed":
        await signer.enrolled()
        await signer.enrolled(event=DeviceRemoved, removed_at=AT)
    elif whose == "another tenant's":
        signer.device_id = await registered(signer.key, "another-clinic", gala.principal)
    elif whose == "another's":
        signer.device_id = await registered(signer.key, program.tenant, "goran")
    elif whose == "imitated":
        signer.device_id, reason = gala.device_id, "unverified"
    asked = await ask(program)
    answer = await signer.decide(asked, signer.signed(asked, deciding(asked)))
    refused(answer, "signature_invalid")
    assert await reasons(program.tenant) == [reason]


async def test_events_of_devices_count_in_whatever_order_they_arrive(program: Program) -> None:
    late, gone = Signer(program), Signer(program)
    await late.enrolled(event=DeviceConfirmed)
    await late.enrolled(confirmed_at=None)
    await gone.enrolled(event=DeviceRemoved, removed_at=AT)
    await gone.enrolled()
    first, second = await ask(program), await ask(program, summary="Again")
    assert (await late.decide(first, late.signed(first, deciding(first)))).status_code == 200
    answer = await gone.decide(second, gone.signed(second, deciding(second)))
    refused(answer, "signature_invalid")


async def test_what_is_signed_says_what_was_seen(program: Program, gala: Signer) -> None:
    asked = await ask(program)
    body = {**gala.signed(asked, deciding(asked)), "seen_version": None, "read_ms": None}
    answer = await gala.decide(asked, body)
    assert answer.status_code == 422
    assert [each["field"] for each in answer.json()["errors"]] == ["seen_version", "read_ms"]


async def test_a_veto_signed_before_the_approval_takes_it_back(
    program: Program, gala: Signer
) -> None:
    asked = await ask(program)
    other = governor(program, "goran")
    decided = await other.post(f"/v1/approvals/{asked['id']}/decisions", deciding(asked))
    assert decided.json()["status"] == "approved"
    # Neither without a signature, nor with one that does not verify.
    unsigned = await gala.program.post("/v1/vetoes", {**vetoing(asked), **SEEN})
    assert (unsigned.status_code, unsigned.json()["code"]) == (409, "already_decided")
    forged = gala.signed(asked, vetoing(asked), read_ms=1)
    refused(await gala.program.post("/v1/vetoes", forged), "signature_invalid")
    answer = await gala.veto(asked)
    card = answer.json()
    assert answer.status_code == 200, card
    assert (card["status"], card["decided_by"]) == ("vetoed", gala.principal)
    assert (card["review"]["because"], card["device_id"]) == ("late_refusal", gala.device_id)
    (data,) = await entries(program.tenant, "assent.approval.vetoed.v1")
    DecisionSignature.model_validate(data["device_signature"]).verify()
    assert data["seen_version"] == 1
