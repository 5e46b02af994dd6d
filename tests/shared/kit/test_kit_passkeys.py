"""What a passkey made or signed: taken whole, or refused with its reason."""

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import encode_cbor, parse_cbor

from shared.kit.passkeys import (
    Assertion,
    PasskeyRefused,
    Site,
    check_assertion,
    check_new_key,
    passkey_id_of,
    read,
    written,
)
from tests.authenticator import HERE, PRESENT, VERIFIED, Authenticator

SITE = Site("assent.test", (HERE, "https://console.assent.test"))
CHALLENGE = b"\x07" * 32
ASKED = written(CHALLENGE)


def made(authenticator: Authenticator, **said: Any) -> Any:
    sent = authenticator.create(ASKED, **said)
    return check_new_key(
        sent["client_data_json"], sent["attestation_object"], challenge=CHALLENGE, site=SITE
    )


def signed(authenticator: Authenticator, key: str = "", **said: Any) -> int:
    assertion = Assertion.model_validate(authenticator.sign(ASKED, **said))
    public_key = key or written(authenticator.public_key)
    return check_assertion(assertion, challenge=CHALLENGE, public_key=public_key, site=SITE)


def test_a_new_key_is_read() -> None:
    authenticator = Authenticator()
    key = made(authenticator)
    assert (key.credential_id, key.public_key) == (
        authenticator.credential_id,
        written(authenticator.public_key),
    )
    assert (key.sign_count, key.is_synced) == (0, True)


def test_what_the_key_signed_verifies_on_each_page_of_the_site() -> None:
    assert signed(Authenticator()) == 0
    assert signed(Authenticator(count=7)) == 8
    assert signed(Authenticator(origin="https://console.assent.test")) == 0


Wrong = tuple[dict[str, Any], dict[str, Any], str]
WRONG: dict[str, Wrong] = {
    "another challenge": ({}, {"challenge": written(b"\x08" * 32)}, "challenge_differs"),
    "no challenge": ({}, {"challenge": None}, "challenge_differs"),
    "another origin": ({"origin": "https://assent.test.evil.example"}, {}, "another_origin"),
    "another port": ({"origin": f"{HERE}:8443"}, {}, "another_origin"),
    "a frame in another site": ({}, {"crossOrigin": True}, "another_origin"),
    "another rp id": ({"rp_id": "evil.example"}, {}, "another_origin"),
    "nobody verified": ({"flags": PRESENT}, {}, "user_not_verified"),
    "nobody present": ({"flags": VERIFIED}, {}, "user_not_verified"),
    "the other ceremony": ({}, {"type": "payment.get"}, "unverified"),
}


@pytest.mark.parametrize("act", [made, signed])
@pytest.mark.parametrize("wrong", WRONG)
def test_what_was_not_asked_for_is_refused(act: Callable[..., Any], wrong: str) -> None:
    fields, said, reason = WRONG[wrong]
    with pytest.raises(PasskeyRefused) as refused:
        act(Authenticator(**fields), **said)
    assert refused.value.reason == reason
    assert (refused.value.code, refused.value.http_status) == ("signature_invalid", 403)


def test_a_signature_of_another_key_is_refused() -> None:
    other = written(Authenticator().public_key)
    with pytest.raises(PasskeyRefused) as refused:
        signed(Authenticator(), other)
    assert refused.value.reason == "unverified"


@pytest.mark.parametrize("part", ["client_data_json", "authenticator_data", "signature"])
def test_a_flipped_bit_is_refused(part: str) -> None:
    authenticator = Authenticator()
    sent = authenticator.sign(ASKED)
    raw = bytearray(read(sent[part]))
    # The last byte of client data is its brace; of authenticator data its count.
    raw[-1] ^= 1
    with pytest.raises(PasskeyRefused):
        check_assertion(
            Assertion.model_validate({**sent, part: written(bytes(raw))}),
            challenge=CHALLENGE,
            public_key=written(authenticator.public_key),
            site=SITE,
        )


@pytest.mark.parametrize("text", ["AB", "A", "AA==", "not base64", "AAB"])
def test_no_two_texts_are_the_same_bytes(text: str) -> None:
    with pytest.raises(PasskeyRefused):
        read(text)


@pytest.mark.parametrize("raw", [b"", b"[]", b"{", b"[" * 3000, b"\xff", b"1"])
def test_client_data_that_is_none_is_refused(raw: bytes) -> None:
    sent = {**Authenticator().sign(ASKED), "client_data_json": written(raw) or "A"}
    with pytest.raises(PasskeyRefused):
        check_assertion(
            Assertion.model_validate(sent), challenge=CHALLENGE, public_key="", site=SITE
        )


def _attested(change: Callable[[dict[str, Any]], Any]) -> str:
    whole = parse_cbor(read(Authenticator().create(ASKED)["attestation_object"]))
    return written(encode_cbor(change(whole)))


ATTESTATIONS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "no map": lambda whole: [],
    "another format": lambda whole: {**whole, "fmt": "tpm"},
    "certificates": lambda whole: {
        **whole,
        "fmt": "packed",
        "attStmt": {"alg": -7, "sig": b"1", "x5c": [b"1"]},
    },
    "an attestation of nothing": lambda whole: {**whole, "attStmt": {"sig": b"1"}},
    "no key": lambda whole: {**whole, "authData": whole["authData"][:37]},
    "half a key": lambda whole: {**whole, "authData": whole["authData"][:-5]},
    "more than a key": lambda whole: {**whole, "authData": whole["authData"] + b"1"},
}


@pytest.mark.parametrize("kind", ATTESTATIONS)
def test_an_attestation_that_is_none_is_refused(kind: str) -> None:
    client_data = Authenticator().create(ASKED)["client_data_json"]
    with pytest.raises(PasskeyRefused) as refused:
        check_new_key(client_data, _attested(ATTESTATIONS[kind]), challenge=CHALLENGE, site=SITE)
    assert refused.value.reason in ("unverified", "user_not_verified")
    assert refused.value.detail


def test_a_curve_that_nobody_asked_for_is_refused() -> None:
    authenticator = Authenticator(key=ec.generate_private_key(ec.SECP384R1()))
    numbers = authenticator.key.public_key().public_numbers()
    x, y = (each.to_bytes(48, "big") for each in (numbers.x, numbers.y))
    longer = encode_cbor({1: 2, 3: -35, -1: 2, -2: x, -3: y})

    class Other(Authenticator):
        @property
        def public_key(self) -> bytes:
            return longer

    with pytest.raises(PasskeyRefused):
        made(Other(**{each.name: getattr(authenticator, each.name) for each in _fields()}))


def _fields() -> Any:
    return dataclasses.fields(Authenticator)


def test_the_id_follows_from_the_credential() -> None:
    one, other = Authenticator().credential_id, Authenticator().credential_id
    assert passkey_id_of(one) == passkey_id_of(one) != passkey_id_of(other)
