"""One tenant of a running platform, and the people of it."""

import uuid
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import httpx
from ruamel.yaml import YAML

from emulators.client import PlatformClient
from emulators.demo.person import Person

SPEC = Path(__file__).parents[2] / "emulators" / "demo" / "specs" / "clinic-content-writer.yaml"
VETO_WINDOW_SECONDS = 24 * 3600
GRACE_SECONDS = 60
CORE_SCOPES = (
    "agents:read",
    "agents:write",
    "approvals:read",
    "approvals:write",
)
PHONE_SCOPES = ("governance:read", "governance:write", "veto:execute", "identity:write")
EVERY_READ = (
    *("agents:read", "approvals:read", "governance:read", "audit:read", "identity:read"),
    *("policies:read", "capsules:read", "runs:read", "knowledge:read", "usage:read"),
)


class World:
    """A tenant nobody else uses. Every method goes through the public API."""

    def __init__(self, platform: PlatformClient, tenant: str | None = None) -> None:
        self.platform = platform
        self.tenant = tenant or f"tenant-{uuid.uuid4().hex[:10]}"
        self.author = self.person("author", CORE_SCOPES, ("author",))
        self.watcher = self.person("watcher", CORE_SCOPES, ("service_runtime",))
        self.governor = self.person("gala", (*PHONE_SCOPES, *CORE_SCOPES), ("governor",))

    def person(
        self,
        principal: str,
        scopes: tuple[str, ...],
        roles: tuple[str, ...],
        workspace: str | None = None,
    ) -> Person:
        who: dict[str, Any] = {"principal": principal, "tenant": self.tenant}
        return Person(self.platform, **who, scopes=scopes, roles=roles, workspace=workspace)

    def settle(self) -> None:
        self.platform.wait_until_idle(timeout=60)

    def submit(self, name: str, **changed: Any) -> dict[str, Any]:
        """A new agent's case, settled: whatever follows by itself has happened."""
        answer = self.author.send("POST", "/v1/agents", json=spec(name, **changed))
        assert answer.status_code == 202, answer.text
        self.settle()
        return dict(answer.json())

    def case(self, case: dict[str, Any]) -> dict[str, Any]:
        return dict(self.author.get(f"/v1/workflows/{case['case_id']}"))

    def agent(self, case: dict[str, Any]) -> dict[str, Any]:
        return dict(self.author.get(f"/v1/agents/{case['agent_id']}"))

    def statuses(self, case: dict[str, Any]) -> tuple[str, str]:
        """Of the agent and of its case."""
        return self.agent(case)["status"], self.case(case)["status"]

    def card(self, case: dict[str, Any]) -> dict[str, Any]:
        """The card of the approval that the case asked for last, as the phone sees it."""
        approvals = [s["approval_id"] for s in self.case(case)["stages"] if s["approval_id"]]
        return dict(self.governor.get(f"/v1/mobile/approvals/{approvals[-1]}"))

    def decide(self, action: str, card: dict[str, Any], **body: Any) -> httpx.Response:
        """What the phone's call answered; nothing is awaited."""
        return self.governor.send(
            "POST", f"/v1/mobile/approvals/{card['id']}/{action}", json=decision(card, **body)
        )

    def approve(self, case: dict[str, Any]) -> dict[str, Any]:
        answer = self.decide("approve", self.card(case))
        assert answer.status_code == 200, answer.text
        self.settle()
        return dict(answer.json())

    def veto(self, card: dict[str, Any], **body: Any) -> httpx.Response:
        return self.decide(
            "veto", card, reason_category="safety", explanation="Not like this.", **body
        )

    def live(self, name: str, **changed: Any) -> dict[str, Any]:
        """An agent approved by hand and live."""
        case = self.submit(name, **changed)
        self.approve(case)
        assert self.case(case)["status"] == "live"
        return case

    def activate_precedent(self, industry: str = "healthcare") -> dict[str, Any]:
        """An active precedent over the agents of `spec` in that industry."""
        seed = self.governor.post("/v1/mobile/seeds", precedent(industry))
        assert seed["status"] == "approved", seed["findings"]
        return dict(self.governor.post(f"/v1/mobile/seeds/{seed['seed_id']}/activate"))

    def events(self) -> list[dict[str, Any]]:
        """The tenant's log, in the order of commit."""
        return self.platform.events(tenant=self.tenant)


@cache
def _plain() -> dict[str, Any]:
    return dict(YAML(typ="safe").load(SPEC.read_text()))


def spec(name: str, **changed: Any) -> dict[str, Any]:
    """A spec that passes every check, with some top-level fields replaced. Each name has a purpose
    of its own, with a word of its own: no precedent approves a refused spec under another name."""
    plain = _plain()
    purpose = f"{plain['purpose']} It works as {name}, or {name.replace('-', '')}."
    return deepcopy({**plain, "name": name, "purpose": purpose, **changed})


def decision(card: dict[str, Any], **body: Any) -> dict[str, Any]:
    """A decision's body about exactly this card."""
    return {
        "decision_hash": card["decision_hash"],
        "client_decision_id": str(uuid.uuid4()),
        **body,
    }


def precedent(industry: str) -> dict[str, Any]:
    """A precedent over the agents of `spec` in one industry."""
    return {
        "title": f"Public education in {industry}",
        "domain": "GEN",
        "kind": "constitutional",
        "max_risk": "low",
        "conditions": [
            {"field": "content.industry", "op": "eq", "value": industry},
            {
                "field": "content.skills",
                "op": "subset_of",
                "value": ["research", "draft", "fact-check"],
            },
        ],
        "rationale": (
            "Writers of public patient education that only draft, cite public sources and hand "
            "over to an editor have been approved before; every draft can be deleted again."
        ),
    }
