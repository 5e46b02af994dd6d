"""What is signed is what was decided, and what is hashed is what was decided about."""

import base64
import json
import zlib
from collections.abc import Iterator

from tests.chaos.checker.canonical import content_hash
from tests.chaos.checker.evidence import Json, Tenant, name_of
from tests.chaos.checker.signatures import Forged, verified

Keys = dict[str, Json]

_CONTENTS = (
    *("decision_hash", "evidence_hash", "assessment_hash", "content_hash"),
    *("spec_hash", "findings_hash", "matches_hash"),
)
_SIGNED = (
    *("approved", "auto_approved", "rejected", "expired", "changes_requested", "cancelled"),
    *("vetoed", "overturned"),
)


def every_decision_is_signed(tenant: Tenant, keys: Keys) -> Iterator[str]:
    for event in tenant.events:
        if not event["subject"].startswith("approval/") or name_of(event) not in _SIGNED:
            continue
        try:
            signed = verified(event["data"]["signature"] or "", keys["approvals-public-keys"])
        except Forged as forged:
            yield f"{event['type']} {event['id']} is not signed: {forged}"
            continue
        decided = _decided(tenant, event)
        if signed != decided:
            yield f"{event['type']} {event['id']} is {decided}, signed as {signed}"


def every_hash_is_of_its_content(tenant: Tenant, keys: Keys) -> Iterator[str]:
    contents = tenant.documents.get("contents", {})
    for hash, content in contents.items():
        if content_hash(json.loads(_text(content))) != hash:
            yield f"the content {hash} is another than it says"
    named = [(f"{event['type']} {event['id']}", event["data"]) for event in tenant.events]
    named += [(f"case {id}", case) for id, case in tenant.states("creation_cases").items()]
    for who, data in named:
        for name in _CONTENTS:
            if data.get(name) is not None and data[name] not in contents:
                yield f"{who} names a {name} that nothing is stored under"


def _text(content: Json) -> str:
    """As it was stored: long ones packed."""
    if "packed" not in content:
        return str(content["body"])
    return zlib.decompress(base64.b64decode(content["packed"])).decode()


def every_certification_is_signed(tenant: Tenant, keys: Keys) -> Iterator[str]:
    for id, case in tenant.states("creation_cases").items():
        for compact in case["certifications"]:
            try:
                signed = verified(compact, keys["agents-public-keys"])
            except Forged as forged:
                yield f"case {id} has a certification that is not signed: {forged}"
                continue
            about = (signed["tenant_id"], signed["case_id"], signed["spec_hash"])
            if about != (tenant.name, id, case["spec_hash"]):
                yield f"case {id} has a certification of {about}"


def _decided(tenant: Tenant, event: Json) -> Json:
    data, outcome = event["data"], name_of(event)
    by, at, capacity = data["decided_by"], data["decided_at"], data["capacity"]
    if outcome == "overturned":
        by, at, capacity = data["review"]["reviewed_by"], data["review"]["reviewed_at"], None
    return {
        **{name: data[name] for name in ("kind", "risk", "case")},
        "capacity": capacity,
        "answer_hash": data.get("answer_hash"),
        "record_hash": content_hash({k: v for k, v in data.items() if k != "signature"}),
        "approval_id": data["approval_id"],
        "tenant_id": tenant.name,
        "decision_hash": data["decision_hash"],
        "outcome": outcome,
        "decided_by": by,
        "decided_at": at,
        "passkey_id": None if outcome == "overturned" else data["passkey_id"],
        "version": event["sequence"],
    }
