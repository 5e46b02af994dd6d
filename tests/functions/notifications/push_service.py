"""A push service, and a browser behind it that decrypts as RFC 8291 and RFC 8188 say."""

import json
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwt
from joserfc.jwk import ECKey

from emulators.ports import HOST
from shared.kit import base64url


def _derived(key: bytes, material: bytes, info: bytes, size: int) -> bytes:
    """HKDF (RFC 5869) of one block, written out, so that it shares nothing with what is tested."""
    extracted = _hmac(key, material)
    return _hmac(extracted, info + b"\x01")[:size]


def _hmac(key: bytes, text: bytes) -> bytes:
    made = HMAC(key, SHA256())
    made.update(text)
    return made.finalize()


@dataclass
class Browser:
    """A subscription's private half."""

    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    auth: bytes = b"sixteen secrets!"

    @property
    def public(self) -> bytes:
        form = Encoding.X962, PublicFormat.UncompressedPoint
        return self.key.public_key().public_bytes(*form)

    def decrypt(self, body: bytes) -> bytes:
        salt, size, length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
        assert size == 4096
        point, record = body[21 : 21 + length], body[21 + length :]
        sender = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        shared = self.key.exchange(ec.ECDH(), sender)
        material = _derived(self.auth, shared, b"WebPush: info\x00" + self.public + point, 32)
        key = _derived(salt, material, b"Content-Encoding: aes128gcm\x00", 16)
        nonce = _derived(salt, material, b"Content-Encoding: nonce\x00", 12)
        plain = AESGCM(key).decrypt(nonce, record, None)
        assert plain.endswith(b"\x02")
        return plain[:-1]

    def subscription(self, endpoint: str) -> dict[str, Any]:
        keys = {
            "p256dh": base64url.encode(self.public),
            "auth": base64url.encode(self.auth),
        }
        return {"endpoint": endpoint, "keys": keys}


class Outside:
    """The outside: a push service, Slack and a program that takes webhooks, on one port. `answers`
    are what the next posts get, 201 where there is none."""

    def __init__(self) -> None:
        self.answers: deque[int | None] = deque()
        self.got: list[tuple[str, dict[str, str], bytes]] = []
        self.url = ""

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        status = self.answers.popleft() if self.answers else 201
        if request.path.startswith("/push"):
            status = self._refusal(request) or status
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.got.append((request.path, headers, body))
        if status is None:
            # It read all, and breaks off.
            assert request.transport is not None
            request.transport.close()
            return web.Response()
        more = {"Retry-After": "120"} if status == 429 else {}
        return web.Response(status=status, text="no_service" if status == 404 else "", headers=more)

    def _refusal(self, request: web.Request) -> int | None:
        """What push services refuse: no TTL (RFC 8030, 5.2), a stranger (RFC 8292)."""
        if "TTL" not in request.headers:
            return 400
        scheme, _, said = request.headers.get("Authorization", "").partition(" ")
        if scheme != "vapid":
            return 401
        token, point = (each.partition("=")[2] for each in said.split(", "))
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), base64url.decode(point))
        claims = jwt.decode(token, ECKey.import_key(key), ["ES256"]).claims
        return None if claims["aud"] == self.url and claims["sub"].startswith("https://") else 403

    def pushed(self, browser: Browser) -> list[Any]:
        posts = (body for path, _, body in self.got if path.startswith("/push"))
        return [json.loads(browser.decrypt(each)) for each in posts]

    @classmethod
    @asynccontextmanager
    async def open(cls) -> AsyncIterator[Self]:
        served, app = cls(), web.Application()
        app.router.add_post("/{path:.*}", served.take)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, HOST, 0).start()
        served.url = f"http://{HOST}:{runner.addresses[0][1]}"
        yield served
        await runner.cleanup()
