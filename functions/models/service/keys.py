"""What a provider is shown: the stack's key, or a credential of the tenant's own."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from events.credentials import Credential
from functions.models.aggregates import MODEL_KEY
from functions.models.rules.local_model import LOCAL
from functions.models.rules.route import ModelRoute
from shared.kit.secret_names import credential_secret
from shared.storage.secrets import read_secret, read_version

NO_KEY = "none"
MASK = b"[credential]"


@dataclass(frozen=True)
class Shown:
    """The headers that a provider is shown, and the secret in them. No text of it has either."""

    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    secret: bytes = field(default=b"", repr=False)

    def masked(self, said: bytes) -> bytes:
        """What a provider says, without the secret as it is."""
        return said.replace(self.secret, MASK) if self.secret else said


NOTHING_SHOWN = Shown()


async def shown_to(route: ModelRoute, tenant_id: str, credential: Credential | None) -> Shown:
    """The stack's key for the stack's own address and for no other; the credential, which was found
    to be for its host, for a route that names one. Raises Unavailable."""
    if route.provider == LOCAL:
        return NOTHING_SHOWN
    if route.base_url is None:
        key = await read_secret(MODEL_KEY)
        if key == NO_KEY:
            return NOTHING_SHOWN
        return _in_header("x-api-key", key) if route.provider == "anthropic" else _bearer(key)
    if route.credential is None or credential is None:
        return NOTHING_SHOWN
    secret = credential_secret(tenant_id, credential.credential_id, of_models=True)
    value = await read_version(secret, credential.secret_version, credential.version)
    header = credential.shown.header
    return _in_header(header, value) if header is not None else _bearer(value)


def _bearer(token: str) -> Shown:
    return Shown({"Authorization": f"Bearer {token}"}, token.encode())


def _in_header(name: str, value: str) -> Shown:
    return Shown({name: value}, value.encode())
