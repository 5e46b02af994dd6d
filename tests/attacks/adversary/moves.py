"""What somebody may do at one moment."""

from typing import Any

from hypothesis import strategies as st

from tests.attacks.adversary import texts
from tests.attacks.adversary.people import (
    ANYBODY,
    DAY,
    HOUR,
    INDEX,
    NAMES,
    VERBS,
    WHO,
    People,
    move,
)
from tests.attacks.adversary.seen import DISHONEST, HANA, OPEN

SECONDS = st.sampled_from(
    [1, 59, 61, 300, 599, HOUR, 4 * HOUR, 4 * HOUR + 61, DAY, 3 * DAY, 8 * DAY, 31 * DAY]
)


@move(
    by=st.sampled_from((*DISHONEST, *DISHONEST, HANA)),
    form=st.sampled_from(texts.FORMS),
    content=st.sampled_from(texts.CONTENTS),
    subject=st.sampled_from(texts.SUBJECTS),
    rule=st.sampled_from(texts.RULES),
    deadline_seconds=st.sampled_from(texts.SECONDS),
    rollback_plan=st.sampled_from((texts.PLAN, texts.PLAN)),
)
def ask(people: People, by: str, form: Any, content: Any, subject: str, **chosen: Any) -> None:
    """A request over the API, with everything that its author may choose."""
    people.ledger.ask(by, texts.request(form, content, subject, **chosen))


@move(
    by=WHO,
    form=st.sampled_from(texts.FORMS[:2]),
    content=st.sampled_from((*texts.CONTENTS[:3], texts.CONTENTS[-1])),
    subject=st.sampled_from(texts.SUBJECTS),
)
def ask_plainly(people: People, by: str, form: Any, content: Any, subject: str) -> None:
    """A request as everybody makes it, and makes it again."""
    people.ledger.ask(by, texts.request(form, content, subject))


@move(
    by=WHO,
    kind=st.sampled_from(["artifact", "execution", "financial", "constitutional"]),
    wanted=st.sampled_from(texts.RULES),
    named=st.booleans(),
    shortest=st.sampled_from([None, 60]),
)
def propose_a_policy(
    people: People, by: str, kind: str, wanted: Any, named: bool, shortest: Any
) -> None:
    fields = {"silence_approves": [by]} if named else {}
    if shortest is not None:
        fields["shortest_deadline_seconds"] = shortest
    rule = wanted or {"kind": "any", "of": [{"principal": by}]}
    people.ledger.propose(by, [texts.entry(kind, rule, **fields)])


@move(verbs=VERBS, by=WHO, to=ANYBODY, which=INDEX)
def decide_dishonestly(
    people: People, verbs: tuple[str, ...], by: str, to: str, which: int
) -> None:
    """The one, or else the other, about what is there, open or not."""
    if card := people.card(which):
        for who in (by, *(each for each in DISHONEST if each != by)):
            if people.decide(card, who, verbs, to):
                return


@move(verb=st.sampled_from(["reject", "veto", "request_changes"]), which=INDEX)
def refuse_honestly(people: People, verb: str, which: int) -> None:
    if card := people.card(which):
        people.decide(card, HANA, (verb,))


@move(
    verbs=st.sampled_from(
        [("approve",), ("approve",), ("delegate",), ("escalate",), ("defer",), ("break_glass",)]
    ),
    to=WHO,
    which=INDEX,
)
def act_honestly(people: People, verbs: tuple[str, ...], to: str, which: int) -> None:
    """The governor trusts somebody, or agrees."""
    if card := people.card(which):
        people.decide(card, HANA, verbs, to)


@move(by=ANYBODY, verdict=st.sampled_from(["upheld", "overturned"]), which=INDEX)
def review(people: People, by: str, verdict: str, which: int) -> None:
    owed = [card for card in people.ledger.cards.values() if card.review is not None]
    if owed:
        people.ledger.review(by, owed[-1 - which % len(owed)], verdict)


@move(
    by=ANYBODY,
    conditions=st.integers(0, 4),
    kind=st.sampled_from(["execution", "execution", "artifact", "constitutional", "financial"]),
    title=st.sampled_from(["Reindex", "Reindex", "Write"]),
    with_example=st.booleans(),
)
def post_a_precedent(
    people: People, by: str, conditions: int, kind: str, title: str, with_example: bool
) -> None:
    approved = [c.id for c in people.ledger.cards.values() if c.status == "approved"]
    example = approved[-1] if approved and with_example else None
    people.ledger.post(by, texts.seed(conditions, kind, title, example))


@move(by=st.sampled_from((*DISHONEST, HANA, HANA, HANA)), which=INDEX)
def activate_a_precedent(people: People, by: str, which: int) -> None:
    if seed := people.seed(which):
        people.ledger.activate(by, seed)


@move(by=ANYBODY, which=INDEX)
def suspend_a_precedent(people: People, by: str, which: int) -> None:
    if seed := people.seed(which):
        people.ledger.suspend(by, seed)


@move(by=ANYBODY, name=st.sampled_from(NAMES), number=st.integers(0, texts.SPECS - 1))
def submit(people: People, by: str, name: str, number: int) -> None:
    people.ledger.submit(by, name, texts.spec(number, name))


@move(by=ANYBODY, number=st.integers(0, texts.SPECS - 1), which=INDEX)
def revise(people: People, by: str, number: int, which: int) -> None:
    if case := people.nth(people.ledger.cases, which):
        name = people.ledger.agents[case.agent_id].name
        people.ledger.revise(by, case.case_id, texts.spec(number, name))


@move(by=ANYBODY, number=st.integers(0, texts.SPECS - 1), which=INDEX)
def change(people: People, by: str, number: int, which: int) -> None:
    if agent := people.nth(people.ledger.agents, which):
        people.ledger.change(by, agent.agent_id, texts.spec(number, agent.name))


@move(by=ANYBODY, which=INDEX)
def cancel(people: People, by: str, which: int) -> None:
    if case := people.nth(people.ledger.cases, which):
        people.ledger.cancel(by, case.case_id)


@move(by=ANYBODY, which=INDEX)
def stop(people: People, by: str, which: int) -> None:
    if agent := people.nth(people.ledger.agents, which):
        people.ledger.stop(by, agent.agent_id)


@move(by=ANYBODY, which=INDEX)
def reactivate(people: People, by: str, which: int) -> None:
    if agent := people.nth(people.ledger.agents, which):
        people.ledger.reactivate(by, agent.agent_id)


@move(seconds=SECONDS)
def let_time_pass(people: People, seconds: float) -> None:
    people.advance(seconds)


@move(late=st.booleans(), further=st.sampled_from([0, 0, 60, 4 * HOUR, 4 * HOUR + 120]))
def let_a_moment_come(people: People, late: bool, further: float) -> None:
    """Until just before or just after something is due, or so much later."""
    now = people.ledger.now
    moments = [
        at
        for card in people.ledger.cards.values()
        for at in (
            card.deadline_at if card.status in OPEN else None,
            card.deferred_until,
            card.veto.closes_at if card.veto else None,
            card.review.due_at if card.review else None,
        )
        if at is not None and at > now
    ]
    if moments:
        margin = people.MARGIN if late else -people.MARGIN
        seconds = (min(moments) - now).total_seconds() + margin + further
        people.advance(max(seconds, people.MARGIN))
