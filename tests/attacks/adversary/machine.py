"""Two dishonest principals and one honest governor: what they do, in any order.

An index chooses among what is there, the newest first. Of a move with several verbs, the first one
that is not refused is what happens."""

from datetime import timedelta
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from shared.kit.instants import format_instant
from tests.attacks.adversary import texts
from tests.attacks.adversary.by_rules import RulesTenant
from tests.attacks.adversary.claims import Claims
from tests.attacks.adversary.ledger import Ledger
from tests.attacks.adversary.seen import (
    ANN,
    DEPUTY,
    DISHONEST,
    EVERYONE,
    GOVERNOR,
    HANA,
    MAL,
    OPEN,
    SeenCard,
    Tenant,
)

# Of mal and of ann.
ROLES = st.sampled_from(
    [
        (frozenset(), frozenset({DEPUTY})),
        (frozenset({DEPUTY}), frozenset({DEPUTY})),
        (frozenset({"legal"}), frozenset({DEPUTY, "legal"})),
        (frozenset({"legal"}), frozenset({"genesis", "operator"})),
        (frozenset({"tenant_admin", DEPUTY}), frozenset({"legal"})),
        (frozenset({DEPUTY}), frozenset({GOVERNOR})),
        (frozenset({"tenant_admin", "legal"}), frozenset({GOVERNOR})),
    ]
)
WHO = st.sampled_from(DISHONEST)
ANYBODY = st.sampled_from(EVERYONE)
# Which one of several: most often the newest.
INDEX = st.sampled_from([0, 0, 0, 0, 1, 2, 3, 5, 8])
VERBS = st.sampled_from(
    [
        ("approve",),
        ("approve", "escalate"),
        ("approve", "delegate"),
        ("delegate", "approve"),
        ("escalate", "approve"),
        ("defer", "approve"),
        ("break_glass",),
        ("veto",),
        ("reject",),
    ]
)
HOUR, DAY = 3_600, 86_400
SECONDS = st.sampled_from(
    [1, 59, 61, 300, 599, HOUR, 4 * HOUR, 4 * HOUR + 61, DAY, 3 * DAY, 8 * DAY]
)
NAMES = ("writer-one", "writer-two")


class Adversary(RuleBasedStateMachine):
    """One tenant under a policy of theirs, most often the one that Assent comes with."""

    # Seconds before and after a moment that something depends on.
    MARGIN: ClassVar[float] = 0.001

    def make_tenant(self, roles: dict[str, frozenset[str]], policy: Any) -> Tenant:
        tenant = RulesTenant(roles)
        tenant.begin_with(policy)
        return tenant

    @initialize(roles=ROLES, policy=st.sampled_from(texts.POLICIES))
    def open_the_tenant(self, roles: Any, policy: Any) -> None:
        people = {HANA: frozenset({GOVERNOR}), MAL: roles[0], ANN: roles[1]}
        self.tenant = self.make_tenant(people, policy)
        self.ledger = Ledger(self.tenant, entries=tuple(policy))
        self.claims = Claims(self.ledger)
        self.ledger.witness = self.judge
        self.ledger.look()

    # Requests.

    @rule(
        by=st.sampled_from((*DISHONEST, *DISHONEST, HANA)),
        form=st.sampled_from(texts.FORMS),
        content=st.sampled_from(texts.CONTENTS),
        asked=st.sampled_from(texts.RULES),
        seconds=st.sampled_from(texts.SECONDS),
        plan=st.sampled_from((texts.PLAN, texts.PLAN, "")),
    )
    def ask(self, by: str, form: Any, content: Any, asked: Any, seconds: Any, plan: str) -> None:
        """A request over the API, with everything that its author may choose."""
        fields = {"rule": asked, "deadline_seconds": seconds, "rollback_plan": plan}
        self.ledger.ask(by, texts.request(form, content, **fields))

    @rule(
        by=WHO, form=st.sampled_from(texts.FORMS[:2]), content=st.sampled_from(texts.CONTENTS[:3])
    )
    def ask_plainly(self, by: str, form: Any, content: Any) -> None:
        """A request as everybody makes it, and makes it again."""
        self.ledger.ask(by, texts.request(form, content))

    @rule(
        by=WHO,
        kind=st.sampled_from(["artifact", "execution", "financial", "constitutional"]),
        wanted=st.sampled_from(texts.RULES),
        named=st.booleans(),
        shortest=st.sampled_from([None, 60]),
    )
    def propose_a_policy(self, by: str, kind: str, wanted: Any, named: bool, shortest: Any) -> None:
        fields = {"silence_approves": [by]} if named else {}
        if shortest is not None:
            fields["shortest_deadline_seconds"] = shortest
        rule = wanted or {"kind": "any", "of": [{"principal": by}]}
        self.ledger.propose(by, [texts.entry(kind, rule, **fields)])

    # Decisions.

    @rule(verbs=VERBS, by=WHO, to=ANYBODY, which=INDEX)
    def decide_dishonestly(self, verbs: tuple[str, ...], by: str, to: str, which: int) -> None:
        """The one, or else the other, about what is there, open or not."""
        if card := self._card(which):
            for who in (by, *(each for each in DISHONEST if each != by)):
                if self._decide(card, who, verbs, to):
                    return

    @rule(verb=st.sampled_from(["reject", "veto", "request_changes"]), which=INDEX)
    def refuse_honestly(self, verb: str, which: int) -> None:
        if card := self._card(which):
            self._decide(card, HANA, (verb,), "")

    @rule(
        verbs=st.sampled_from(
            [("approve",), ("approve",), ("delegate",), ("escalate",), ("defer",), ("break_glass",)]
        ),
        to=WHO,
        which=INDEX,
    )
    def act_honestly(self, verbs: tuple[str, ...], to: str, which: int) -> None:
        """The governor trusts somebody, or agrees."""
        if card := self._card(which):
            self._decide(card, HANA, verbs, to)

    @rule(by=ANYBODY, verdict=st.sampled_from(["upheld", "overturned"]), which=INDEX)
    def review(self, by: str, verdict: str, which: int) -> None:
        owed = [card for card in self.ledger.cards.values() if card.review is not None]
        if owed:
            self.ledger.review(by, owed[-1 - which % len(owed)], verdict)

    @rule(content=st.sampled_from(texts.CONTENTS[:2]), by=WHO)
    def approve_three_alike(self, content: Any, by: str) -> None:
        """A row of similar approvals drafts a precedent."""
        for _ in range(3):
            id = self.ledger.ask(by, texts.request(texts.FORMS[0], content))
            if id is not None:
                self._decide(self.ledger.cards[id], HANA, ("approve",), "")

    @rule(
        form=st.sampled_from([*texts.FORMS[:5], texts.FORMS[6]]),
        asker=WHO,
        trusted=WHO,
        asked=st.sampled_from((None, *texts.RULES)),
        first=st.sampled_from(["delegate", "escalate", "approve"]),
        then=st.lists(st.tuples(ANYBODY, VERBS, ANYBODY), min_size=1, max_size=4),
    )
    def pass_it_around(
        self, form: Any, asker: str, trusted: str, asked: Any, first: str, then: Any
    ) -> None:
        """The governor passes a place on, and others pass on or use what they got."""
        id = self.ledger.ask(asker, texts.request(form, texts.CONTENTS[0], rule=asked))
        if id is None:
            return
        self._decide(self.ledger.cards[id], HANA, (first,), trusted)
        for who, verbs, to in then:
            self._decide(self.ledger.cards[id], who, verbs, to)
        self._decide(self.ledger.cards[id], trusted, ("approve",), "")

    @rule(
        asleep=st.sampled_from([0, 60, 4 * HOUR - 61, 4 * HOUR + 62, 2 * DAY]),
        seconds=st.sampled_from([None, 600, 900, 1_800]),
        missed=st.sampled_from((*DISHONEST, HANA)),
        wakes=st.booleans(),
        by=WHO,
        kind=st.integers(0, 6),
    )
    def sleep_through_a_deadline(
        self, asleep: float, seconds: Any, missed: str, wakes: bool, by: str, kind: int
    ) -> None:
        """Nobody acts until a deadline has passed, nor so much longer; then a deputy tries."""
        asked = texts.request(texts.FORMS[1], texts.CONTENTS[0], deadline_seconds=seconds)
        id = self.ledger.ask(missed, asked)
        if id is None:
            return
        left = self.ledger.cards[id].deadline_at - self.ledger.now
        self._advance(left.total_seconds() + asleep + self.MARGIN)
        other = self.ledger.ask(by, texts.request(texts.FORMS[0], texts.CONTENTS[1]))
        if wakes and other is not None:
            self._decide(self.ledger.cards[other], HANA, ("reject",), "")
        wanted = self.ledger.ask(by, texts.request(texts.FORMS[kind], texts.CONTENTS[3]))
        if wanted is not None:
            for who in DISHONEST:
                self._decide(self.ledger.cards[wanted], who, ("approve",), "")

    @rule(
        form=st.sampled_from(texts.FORMS[:5]),
        by=WHO,
        breaker=ANYBODY,
        reviews=st.lists(st.tuples(ANYBODY, st.sampled_from(["upheld", "overturned"])), max_size=3),
        later=st.sampled_from([0, DAY - 1, DAY + 61]),
    )
    def break_the_glass(self, form: Any, by: str, breaker: str, reviews: Any, later: float) -> None:
        """An emergency, and who says what of it."""
        id = self.ledger.ask(by, texts.request(form, texts.CONTENTS[0]))
        if id is not None:
            self._decide(self.ledger.cards[id], breaker, ("break_glass",), "")
            if later:
                self._advance(later)
            for who, verdict in reviews:
                self.ledger.review(who, self.ledger.cards[id], verdict)

    # Precedents.

    @rule(
        by=ANYBODY,
        conditions=st.integers(0, 4),
        kind=st.sampled_from(["execution", "execution", "artifact", "constitutional", "financial"]),
        title=st.sampled_from(["Reindex", "Reindex", "Write"]),
        with_example=st.booleans(),
    )
    def post_a_precedent(
        self, by: str, conditions: int, kind: str, title: str, with_example: bool
    ) -> None:
        approved = [c.id for c in self.ledger.cards.values() if c.status == "approved"]
        example = approved[-1] if approved and with_example else None
        self.ledger.post(by, texts.seed(conditions, kind, title, example))

    @rule(by=st.sampled_from((*DISHONEST, HANA, HANA, HANA)), which=INDEX)
    def activate_a_precedent(self, by: str, which: int) -> None:
        if seed := self._seed(which):
            self.ledger.activate(by, seed)

    @rule(by=ANYBODY, which=INDEX)
    def suspend_a_precedent(self, by: str, which: int) -> None:
        if seed := self._seed(which):
            self.ledger.suspend(by, seed)

    @rule(
        form=st.sampled_from(texts.FORMS[:2]),
        content=st.sampled_from(texts.CONTENTS[:4]),
        by=WHO,
        first=st.booleans(),
        conditions=st.integers(0, 3),
    )
    def let_a_precedent_approve(
        self, form: Any, content: Any, by: str, first: bool, conditions: int
    ) -> None:
        """A precedent becomes active, and the same content is asked for before it and after."""
        if first:
            id = self.ledger.ask(by, texts.request(form, content))
            if id is not None:
                self._decide(self.ledger.cards[id], HANA, ("reject",), "")
        seed = self.ledger.post(HANA, texts.seed(conditions, form[0], "Reindex", None))
        if seed is not None:
            self.ledger.activate(HANA, seed)
        self.ledger.ask(by, texts.request(form, content))

    @rule(
        by=WHO,
        content=st.sampled_from(texts.CONTENTS[:4]),
        conditions=st.integers(0, 3),
        refusal=st.sampled_from(["reject", "reject", "request_changes"]),
        lifts=ANYBODY,
    )
    def switch_a_precedent_off_and_on(
        self, by: str, content: Any, conditions: int, refusal: str, lifts: str
    ) -> None:
        """The governor suspends a precedent, and refuses something that it would cover."""
        seed = self.ledger.post(HANA, texts.seed(conditions, "execution", "Off and on", None))
        if seed is None or self.ledger.activate(HANA, seed) is None:
            return
        self.ledger.suspend(HANA, seed)
        id = self.ledger.ask(by, texts.request(texts.FORMS[0], content))
        if id is not None:
            self._advance(1)
            self._decide(self.ledger.cards[id], HANA, (refusal,), "")
        self.ledger.activate(lifts, seed)
        self.ledger.ask(by, texts.request(texts.FORMS[0], content))

    # Agents.

    @rule(by=ANYBODY, name=st.sampled_from(NAMES), number=st.integers(0, texts.SPECS - 1))
    def submit(self, by: str, name: str, number: int) -> None:
        self.ledger.submit(by, name, texts.spec(number, name))

    @rule(by=ANYBODY, number=st.integers(0, texts.SPECS - 1), which=INDEX)
    def revise(self, by: str, number: int, which: int) -> None:
        if case := self._of(self.ledger.cases, which):
            name = self.ledger.agents[case.agent_id].name
            self.ledger.revise(by, case.case_id, texts.spec(number, name))

    @rule(by=ANYBODY, number=st.integers(0, texts.SPECS - 1), which=INDEX)
    def change(self, by: str, number: int, which: int) -> None:
        if agent := self._of(self.ledger.agents, which):
            self.ledger.change(by, agent.agent_id, texts.spec(number, agent.name))

    @rule(by=ANYBODY, which=INDEX)
    def cancel(self, by: str, which: int) -> None:
        if case := self._of(self.ledger.cases, which):
            self.ledger.cancel(by, case.case_id)

    @rule(by=ANYBODY, which=INDEX)
    def stop(self, by: str, which: int) -> None:
        if agent := self._of(self.ledger.agents, which):
            self.ledger.stop(by, agent.agent_id)

    @rule(by=ANYBODY, which=INDEX)
    def reactivate(self, by: str, which: int) -> None:
        if agent := self._of(self.ledger.agents, which):
            self.ledger.reactivate(by, agent.agent_id)

    @rule(
        by=WHO,
        name=st.sampled_from(NAMES),
        numbers=st.tuples(*[st.integers(0, 3)] * 2),
        verb=st.sampled_from(["approve", "approve", "request_changes", "reject"]),
    )
    def bring_up_an_agent(self, by: str, name: str, numbers: tuple[int, int], verb: str) -> None:
        """A whole case, and one that changes or revises what it led to."""
        first, second = (texts.spec(number, name) for number in numbers)
        case_id = self.ledger.submit(by, name, first)
        if case_id is None:
            return
        asked = [c for c in self.ledger.cards.values() if c.case and c.case.case_id == case_id]
        if asked:
            self._decide(asked[-1], HANA, (verb,), "")
        if verb == "request_changes":
            self.ledger.revise(by, case_id, second)
        else:
            self.ledger.change(by, self.ledger.cases[case_id].agent_id, second)

    @rule(
        by=ANYBODY,
        name=st.sampled_from(NAMES),
        numbers=st.lists(st.tuples(ANYBODY, st.integers(0, 3)), max_size=2),
        stops=ANYBODY,
        lifts=ANYBODY,
        decides=st.sampled_from(["approve", "escalate", "delegate", "break_glass"]),
    )
    def stop_and_start(
        self, by: str, name: str, numbers: Any, stops: str, lifts: str, decides: str
    ) -> None:
        """An agent goes live, with changes; it is suspended, and somebody wants it back."""
        texts_sent = [(by, texts.spec(0, name)), *((w, texts.spec(n, name)) for w, n in numbers)]
        case_id = None
        for who, text in texts_sent:
            if case_id is None:
                case_id = self.ledger.submit(who, name, text)
                changed = case_id
            else:
                changed = self.ledger.change(who, self.ledger.cases[case_id].agent_id, text)
            asked = [c for c in self.ledger.cards.values() if c.case and c.case.case_id == changed]
            if asked:
                for voter in EVERYONE:
                    self._decide(asked[-1], voter, ("approve", decides), ANN)
        if case_id is not None:
            agent_id = self.ledger.cases[case_id].agent_id
            self.ledger.stop(stops, agent_id)
            self.ledger.reactivate(lifts, agent_id)

    @rule(
        kind=st.sampled_from(["execution", "artifact"]),
        by=WHO,
        vetoes=st.lists(ANYBODY, min_size=1, max_size=5),
        late=st.booleans(),
    )
    def veto_again_and_again(self, kind: str, by: str, vetoes: list[str], late: bool) -> None:
        """What a precedent approves is vetoed, by whoever it is, until it is deprecated."""
        form = next(form for form in texts.FORMS if form[0] == kind)
        seed = self.ledger.post(HANA, texts.seed(0, kind, "Again", None))
        if seed is None or self.ledger.activate(HANA, seed) is None:
            return
        for number, who in enumerate(vetoes):
            content = {"action": "reindex", "rows": 2_000 + number}
            id = self.ledger.ask(by, texts.request(form, content))
            if id is None:
                return
            if late:
                self._advance(DAY - 1 if number else DAY + self.MARGIN)
            self._decide(self.ledger.cards[id], who, ("veto",), "")

    # Time.

    @rule(seconds=SECONDS)
    def let_time_pass(self, seconds: float) -> None:
        self._advance(seconds)

    @rule(late=st.booleans(), further=st.sampled_from([0, 0, 60, 4 * HOUR, 4 * HOUR + 120]))
    def let_a_moment_come(self, late: bool, further: float) -> None:
        """Until just before or just after something is due, or so much later."""
        now = self.ledger.now
        moments = [
            at
            for card in self.ledger.cards.values()
            for at in (
                card.deadline_at if card.status in OPEN else None,
                card.deferred_until,
                card.veto.closes_at if card.veto else None,
                card.review.due_at if card.review else None,
            )
            if at is not None and at > now
        ]
        if moments:
            margin = self.MARGIN if late else -self.MARGIN
            seconds = (min(moments) - now).total_seconds() + margin + further
            self._advance(max(seconds, self.MARGIN))

    @precondition(lambda self: isinstance(getattr(self, "tenant", None), RulesTenant))
    @rule(wait=st.booleans(), hold=st.booleans())
    def disturb(self, wait: bool, hold: bool) -> None:
        """Timers and messages wait from now on, or no longer do."""
        assert isinstance(self.tenant, RulesTenant)
        self.tenant.timers_wait = wait
        self.tenant.pipeline.holds = hold
        if not hold:
            self.tenant.pipeline.deliver_all()
        self.ledger.look()

    @precondition(lambda self: isinstance(getattr(self, "tenant", None), RulesTenant))
    @rule(index=st.integers(0, 7), twice=st.booleans())
    def deliver_one(self, index: int, twice: bool) -> None:
        """One of the messages that wait arrives before the others, perhaps twice."""
        assert isinstance(self.tenant, RulesTenant)
        self.tenant.pipeline.deliver_one(index, twice=twice)
        self.ledger.look()

    @rule()
    def settle(self) -> None:
        """Whatever waits happens; nothing else does meanwhile."""
        self.tenant.settle()
        self.ledger.look()
        self.claims.check_settled()

    # What must hold.

    def judge(self) -> None:
        """After every deed, also inside a move."""
        self.claims.check()
        if isinstance(self.tenant, RulesTenant):
            self.claims.can_stop(self.tenant.can, self.tenant.pipeline.may_cancel)

    def teardown(self) -> None:
        if hasattr(self, "claims"):
            self.settle()

    def _advance(self, seconds: float) -> None:
        self.tenant.advance(seconds)
        self.ledger.look()

    def _decide(self, card: SeenCard, by: str, verbs: tuple[str, ...], to: str) -> bool:
        """Whether one of the decisions was taken."""
        for verb in verbs:
            fields: dict[str, Any] = {}
            if verb == "defer":
                fields = {"until": self._in_hours(3)}
            elif verb == "delegate":
                fields = {"to": to}
            elif verb == "break_glass":
                fields = {"grounds": "outage"}
            if self.ledger.decide(by, card, verb, **fields) is not None:
                return True
        return False

    def _in_hours(self, hours: int) -> str:
        return format_instant(self.ledger.now + timedelta(hours=hours))

    def _card(self, which: int) -> SeenCard | None:
        card: SeenCard | None = self._of(self.ledger.cards, which)
        return card

    def _seed(self, which: int) -> str | None:
        seed = self._of(self.tenant.seeds(), which)
        return seed.seed_id if seed else None

    def _of(self, found: Any, which: int) -> Any:
        values = list(found.values())
        return values[-1 - which % len(values)] if values else None
