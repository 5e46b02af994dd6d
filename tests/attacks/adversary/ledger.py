"""What a witness of every deed knows: who did what when, what was sent, and whose text it was."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
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
from tests.attacks.adversary.sent import Sent

REFUSALS = ("reject", "request_changes", "veto")


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

    @property
    def refuses(self) -> bool:
        """Whether it says no to what the card asks for, or takes a yes back."""
        overturns = self.verb == "review" and self.fields["verdict"] == "overturned"
        was_approved = self.before is not None and self.before.status == "approved"
        return self.verb in REFUSALS or (overturns and was_approved)

    def __str__(self) -> str:
        return f"({self.number}: {self.by} {self.verb} {self.about} at {self.at})"


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
    # By the hash of a text or a content: who sent exactly this first.
    first: dict[str, str] = field(default_factory=dict)
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
            content = body["content"]
            self.sent[id] = Sent(
                at=at,
                by=by,
                authors=frozenset({by, self._sent_first(by, content)}),
                kind=body["kind"],
                content=content,
                entries=self.entries,
                subject=body["subject"]["id"],
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
                by=by,
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
        deeds = (deed for deed in self.deeds if deed.about == about)
        return next((deed for deed in deeds if deed.by == HANA and deed.refuses), None)

    def authors_of_case(self, case_id: str) -> frozenset[str]:
        """Everyone who sent a text for it, or exactly the same text before."""
        texts = self.texts.get(case_id, ())
        return frozenset(who for by, text in texts for who in (by, self._sent_first(by, text)))

    def lineage(self, agent_id: str) -> frozenset[str]:
        """Everyone whose text is in a version of the agent that was not taken back."""
        live = (id for id in self._cases_of(agent_id) if self.cases[id].status == "live")
        return frozenset(who for case_id in live for who in self.authors_of_case(case_id))

    def whose_agent(self, agent_id: str, but: str) -> frozenset[str]:
        """Who requested the agent, and who sent the texts for what serves; where nothing does, for
        its latest case. The case `but` does not count."""
        cases = [id for id in self._cases_of(agent_id) if id != but]
        live = [id for id in cases if self.cases[id].status == "live"]
        requester, _ = self.texts[cases[0]][0]
        return frozenset(
            [requester, *(by for id in live or cases[-1:] for by, _ in self.texts[id])]
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
            by=texts[0][0],
            authors=self.authors_of_case(case_id) | self.lineage(self.agent_of[case_id]),
            kind="constitutional",
            content=texts[-1][1],
            entries=self.entries,
            subject=texts[-1][1]["name"],
            rollback_plan=texts[-1][1]["containment"]["rollback"],
            case_id=case_id,
        )

    def _cases_of(self, agent_id: str) -> list[str]:
        return [id for id, agent in self.agent_of.items() if agent == agent_id]

    def _sent_first(self, by: str, text: Json) -> str:
        return self.first.setdefault(content_hash(text), by)

    def _wrote(self, by: str, verb: str, case_id: str | None, text: Json) -> str | None:
        if case_id is not None:
            self._sent_first(by, text)
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


def as_it_is(card: SeenCard, now: datetime) -> SeenCard:
    """The card at `now` by the clock, whether or not a timer has fired."""
    if card.status in OPEN and now > card.deadline_at:
        status = "approved" if card.on_timeout == "approve" else "expired"
        update = {"status": status, "capacity": "silence", "decided_by": "deadline"}
        return card.model_copy(update={**update, "decided_at": card.deadline_at})
    if card.status == "auto_approved" and card.veto and now > card.veto.closes_at:
        return card.model_copy(update={"status": "confirmed"})
    return card
