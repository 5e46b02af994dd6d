"""DSSE envelopes of receipts, signed with the key of the log that has them."""

from typing import Any

from joserfc.jwk import KeySet, OKPKey

from events.receipts import PAYLOAD_TYPE
from shared.audit_log.notes import ed25519, signer


def signed_envelope(statement: str, log: str, key: OKPKey) -> dict[str, Any]:
    """The envelope of a statement, as DSSE writes it in JSON. Its `keyid` is how the log's verifier
    key begins. The same statement and key give the same envelope."""
    from securesystemslib.dsse import Envelope
    from securesystemslib.signer import CryptoSigner  # type: ignore[attr-defined]

    envelope = Envelope(statement.encode(), PAYLOAD_TYPE, {})
    private: Any = key.private_key
    envelope.sign(CryptoSigner(private, _public_key(log, key)))
    return dict(envelope.to_dict())


def is_signed(envelope: dict[str, Any], log: str, keys: KeySet) -> bool:
    """Whether one of `keys` signed the envelope for this log."""
    from securesystemslib.dsse import Envelope
    from securesystemslib.exceptions import FormatError, VerificationError

    try:
        found = Envelope.from_dict(envelope)
        known = [_public_key(log, key) for key in ed25519(keys)]
        return bool(found.verify(known, 1))
    except (FormatError, VerificationError, ValueError, KeyError, TypeError):
        return False


def _public_key(log: str, key: OKPKey) -> Any:
    from securesystemslib.signer import SSlibKey  # type: ignore[attr-defined]

    return SSlibKey.from_crypto(key.public_key, signer(log, key))
