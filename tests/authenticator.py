"""An authenticator in software: it makes real ES256 keys and signatures (WebAuthn, Level 3), and
does what a test tells it to do wrong."""

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import encode_cbor

from shared.kit.passkeys import written

PRESENT, VERIFIED, SYNCED, WITH_KEY = 0x01, 0x04, 0x08, 0x40
HERE = "https://assent.test"


@dataclass
class Authenticator:
    """One key of one person. `count` is 0 for ever, as of synced passkeys, unless it is set."""

    rp_id: str = "assent.test"
    origin: str = HERE
    flags: int = PRESENT | VERIFIED | SYNCED
    count: int = 0
    key_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    @property
    def credential_id(self) -> str:
        return written(self.key_id)

    @property
    def public_key(self) -> bytes:
        """The COSE key."""
        numbers = self.key.public_key().public_numbers()
        x, y = (each.to_bytes(32, "big") for each in (numbers.x, numbers.y))
        return encode_cbor({1: 2, 3: -7, -1: 1, -2: x, -3: y})

    def create(self, challenge: str, /, **said: Any) -> dict[str, str]:
        """What `navigator.credentials.create` gives for a challenge in base64url."""
        made = bytes(16) + len(self.key_id).to_bytes(2, "big") + self.key_id + self.public_key
        data = self._data(self.flags | WITH_KEY) + made
        attestation = encode_cbor({"fmt": "none", "attStmt": {}, "authData": data})
        return {
            "client_data_json": written(self._said("webauthn.create", challenge, said)),
            "attestation_object": written(attestation),
        }

    def sign(self, challenge: str, /, **said: Any) -> dict[str, str]:
        """What `navigator.credentials.get` gives for a challenge in base64url."""
        if self.count:
            self.count += 1
        client_data, data = self._said("webauthn.get", challenge, said), self._data(self.flags)
        signed = data + hashlib.sha256(client_data).digest()
        return {
            "credential_id": self.credential_id,
            "client_data_json": written(client_data),
            "authenticator_data": written(data),
            "signature": written(self.key.sign(signed, ec.ECDSA(SHA256()))),
        }

    def sign_in(self, challenge: str, principal: str, /, **said: Any) -> dict[str, str]:
        """What it gives for a challenge where nobody said whose key is asked for."""
        return {**self.sign(challenge, **said), "user_handle": written(principal.encode())}

    def _data(self, flags: int) -> bytes:
        site = hashlib.sha256(self.rp_id.encode()).digest()
        return site + bytes([flags]) + self.count.to_bytes(4, "big")

    def _said(self, ceremony: str, challenge: str, said: dict[str, Any]) -> bytes:
        usual = {"type": ceremony, "challenge": challenge, "origin": self.origin}
        return json.dumps({**usual, "crossOrigin": False, **said}).encode()
