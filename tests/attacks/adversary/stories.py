"""Several deeds in a row that belong together: what random moves would seldom hit."""

from typing import Any

from hypothesis import strategies as st

from functions.approvals.rules.drafts import IN_A_ROW
from tests.attacks.adversary import texts
from tests.attacks.adversary.people import ANYBODY, DAY, HOUR, VERBS, WHO, People, move
from tests.attacks.adversary.seen import ANN, DISHONEST, EVERYONE, HANA

FORM = st.sampled_from(texts.FORMS[:5])
CONTENT = st.sampled_from((*texts.CONTENTS[:4], texts.CONTENTS[-1]))
SUBJECT = st.sampled_from(texts.SUBJECTS)


@move(content=st.sampled_from(texts.CONTENTS[:2]), by=WHO)
def approve_a_row_alike(people: People, content: Any, by: str) -> None:
    """A row of similar approvals drafts a precedent."""
    for _ in range(IN_A_ROW):
        id = people.ledger.ask(by, texts.request(texts.FORMS[0], content))
        if id is not None:
            people.decide(people.ledger.cards[id], HANA, ("approve",))


@move(
    form=st.sampled_from([*texts.FORMS[:5], texts.FORMS[6]]),
    asker=WHO,
    trusted=WHO,
    asked=st.sampled_from((None, *texts.RULES)),
    first=st.sampled_from(["delegate", "escalate", "approve"]),
    then=st.lists(st.tuples(ANYBODY, VERBS, ANYBODY), max_size=4),
)
def pass_it_around(
    people: People, form: Any, asker: str, trusted: str, asked: Any, first: str, then: Any
) -> None:
    """The governor passes a place on, and others pass on or use what they got."""
    id = people.ledger.ask(asker, texts.request(form, people.fresh(), rule=asked))
    if id is None:
        return
    people.decide(people.ledger.cards[id], HANA, (first,), trusted)
    for who, verbs, to in then:
        people.decide(people.ledger.cards[id], who, verbs, to)
    people.decide(people.ledger.cards[id], trusted, ("approve",))


@move(
    asleep=st.sampled_from([60, HOUR, 4 * HOUR - 61, 4 * HOUR + 62, 4 * HOUR + 62, 2 * DAY]),
    seconds=st.sampled_from([None, None, None, 600, 1_800]),
    missed=st.sampled_from((*DISHONEST, HANA, HANA)),
    wakes=st.sampled_from([False, False, True]),
    form=st.sampled_from((*texts.FORMS[:6], texts.FORMS[0], texts.FORMS[6])),
    repeats=st.booleans(),
)
def sleep_through_a_deadline(
    people: People, asleep: float, seconds: Any, missed: str, wakes: bool, form: Any, repeats: bool
) -> None:
    """Nobody acts until a deadline has passed, nor so much longer; then a deputy tries. What was
    missed may repeat what the governor had written."""
    content = people.fresh()
    if repeats:
        people.ledger.ask(HANA, texts.request(texts.FORMS[1], content))
    asked = texts.request(texts.FORMS[1], content, deadline_seconds=seconds)
    id = people.ledger.ask(missed, asked)
    if id is None:
        return
    left = people.ledger.cards[id].deadline_at - people.ledger.now
    people.advance(left.total_seconds() + asleep + people.MARGIN)
    for by, deputy in (DISHONEST, DISHONEST[::-1]):
        other = people.ledger.ask(by, texts.request(texts.FORMS[0], people.fresh()))
        if wakes and other is not None:
            people.decide(people.ledger.cards[other], HANA, ("reject",))
        wanted = people.ledger.ask(by, texts.request(form, people.fresh()))
        if wanted is not None:
            people.decide(people.ledger.cards[wanted], deputy, ("approve",))


@move(
    form=FORM,
    by=WHO,
    breaker=ANYBODY,
    reviews=st.lists(st.tuples(ANYBODY, st.sampled_from(["upheld", "overturned"])), max_size=3),
    later=st.sampled_from([0, DAY - 1, DAY + 61]),
)
def break_the_glass(
    people: People, form: Any, by: str, breaker: str, reviews: Any, later: float
) -> None:
    """An emergency, and who says what of it."""
    id = people.ledger.ask(by, texts.request(form, people.fresh()))
    if id is not None:
        people.decide(people.ledger.cards[id], breaker, ("break_glass",))
        if later:
            people.advance(later)
        for who, verdict in reviews:
            people.ledger.review(who, people.ledger.cards[id], verdict)


@move(
    form=st.sampled_from(texts.FORMS[:2]),
    contents=st.sampled_from(texts.PAIRS),
    subjects=st.tuples(SUBJECT, SUBJECT),
    by=WHO,
    verb=st.sampled_from(["", "reject", "request_changes"]),
    conditions=st.integers(0, 3),
)
def let_a_precedent_approve(
    people: People,
    form: Any,
    contents: Any,
    subjects: Any,
    by: str,
    verb: str,
    conditions: int,
) -> None:
    """A precedent becomes active, and much the same is asked for before it and after."""
    if verb:
        id = people.ledger.ask(by, texts.request(form, contents[0], subjects[0]))
        if id is not None:
            people.decide(people.ledger.cards[id], HANA, (verb,))
    seed = people.ledger.post(HANA, texts.seed(conditions, form[0], "Reindex", None))
    if seed is not None:
        people.ledger.activate(HANA, seed)
    people.ledger.ask(by, texts.request(form, contents[1], subjects[1]))


@move(
    by=WHO,
    content=CONTENT,
    conditions=st.integers(0, 3),
    refusal=st.sampled_from(["reject", "reject", "request_changes"]),
    lifts=ANYBODY,
)
def switch_a_precedent_off_and_on(
    people: People, by: str, content: Any, conditions: int, refusal: str, lifts: str
) -> None:
    """The governor suspends a precedent, and refuses something that it would cover."""
    seed = people.ledger.post(HANA, texts.seed(conditions, "execution", "Off and on", None))
    if seed is None or people.ledger.activate(HANA, seed) is None:
        return
    people.ledger.suspend(HANA, seed)
    id = people.ledger.ask(by, texts.request(texts.FORMS[0], content))
    if id is not None:
        people.advance(1)
        people.decide(people.ledger.cards[id], HANA, (refusal,))
    people.ledger.activate(lifts, seed)
    people.ledger.ask(by, texts.request(texts.FORMS[0], content))


@move(
    kind=st.sampled_from(["execution", "artifact"]),
    by=WHO,
    vetoes=st.lists(ANYBODY, min_size=1, max_size=5),
    late=st.booleans(),
)
def veto_again_and_again(people: People, kind: str, by: str, vetoes: list[str], late: bool) -> None:
    """What a precedent approves is vetoed, by whoever it is, until it is deprecated."""
    form = next(form for form in texts.FORMS if form[0] == kind)
    seed = people.ledger.post(HANA, texts.seed(0, kind, "Again", None))
    if seed is None or people.ledger.activate(HANA, seed) is None:
        return
    for number, who in enumerate(vetoes):
        subject = people.fresh_subject()
        id = people.ledger.ask(by, texts.request(form, people.fresh(), subject))
        if id is None:
            return
        if late:
            people.advance(DAY - 1 if number else DAY + people.MARGIN)
        people.decide(people.ledger.cards[id], who, ("veto",))


@move(
    form=st.sampled_from([*texts.FORMS[:4], texts.FORMS[5]]),
    asker=st.sampled_from(EVERYONE),
    trusted=WHO,
    verb=st.sampled_from(["delegate", "delegate", "escalate"]),
)
def trust_somebody(people: People, form: Any, asker: str, trusted: str, verb: str) -> None:
    """Who holds a place passes it on, and whoever got it says yes."""
    id = people.ledger.ask(asker, texts.request(form, people.fresh()))
    if id is not None:
        for who in (HANA, *DISHONEST):
            people.decide(people.ledger.cards[id], who, (verb,), trusted)
        people.decide(people.ledger.cards[id], trusted, ("approve",))


@move(
    contents=st.sampled_from(texts.PAIRS),
    subjects=st.tuples(SUBJECT, SUBJECT),
    kind=st.integers(0, 1),
    verb=st.sampled_from(["reject", "veto", "request_changes", "break_glass"]),
    later=st.sampled_from([0, HOUR, 29 * DAY, 31 * DAY]),
    passes_on=st.booleans(),
)
def wait_for_silence(
    people: People,
    contents: Any,
    subjects: Any,
    kind: int,
    verb: str,
    later: float,
    passes_on: bool,
) -> None:
    """The governor refuses something, in their own place or somebody else's; who asked has the
    policy name them, and waits."""
    asker, helper = DISHONEST
    id = people.ledger.ask(asker, texts.request(texts.FORMS[kind], contents[0], subjects[0]))
    if id is not None:
        if passes_on:
            people.decide(people.ledger.cards[id], helper, ("delegate",), HANA)
        breaker = ANN if verb == "break_glass" else HANA
        people.decide(people.ledger.cards[id], breaker, (verb,))
        for who in (helper, HANA):
            people.ledger.review(who, people.ledger.cards[id], "overturned")
    named = texts.entry("artifact", None, silence_approves=[asker])
    proposed = people.ledger.propose(helper, [named])
    if proposed is not None:
        people.decide(people.ledger.cards[proposed], HANA, ("approve",))
    people.advance(later)
    id = people.ledger.ask(asker, texts.request(texts.FORMS[1], contents[1], subjects[1]))
    if id is not None:
        left = people.ledger.cards[id].deadline_at - people.ledger.now
        people.advance(left.total_seconds() + people.MARGIN)
