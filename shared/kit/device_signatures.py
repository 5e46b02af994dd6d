"""What a device's key signs: compact JWS by ES256 over canonical JSON. Each kind of statement has a
`typ` of its own in the header, so that no signature of one kind counts as another's."""

from collections.abc import Mapping
from typing import Annotated, Any

from joserfc import jws
from joserfc.jwk import ECKey
from pydantic import StringConstraints

from shared.kit.canonical import canonical_json
from shared.kit.errors import RecordedRefusal, SignatureInvalid
from shared.kit.signing import UNVERIFIABLE

ALGORITHM = "ES256"
PROOF = "device-proof+jws"
CONFIRMATION = "device-confirmation+jws"
DECISION = "decision+jws"
ACKNOWLEDGEMENT = "acknowledgement+jws"

# A coordinate of P-256: 32 bytes.
Coordinate = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$", max_length=43)]
CompactJws = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$", max_length=4096),
]

_SIGN_AGAIN = "sign again exactly what is sent"


class DeviceSignatureRefused(RecordedRefusal, SignatureInvalid):
    """What a device signed is not accepted."""


def is_point(x: str, y: str) -> bool:
    """Whether the coordinates are those of a public key on the curve P-256."""
    try:
        _key(x, y)
    except UNVERIFIABLE:
        return False
    return True


def signer_of(signature: str) -> str | None:
    """The `kid` in the header: who claims to have signed. Verifies nothing."""
    try:
        name = jws.extract_compact(signature.encode()).headers().get("kid")
    except UNVERIFIABLE:
        return None
    return name if isinstance(name, str) else None


def check_signed(signature: str, *, x: str, y: str, typ: str, statement: Mapping[str, Any]) -> None:
    """Raises DeviceSignatureRefused unless that key signed the canonical JSON of exactly this
    statement, as a statement of this type, by ES256."""
    try:
        signed = jws.deserialize_compact(signature, _key(x, y), algorithms=[ALGORITHM])
        header = signed.headers()
    except UNVERIFIABLE as error:
        detail = f"the signature is not that key's by {ALGORITHM}: {_SIGN_AGAIN}"
        raise DeviceSignatureRefused("unverified", detail) from error
    if header.get("typ") != typ:
        raise DeviceSignatureRefused("another_type", f"the header's typ must be {typ}")
    if signed.payload != canonical_json(dict(statement)):
        detail = f"the device signed another statement: {_SIGN_AGAIN}, in canonical JSON"
        raise DeviceSignatureRefused("challenge_differs", detail)


def _key(x: str, y: str) -> ECKey:
    return ECKey.import_key({"kty": "EC", "crv": "P-256", "x": x, "y": y})
