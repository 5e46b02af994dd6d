"""A receipt in COSE: a signed statement (RFC 9943) with a receipt of the log (RFC 9942).

The log's leaf is the hash of the entry, and not of the signed statement: what is hashed before the
statement lies in the protected header PLACE, so that whoever has the statement recomputes the
leaf."""

from collections.abc import Sequence
from typing import Any

from joserfc.jwk import OKPKey

from events.receipts import PAYLOAD_TYPE
from shared.audit_log.notes import signer

MEDIA_TYPE = "application/cose"
# For private use: previous hash, tenant, number and id, as the entry's hash has them.
PLACE = -70_001
# Many tools do not know -19 (RFC 9864) yet.
_EDDSA = -8
_ALG, _CONTENT_TYPE, _KID, _CLAIMS, _RECEIPTS, _VDS, _VDP = 1, 3, 4, 15, 394, 395, 396
_ISSUER, _SUBJECT = 1, 2
_RFC9162_SHA256, _INCLUSION = 1, -1
_SIGN1 = 18


def transparent_statement(
    statement: bytes,
    *,
    about: str,
    log: str,
    place: bytes,
    index: int,
    size: int,
    root: bytes,
    path: Sequence[bytes],
    key: OKPKey,
) -> bytes:
    """The statement `about` a receipt, signed by the log's key, with the log's signature of the
    `root` of its first `size` entries and the proof that the statement is the leaf `index`."""
    from cbor2 import dumps

    kid, claims = signer(log, key).encode(), {_ISSUER: log, _SUBJECT: about}
    proof = dumps([size, index, list(path)])
    of_log = {_ALG: _EDDSA, _KID: kid, _CLAIMS: claims, _VDS: _RFC9162_SHA256}
    receipt = _signed(of_log, {_VDP: {_INCLUSION: [proof]}}, root, key, detached=True)
    protected = {
        _ALG: _EDDSA,
        _CONTENT_TYPE: PAYLOAD_TYPE,
        _KID: kid,
        _CLAIMS: claims,
        PLACE: place,
    }
    return _signed(protected, {_RECEIPTS: [receipt]}, statement, key)


def _signed(
    protected: dict[int, Any],
    unprotected: dict[int, Any],
    payload: bytes,
    key: OKPKey,
    *,
    detached: bool = False,
) -> bytes:
    """A COSE_Sign1 message (RFC 9052, 4.2)."""
    from cbor2 import CBORTag, dumps

    header, private = dumps(protected), key.private_key
    signature = private.sign(dumps(["Signature1", header, b"", payload]))  # type: ignore[union-attr]
    slot = None if detached else payload
    return dumps(CBORTag(_SIGN1, [header, unprotected, slot, signature]))
