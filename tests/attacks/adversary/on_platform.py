"""The same tenant behind the public API of a running platform, with its services and its store."""

import uuid
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

import httpx

from emulators.client import PlatformClient
from emulators.demo.person import Person
from events.approval_policies import PolicyRecord
from events.precedents import PrecedentSeed
from shared.kit.instants import parse_instant
from tests.attacks.adversary.seen import HANA, Json, SeenAgent, SeenCard, SeenCase
from tests.journeys.world import CORE_SCOPES, PHONE_SCOPES

_EVERYTHING = (*CORE_SCOPES, *PHONE_SCOPES)
_FOUNDER = "founder"


class PlatformTenant:
    """A `seen.Tenant` that nobody else uses. Every deed returns once its effects have settled."""

    def __init__(self, platform: PlatformClient, roles: Mapping[str, frozenset[str]]) -> None:
        self.roles = roles
        self._platform = platform
        self._tenant = f"tenant-{uuid.uuid4().hex[:10]}"
        everybody = {**roles, _FOUNDER: frozenset[str]()}
        self._people = {name: self._person(name, sorted(of)) for name, of in everybody.items()}
        self._cases: list[str] = []
        self._case_of: dict[str, Any] = {}

    def begin_with(self, entries: Iterable[Json]) -> None:
        """The policy, which somebody else proposes and the governor agrees to."""
        if entries := list(entries):
            id = self.propose(_FOUNDER, {"entries": entries, "reason": "As we agreed."})
            assert id is not None
            card = SeenCard.model_validate(self._people[HANA].get(f"/v1/approvals/{id}"))
            assert self.decide(HANA, card, "approve", {}) is not None

    @property
    def now(self) -> datetime:
        return parse_instant(self._platform.now())

    def ask(self, by: str, body: Json) -> str | None:
        return self._send(by, "POST", "/v1/approvals", body, "id")

    def propose(self, by: str, body: Json) -> str | None:
        return self._send(by, "PUT", "/v1/approvals/policy", body, "id")

    def decide(self, by: str, card: SeenCard, verb: str, fields: Json) -> str | None:
        sent = {
            "decision_hash": card.decision_hash,
            "client_decision_id": str(uuid.uuid4()),
            **fields,
        }
        if verb == "veto":
            reason = {"reason_category": "safety", "explanation": "Not like this."}
            body = {"approval_id": card.id, **sent, **reason}
            return self._send(by, "POST", "/v1/vetoes", body, "id")
        body = {"decision": verb, "note": "please shorten it", **sent}
        return self._send(by, "POST", f"/v1/approvals/{card.id}/decisions", body, "id")

    def review(self, by: str, card: SeenCard, verdict: str) -> str | None:
        body = {"verdict": verdict, "note": "I looked."}
        return self._send(by, "POST", f"/v1/approvals/{card.id}/review", body, "id")

    def post(self, by: str, body: Json) -> str | None:
        return self._send(by, "POST", "/v1/precedent-seeds", body, "seed_id")

    def activate(self, by: str, seed_id: str) -> str | None:
        done = self._send(by, "POST", f"/v1/precedent-seeds/{seed_id}/activate", None, "seed_id")
        # A review that fails now is an answer too.
        return done if done and self.seeds()[seed_id].status == "active" else None

    def suspend(self, by: str, seed_id: str) -> str | None:
        return self._send(by, "POST", f"/v1/precedent-seeds/{seed_id}/suspend", None, "seed_id")

    def submit(self, by: str, name: str, text: Json) -> str | None:
        return self._case(self._send(by, "POST", "/v1/agents", text, "case_id"))

    def change(self, by: str, agent_id: str, text: Json) -> str | None:
        path = f"/v1/agents/{agent_id}/changes"
        return self._case(self._send(by, "POST", path, text, "case_id"))

    def revise(self, by: str, case_id: str, text: Json) -> str | None:
        return self._send(by, "POST", f"/v1/workflows/{case_id}/revisions", text, "case_id")

    def cancel(self, by: str, case_id: str) -> str | None:
        return self._send(by, "POST", f"/v1/workflows/{case_id}/cancel", None, "case_id")

    def stop(self, by: str, agent_id: str) -> str | None:
        was = self.agents()[agent_id].status
        reason = {"reason": "It misbehaves."}
        done = self._send(by, "POST", f"/v1/agents/{agent_id}/suspend", reason, "agent_id")
        return done if was != "suspended" else None

    def reactivate(self, by: str, agent_id: str) -> str | None:
        reason = {"reason": "It behaves."}
        return self._send(by, "POST", f"/v1/agents/{agent_id}/reactivate", reason, "agent_id")

    def advance(self, seconds: float) -> None:
        self._platform.advance(seconds)
        self.settle()

    def settle(self) -> None:
        self._platform.wait_until_idle(timeout=60)

    def cards(self) -> dict[str, SeenCard]:
        cards = [SeenCard.model_validate(each) for each in self._list("/v1/approvals")]
        for card in cards:
            if card.id not in self._case_of:
                detail = self._people[HANA].get(f"/v1/approvals/{card.id}")
                self._case_of[card.id] = SeenCard.model_validate(detail).case
        return {
            card.id: card.model_copy(update={"case": self._case_of[card.id]})
            for card in reversed(cards)
            if card.requested_by != _FOUNDER
        }

    def seeds(self) -> dict[str, PrecedentSeed]:
        seeds = [PrecedentSeed.model_validate(each) for each in self._list("/v1/precedent-seeds")]
        return {seed.seed_id: seed for seed in reversed(seeds)}

    def cases(self) -> dict[str, SeenCase]:
        get = self._people[HANA].get
        return {id: SeenCase.model_validate(get(f"/v1/workflows/{id}")) for id in self._cases}

    def agents(self) -> dict[str, SeenAgent]:
        agents = [SeenAgent.model_validate(each) for each in self._list("/v1/agents")]
        return {agent.agent_id: agent for agent in reversed(agents)}

    def policy(self) -> PolicyRecord:
        return PolicyRecord.model_validate(self._people[HANA].get("/v1/approvals/policy"))

    def was_told(self, approval_id: str) -> bool:
        answer = self._people[HANA].send("GET", f"/v1/mobile/approvals/{approval_id}")
        return answer.status_code == httpx.codes.OK

    def _case(self, case_id: str | None) -> str | None:
        if case_id is not None:
            self._cases.append(case_id)
        return case_id

    def _send(self, by: str, method: str, path: str, body: Any, named: str) -> str | None:
        answer = self._people[by].send(method, path, **({} if body is None else {"json": body}))
        assert answer.status_code < 500, answer.text
        self.settle()
        return str(answer.json()[named]) if answer.is_success else None

    def _list(self, path: str) -> Iterator[Json]:
        cursor = None
        while True:
            page = self._people[HANA].get(path, limit=100, **({"cursor": cursor} if cursor else {}))
            yield from page["items"]
            if (cursor := page["next_cursor"]) is None:
                return

    def _person(self, name: str, roles: list[str]) -> Person:
        return Person(
            self._platform, principal=name, tenant=self._tenant, scopes=_EVERYTHING, roles=roles
        )
