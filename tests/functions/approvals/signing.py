"""Somebody with a passkey, or a device with a key: their browser signs what the contracts say,
independently of the code that checks it."""

import hashlib
import uuid
from typing import Any

import rfc8785

from events.devices import DeviceKey as PublicKey
from events.devices import DeviceRegistered, DeviceState
from events.passkeys import PasskeyAdded, PasskeyRemoved, PasskeyState
from functions.approvals.reactions import HANDLERS
from shared.kit.bookkeeping import PLATFORM_TENANT
from shared.kit.ids import hashed_id
from shared.kit.instants import parse_instant
from shared.kit.models import EventData, part_of
from shared.kit.passkeys import passkey_id_of, written
from shared.messaging.envelope import Envelope
from tests.authenticator import Authenticator
from tests.device_keys import DeviceKey

SITE = {"rp_id": "issuer.test", "origin": "https://issuer.test"}
AT = parse_instant("2026-11-20T11:00:00.000Z")
_SEEN = ("seen_version", "read_ms")
_OWN = ("decision", "decision_hash", "client_decision_id", "approval_id", *_SEEN)
_UNSAID: dict[str, Any] = {"note": "", "until": None, "to": None, "grounds": None}
_UNSAID_OF_A_VETO: dict[str, Any] = {"attachments": []}


def authenticator(**fields: Any) -> Authenticator:
    return Authenticator(**{**SITE, **fields})


def challenge(tenant: str, approval_id: str, body: dict[str, Any], decision: str = "") -> str:
    """The hash of all that was decided, from the body that is sent."""
    said = stated(tenant, approval_id, body, decision)
    return written(hashlib.sha256(rfc8785.dumps(said)).digest())


def stated(
    tenant: str, approval_id: str, body: dict[str, Any], decision: str = ""
) -> dict[str, Any]:
    """All that was decided, from the body that is sent."""
    verb = decision or body.get("decision") or "veto"
    unsaid = _UNSAID_OF_A_VETO if verb == "veto" else _UNSAID
    choices = {**unsaid, **{name: each for name, each in body.items() if name not in _OWN}}
    seen = {name: body[name] for name in _SEEN if name in body}
    return {
        **seen,
        "v": 1,
        "tenant": tenant,
        "approval_id": approval_id,
        "decision": verb,
        "choices_hash": hashlib.sha256(rfc8785.dumps(choices)).hexdigest(),
        "decision_hash": body["decision_hash"],
        "client_decision_id": body["client_decision_id"],
    }


def state_of(authenticator: Authenticator, principal: str) -> PasskeyState:
    """What identity publishes of a passkey."""
    return PasskeyState(
        passkey_id=passkey_id_of(authenticator.credential_id),
        principal_id=principal,
        credential_id=authenticator.credential_id,
        public_key=written(authenticator.public_key),
        rp_id=authenticator.rp_id,
        sign_count=authenticator.count,
        is_synced=True,
        added_at=AT,
        added_in="ses_1",
    )


async def added(authenticator: Authenticator, principal: str) -> None:
    """Identity's event arrives."""
    await _deliver_passkey(part_of(PasskeyAdded, state_of(authenticator, principal)))


async def removed(authenticator: Authenticator, principal: str) -> None:
    """Identity's event arrives."""
    state = state_of(authenticator, principal)
    await _deliver_passkey(part_of(PasskeyRemoved, state, removed_at=AT, removed_in="ses_1"))


async def registered(
    key: DeviceKey,
    tenant: str,
    principal: str,
    event: type[DeviceState] = DeviceRegistered,
    **f: Any,
) -> str:
    """An event of `mobile-api` about the device with that key arrives; the device's id."""
    device_id = hashed_id("dev", hashlib.sha256(key.jwk["x"].encode()).hexdigest())
    at = {"registered_at": AT, "confirmed_at": AT, **f}
    public = PublicKey(x=key.jwk["x"], y=key.jwk["y"])
    data = event(device_id=device_id, principal=principal, platform="web", key=public, **at)
    await _deliver(data, "mobile-api", f"device/{device_id}", principal, tenant)
    return device_id


async def _deliver_passkey(data: PasskeyAdded | PasskeyRemoved) -> None:
    subject = f"passkey/{data.passkey_id}"
    await _deliver(data, "identity", subject, data.principal_id, PLATFORM_TENANT)


async def _deliver(data: EventData, source: str, subject: str, actor: str, tenant: str) -> None:
    event = Envelope(
        id=f"evt_{uuid.uuid4().hex}",
        type=data.event_type,
        source=f"//assent/{source}",
        subject=subject,
        time=AT,
        tenantid=tenant,
        actorid=actor,
        correlationid="evt_1",
        causationid="evt_1",
        sequence=1,
        data=data.model_dump_json(),
        received_at=AT,
    )
    await HANDLERS[event.type](event)
