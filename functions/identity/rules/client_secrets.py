"""Secrets that must be read again, such as a tenant's at its issuer: encrypted under a key that
follows from identity's ring, so that identity has one secret for all of them."""

import base64
import os

from shared.kit.digests import KeyRing
from shared.kit.errors import Unavailable

_PURPOSE = "secrets of tenants"
_NONCE_BYTES = 12


def encrypt(secret: str, about: str, keys: KeyRing) -> str:
    """`<key>.<AES-256-GCM, base64url>`; decrypted only for the same `about`."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    name, key = next(iter(keys.derived(_PURPOSE).items()))
    nonce = os.urandom(_NONCE_BYTES)
    encrypted = nonce + AESGCM(key).encrypt(nonce, secret.encode(), about.encode())
    return f"{name}.{base64.urlsafe_b64encode(encrypted).decode()}"


def decrypt(encrypted: str, about: str, keys: KeyRing) -> str:
    """The secret. Raises Unavailable where its key was retired, or it was encrypted for something
    else: it has to be given again."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    name, _, text = encrypted.partition(".")
    key = keys.derived(_PURPOSE).get(name)
    raw = base64.urlsafe_b64decode(text)
    try:
        if key is not None:
            nonce, content = raw[:_NONCE_BYTES], raw[_NONCE_BYTES:]
            return AESGCM(key).decrypt(nonce, content, about.encode()).decode()
    except InvalidTag:
        pass
    raise Unavailable("the issuer's client_secret cannot be read; an admin must set it again")
