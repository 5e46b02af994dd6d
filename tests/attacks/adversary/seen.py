"""What everybody can see of a tenant, and what the people in it may try."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from events.approval_policies import PolicyRecord
from events.approvals import ApprovalRecord, CaseBinding
from events.precedents import PrecedentSeed
from shared.kit.models import Data

Json = dict[str, Any]
HANA, MAL, ANN = "hana", "mal", "ann"
DISHONEST = (MAL, ANN)
EVERYONE = (HANA, *DISHONEST)
GOVERNOR, DEPUTY = "governor", "deputy"
ASSENTS = frozenset({"approved", "auto_approved", "confirmed"})
OPEN = frozenset({"pending", "deferred", "escalated"})


class SeenCard(ApprovalRecord):
    """The card of an approval, with the case that asked."""

    id: str
    case: CaseBinding | None = None


class SeenCase(Data):
    """A creation case."""

    case_id: str
    agent_id: str
    status: str
    revision: int
    authors: tuple[str, ...]


class SeenAgent(Data):
    """An agent; its version is 0.0.0 until one serves."""

    agent_id: str
    name: str
    version: str
    status: str
    case_id: str | None
    spec_hash: str

    @property
    def serves(self) -> bool:
        """Whether a version of it was deployed and runs."""
        running = ("active", "trial", "probation", "go_live_pending")
        return self.version != "0.0.0" and self.status in running


class Tenant(Protocol):
    """A tenant with a clock. A deed returns what it made or changed (an id), or None where it was
    refused."""

    roles: Mapping[str, frozenset[str]]

    @property
    def now(self) -> datetime: ...

    def ask(self, by: str, body: Json) -> str | None: ...
    def propose(self, by: str, body: Json) -> str | None: ...
    def decide(self, by: str, card: SeenCard, verb: str, fields: Json) -> str | None: ...
    def review(self, by: str, card: SeenCard, verdict: str) -> str | None: ...
    def post(self, by: str, body: Json) -> str | None: ...
    def activate(self, by: str, seed_id: str) -> str | None: ...
    def suspend(self, by: str, seed_id: str) -> str | None: ...
    def submit(self, by: str, name: str, text: Json) -> str | None: ...
    def revise(self, by: str, case_id: str, text: Json) -> str | None: ...
    def change(self, by: str, agent_id: str, text: Json) -> str | None: ...
    def cancel(self, by: str, case_id: str) -> str | None: ...
    def stop(self, by: str, agent_id: str) -> str | None: ...
    def reactivate(self, by: str, agent_id: str) -> str | None: ...

    def advance(self, seconds: float) -> None: ...
    def settle(self) -> None: ...

    def cards(self) -> dict[str, SeenCard]: ...
    def seeds(self) -> dict[str, PrecedentSeed]: ...
    def cases(self) -> dict[str, SeenCase]: ...
    def agents(self) -> dict[str, SeenAgent]: ...
    def policy(self) -> PolicyRecord: ...
    def was_told(self, approval_id: str) -> bool: ...
