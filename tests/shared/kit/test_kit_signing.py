"""Signed statements: only what the signer signed, with the signer's key, verifies."""

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import KeySet, OKPKey, RSAKey

from shared.kit.errors import SignatureInvalid
from shared.kit.signing import (
    ALGORITHM,
    load_public_keys,
    load_signing_key,
    public_key_set,
    sign,
    verify,
)

STATEMENT = {"approval_id": "apr_1", "status": "approved", "revision": 3}


def _secret(kid: str, filling: int) -> str:
    seed = base64.urlsafe_b64encode(bytes([filling]) * 32).rstrip(b"=").decode()
    return json.dumps({"kid": kid, "seed": seed})


KEY = load_signing_key(_secret("one", 1))
OTHER = load_signing_key(_secret("two", 2))
KEYS = load_public_keys(json.dumps(public_key_set(KEY)))


def _part(value: Any) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def test_what_was_signed_is_what_verifies() -> None:
    assert verify(sign(STATEMENT, KEY), KEYS) == STATEMENT


def test_the_header_names_the_key_and_ed25519() -> None:
    header = sign(STATEMENT, KEY).partition(".")[0]
    assert json.loads(base64.urlsafe_b64decode(header + "==")) == {"alg": ALGORITHM, "kid": "one"}


def test_equal_statements_have_equal_signatures() -> None:
    assert sign(STATEMENT, KEY) == sign(dict(reversed(STATEMENT.items())), KEY)


def test_a_statement_of_a_megabyte_verifies() -> None:
    statement = {"findings": "x" * 1_000_000}
    assert verify(sign(statement, KEY), KEYS) == statement


def test_after_a_rotation_old_and_new_signatures_verify() -> None:
    both = load_public_keys(json.dumps(public_key_set(KEY, OTHER)))
    assert verify(sign(STATEMENT, KEY), both) == verify(sign(STATEMENT, OTHER), both)


def test_the_published_set_holds_no_private_part() -> None:
    published = public_key_set(KEY, OTHER)["keys"]
    assert [set(key) & {"d", "seed", "p", "q", "k"} for key in published] == [set(), set()]
    assert {key["alg"] for key in published} == {ALGORITHM}


@given(st.data())
def test_a_signature_with_any_character_changed_is_refused(data: st.DataObject) -> None:
    signature = sign(STATEMENT, KEY)
    place = data.draw(st.integers(0, len(signature) - 1))
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."
    other = data.draw(st.sampled_from(alphabet))
    altered = signature[:place] + other + signature[place + 1 :]
    if _decoded(altered) != _decoded(signature):
        with pytest.raises(SignatureInvalid):
            verify(altered, KEYS)


def _decoded(signature: str) -> list[bytes | str]:
    # The last character of base64 without padding has bits that mean nothing.
    parts: list[bytes | str] = []
    for part in signature.split("."):
        try:
            parts.append(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        except ValueError:
            parts.append(part)
    return parts


@given(st.integers(0, 200))
def test_a_truncated_signature_is_refused(length: int) -> None:
    signature = sign(STATEMENT, KEY)
    with pytest.raises(SignatureInvalid):
        verify(signature[: min(length, len(signature) - 1)], KEYS)


def test_a_signature_by_an_unknown_key_is_refused() -> None:
    with pytest.raises(SignatureInvalid):
        verify(sign(STATEMENT, OTHER), KEYS)


def test_a_signature_by_another_key_under_the_known_keys_name_is_refused() -> None:
    impostor = load_signing_key(_secret("one", 2))
    with pytest.raises(SignatureInvalid):
        verify(sign(STATEMENT, impostor), KEYS)


def test_alg_none_is_refused() -> None:
    for signature in ("", _part(b"x" * 64)):
        unsigned = f"{_part({'alg': 'none', 'kid': 'one'})}.{_part(STATEMENT)}.{signature}"
        with pytest.raises(SignatureInvalid):
            verify(unsigned, KEYS)


@pytest.mark.parametrize("form", ["raw", "json"])
def test_hs256_with_the_public_key_as_its_secret_is_refused(form: str) -> None:
    public = KEY.as_dict(private=False)
    secret = _from_text(public["x"]) if form == "raw" else json.dumps(public).encode()
    signed = f"{_part({'alg': 'HS256', 'kid': 'one'})}.{_part(STATEMENT)}"
    mac = hmac.new(secret, signed.encode(), hashlib.sha256).digest()
    with pytest.raises(SignatureInvalid):
        verify(f"{signed}.{_part(mac)}", KEYS)


def _from_text(text: object) -> bytes:
    return base64.urlsafe_b64decode(f"{text}==")


def test_an_rsa_signature_is_refused_though_its_key_is_in_the_set() -> None:
    rsa = RSAKey.generate_key(2048, {"kid": "rsa"})
    signature = jws.serialize_compact({"alg": "RS256", "kid": "rsa"}, b"{}", rsa, ["RS256"])
    with pytest.raises(SignatureInvalid):
        verify(signature, KeySet([rsa, KEY]))


@pytest.mark.parametrize("curve", ["Ed448", "X25519"])
def test_a_key_of_another_curve_does_not_verify(curve: Any) -> None:
    key = OKPKey.generate_key(curve, {"kid": "one"})
    with pytest.raises(SignatureInvalid):
        verify(sign(STATEMENT, KEY), KeySet([key]))


headers = st.dictionaries(
    st.sampled_from(["alg", "kid", "crit", "b64", "zip", "jwk", "jku", "x5c", "typ", "enc"]),
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from([ALGORITHM, "none", "HS256", "one"])
    | st.lists(st.text(max_size=4), max_size=2)
    | st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)


@given(headers | st.lists(st.integers(), max_size=2) | st.text(max_size=5) | st.integers())
def test_no_header_gets_past_or_crashes_the_verifier(header: Any) -> None:
    with pytest.raises(SignatureInvalid):
        verify(f"{_part(header)}.{_part(STATEMENT)}.{_part(b'x' * 64)}", KEYS)


@given(st.text() | st.binary().map(lambda raw: raw.decode("latin-1")))
def test_text_that_is_no_signature_is_refused(text: str) -> None:
    with pytest.raises(SignatureInvalid):
        verify(text, KEYS)


def test_a_nesting_bomb_for_a_header_is_refused() -> None:
    with pytest.raises(SignatureInvalid):
        verify(f"{_part(b'[' * 100_000)}.{_part(STATEMENT)}.{_part(b'x' * 64)}", KEYS)


@pytest.mark.parametrize("payload", [b"[1]", b'"text"', b"no json", b"\xff", b"[" * 100_000])
def test_a_signed_payload_that_is_no_object_is_refused(payload: bytes) -> None:
    signature = jws.serialize_compact({"alg": ALGORITHM, "kid": "one"}, payload, KEY, [ALGORITHM])
    with pytest.raises(SignatureInvalid):
        verify(signature, KEYS)


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "no json",
        "[]",
        "{}",
        '{"kid": "one"}',
        '{"kid": "one", "seed": "c2hvcnQ"}',
        '{"kid": "one", "seed": 5}',
        '{"kid": "one", "seed": "???"}',
    ],
)
def test_a_signing_key_of_another_shape_is_a_value_error(secret: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - from three libraries, in their words
        load_signing_key(secret)
