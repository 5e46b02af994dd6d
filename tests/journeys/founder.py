"""A founder whose tenant decides with passkeys."""

import uuid
from typing import Any

from emulators.ports import page_url
from emulators.running import RunningPlatform
from tests.authenticator import Authenticator
from tests.functions.approvals.signing import challenge
from tests.journeys.person import Person

ASKED = {
    "kind": "execution",
    "subject": {"type": "job", "id": "job-7", "name": "reindex-articles"},
    "summary": "Rebuild the index of patient articles",
    "content": {"action": "reindex"},
    "evidence": [],
    "rollback_plan": "Restore the previous index from its snapshot.",
}


class Founder(Person):
    """Somebody with a tenant, and an authenticator on this machine."""

    def __init__(self, running: RunningPlatform) -> None:
        super().__init__(running, "gala")
        self.running = running
        self.key = Authenticator(rp_id="localhost", origin=page_url(running.client.url))
        self.tenant = self.signs_up()

    def adds_passkey(self) -> dict[str, Any]:
        options = self.post("/v1/passkeys/options")["public_key"]
        return self.post(
            "/v1/passkeys", {"name": "Laptop", **self.key.create(options["challenge"])}
        )

    def is_asked(self, **changed: Any) -> dict[str, Any]:
        """A program of the tenant requests an approval."""
        token = self.running.client.token(
            principal="amira", tenant=self.tenant, scopes=["approvals:write"]
        )
        answer = self.browser.http.post(
            "/v1/approvals",
            json={**ASKED, **changed},
            headers={"Authorization": f"Bearer {token}"},
        )
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def sees(self, card: dict[str, Any]) -> dict[str, Any]:
        """The card as it is once all that was begun is done."""
        self.running.client.wait_until_idle(60)
        return self.get(f"/v1/mobile/approvals/{card['id']}")

    def unsigned(self, card: dict[str, Any], decision: str) -> dict[str, Any]:
        id = str(uuid.uuid4())
        named = {"decision_hash": card["decision_hash"], "client_decision_id": id}
        return {**named, "decision": decision}

    def signed(self, card: dict[str, Any], decision: str = "approve") -> dict[str, Any]:
        body = self.unsigned(card, decision)
        return {**body, "assertion": self.key.sign(challenge(self.tenant, card["id"], body))}

    def audited(self, type: str) -> list[dict[str, Any]]:
        self.running.client.wait_until_idle(60)
        return [each["data"] for each in self.running.client.events(type=type, tenant=self.tenant)]
