"""A decision's signature covers everything that its event says."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from joserfc.jwk import OKPKey

from events.approvals import (
    ApprovalApproved,
    ApprovalOverturned,
    ApprovalRejected,
    ApprovalState,
    ApprovalVoted,
    CaseBinding,
    Stage,
    Subject,
)
from events.artifacts import CitedArtifact
from events.decisions import statement_of, verify_decision
from events.quorum import BreakGlass, Grant, LateDecision, Place, Review, Rule, Vote
from events.vetoes import VetoReason, VetoWindow
from shared.kit.errors import SignatureInvalid
from shared.kit.signing import load_public_keys, load_signing_key, new_key, public_key_set, sign

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
LATER = "2026-11-21T12:00:00.000Z"
TENANT = "clinic"


def _key() -> OKPKey:
    return load_signing_key(json.dumps(new_key("approvals")))


KEY = _key()
KEYS = load_public_keys(json.dumps(public_key_set(KEY)))

# Each field of the event has a value, so that each can be altered.
VALUES: dict[str, Any] = {
    "approval_id": "apr_1",
    "kind": "financial",
    "risk": "high",
    "status": "approved",
    "summary": "Pay the printer",
    "subject": Subject(type="invoice", id="inv-7", name="the printer's invoice"),
    "requested_by": "amira",
    "requested_at": AT,
    "deadline_at": AT,
    "on_timeout": "deny",
    "decision_hash": "0" * 64,
    "effect": "pay",
    "amount_usd_micros": 7_000_000,
    "added_rule": Rule(kind="any", of=(Place(role="legal"),)),
    "missing": ("role:legal",),
    "authors": ("amira",),
    "late": (LateDecision(principal="gala", decision="reject", right="governor", at=AT),),
    "stage": Stage(number=6, name="Governor approval", of=7),
    "veto": VetoWindow(closes_at=AT),
    "decided_by": "gala",
    "decided_at": AT,
    "passkey_for": "assent",
    "passkey_id": "pky_1",
    "device_id": "dev_1",
    "receipt_id": "rec_1",
    "version": 3,
    "rule": Rule(kind="any", of=(Place(role="governor"),)),
    "votes": (Vote(principal="gala", capacity="approver", places=(0,), at=AT),),
    "grants": (Grant(to="dina", by="gala", places=(0,), at=AT),),
    "deferred_until": AT,
    "capacity": "break_glass",
    "note": "The supplier would stop.",
    "precedent_id": "pre_1",
    "break_glass": BreakGlass(grounds="outage", skipped=("role:governor",)),
    "review": Review(
        because="break_glass", status="overturned", due_at=AT, reviewed_by="goran"
    ).model_copy(update={"reviewed_at": AT}),
    "veto_reason": VetoReason(category="budget", explanation="Too much."),
    "attachments": (CitedArtifact(artifact_id="art_1", sha256="1" * 64),),
    "evidence_files": (CitedArtifact(artifact_id="art_2", sha256="2" * 64),),
    "evidence_hash": "1" * 64,
    "assessment_hash": "2" * 64,
    "matches_hash": "3" * 64,
    "case": CaseBinding(case_id="cas_1", revision=1, purpose="creation"),
    "considered": ("pre_1",),
    "token": "bWludGVk",
    "needs_answer": True,
    "answer_hash": "4" * 64,
    "workspace_id": "wsp_1",
}
OTHERS: dict[str, Any] = {
    "kind": "artifact",
    "risk": "low",
    "status": "confirmed",
    "on_timeout": "approve",
    "capacity": "approver",
    "passkey_for": "nothing",
    "needs_answer": False,
    "version": 4,
    **dict.fromkeys(("requested_at", "deadline_at", "decided_at", "deferred_until"), LATER),
    "subject": {"name": "the painter's invoice"},
    "stage": {"number": 5},
    "veto": {"closes_at": LATER},
    "rule": {"kind": "all"},
    "added_rule": {"kind": "all"},
    "effect": "read",
    "amount_usd_micros": 1,
    "break_glass": {"grounds": "legal"},
    "review": {"because": "deputy"},
    "veto_reason": {"category": "other"},
    "attachments": [{"artifact_id": "art_1", "sha256": "3" * 64}],
    "evidence_files": [],
    "case": {"revision": 2},
}


def _signed(event: type[ApprovalState] = ApprovalApproved, key: OKPKey = KEY) -> dict[str, Any]:
    """The data of a signed event."""
    unsigned = event(**VALUES)
    statement = statement_of(unsigned, TENANT)
    assert statement is not None
    signature = sign(statement.model_dump(mode="json"), key)
    data: dict[str, Any] = json.loads(
        unsigned.model_copy(update={"signature": signature}).model_dump_json()
    )
    return data


def _verify(
    data: dict[str, Any], event: type[ApprovalState] = ApprovalApproved, tenant: str = TENANT
) -> str:
    text = json.dumps(data)
    return verify_decision(event.model_validate_json(text), text, tenant, KEYS).decided_by


def test_a_decision_that_was_not_altered_verifies() -> None:
    assert _verify(_signed()) == "gala"


def test_an_overturned_decision_is_signed_for_its_reviewer() -> None:
    assert _verify(_signed(ApprovalOverturned), ApprovalOverturned) == "goran"


def test_every_field_of_the_event_has_a_value_to_alter() -> None:
    fields = set(ApprovalState.model_fields) - {"signature"}
    assert fields <= VALUES.keys()


@pytest.mark.parametrize("field", [name for name in ApprovalState.model_fields if name in VALUES])
def test_no_field_of_the_event_can_be_altered_or_left_out(field: str) -> None:
    data = _signed()
    altered = {**data, field: _other(field, data[field])}
    with pytest.raises(SignatureInvalid):
        _verify(altered)
    if not ApprovalState.model_fields[field].is_required():
        with pytest.raises(SignatureInvalid):
            _verify({name: value for name, value in data.items() if name != field})


def _other(field: str, value: Any) -> Any:
    """Another value of the same shape."""
    other = OTHERS.get(field, [] if isinstance(value, list) else f"{value}1")
    return {**value, **other} if isinstance(value, dict) else other


def test_a_field_that_the_reader_does_not_know_is_covered_too() -> None:
    class Newer(ApprovalApproved):
        seal: str = "red"

    data = _signed(Newer)
    assert _verify(data) == "gala"
    for altered in ({**data, "seal": "blue"}, {**_signed(), "seal": "red"}):
        with pytest.raises(SignatureInvalid):
            _verify(altered)


def test_a_decision_belongs_to_its_tenant_and_its_outcome() -> None:
    with pytest.raises(SignatureInvalid):
        _verify(_signed(), tenant="another")
    with pytest.raises(SignatureInvalid):
        _verify(_signed(), ApprovalRejected)


def test_a_stranger_signs_no_decision() -> None:
    with pytest.raises(SignatureInvalid):
        _verify(_signed(key=_key()))
    for signature in (None, "", "a.b.c", sign({"outcome": "approved"}, KEY)):
        with pytest.raises(SignatureInvalid):
            _verify({**_signed(), "signature": signature})


@pytest.mark.parametrize("number", ["1e400", "NaN", "9007199254740993"])
def test_a_decision_without_a_canonical_form_is_no_decision(number: str) -> None:
    text = json.dumps(_signed()).replace("7000000", number)
    decision = ApprovalApproved.model_validate_json(json.dumps(_signed()))
    with pytest.raises(SignatureInvalid):
        verify_decision(decision, text, TENANT, KEYS)


def test_what_decides_nothing_is_not_signed() -> None:
    assert statement_of(ApprovalVoted(**VALUES), TENANT) is None
