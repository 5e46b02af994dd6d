"""What must hold after every deed, whatever two dishonest people did before.

A claim that fails raises `Broken`, whose text names the claim and shows why."""

from collections.abc import Callable, Iterator
from datetime import timedelta

from events.specs import Spec
from tests.attacks.adversary.ledger import Deed, Ledger
from tests.attacks.adversary.reasons import Reasons, least_risk
from tests.attacks.adversary.refusals import Refusals
from tests.attacks.adversary.seen import ASSENTS, HANA, OPEN, SeenAgent, SeenCard
from tests.attacks.adversary.sent import LEVELS, Sent
from tests.functions.agents.specs import hash_of

_EFFECTS = {
    "artifact": {"read", "draft"},
    "communication": {"read", "draft", "send", "publish"},
    "execution": {"read", "draft", "change", "deploy", "delete", "grant", "decide"},
}
_ENDED = {"rejected", "changes_requested", "expired", "cancelled"}
# What may follow each status, however many steps later.
_LATER: dict[str, set[str]] = {
    **{status: {*OPEN, *_ENDED, "approved", "overturned", "reversed"} for status in OPEN},
    **{status: {status} for status in _ENDED},
    # A withdrawal that was received in time may be stored a little later.
    "expired": {"expired", "cancelled"},
    "approved": {"approved", "overturned", "vetoed", "reversed", "reversal_failed"},
    "overturned": {"overturned", "reversed", "reversal_failed"},
    "auto_approved": {"auto_approved", "confirmed", "vetoed", "reversed", "reversal_failed"},
    "confirmed": {"confirmed", "reversed"},
    "vetoed": {"vetoed", "reversed", "reversal_failed"},
    "reversed": {"reversed"},
    "reversal_failed": {"reversal_failed", "reversed"},
}

# What an author may not do with their own text; refusing it is open to them.
_NO_REFUSAL = {"approve", "defer", "escalate", "delegate", "break_glass"}
_MAY_CANCEL = {"governor", "tenant_admin", "operator", "service_runtime"}
_MAY_CHANGE = {"governor", "tenant_admin", "genesis"}
_TELLING = {"id", "kind", "status", "risk", "decided_by", "capacity", "authors", "votes", "case"}

# Whether somebody could take a decision now.
Can = Callable[[str, SeenCard, str], bool]


class Broken(AssertionError):
    """Something happened that must never happen."""


class Claims:
    """Compares what is seen with what the ledger knows."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._reasons = Reasons(ledger)
        self._refusals = Refusals(ledger)
        self._seen: dict[str, SeenCard] = {}
        self._checked_deeds = 0

    def check(self) -> None:
        """Raises Broken. Cards that did not change since the last time are not judged again."""
        for id, card in self._ledger.cards.items():
            before = self._seen.get(id)
            if before is None:
                self._opened(card)
            elif card.status not in _LATER[before.status]:
                self._broken("a decision is final", f"{before.status} became {card.status}", card)
            if before is None or (before.status, before.version) != (card.status, card.version):
                self._judged(card)
            self._seen[id] = card
        for deed in self._ledger.deeds[self._checked_deeds :]:
            self._done(deed)
        self._checked_deeds = len(self._ledger.deeds)
        self._policy()
        for agent in self._ledger.agents.values():
            self._stopped(agent)

    def check_settled(self) -> None:
        """As `check`, once every message has arrived."""
        self.check()
        for agent in self._ledger.agents.values():
            self._served(agent)
        for case in self._ledger.cases.values():
            for card in self._cards_of(case.case_id, case.revision):
                if case.status == "cancelled" and self._holds_good(card):
                    self._broken("what was cancelled does not count", f"{case}", card)

    def can_stop(self, can: Can, may_cancel: Callable[[str, str], bool]) -> None:
        """The honest governor could stop what is open, and undo what was decided without them."""
        for card in self._ledger.cards.values():
            is_hers = card.status in OPEN and HANA in self._ledger.sent[card.id].authors
            if is_hers and card.case and not may_cancel(HANA, card.case.case_id):
                self._broken("its author can withdraw it", "", card)
            if card.status in OPEN and not (can(HANA, card, "reject") and can(HANA, card, "veto")):
                self._broken("the governor can refuse what is open", "", card)
            if card.status == "auto_approved" and not can(HANA, card, "veto"):
                self._broken("the governor can veto in the window", "", card)
            if self.is_emergency(card) and not can(HANA, card, "overturn"):
                self._broken("the governor can overturn", "", card)

    def is_emergency(self, card: SeenCard) -> bool:
        """Whether others decided in the governor's place, and no governor has judged that yet."""
        stood_in = card.break_glass is not None or any(
            vote.capacity == "deputy" for vote in card.votes
        )
        took_part = HANA in {card.decided_by, *(vote.principal for vote in card.votes)}
        upheld = card.review is not None and card.review.status in ("upheld", "overturned")
        by_governor = upheld and self._ledger.is_governor(card.review.reviewed_by or "")  # type: ignore[union-attr]
        return stood_in and card.status == "approved" and not took_part and not by_governor

    def _opened(self, card: SeenCard) -> None:
        sent = self._ledger.sent[card.id]
        terms = sent.terms(card.risk)
        self._asked(card, sent)
        if card.rule.model_dump(mode="json", exclude_none=True) != terms.rule:
            self._broken("the policy says who decides", f"{terms.rule}", card)
        length = card.deadline_at - card.requested_at
        asked = terms.default if sent.seconds is None else timedelta(seconds=sent.seconds)
        if length != asked or not min(terms.shortest, asked, terms.default) <= length:
            self._broken("the policy says by when", f"{length}", card)
        if sent.seconds is not None and length < terms.shortest:
            self._broken("no deadline is below the floor", f"{length} < {terms.shortest}", card)

    def _asked(self, card: SeenCard, sent: Sent) -> None:
        """What is asked for is what was sent."""
        if not self._ledger.tenant.was_told(card.id):
            self._broken("everybody is told of a request", "", card)
        if sent.hash not in (None, card.decision_hash):
            self._broken("what was sent is decided", f"{sent.hash}", card)
        if sent.effect is not None and sent.effect not in _EFFECTS.get(sent.kind, {sent.effect}):
            self._broken("no kind hides an effect", f"{sent.effect}", card)
        if (sent.kind == "financial") != (sent.amount is not None):
            self._broken("money is financial", f"{sent.amount}", card)
        is_own = sent.case_id is None
        if is_own and LEVELS.index(card.risk) < LEVELS.index(least_risk(sent)):
            self._broken("a requester lowers no risk", f"{least_risk(sent)}", card)
        if card.case and not self._is_cleared(card):
            self._broken("a person clears what ethics escalated", "", card)
        if not sent.authors <= set(card.authors):
            self._broken("everyone whose text is in it is an author", f"{sent.authors}", card)

    def _is_cleared(self, card: SeenCard) -> bool:
        """Whether a person said yes to what ethics had escalated, before the case asks for more."""
        assert card.case is not None
        earlier = self._cards_of(card.case.case_id, card.case.revision)
        return card.case.purpose == "ethics_escalation" or all(
            each.status == "approved" or each.id == card.id for each in earlier
        )

    def _judged(self, card: SeenCard) -> None:
        refused = self._ledger.refused_by_hana(card.id)
        if refused is not None and card.status in {*ASSENTS, *OPEN}:
            self._broken("nothing that was refused happens", "", card)
        if card.status in OPEN and card.deadline_at > card.requested_at + timedelta(days=30):
            self._broken("nothing stays open for more than 30 days", "", card)
        if card.status in ASSENTS and (missing := self._missing(card)):
            self._broken("an assent has a reason", missing, card)
        if card.status in ASSENTS:
            self._not_refused_before(card)
        stood_in = any(vote.capacity == "deputy" for vote in card.votes)
        if card.status == "approved" and stood_in and card.review is None:
            self._broken("a deputy's decision is reviewed", "", card)

    def _missing(self, card: SeenCard) -> str:
        match card.capacity:
            case "silence":
                return self._reasons.by_silence(card)
            case "precedent":
                return self._reasons.by_precedent(card)
            case "break_glass":
                return self._reasons.by_break_glass(card)
        return self._reasons.by_people(card)

    def _not_refused_before(self, card: SeenCard) -> None:
        """No machine approves again what the governor refused."""
        if card.capacity not in ("precedent", "silence"):
            return
        if (refused := self._refusals.of_the_same(card)) is not None:
            name = f"what was refused does not come back by {card.capacity}"
            self._broken(name, f"{refused}", card)
        if (refused := self._refusals.of_its_subject(card)) is not None:
            name = f"a subject that was refused does not come back by {card.capacity}"
            self._broken(name, f"{refused}", card)

    def _done(self, deed: Deed) -> None:
        ledger, by, about = self._ledger, deed.by, deed.about
        roles = ledger.roles[by]
        match deed.verb:
            case "activate" | "suspend" if not ledger.is_governor(by):
                self._broken("only governors switch precedents", f"{deed}")
            case "activate" if refused := self._refusals.covered_by(about):
                name = "a precedent that is switched on covers no refusal"
                self._broken(name, f"{deed} {refused}")
            case "stop" if roles.isdisjoint(("governor", "genesis", "tenant_admin")):
                self._broken("only some roles suspend", f"{deed}")
            case "reactivate" if roles.isdisjoint(("governor", "genesis")):
                self._broken("only some roles reactivate", f"{deed}")
            case "reactivate" if by in ledger.lineage(about):
                self._broken("nobody reactivates their own text", f"{deed}")
            case "cancel" | "revise" | "change" if self._is_stranger(deed):
                self._broken(f"no stranger {deed.verb}s a case", f"{deed}")
            case "review" if by in self._took_part(deed):
                self._broken("nobody reviews what they wrote or decided", f"{deed}")
            case verb if verb in _NO_REFUSAL and by in ledger.sent[about].authors:
                self._broken("nobody but who refuses decides about their own text", f"{deed}")

    def _is_stranger(self, deed: Deed) -> bool:
        """Whether it was not theirs before, and no role lets them."""
        texts = self._ledger.texts[deed.about]
        own = {who for who, _ in (texts[:-1] if deed.verb == "revise" else texts)}
        if deed.verb == "change":
            own = {*self._ledger.whose_agent(self._ledger.agent_of[deed.about], but=deed.about)}
        may = _MAY_CANCEL if deed.verb == "cancel" else _MAY_CHANGE
        return deed.by not in own and self._ledger.roles[deed.by].isdisjoint(may)

    def _took_part(self, deed: Deed) -> set[str | None]:
        """Who decided it and, where the review assents, who wrote it."""
        card = self._ledger.cards[deed.about]
        authors = () if deed.refuses else self._ledger.sent[deed.about].authors
        return {*authors, *(vote.principal for vote in card.votes), card.decided_by}

    def _policy(self) -> None:
        """The policy is the one that a governor agreed to who had not proposed it."""
        told = self._ledger.tenant.policy()
        entries = {_shown(e.model_dump(mode="json", exclude_none=True)) for e in told.entries}
        missing = {_shown(entry) for entry in self._ledger.entries} - entries
        extra = len(entries) - len(self._ledger.entries)
        if missing or extra > 5:
            self._broken("only governors change the policy", f"{missing}")

    def _served(self, agent: SeenAgent) -> None:
        """What serves was approved, as it is, and nobody took that back."""
        if not agent.serves:
            return
        for case_id, texts in self._ledger.texts.items():
            case = self._ledger.cases[case_id]
            if case.agent_id != agent.agent_id or case.status != "live":
                continue
            is_same = hash_of(Spec.model_validate(texts[-1][1])) == agent.spec_hash
            if is_same and any(self._holds_good(c) for c in self._cards_of(case_id, case.revision)):
                return
        self._broken("what serves was approved", f"{agent}")

    def _holds_good(self, card: SeenCard) -> bool:
        overturned = card.review is not None and card.review.status == "overturned"
        asks_for_it = card.case is not None and card.case.purpose != "ethics_escalation"
        refused = self._ledger.refused_by_hana(card.id) is not None
        return asks_for_it and card.status in ASSENTS and not overturned and not refused

    def _stopped(self, agent: SeenAgent) -> None:
        turns = [
            deed
            for deed in self._ledger.deeds
            if deed.about == agent.agent_id and deed.verb in ("stop", "reactivate")
        ]
        if turns and turns[-1].verb == "stop" and agent.serves:
            self._broken("what was suspended does not run", f"{agent}")

    def _cards_of(self, case_id: str, revision: int) -> Iterator[SeenCard]:
        for card in self._ledger.cards.values():
            if card.case and (card.case.case_id, card.case.revision) == (case_id, revision):
                yield card

    def _broken(self, claim: str, why: str, card: SeenCard | None = None) -> None:
        told = card.model_dump(mode="json", include=_TELLING, exclude_none=True) if card else ""
        raise Broken(f"{claim}: {why} {told}")


def _shown(entry: object) -> str:
    assert isinstance(entry, dict)
    plain = {name: value for name, value in entry.items() if value not in (0, [], (), "low", None)}
    return str(sorted(plain.items(), key=lambda item: item[0]))
