"""An export of everything proves what people's devices signed: each decision, with a key that an
event had registered for who decided."""

import json
from contextlib import nullcontext
from typing import Any, get_args

import pytest

from events.approvals import DecisionState
from functions.approvals.rules.commands import DecisionVerb
from functions.audit.rules.documents import File
from shared.kit.device_signatures import DECISION, PROOF
from shared.verify.decisions import check_decision
from shared.verify.notes import Forged
from tests.device_keys import DeviceKey
from tests.shared.verify.archives import archive_of, bodies, chained, verified

KEY, OTHER = DeviceKey(), DeviceKey()
DEVICE = "dev_01KAGQ0000000000000000000D"


def _jwk(key: DeviceKey) -> dict[str, Any]:
    return key.key.as_dict(private=False)


AT = "2026-11-20T12:00:00Z"


def _registered(
    key: DeviceKey = KEY, principal: str = "gala", at: str | None = AT, then: str = "registered"
) -> dict[str, Any]:
    data = {"device_id": DEVICE, "principal": principal, "key": _jwk(key), "confirmed_at": at}
    return {"type": f"assent.device.{then}.v1", "tenantid": "acme", "data": data}


def _decided(
    key: DeviceKey = KEY,
    typ: str = DECISION,
    decision: str = "approve",
    then: str = "approved",
    **changed: Any,
) -> dict[str, Any]:
    said = {"approval_id": "apr_1", "decision_hash": "a" * 64, "seen_version": 1, "read_ms": 900}
    statement = {"v": 1, "tenant": "acme", "decision": decision, **said}
    signature = key.sign(statement, typ, DEVICE)
    kept = {"device_id": DEVICE, "key": _jwk(key), "statement": statement, "signature": signature}
    return {
        "type": f"assent.approval.{then}.v1",
        "tenantid": "acme",
        "actorid": "gala",
        "data": {**said, "device_signature": kept, **changed},
    }


def _verified(*events: dict[str, Any]) -> Any:
    lines = b"".join(json.dumps(each, separators=(",", ":")).encode() + b"\n" for each in events)
    documents = [File("events/00000001.jsonl", lines)]
    return verified(archive_of(chained(bodies(1)), documents=documents))


def test_what_devices_signed_is_counted() -> None:
    found = _verified(_decided(), _registered(), _decided())
    assert (found.broken, found.decisions) == ("", 2)


def test_a_key_that_was_confirmed_later_counts() -> None:
    events = _registered(at=None), _registered(then="confirmed"), _decided()
    assert (_verified(*events).broken, _verified(*events).decisions) == ("", 1)


MADE_BY = {
    "approved": {"approve", "break_glass"},
    "voted": {"approve"},
    "rejected": {"reject", "veto"},
    "changes_requested": {"request_changes"},
    "vetoed": {"veto", "reject", "request_changes"},
    "deferred": {"defer"},
    "escalated": {"escalate"},
    "delegated": {"delegate"},
}


def test_every_event_of_a_decision_is_made_by_something_that_was_signed() -> None:
    makers = (each.event_type.split(".")[2] for each in DecisionState.__subclasses__())
    assert sorted(makers) == sorted(MADE_BY)
    signable = {*get_args(DecisionVerb), "veto"}
    assert set().union(*MADE_BY.values()) == signable
    for then, verbs in MADE_BY.items():
        for verb in signable:
            event = _decided(decision=verb, then=then)
            told = nullcontext() if verb in verbs else pytest.raises(Forged, match="another")
            with told:
                check_decision(event["data"]["device_signature"], event)


ALTERED: dict[str, tuple[list[dict[str, Any]], str]] = {
    "another reading time": ([_registered(), _decided(read_ms=90_000)], "another decision"),
    "another content": ([_registered(), _decided(decision_hash="b" * 64)], "another decision"),
    "another tenant": ([_registered(), {**_decided(), "tenantid": "b"}], "another decision"),
    "another kind": ([_registered(), _decided(typ=PROOF)], "not that of a decision"),
    "a veto told as a yes": ([_registered(), _decided(decision="veto")], "another decision: veto"),
    "no decision's event": ([_registered(), _decided(then="resumed")], "another decision: approve"),
    "an unconfirmed key": ([_registered(at=None), _decided()], "no event confirms"),
    "another key confirmed": (
        [_registered(at=None), _registered(OTHER, then="confirmed"), _decided()],
        "no event confirms",
    ),
    "nobody's key": ([_decided()], "no event registers"),
    "another key": ([_registered(OTHER), _decided()], "no event registers"),
    "another person": ([_registered(principal="goran"), _decided()], "no event registers"),
    "another person decided": ([_registered(), {**_decided(), "actorid": "x"}], "no event"),
    "no event": ([_registered(), _decided(device_signature={})], "no event that was written"),
}


@pytest.mark.parametrize("what", ALTERED)
def test_a_decision_that_no_device_signed_so_is_found(what: str) -> None:
    events, why = ALTERED[what]
    if what == "no event":
        events[1]["data"]["device_signature"] = {"signature": 7}
    assert why in _verified(*events).broken


def test_a_forged_signature_is_found() -> None:
    forged = _decided(OTHER)
    forged["data"]["device_signature"]["key"] = _jwk(KEY)
    assert "its device's key did not sign it" in _verified(_registered(), forged).broken
