"""Passkeys (WebAuthn, Level 3): checks what an authenticator signed, and says in our own words what
is wrong with it. Nobody's attestation is believed: who made an authenticator decides nothing."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import StringConstraints

from shared.kit import base64url
from shared.kit.errors import RecordedRefusal, SignatureInvalid
from shared.kit.ids import derive_id
from shared.kit.models import Model

_ALPHABET = r"^[A-Za-z0-9_-]+$"
CredentialId = Annotated[str, StringConstraints(pattern=_ALPHABET, max_length=1366)]
ClientData = Annotated[str, StringConstraints(pattern=_ALPHABET, max_length=4096)]
Attestation = Annotated[str, StringConstraints(pattern=_ALPHABET, max_length=8192)]
AuthenticatorData = Annotated[str, StringConstraints(pattern=_ALPHABET, max_length=2048)]
Signature = Annotated[str, StringConstraints(pattern=_ALPHABET, max_length=1024)]
# An RSA key of 4096 bits.
_LONGEST_KEY_BYTES = 600

Ceremony = Literal["webauthn.create", "webauthn.get"]
_ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)
_PRESENT, _VERIFIED, _SYNCED = 0x01, 0x04, 0x08
_SIGN_AGAIN = "let the passkey sign again"


@dataclass(frozen=True)
class Site:
    """Where passkeys are made and used: the rp id, which is part of every key for ever, and the
    origins of the pages that may ask for them."""

    rp_id: str
    origins: tuple[str, ...]


class PasskeyRefused(RecordedRefusal, SignatureInvalid):
    """What a passkey made or signed is not accepted."""


class Assertion(Model):
    """What an authenticator signed (`navigator.credentials.get`), in base64url without padding."""

    credential_id: CredentialId
    client_data_json: ClientData
    authenticator_data: AuthenticatorData
    signature: Signature


@dataclass(frozen=True)
class NewKey:
    """A key that an authenticator has just made: its COSE key, how often it has signed (0 for ever
    where it does not count), and whether it is copied to other devices of its owner."""

    credential_id: str
    public_key: str
    sign_count: int
    is_synced: bool


def passkey_id_of(credential_id: str) -> str:
    """The id of the passkey with that credential id: the same on the whole platform, for ever."""
    return derive_id("pky", _ALWAYS, credential_id)


def written(raw: bytes) -> str:
    """Bytes as base64url without padding."""
    return base64url.encode(raw)


def read(text: str) -> bytes:
    """The bytes of such a text. Raises PasskeyRefused for one that is not exactly their form, so
    that no two texts are the same bytes."""
    try:
        raw = base64url.decode(text)
    except ValueError as error:
        raise _unreadable() from error
    if written(raw) != text:
        raise _unreadable()
    return raw


def check_new_key(client_data: str, attestation: str, *, challenge: bytes, site: Site) -> NewKey:
    """The key that `navigator.credentials.create` made for this challenge on this site, by somebody
    whom the authenticator verified. Raises PasskeyRefused for anything else."""
    check_client_data(read(client_data), "webauthn.create", challenge, site)
    try:
        return _new_key(client_data, attestation, challenge, site)
    except PasskeyRefused:
        raise
    except Exception as error:  # its parsers raise many kinds, all for bytes that are no key
        detail = "the new key cannot be read: ES256, EdDSA and RS256 without attestation are taken"
        raise PasskeyRefused("unverified", detail) from error


def check_assertion(assertion: Assertion, *, challenge: bytes, public_key: str, site: Site) -> int:
    """How often the key has signed, where it signed this challenge on this site for somebody whom
    the authenticator verified; 0 where it does not count. Raises PasskeyRefused otherwise."""
    check_client_data(read(assertion.client_data_json), "webauthn.get", challenge, site)
    data = read(assertion.authenticator_data)
    _check_authenticator(data, site)
    try:
        return _verified(assertion, challenge, public_key, site)
    except Exception as error:  # its parsers raise many kinds, all for bytes that do not verify
        detail = f"the signature is not that key's over what it was asked to sign: {_SIGN_AGAIN}"
        raise PasskeyRefused("unverified", detail) from error


def check_client_data(raw: bytes, ceremony: Ceremony, challenge: bytes, site: Site) -> None:
    """Raises PasskeyRefused unless a page of this site asked an authenticator for exactly this."""
    try:
        said: Any = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise _unreadable() from error
    if not isinstance(said, dict) or said.get("type") != ceremony:
        detail = f"client_data_json is not of the type {ceremony}"
        raise PasskeyRefused("unverified", detail)
    if said.get("challenge") != written(challenge):
        detail = f"the passkey signed something else (its challenge differs): {_SIGN_AGAIN}"
        raise PasskeyRefused("challenge_differs", detail)
    if said.get("origin") not in site.origins or said.get("crossOrigin", False) is not False:
        detail = f"the passkey was asked by a page of another site, not {' or '.join(site.origins)}"
        raise PasskeyRefused("another_origin", detail)


def _check_authenticator(data: bytes, site: Site) -> None:
    if len(data) < 37:
        raise _unreadable()
    if data[:32] != hashlib.sha256(site.rp_id.encode()).digest():
        detail = f"the passkey belongs to another site, not {site.rp_id}"
        raise PasskeyRefused("another_origin", detail)
    if not data[32] & _PRESENT or not data[32] & _VERIFIED:
        detail = "the authenticator did not verify who used it: ask with userVerification required"
        raise PasskeyRefused("user_not_verified", detail)


def _new_key(client_data: str, attestation: str, challenge: bytes, site: Site) -> NewKey:
    from webauthn import verify_registration_response
    from webauthn.helpers import parse_attestation_object
    from webauthn.helpers.cose import COSEAlgorithmIdentifier as Algorithm

    found = parse_attestation_object(read(attestation))
    # Every other format brings certificates, which nobody here needs to read.
    if found.fmt not in ("none", "packed") or getattr(found.att_stmt, "x5c", None):
        detail = "the key comes with an attestation: create it with attestation none"
        raise PasskeyRefused("unverified", detail)
    _check_authenticator(_authenticator_data(read(attestation)), site)
    made = found.auth_data.attested_credential_data
    assert made is not None, "it parses only with a credential"
    key_id = written(made.credential_id)
    verified = verify_registration_response(
        credential=_credential(key_id, clientDataJSON=client_data, attestationObject=attestation),
        expected_challenge=challenge,
        expected_rp_id=site.rp_id,
        expected_origin=list(site.origins),
        require_user_verification=True,
        supported_pub_key_algs=[
            *(Algorithm.ECDSA_SHA_256, Algorithm.EDDSA, Algorithm.RSASSA_PKCS1_v1_5_SHA_256),
        ],
    )
    if len(verified.credential_public_key) > _LONGEST_KEY_BYTES or len(made.credential_id) > 1023:
        raise PasskeyRefused("unverified", "the key is longer than any that is taken here")
    return NewKey(
        credential_id=key_id,
        public_key=written(verified.credential_public_key),
        sign_count=verified.sign_count,
        is_synced=found.auth_data.flags.be,
    )


def _authenticator_data(attestation: bytes) -> bytes:
    from webauthn.helpers import parse_cbor

    data: bytes = parse_cbor(attestation)["authData"]
    return data


def _verified(assertion: Assertion, challenge: bytes, public_key: str, site: Site) -> int:
    from webauthn import verify_authentication_response

    verified = verify_authentication_response(
        credential=_credential(
            assertion.credential_id,
            clientDataJSON=assertion.client_data_json,
            authenticatorData=assertion.authenticator_data,
            signature=assertion.signature,
        ),
        expected_challenge=challenge,
        expected_rp_id=site.rp_id,
        expected_origin=list(site.origins),
        credential_public_key=read(public_key),
        credential_current_sign_count=0,
        require_user_verification=True,
    )
    return verified.new_sign_count


def _credential(key_id: str, **response: str) -> dict[str, Any]:
    return {"id": key_id, "rawId": key_id, "type": "public-key", "response": response}


def _unreadable() -> PasskeyRefused:
    return PasskeyRefused("unverified", "the passkey's answer cannot be read: send it unchanged")
