"""A tenant with adversaries, and what they send."""

import uuid
from typing import Any

import httpx

from emulators.demo.person import Person
from tests.journeys.world import CORE_SCOPES, PHONE_SCOPES, World

EVERYTHING = (*CORE_SCOPES, *PHONE_SCOPES)
NOUNS = ("audit", "capsules", "identity", "knowledge", "policies", "runs")
SCOPES = (*EVERYTHING, *(f"{noun}:{act}" for noun in NOUNS for act in ("read", "write")))
ROLES = ("governor", "tenant_admin", "operator", "service_runtime", "genesis")
MINUTE, HOUR = 60, 3600
VETO = {"reason_category": "safety", "explanation": "Not like this."}
NAMED = {"kind": "any", "of": [{"principal": "accomplice"}]}


def somebody(world: World, principal: str, *roles: str) -> Person:
    """Somebody whose token has every scope: only their roles and name say what they may do."""
    return world.person(principal, EVERYTHING, roles)


def request(**changed: Any) -> dict[str, Any]:
    """A request for approval of something that happens and can be undone, with fields replaced."""
    return {
        "kind": "execution",
        "subject": {"type": "job", "id": "job-7", "name": "reindex-articles"},
        "summary": "Rebuild the index of patient articles",
        "content": {"action": "reindex", "rows": 1200, "token": uuid.uuid4().hex},
        "evidence": ["ghostrun 12"],
        "rollback_plan": "Restore the previous index from its snapshot.",
        **changed,
    }


def job(number: int) -> dict[str, str]:
    """Another subject for each number."""
    return {"type": "job", "id": f"job-{100 + number}", "name": "reindex-articles"}


def payment(**changed: Any) -> dict[str, Any]:
    """A request to pay two thousand dollars."""
    return request(
        **{
            "kind": "financial",
            "effect": "pay",
            "amount_usd_micros": 2_000_000_000,
            "summary": "Pay the printer",
            **changed,
        }
    )


def ask(person: Person, **changed: Any) -> dict[str, Any]:
    """The card of a new request."""
    return dict(person.post("/v1/approvals", request(**changed)))


def decide(
    person: Person, card: dict[str, Any], verb: str = "approve", **fields: Any
) -> httpx.Response:
    """The answer to a decision about exactly this card."""
    body = {
        "decision": verb,
        "decision_hash": card["decision_hash"],
        "client_decision_id": str(uuid.uuid4()),
        **fields,
    }
    return person.send("POST", f"/v1/approvals/{card['id']}/decisions", json=body)


def veto(person: Person, card: dict[str, Any]) -> httpx.Response:
    """The answer to a veto about exactly this card."""
    body = {
        "approval_id": card["id"],
        "decision_hash": card["decision_hash"],
        "client_decision_id": str(uuid.uuid4()),
        **VETO,
    }
    return person.send("POST", "/v1/vetoes", json=body)


def status(world: World, card: dict[str, Any]) -> str:
    """The card's status as the core shows it now."""
    return str(world.governor.get(f"/v1/approvals/{card['id']}")["status"])


def refused(answer: httpx.Response, status: int, code: str, *fields: str) -> None:
    """Asserts a refusal with this code, about these fields or something in them."""
    problem = answer.json()
    assert (answer.status_code, problem.get("code")) == (status, code), answer.text
    named = [error["field"] for error in problem["errors"]]
    assert len(named) == len(fields), answer.text
    for field, wanted in zip(named, fields, strict=True):
        assert f"{field}.".startswith(f"{wanted}."), answer.text
