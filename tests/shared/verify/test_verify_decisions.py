"""An export of everything proves what people's devices signed: each decision, with a key that an
event had registered for who decided."""

import json
from typing import Any

import pytest

from functions.audit.rules.documents import File
from shared.kit.device_signatures import DECISION, PROOF
from tests.device_keys import DeviceKey
from tests.shared.verify.archives import archive_of, bodies, chained, verified

KEY, OTHER = DeviceKey(), DeviceKey()
DEVICE = "dev_01KAGQ0000000000000000000D"


def _jwk(key: DeviceKey) -> dict[str, Any]:
    return key.key.as_dict(private=False)


def _registered(key: DeviceKey = KEY, principal: str = "gala") -> dict[str, Any]:
    data = {"device_id": DEVICE, "principal": principal, "key": _jwk(key)}
    return {"type": "assent.device.registered.v1", "tenantid": "acme", "data": data}


def _decided(key: DeviceKey = KEY, typ: str = DECISION, **changed: Any) -> dict[str, Any]:
    said = {"approval_id": "apr_1", "decision_hash": "a" * 64, "seen_version": 1, "read_ms": 900}
    statement = {"v": 1, "tenant": "acme", "decision": "approve", **said}
    signature = key.sign(statement, typ, DEVICE)
    kept = {"device_id": DEVICE, "key": _jwk(key), "statement": statement, "signature": signature}
    return {
        "type": "assent.approval.approved.v1",
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


ALTERED: dict[str, tuple[list[dict[str, Any]], str]] = {
    "another reading time": ([_registered(), _decided(read_ms=90_000)], "another decision"),
    "another content": ([_registered(), _decided(decision_hash="b" * 64)], "another decision"),
    "another tenant": ([_registered(), {**_decided(), "tenantid": "b"}], "another decision"),
    "another kind": ([_registered(), _decided(typ=PROOF)], "not that of a decision"),
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
