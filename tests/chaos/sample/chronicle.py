"""A small story that nothing speaks against, as evidence, for tests that doctor it."""

import base64
import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.chaos.checker.canonical import canonical, content_hash
from tests.chaos.checker.evidence import Evidence, Json, Tenant

TENANT = "clinic"
_OTHERS = ("agent_names", "contents")
START = datetime(2026, 11, 20, 12, tzinfo=UTC)
_COLLECTIONS = {
    "agent": "agents",
    "creation_case": "creation_cases",
    "approval": "approvals",
    "precedent": "precedents",
}


def moment(minutes: float) -> str:
    """So many minutes after the start."""
    at = START + timedelta(minutes=minutes)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass
class Key:
    """A signing key and the set its signatures are verified with."""

    kid: str
    private: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    def sign(self, statement: Json) -> str:
        header = {"alg": "Ed25519", "kid": self.kid}
        signed = f"{_part(canonical(header).encode())}.{_part(canonical(statement).encode())}"
        return f"{signed}.{_part(self.private.sign(signed.encode()))}"

    @property
    def public(self) -> Json:
        raw = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return {"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": self.kid, "x": _part(raw)}]}


class Chronicle:
    """Writes a tenant's log and stores, one commit an event."""

    def __init__(self) -> None:
        self.tenant = Tenant(TENANT, now=moment(20_000))
        self.tenant.documents = {name: {} for name in (*_COLLECTIONS.values(), *_OTHERS)}
        self.approvals_key, self.agents_key = Key("approvals-1"), Key("agents-1")

    def tell(self, noun: str, id: str, name: str, data: Json, *, cause: Json | None = None) -> Json:
        """An event about a subject, whose document follows."""
        number = len(self.tenant.events) + 1
        stored = self.tenant.documents[_COLLECTIONS[noun]].setdefault(id, {"sequence": 0})
        event_id = f"evt_{number:03}"
        event = {
            "id": event_id,
            "type": f"assent.{noun}.{name}.v1",
            "subject": f"{noun}/{id}",
            "sequence": stored["sequence"] + 1,
            "tenantid": TENANT,
            "causationid": cause["id"] if cause else event_id,
            "correlationid": cause["correlationid"] if cause else event_id,
            "unpublished": False,
            "data": data,
        }
        self.tenant.events.append(event)
        stored |= {"sequence": event["sequence"], "last_event": {"id": event_id}}
        return event

    def store(self, noun: str, id: str, state: Json) -> None:
        """What the subject is in the end."""
        document = self.tenant.documents[_COLLECTIONS[noun]][id]
        timer = {"next_timer_at": None, "next_timer_type": None}
        document |= {"state": json.dumps(state), "status": state.get("status"), **timer}

    def keep(self, content: Json) -> str:
        """Stores a content; returns its hash."""
        hash = content_hash(content)
        self.tenant.documents["contents"][hash] = {"body": canonical(content)}
        return hash

    def decided(self, state: Json) -> Json:
        """The approval with the signature of what was decided."""
        names = ("approval_id", "kind", "risk", "capacity", "decision_hash", "decided_by")
        signed = {
            name: state[name] for name in (*names, "decided_at", "version", "case", "passkey_id")
        }
        record = content_hash({name: value for name, value in state.items() if name != "signature"})
        about = {"tenant_id": TENANT, "outcome": state["status"], "record_hash": record}
        about["answer_hash"] = None
        return {**state, "signature": self.approvals_key.sign({**signed, **about})}

    def say(self, status: int, path: str, answer: Json, *, key: str, by: str = "gala") -> None:
        """What both devices of a person were answered."""
        for device in ("phone", "tablet"):
            said = {"device": device, "path": path, "key": key, "status": status, "answer": answer}
            self.tenant.said.append({"principal": by, "method": "POST", **said})

    def audit(self, event_id: str) -> None:
        """The next link of the audit chain."""
        chain = self.tenant.audited
        previous, number = (chain[-1]["hash"] if chain else "0" * 64), len(chain) + 1
        body = canonical({"event": event_id})
        text = "\n".join((previous, TENANT, str(number), event_id, body))
        hash = hashlib.sha256(text.encode()).hexdigest()
        link = {"number": number, "event_id": event_id, "body": body}
        chain.append({**link, "previous_hash": previous, "hash": hash})

    def evidence(self) -> Evidence:
        keys = {
            "approvals-public-keys": self.approvals_key.public,
            "agents-public-keys": self.agents_key.public,
        }
        return Evidence([self.tenant], keys=keys)


def case_state(chronicle: Chronicle, number: int, status: str) -> Json:
    """A case with its spec and its certification."""
    spec = {"name": f"writer-{number}", "budget": {"per_run_usd": 0.5}}
    spec_hash = chronicle.keep(spec)
    statement: dict[str, Any] = {
        "tenant_id": TENANT,
        "case_id": f"cas_{number}",
        "spec_hash": spec_hash,
    }
    return {
        "case_id": f"cas_{number}",
        "status": status,
        "approval_id": f"apr_{number}",
        "ended_at": moment(number),
        "spec_hash": spec_hash,
        "certifications": [chronicle.agents_key.sign(statement)],
    }


def _part(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
