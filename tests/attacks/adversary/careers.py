"""Stories of agents: several deeds in a row, from a spec to what serves, and back."""

from typing import Any

from hypothesis import strategies as st

from tests.attacks.adversary import texts
from tests.attacks.adversary.people import ANYBODY, DAY, NAMES, WHO, People, move
from tests.attacks.adversary.seen import ANN, DISHONEST, EVERYONE, HANA


@move(
    by=WHO,
    name=st.sampled_from(NAMES),
    numbers=st.tuples(*[st.integers(0, 3)] * 2),
    verb=st.sampled_from(["approve", "approve", "request_changes", "reject"]),
)
def bring_up_an_agent(
    people: People, by: str, name: str, numbers: tuple[int, int], verb: str
) -> None:
    """A whole case, and one that changes or revises what it led to."""
    first, second = (texts.spec(number, name) for number in numbers)
    case_id = people.ledger.submit(by, name, first)
    if case_id is None:
        return
    if asked := people.card_of(case_id):
        people.decide(asked, HANA, (verb,))
    if verb == "request_changes":
        people.ledger.revise(by, case_id, second)
    else:
        people.ledger.change(by, people.ledger.cases[case_id].agent_id, second)


@move(by=WHO, breaker=ANYBODY, revisions=st.integers(1, 2))
def clear_the_ethics(people: People, by: str, breaker: str, revisions: int) -> None:
    """The governor lets an escalated spec pass, returns it, and is asked about another one."""
    name = f"escalated-{people.fresh_subject()}"
    case_id = people.ledger.submit(by, name, texts.spec(texts.ESCALATED, name))
    if case_id is None:
        return
    for number in range(revisions):
        for verb in ("approve", "request_changes"):
            if asked := people.card_of(case_id):
                people.decide(asked, HANA, (verb,))
        people.ledger.revise(by, case_id, texts.spec(texts.ESCALATED + 1 - number, name))
    if asked := people.card_of(case_id):
        people.decide(asked, breaker, ("break_glass",))


@move(
    by=WHO,
    breaker=ANYBODY,
    number=st.integers(0, 3),
    verdict=st.sampled_from(["upheld", "overturned", "overturned"]),
    reviews=st.sampled_from([(HANA,), (HANA,), (HANA, *DISHONEST), (*DISHONEST, HANA)]),
    changes=st.booleans(),
)
def overturn_an_agent(
    people: People, by: str, breaker: str, number: int, verdict: str, reviews: Any, changes: bool
) -> None:
    """An agent goes live in an emergency; then somebody looks at it."""
    name = f"hurried-{people.fresh_subject()}"
    case_id = people.ledger.submit(by, name, texts.spec(number, name))
    asked = people.card_of(case_id) if case_id else None
    if case_id is None or asked is None:
        return
    people.decide(asked, breaker, ("break_glass",))
    if changes:
        agent_id = people.ledger.cases[case_id].agent_id
        people.ledger.change(by, agent_id, texts.spec(number + 1, name))
    for who in reviews:
        people.ledger.review(who, people.ledger.cards[asked.id], verdict)


@move(
    by=WHO,
    number=st.integers(0, 3),
    vetoes=st.lists(ANYBODY, min_size=1, max_size=3),
    late=st.sampled_from([0, DAY - 60, DAY + 60]),
)
def let_a_precedent_bring_up_an_agent(
    people: People, by: str, number: int, vetoes: list[str], late: float
) -> None:
    """A precedent approves a case, and people veto that."""
    seed = people.ledger.post(HANA, texts.seed(4, "constitutional", "Bring up", None))
    if seed is not None:
        people.ledger.activate(HANA, seed)
    name = f"covered-{people.fresh_subject()}"
    case_id = people.ledger.submit(by, name, texts.spec(number, name))
    asked = people.card_of(case_id) if case_id else None
    if late:
        people.advance(late)
    if asked is not None:
        for who in vetoes:
            people.decide(people.ledger.cards[asked.id], who, ("veto",))


@move(
    by=ANYBODY,
    name=st.sampled_from(NAMES),
    numbers=st.lists(st.tuples(ANYBODY, st.integers(0, 3)), max_size=2),
    stops=ANYBODY,
    lifts=ANYBODY,
    decides=st.sampled_from(["approve", "escalate", "delegate", "break_glass"]),
)
def stop_and_start(
    people: People, by: str, name: str, numbers: Any, stops: str, lifts: str, decides: str
) -> None:
    """An agent goes live, with changes; it is suspended, and somebody wants it back."""
    texts_sent = [(by, texts.spec(0, name)), *((w, texts.spec(n, name)) for w, n in numbers)]
    case_id = None
    for who, text in texts_sent:
        if case_id is None:
            case_id = people.ledger.submit(who, name, text)
            changed = case_id
        else:
            changed = people.ledger.change(who, people.ledger.cases[case_id].agent_id, text)
        asked = people.card_of(changed) if changed else None
        if asked is not None:
            for voter in EVERYONE:
                people.decide(asked, voter, ("approve", decides), ANN)
    if case_id is not None:
        agent_id = people.ledger.cases[case_id].agent_id
        people.ledger.stop(stops, agent_id)
        people.ledger.reactivate(lifts, agent_id)
