"""Messages of Web Push: encrypted for one browser (RFC 8291, RFC 8188), from a sender that the push
service knows (RFC 8292, VAPID), in a form that browsers show without a program (Declarative Web
Push)."""

import json
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwt
from joserfc.jwk import ECKey

from shared.kit import base64url
from shared.kit.public_addresses import NotCallable, OutsideUrl

CURVE = ec.SECP256R1()
# The order of the curve's group (SEC 2, 2.4.2).
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
# Each push service takes 4,096 bytes (RFC 8030, 7.2): a header of 86, a tag of 16, a delimiter.
MOST_BYTES = 3_993
_RECORD = 4_096
# A push service forgets a message after that.
LONGEST_KEPT = timedelta(days=28)
# A token of ours for a push service may be at most a day old (RFC 8292, 2).
_VAPID_LIFE = timedelta(hours=12)
# Who runs the push services of browsers: a subscription names one of them, and nothing else.
HOSTS = (
    "fcm.googleapis.com",
    "push.services.mozilla.com",
    "push.apple.com",
    "notify.windows.com",
)


class UserKeys(NamedTuple):
    """With what a message for a browser is encrypted: its public key, and a secret of 16 bytes."""

    public: bytes
    auth: bytes


def flaw_of_endpoint(endpoint: str, *, may_be_loopback: bool) -> str | None:
    """Why nothing is sent to the endpoint; None where it is one of a browser's push service."""
    try:
        url = OutsideUrl.read(endpoint, may_be_loopback=may_be_loopback)
    except NotCallable as error:
        return f"the push service {error}"
    known = any(url.host == each or url.host.endswith(f".{each}") for each in HOSTS)
    if known or url.is_loopback:
        return None
    return f"{url.host} is no push service of a browser that we know"


def vapid_key(seed: bytes) -> ec.EllipticCurvePrivateKey:
    """The key by which push services know us: the same for the same seed of 32 bytes."""
    text = HKDF(SHA256(), 48, None, b"assent web push").derive(seed)
    return ec.derive_private_key(int.from_bytes(text, "big") % (_ORDER - 1) + 1, CURVE)


def point_of(key: ec.EllipticCurvePublicKey) -> bytes:
    """The key as 65 bytes, uncompressed."""
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def encrypt(
    keys: UserKeys,
    plain: bytes,
    *,
    salt: bytes | None = None,
    sender: ec.EllipticCurvePrivateKey | None = None,
) -> bytes:
    """The message for one browser, with a fresh salt and a fresh key unless these are given. Raises
    ValueError for a public key that is no point of the curve, and for more than MOST_BYTES."""
    if len(plain) > MOST_BYTES:
        raise ValueError(f"the message has {len(plain)} bytes; at most {MOST_BYTES} are taken")
    salt = salt or secrets.token_bytes(16)
    sender = sender or ec.generate_private_key(CURVE)
    browser = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, keys.public)
    ours, theirs = point_of(sender.public_key()), point_of(browser)
    shared = sender.exchange(ec.ECDH(), browser)
    material = HKDF(SHA256(), 32, keys.auth, b"WebPush: info\0" + theirs + ours).derive(shared)
    key = HKDF(SHA256(), 16, salt, b"Content-Encoding: aes128gcm\0").derive(material)
    nonce = HKDF(SHA256(), 12, salt, b"Content-Encoding: nonce\0").derive(material)
    header = salt + _RECORD.to_bytes(4, "big") + len(ours).to_bytes(1, "big") + ours
    return header + AESGCM(key).encrypt(nonce, plain + b"\x02", None)


def headers_of(
    endpoint: str,
    key: ec.EllipticCurvePrivateKey,
    *,
    contact: str,
    at: datetime,
    useful_until: datetime | None,
    is_urgent: bool,
    topic: str,
) -> Mapping[str, str]:
    """What goes with a message. Of several with one `topic`, a browser that was away gets the
    last."""
    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int((at + _VAPID_LIFE).timestamp()),
        "sub": contact,
    }
    token = jwt.encode({"alg": "ES256", "typ": "JWT"}, claims, ECKey.import_key(key), ["ES256"])
    kept = LONGEST_KEPT if useful_until is None else min(useful_until - at, LONGEST_KEPT)
    return {
        "Authorization": f"vapid t={token}, k={base64url.encode(point_of(key.public_key()))}",
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(max(0, int(kept.total_seconds()))),
        "Urgency": "high" if is_urgent else "normal",
        "Topic": topic,
    }


def declared(
    *, title: str, body: str, link: str, tag: str, tenant_id: str, delivery_id: str
) -> bytes:
    """The message as browsers show it, with or without a program of ours."""
    notification = {
        "title": title,
        "body": body,
        "navigate": link,
        "tag": tag,
        "data": {"tenant_id": tenant_id, "delivery_id": delivery_id},
    }
    return json.dumps({"web_push": 8030, "notification": notification}).encode()
