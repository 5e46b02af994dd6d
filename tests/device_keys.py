"""A device's key in software, which signs as a browser would, and whatever a test tells it to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from joserfc import jws
from joserfc.jwk import ECKey

from shared.kit.canonical import canonical_json
from shared.kit.device_signatures import ALGORITHM


@dataclass
class DeviceKey:
    """One P-256 key of one device."""

    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256"))

    @property
    def jwk(self) -> dict[str, Any]:
        """The public half, as a browser exports it."""
        return {**self.key.as_dict(private=False), "ext": True, "key_ops": ["verify"]}

    def sign(self, statement: Mapping[str, Any], typ: str, kid: str | None = None) -> str:
        """A compact JWS over the statement's canonical JSON."""
        header = {"alg": ALGORITHM, "typ": typ, **({"kid": kid} if kid is not None else {})}
        return jws.serialize_compact(header, canonical_json(dict(statement)), self.key, [ALGORITHM])
