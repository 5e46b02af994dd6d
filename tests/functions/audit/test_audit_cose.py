"""A receipt in COSE verifies by what the standards say, without our code."""

import pytest
from cbor2 import dumps, loads
from cryptography.exceptions import InvalidSignature
from joserfc.jwk import OKPKey

from functions.audit.rules.cose import PLACE, transparent_statement

KEY = OKPKey.generate_key("Ed25519", {"kid": "one"})
ROOT, PATH = b"\x01" * 32, [b"\x02" * 32, b"\x03" * 32]


def _verify(protected: bytes, payload: bytes, signature: bytes) -> None:
    """As RFC 9052 says, 4.4."""
    signed = dumps(["Signature1", protected, b"", payload])
    KEY.private_key.public_key().verify(signature, signed)  # type: ignore[union-attr]


def test_the_statement_and_the_logs_receipt_are_signed_and_say_what_they_are_about() -> None:
    told = transparent_statement(
        b"the statement",
        about="rct_1",
        log="assent.example/clinic",
        place=b"the place",
        index=5,
        size=9,
        root=ROOT,
        path=PATH,
        key=KEY,
    )
    message = loads(told)
    assert message.tag == 18
    protected, unprotected, payload, signature = message.value
    _verify(protected, payload, signature)
    header = loads(protected)
    assert (payload, header[PLACE]) == (b"the statement", b"the place")
    assert header[15] == {1: "assent.example/clinic", 2: "rct_1"}
    assert header[4].decode().startswith("assent.example/clinic+")
    (receipt,) = unprotected[394]
    of_log, proofs, detached, of_root = (
        receipt.value if hasattr(receipt, "value") else loads(receipt).value
    )
    assert detached is None
    _verify(of_log, ROOT, of_root)
    (proof,) = proofs[396][-1]
    assert loads(proof) == [9, 5, PATH]
    with pytest.raises(InvalidSignature):
        _verify(of_log, b"\x04" * 32, of_root)
