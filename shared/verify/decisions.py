"""Decisions that people's devices signed (docs/contracts.md, Devices that sign), in the events of
an archive."""

import base64
import json
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePublicNumbers,
)
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from .notes import Forged
from .tar import Damaged

_REGISTERED = "assent.device.registered.v1"
_CONFIRMED = "assent.device.confirmed.v1"
_DEVICES = (_REGISTERED, _CONFIRMED)
# What a device may have signed, for each event that a decision makes.
_VERBS = {
    "assent.approval.approved.v1": ("approve", "break_glass"),
    "assent.approval.voted.v1": ("approve",),
    "assent.approval.rejected.v1": ("reject", "veto"),
    "assent.approval.changes_requested.v1": ("request_changes",),
    "assent.approval.vetoed.v1": ("veto", "reject", "request_changes"),
    "assent.approval.deferred.v1": ("defer",),
    "assent.approval.escalated.v1": ("escalate",),
    "assent.approval.delegated.v1": ("delegate",),
}
_SIGNED = b'"device_signature":{'
_STATED = ("approval_id", "decision_hash", "seen_version", "read_ms")
_HALF = 32


class Enrolled(NamedTuple):
    """A device's key, and whose it is."""

    principal: str
    x: str
    y: str


class SignedDecisions:
    """Follows the events of one tenant: verifies each decision that a device signed, and, at the
    end, that events had registered and confirmed that key of that person."""

    def __init__(self) -> None:
        self.number = 0
        self._enrolled: dict[str, Enrolled] = {}
        self._confirmed: set[tuple[str, Enrolled]] = set()
        self._signers: dict[str, tuple[str, Enrolled]] = {}

    def follow(self, name: str, lines: bytes) -> None:
        """Follows the events in a file of the archive. Raises Damaged for a decision that is not
        what its device signed."""
        for number, line in enumerate(lines.splitlines(), 1):
            if _SIGNED not in line and not any(each.encode() in line for each in _DEVICES):
                continue
            try:
                self._note(f"{name}: line {number}", json.loads(line))
            except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
                raise Damaged(f"{name}: line {number} is no event that was written") from error

    def end(self) -> None:
        """Raises Damaged where a decision was signed with a key that no event registers, or
        confirms, for who decided."""
        for device_id, (where, signer) in self._signers.items():
            if self._enrolled.get(device_id) != signer:
                raise Damaged(f"{where}: no event registers {device_id} with the key that signed")
            if (device_id, signer) not in self._confirmed:
                raise Damaged(f"{where}: no event confirms {device_id}, whose key signed")

    def _note(self, where: str, event: dict[str, Any]) -> None:
        data = event["data"]
        if event.get("type") in _DEVICES and data["key"] is not None:
            key = Enrolled(data["principal"], data["key"]["x"], data["key"]["y"])
            if event["type"] == _REGISTERED:
                self._enrolled.setdefault(data["device_id"], key)
            if data["confirmed_at"] is not None:
                self._confirmed.add((data["device_id"], key))
        signed = data.get("device_signature")
        if not isinstance(signed, dict):
            return
        try:
            check_decision(signed, event)
        except Forged as error:
            raise Damaged(f"{where}: {error}") from error
        signer = Enrolled(event["actorid"], signed["key"]["x"], signed["key"]["y"])
        earlier = self._signers.setdefault(signed["device_id"], (where, signer))
        if earlier[1] != signer:
            raise Damaged(f"{where}: {signed['device_id']} signed with another key before")
        self.number += 1


def check_decision(signed: dict[str, Any], event: dict[str, Any]) -> None:
    """Raises Forged unless the device's key signed exactly the decision that the event tells, also
    by its type."""
    head, payload, raw = signed["signature"].split(".")
    header, said = json.loads(_decoded(head)), json.loads(_decoded(payload))
    wanted = {"alg": "ES256", "typ": "decision+jws", "kid": signed["device_id"]}
    if {name: header.get(name) for name in wanted} != wanted or "crit" in header:
        raise Forged("its signature is not that of a decision by its device")
    _verify(signed["key"], f"{head}.{payload}".encode(), _decoded(raw))
    told = {name: event["data"].get(name) for name in _STATED} | {"tenant": event["tenantid"]}
    if said != signed["statement"] or {name: said.get(name) for name in told} != told:
        raise Forged("its device signed another decision")
    if said.get("decision") not in _VERBS.get(event["type"], ()):
        raise Forged(f"its device signed another decision: {said.get('decision')}")


def _verify(key: dict[str, Any], text: bytes, raw: bytes) -> None:
    x, y = (int.from_bytes(_decoded(key[name]), "big") for name in ("x", "y"))
    halves = (raw[:_HALF], raw[_HALF:])
    der = encode_dss_signature(*(int.from_bytes(each, "big") for each in halves))
    try:
        if len(raw) != 2 * _HALF:
            raise InvalidSignature
        EllipticCurvePublicNumbers(x, y, SECP256R1()).public_key().verify(
            der, text, ECDSA(SHA256())
        )
    except (InvalidSignature, ValueError) as error:
        raise Forged("its device's key did not sign it") from error


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
