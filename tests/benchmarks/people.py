"""The people of one tenant, and what they send."""

import json
import uuid
from typing import Any

from emulators.client import PlatformClient
from tests.journeys.world import CORE_SCOPES, PHONE_SCOPES, spec

_DAY_SECONDS = 86_400


class Tenant:
    """A tenant nobody else uses. Requests are written ahead, so that sending them costs nothing."""

    def __init__(self, platform: PlatformClient) -> None:
        self.name = f"bench-{uuid.uuid4().hex[:10]}"
        self._platform = platform
        self.author = self._signed_in("amira", "author")
        self.governor = self._signed_in("gala", "governor")

    def spec(self, number: int) -> bytes:
        """A spec that passes every check, as it is submitted."""
        return json.dumps(spec(f"writer-{number:05d}")).encode()

    def _signed_in(self, principal: str, role: str) -> dict[str, str]:
        token = self._platform.token(
            principal,
            self.name,
            scopes=(*CORE_SCOPES, *PHONE_SCOPES),
            roles=(role,),
            expires_in=_DAY_SECONDS,
        )
        return {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}


def assent_to(decision_hash: str) -> bytes:
    """A yes to exactly this content, as the core API takes it."""
    return _written({"decision": "approve", "decision_hash": decision_hash})


def assent_by_phone(decision_hash: str) -> bytes:
    """The same as the governor's API takes it."""
    return _written({"decision_hash": decision_hash})


def _written(decision: dict[str, Any]) -> bytes:
    return json.dumps({**decision, "client_decision_id": str(uuid.uuid4())}).encode()
