"""Why something may have been assented to: by people, by a precedent, by silence, or in an
emergency. Written from docs/domain.md; no rule of the product is asked."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from tests.attacks.adversary.ledger import REFUSALS, Deed, Ledger
from tests.attacks.adversary.seen import DEPUTY, GOVERNOR, HANA, Json, SeenCard
from tests.attacks.adversary.sent import LEVELS, Sent

TAKEOVER = timedelta(hours=4)
WINDOW = timedelta(hours=24)
# The risk that an effect has at least, whatever its requester says.
_LEAST_RISK = {
    **dict.fromkeys(("read", "draft"), "low"),
    **dict.fromkeys(("change", "send", "publish"), "medium"),
    **dict.fromkeys(("deploy", "delete", "grant", "decide", "pay"), "high"),
}
_USUAL = {"artifact": "draft", "communication": "send", "execution": "change", "financial": "pay"}
_KIND_RISK = {"communication": "medium", "execution": "medium", "financial": "high"}
_CONTENT_RISK = {"confidential": "medium", "restricted": "high"}

_SHOWS_PRESENCE = {
    *(*REFUSALS, "approve", "defer", "escalate", "delegate", "break_glass", "review"),
    *("ask", "propose", "post", "activate", "suspend"),
}

# A place of a rule, and whose it was where somebody passed it on.
Seat = tuple[int, str | None]


def least_risk(sent: Sent) -> str:
    """The risk that a request over the API has at least."""
    effect = sent.effect or _USUAL.get(sent.kind, "grant")
    found = [_LEAST_RISK[effect], _KIND_RISK.get(sent.kind, "low")]
    found.append(_CONTENT_RISK.get(str(sent.content.get("classification")), "low"))
    if sent.kind == "constitutional":
        found.append("high")
    if not can_be_undone(sent):
        found.append("medium")
    return max(found, key=LEVELS.index)


def can_be_undone(sent: Sent) -> bool:
    """Whether it says how, and declares nothing irreversible."""
    return bool(sent.rollback_plan.strip() and sent.content.get("reversible", True))


class Reasons:
    """Each method says what is missing for one reason; an empty text means that nothing is."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def by_people(self, card: SeenCard) -> str:
        """Enough people said yes, each of whom may, and nobody to their own text."""
        sent, ledger = self._ledger.sent[card.id], self._ledger
        yes: dict[str, Deed] = {deed.by: deed for deed in reversed(ledger.did("approve", card.id))}
        if own := yes.keys() & sent.authors:
            return f"{', '.join(sorted(own))} said yes to their own text"
        rule = sent.terms(card.risk).rule
        options = {who: [*self._seats(card, rule, deed, yes)] for who, deed in yes.items()}
        if most_seated(list(options.values())) < needed(rule):
            return f"{sorted(yes)} do not fill the places of {rule}: {options}"
        if card.added_rule is not None and sent.rule is not None:
            added = [
                [(i, None) for i, place in enumerate(sent.rule["of"]) if self._holds(who, place)]
                for who in yes
            ]
            if most_seated(added) < needed(sent.rule):
                return f"{sorted(yes)} are not whom the requester added"
        return ""

    def _seats(
        self, card: SeenCard, rule: Json, deed: Deed, yes: dict[str, Deed]
    ) -> Iterator[Seat]:
        """The places that somebody's yes may fill."""
        who, passed = deed.by, self._passed_on(card, rule, deed)
        for index, place in enumerate(rule["of"]):
            has_given_it_up = passed.get(who) not in (None, DEPUTY)
            if self._holds(who, place) and not has_given_it_up:
                yield index, who
            if card.kind == "constitutional" or not self._may_stand_in(who, place):
                continue
            for holder, to in passed.items():
                is_for = to == who or (to == DEPUTY and self._ledger.is_deputy(who))
                voted_before = holder in yes and yes[holder].number < deed.number
                if is_for and not voted_before and self._holds(holder, place):
                    yield index, holder
            is_governors = place.get("role") == GOVERNOR
            if is_governors and self._ledger.is_deputy(who) and self.was_away(who, deed):
                yield index, None

    def _passed_on(self, card: SeenCard, rule: Json, until: Deed) -> dict[str, str]:
        """Who had last passed their place on, and to whom (to the deputies: the role)."""
        passed: dict[str, str] = {}
        for deed in self._ledger.deeds[: until.number]:
            if deed.about != card.id:
                continue
            if deed.verb == "delegate":
                passed[deed.by] = deed.fields["to"]
            elif deed.verb == "escalate" and self._hands_back(deed.by, rule, passed):
                passed = {k: to for k, to in passed.items() if to not in (DEPUTY, deed.by)}
            elif deed.verb == "escalate":
                passed[deed.by] = DEPUTY
        return passed

    def _hands_back(self, who: str, rule: Json, passed: dict[str, str]) -> bool:
        """Whether somebody who escalates has no place of their own to pass on."""
        holds = any(self._holds(who, place) for place in rule["of"])
        if holds and passed.get(who) in (None, DEPUTY):
            return False
        stands_in = who in passed.values() or DEPUTY in passed.values()
        return stands_in or not self._ledger.is_governor(who)

    def was_away(self, deputy: str, when: Deed) -> bool:
        """Whether the governor had missed a deadline four hours before, and done nothing since."""
        return any(self._missed(card, deputy, when) for card in self._ledger.cards.values())

    def _missed(self, card: SeenCard, deputy: str, when: Deed) -> bool:
        if card.status != "expired" or card.deadline_at > when.at - TAKEOVER:
            return False
        sent = self._ledger.sent[card.id]
        terms = sent.terms(card.risk)
        had_time = sent.seconds is None or timedelta(seconds=sent.seconds) >= terms.default
        was_theirs = any(place.get("role") == GOVERNOR for place in terms.rule["of"])
        was_theirs &= card.kind != "constitutional"
        by_others = sent.authors.isdisjoint({deputy, HANA})
        acted = any(
            deed.by == HANA and deed.at > card.deadline_at and deed.verb in _SHOWS_PRESENCE
            for deed in self._ledger.deeds[: when.number]
        )
        return had_time and was_theirs and by_others and not acted

    def by_break_glass(self, card: SeenCard) -> str:
        """A governor or a deputy broke the glass, openly, over somebody else's request."""
        sent = self._ledger.sent[card.id]
        broke = [deed.by for deed in self._ledger.did("break_glass", card.id)]
        may = [
            who
            for who in broke
            if self._ledger.is_governor(who)
            or (self._ledger.is_deputy(who) and card.kind != "constitutional")
        ]
        if not may or may[0] in sent.authors or sent.proposes is not None:
            return f"{broke} may not break the glass here"
        if card.break_glass is None or card.review is None:
            return "nobody has to review it"
        return ""

    def by_silence(self, card: SeenCard) -> str:
        """The policy lets silence approve what this requester drafts, and the governor had the
        whole time."""
        sent = self._ledger.sent[card.id]
        terms = sent.terms(card.risk)
        if (
            sent.kind != "artifact"
            or least_risk(sent) != "low"
            or sent.rule not in (None, terms.rule)
        ):
            return "silence never means yes to this"
        if sent.by not in terms.named:
            return f"the policy names {terms.named}, not {sent.by}"
        if card.deadline_at - card.requested_at < max(terms.default, timedelta(minutes=30)):
            return "the governor had too little time"
        if self._ledger.now <= card.deadline_at:
            return "the deadline has not passed"
        return ""

    def by_precedent(self, card: SeenCard) -> str:
        """A governor had activated a precedent that covers it, and it can be vetoed for a day."""
        ledger, sent = self._ledger, self._ledger.sent[card.id]
        seeds = ledger.tenant.seeds()
        seed = seeds.get(card.precedent_id or "")
        if seed is None:
            return "there is no such precedent"
        if missing := self._inactive(seed, card):
            return missing
        if not sent.authors.isdisjoint({seed.author, seed.activated_by}):
            return "its author or its activator wrote what it approved"
        terms = sent.terms(card.risk)
        if card.kind not in ("artifact", "execution", "constitutional"):
            return f"a veto cannot undo what is {card.kind}"
        if max(LEVELS.index(card.risk), LEVELS.index(self._risk(card))) > LEVELS.index(
            seed.max_risk
        ):
            return "the risk is higher than the precedent's"
        if (
            not can_be_undone(sent)
            or terms.rule["kind"] != "any"
            or sent.rule not in (None, terms.rule)
        ):
            return "a person has to decide what cannot be undone, and what asks for several"
        conditions = [condition.model_dump() for condition in seed.conditions]
        if not (conditions and covers(conditions, sent.content)):
            return f"its conditions are not met: {conditions}"
        if card.veto is None or card.veto.closes_at - card.requested_at != WINDOW:
            return "the veto window is no day"
        if card.status == "confirmed" and ledger.now <= card.veto.closes_at:
            return "it was confirmed before the window closed"
        return ""

    def _risk(self, card: SeenCard) -> str:
        return card.risk if card.case else least_risk(self._ledger.sent[card.id])

    def _inactive(self, seed: Any, card: SeenCard) -> str:
        """Why the precedent was not active when the request was made."""
        ledger, at = self._ledger, card.requested_at
        before = ledger.deeds[: ledger.opened[card.id]]
        turns = [deed for deed in before if deed.about == seed.seed_id]
        switches = [d for d in turns if d.verb in ("activate", "suspend")]
        by_governors = [d for d in switches if ledger.is_governor(d.by)]
        if not by_governors or by_governors[-1].verb != "activate":
            return "no governor had activated the precedent"
        vetoes = [
            deed
            for deed in before
            if deed.verb == "veto" and ledger.cards[deed.about].precedent_id == seed.seed_id
            if ledger.is_governor(deed.by) or self._is_named(deed)
        ]
        if len({deed.about for deed in vetoes}) >= 3:
            return "people who may had vetoed it three times"
        if seed.status == "superseded" and seed.ended_at is not None and seed.ended_at < at:
            return "another precedent had replaced it"
        return ""

    def _is_named(self, deed: Deed) -> bool:
        """Whether the policy's rule asked whoever did it."""
        card = self._ledger.cards[deed.about]
        rule = self._ledger.sent[card.id].terms(card.risk).rule
        return any(self._holds(deed.by, place) for place in rule["of"])

    def _holds(self, who: str, place: Json) -> bool:
        return place.get("principal") == who or place.get("role") in self._ledger.roles[who]

    def _may_stand_in(self, who: str, place: Json) -> bool:
        """A role's place asks for that role; a governor's or a named person's also for a deputy."""
        if place.get("role") in self._ledger.roles[who]:
            return True
        is_passable = place.get("principal") is not None or place.get("role") == GOVERNOR
        return is_passable and not self._ledger.roles[who].isdisjoint((GOVERNOR, DEPUTY))


def needed(rule: Json) -> int:
    """How many places a rule wants filled."""
    return {"any": 1, "all": len(rule["of"])}.get(rule["kind"], rule.get("m") or 0)


def most_seated(options: Sequence[Sequence[Seat]]) -> int:
    """How many people can sit at once, each on one of their seats, no seat and no holder twice.
    Tries everything: there are three people."""

    def best(rest: Sequence[Sequence[Seat]], taken: frozenset[Any]) -> int:
        if not rest:
            return 0
        most = best(rest[1:], taken)
        for index, holder in rest[0]:
            names = {index, f"for {holder}"} if holder else {index}
            if taken.isdisjoint(names):
                most = max(most, 1 + best(rest[1:], taken | names))
        return most

    return best(options, frozenset())


def covers(conditions: Sequence[Json], content: Json) -> bool:
    """Whether the content satisfies all of the conditions."""
    return all(_satisfies(each, content) for each in conditions)


def _satisfies(condition: Json, content: Json) -> bool:
    actual: Any = {"content": content}
    for name in condition["field"].split("."):
        if isinstance(actual, list):
            actual = [each.get(name) for each in actual if isinstance(each, dict)]
        elif isinstance(actual, dict) and name in actual:
            actual = actual[name]
        else:
            return False
    value = condition["value"]
    match condition["op"]:
        case "eq":
            return bool(actual == value)
        case "in":
            return actual in value
        case "le":
            return bool(actual <= value)
        case "ge":
            return bool(actual >= value)
        case "subset_of":
            return all(each in value for each in actual)
    raise AssertionError(f"nobody writes {condition['op']} here")
