"""What a witness of every deed knows: who did what when, what was sent, and whose text it was."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from shared.kit.canonical import content_hash
from tests.attacks.adversary.seen import (
    DEPUTY,
    GOVERNOR,
    HANA,
    OPEN,
    Json,
    SeenAgent,
    SeenCard,
    SeenCase,
    Tenant,
)

REFUSALS = ("reject", "request_changes", "veto")
LEVELS = ("low", "medium", "high", "critical")
_MINUTES = {
    # Default deadline and floor of each kind (docs/domain.md, Approvals).
    "artifact": (30, 10),
    "communication": (60, 15),
    "execution": (120, 15),
    "financial": (240, 30),
    "constitutional": (1_440, 240),
}


@dataclass(frozen=True)
class Deed:
    """Something that was done, and was not refused, the `number`th deed of all; `before` is the
    card that it was about."""

    number: int
    at: datetime
    by: str
    verb: str
    about: str
    fields: Json = field(default_factory=dict)
    before: SeenCard | None = None

    def __str__(self) -> str:
        return f"({self.number}: {self.by} {self.verb} {self.about} at {self.at})"


@dataclass(frozen=True)
class Terms:
    """What a policy says of a request."""

    rule: Json
    default: timedelta
    shortest: timedelta
    named: tuple[str, ...]


@dataclass(frozen=True)
class Sent:
    """A request as it was sent. `entries` are those of the policy that held then, `proposes` those
    that it proposes; `earlier` wrote the versions that a case changes."""

    at: datetime
    authors: frozenset[str]
    kind: str
    content: Json
    entries: tuple[Json, ...]
    effect: str | None = None
    amount: int | None = None
    rule: Json | None = None
    seconds: int | None = None
    rollback_plan: str = ""
    proposes: tuple[Json, ...] | None = None
    case_id: str | None = None
    earlier: frozenset[str] = frozenset()

    def terms(self, risk: str) -> Terms:
        """Those of the entry with the highest thresholds that the request reaches."""
        own = (
            [] if self.proposes is not None else [e for e in self.entries if e["kind"] == self.kind]
        )
        if not any(_thresholds(each) == (0, 0) for each in own):
            own.append({"kind": self.kind, "rule": ANY_GOVERNOR})
        level, amount = LEVELS.index(risk), self.amount or 0
        reached = [e for e in own if _thresholds(e)[0] <= level and _thresholds(e)[1] <= amount]
        entry = max(reached, key=_thresholds)
        default, floor = (timedelta(minutes=each) for each in _MINUTES[self.kind])
        if (seconds := entry.get("deadline_seconds")) is not None:
            default = timedelta(seconds=seconds)
        shortest = min(floor, default)
        if (seconds := entry.get("shortest_deadline_seconds")) is not None:
            shortest = timedelta(seconds=seconds)
        return Terms(entry["rule"], default, shortest, tuple(entry.get("silence_approves", ())))


ANY_GOVERNOR: Json = {"kind": "any", "of": [{"role": GOVERNOR}]}


@dataclass
class Ledger:
    """Does deeds in a tenant, and writes down those that were not refused."""

    tenant: Tenant
    entries: tuple[Json, ...] = ()
    deeds: list[Deed] = field(default_factory=list)
    sent: dict[str, Sent] = field(default_factory=dict)
    cards: dict[str, SeenCard] = field(default_factory=dict)
    # By approval: how many deeds had been done when it was there.
    opened: dict[str, int] = field(default_factory=dict)
    cases: dict[str, SeenCase] = field(default_factory=dict)
    agents: dict[str, SeenAgent] = field(default_factory=dict)
    # By case: the texts that were sent for it in order, each with its sender.
    texts: dict[str, list[tuple[str, Json]]] = field(default_factory=dict)
    agent_of: dict[str, str] = field(default_factory=dict)
    # Called after each deed and whatever else may have changed something.
    witness: Callable[[], None] = lambda: None

    @property
    def roles(self) -> Mapping[str, frozenset[str]]:
        return self.tenant.roles

    @property
    def now(self) -> datetime:
        return self.tenant.now

    # Deeds.

    def ask(self, by: str, body: Json) -> str | None:
        at = self.now
        id = self.tenant.ask(by, body)
        if id is not None:
            self.sent[id] = Sent(
                at=at,
                authors=frozenset({by}),
                kind=body["kind"],
                content=body["content"],
                entries=self.entries,
                effect=body.get("effect"),
                amount=body.get("amount_usd_micros"),
                rule=body.get("rule"),
                seconds=body.get("deadline_seconds"),
                rollback_plan=body["rollback_plan"],
            )
        return self._done(by, "ask", id)

    def propose(self, by: str, entries: Sequence[Json]) -> str | None:
        at = self.now
        id = self.tenant.propose(by, {"entries": list(entries), "reason": "It is quicker."})
        if id is not None:
            self.sent[id] = Sent(
                at=at,
                authors=frozenset({by}),
                kind="constitutional",
                content={},
                entries=self.entries,
                proposes=tuple(entries),
            )
        return self._done(by, "propose", id)

    def decide(self, by: str, card: SeenCard, verb: str, **fields: Any) -> str | None:
        done = self.tenant.decide(by, card, verb, fields)
        return self._done(by, verb, done, fields, card)

    def review(self, by: str, card: SeenCard, verdict: str) -> str | None:
        done = self.tenant.review(by, card, verdict)
        return self._done(by, "review", done, {"verdict": verdict}, card)

    def post(self, by: str, body: Json) -> str | None:
        return self._done(by, "post", self.tenant.post(by, body))

    def activate(self, by: str, seed_id: str) -> str | None:
        return self._done(by, "activate", self.tenant.activate(by, seed_id))

    def suspend(self, by: str, seed_id: str) -> str | None:
        return self._done(by, "suspend", self.tenant.suspend(by, seed_id))

    def submit(self, by: str, name: str, text: Json) -> str | None:
        return self._wrote(by, "submit", self.tenant.submit(by, name, text), text)

    def change(self, by: str, agent_id: str, text: Json) -> str | None:
        return self._wrote(by, "change", self.tenant.change(by, agent_id, text), text)

    def revise(self, by: str, case_id: str, text: Json) -> str | None:
        return self._wrote(by, "revise", self.tenant.revise(by, case_id, text), text)

    def cancel(self, by: str, case_id: str) -> str | None:
        return self._done(by, "cancel", self.tenant.cancel(by, case_id))

    def stop(self, by: str, agent_id: str) -> str | None:
        return self._done(by, "stop", self.tenant.stop(by, agent_id))

    def reactivate(self, by: str, agent_id: str) -> str | None:
        return self._done(by, "reactivate", self.tenant.reactivate(by, agent_id))

    def look(self) -> None:
        """Reads what everybody can see now, and learns of what cases asked for."""
        before = self.cards
        self.cards = {id: as_it_is(card, self.now) for id, card in self.tenant.cards().items()}
        self.cases, self.agents = self.tenant.cases(), self.tenant.agents()
        for id, card in self.cards.items():
            self.opened.setdefault(id, len(self.deeds))
            if card.case is not None and id not in self.sent:
                self.sent[id] = self._sent_by_case(card)
            was_adopted = card.status == "approved" and id in before
            if was_adopted and before[id].status != "approved":
                self.entries = self.sent[id].proposes or self.entries
        self.witness()

    # What follows from them.

    def did(self, verb: str, about: str) -> list[Deed]:
        """The deeds of that name about it, in order."""
        return [deed for deed in self.deeds if (deed.verb, deed.about) == (verb, about)]

    def refused_by_hana(self, about: str) -> Deed | None:
        """The deed with which the honest governor first refused it."""
        return next(
            (
                deed
                for deed in self.deeds
                if deed.by == HANA and deed.verb in REFUSALS and deed.about == about
            ),
            None,
        )

    def authors_of_case(self, case_id: str) -> frozenset[str]:
        """Everyone who sent a text for it."""
        return frozenset(by for by, _ in self.texts.get(case_id, ()))

    def lineage(self, agent_id: str) -> frozenset[str]:
        """Everyone who sent a text for a case of the agent that has ever been live."""
        return frozenset(
            by
            for case_id, texts in self.texts.items()
            if self.agent_of[case_id] == agent_id and self.cases[case_id].status == "live"
            for by, _ in texts
        )

    def is_deputy(self, principal: str) -> bool:
        return DEPUTY in self.roles[principal]

    def is_governor(self, principal: str) -> bool:
        return GOVERNOR in self.roles[principal]

    def _sent_by_case(self, card: SeenCard) -> Sent:
        assert card.case is not None
        case_id = card.case.case_id
        texts = self.texts[case_id]
        return Sent(
            at=card.requested_at,
            authors=self.authors_of_case(case_id),
            kind="constitutional",
            content=texts[-1][1],
            entries=self.entries,
            rollback_plan=texts[-1][1]["containment"]["rollback"],
            case_id=case_id,
            earlier=self.lineage(self.agent_of[case_id]),
        )

    def _wrote(self, by: str, verb: str, case_id: str | None, text: Json) -> str | None:
        if case_id is not None:
            self.texts.setdefault(case_id, []).append((by, text))
            self.agent_of[case_id] = self.tenant.cases()[case_id].agent_id
        return self._done(by, verb, case_id)

    def _done(
        self,
        by: str,
        verb: str,
        about: str | None,
        fields: Json | None = None,
        before: SeenCard | None = None,
    ) -> str | None:
        if about is not None:
            number = len(self.deeds)
            self.deeds.append(Deed(number, self.now, by, verb, about, fields or {}, before))
        self.look()
        return about


def hash_sent(sent: Sent) -> str | None:
    """The hash of the content that was sent; None where Assent itself composed it."""
    is_own = sent.case_id is None and sent.proposes is None
    return content_hash(sent.content) if is_own else None


def as_it_is(card: SeenCard, now: datetime) -> SeenCard:
    """The card at `now` by the clock, whether or not a timer has fired."""
    if card.status in OPEN and now > card.deadline_at:
        status = "approved" if card.on_timeout == "approve" else "expired"
        update = {"status": status, "capacity": "silence", "decided_by": "deadline"}
        return card.model_copy(update={**update, "decided_at": card.deadline_at})
    if card.status == "auto_approved" and card.veto and now > card.veto.closes_at:
        return card.model_copy(update={"status": "confirmed"})
    return card


def _thresholds(entry: Json) -> tuple[int, int]:
    return LEVELS.index(entry.get("min_risk", "low")), entry.get("min_amount_usd_micros", 0)
