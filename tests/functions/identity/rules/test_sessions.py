"""Tokens of a session: a lost answer signs nobody out, and a copied token ends the session."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.sessions import SessionEnded, SessionStarted
from functions.identity.rules.secrets import NumberedToken
from functions.identity.rules.session import (
    LIFE,
    REPEATED_WITHIN,
    Session,
    admits,
    end,
    renew,
    start,
)
from shared.kit.digests import load_key_ring, new_key_ring

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
KEYS = load_key_ring(new_key_ring("identity"))


def _session() -> Session:
    step = start("ses_1", "user_1", NOON, client="browser", provider="google", device="Firefox")
    assert step.event is SessionStarted
    return step.state


def _after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def test_the_newest_token_gets_its_successor_and_no_event() -> None:
    renewal = renew(_session(), 0, _after(60), "ten_1")
    assert renewal.session is not None
    assert (renewal.session.number, renewal.session.tenant_id) == (1, "ten_1")
    assert [step.event for step in renewal.steps] == [None]


def test_a_repeat_within_thirty_seconds_gets_the_same_successor_and_writes_nothing() -> None:
    first = renew(_session(), 0, _after(60), None).session
    assert first is not None
    again = renew(first, 0, _after(60) + REPEATED_WITHIN, None)
    assert again.session == first
    assert again.steps == ()
    texts = {NumberedToken("ses_1", each.number).written(KEYS) for each in (first, again.session)}
    assert len(texts) == 1


def test_a_later_repeat_ends_the_session() -> None:
    first = renew(_session(), 0, _after(60), None).session
    assert first is not None
    late = renew(first, 0, _after(60) + REPEATED_WITHIN + timedelta(milliseconds=1), None)
    assert (late.session, late.is_copied) == (None, True)
    assert [step.event for step in late.steps] == [SessionEnded]
    assert late.steps[0].state.ended_because == "reused"


def test_an_older_token_ends_the_session_at_once() -> None:
    second = _session().model_copy(update={"number": 2, "renewed_at": _after(1)})
    assert renew(second, 0, _after(1), None).is_copied


def test_a_token_of_the_future_is_refused_and_changes_nothing() -> None:
    renewal = renew(_session(), 1, _after(1), None)
    assert (renewal.session, renewal.steps, renewal.is_copied) == (None, (), False)


@pytest.mark.parametrize("at", [NOON + LIFE, NOON + 2 * LIFE])
def test_a_session_of_thirty_days_gives_nothing_more(at: datetime) -> None:
    assert renew(_session(), 0, at, None).session is None
    assert not admits(_session(), 0, at)


def test_an_ended_session_gives_nothing_and_ends_once() -> None:
    (step,) = end(_session(), "signed_out", NOON)
    assert end(step.state, "revoked", NOON) == ()
    assert renew(step.state, 0, NOON, None).session is None
    assert not admits(step.state, 0, NOON)


def test_a_page_takes_the_token_that_was_just_replaced() -> None:
    newer = renew(_session(), 0, _after(60), None).session
    assert newer is not None
    assert admits(newer, 1, _after(3600))
    assert admits(newer, 0, _after(90))
    assert not admits(newer, 0, _after(91))
    assert not admits(newer, 2, _after(61))


class Holder:
    """Somebody with a copy of a session's token, who renews it when its time comes."""

    def __init__(self, number: int) -> None:
        self.number = number

    def renewed(self, session: Session, at: datetime) -> tuple[Session, bool]:
        """The session after this holder's turn, and whether the holder still has a token."""
        renewal = renew(session, self.number, at, None)
        if renewal.session is None:
            ended = renewal.steps[-1].state if renewal.steps else session
            return ended, False
        self.number = renewal.session.number
        return renewal.session, True


def test_a_thousand_lost_answers_sign_nobody_out() -> None:
    chance = random.Random(1)
    signed_out = 0
    for _ in range(1000):
        session, at, number = _session(), NOON, 0
        for _ in range(5):
            at += timedelta(seconds=chance.uniform(60, 900))
            renewal = renew(session, number, at, None)
            assert renewal.session is not None
            session = renewal.session
            asked_again = at
            # The answer is lost, up to three times.
            for _ in range(chance.randrange(4)):
                asked_again += timedelta(seconds=chance.uniform(0, 10))
                repeat = renew(session, number, asked_again, None)
                signed_out += repeat.session is None
                session = repeat.session or session
            number, at = session.number, asked_again
    assert signed_out == 0


def test_a_thousand_thefts_end_a_thousand_sessions() -> None:
    chance = random.Random(2)
    ended = 0
    for _ in range(1000):
        session, at, owner = _session(), NOON, Holder(0)
        for _ in range(chance.randrange(4)):
            at += timedelta(seconds=chance.uniform(60, 900))
            session, _ = owner.renewed(session, at)
        thief = Holder(owner.number)
        turns = [owner, thief] if chance.random() < 0.5 else [thief, owner]
        for holder in turns:
            at += timedelta(seconds=chance.uniform(30.001, 900))
            session, _ = holder.renewed(session, at)
        ended += session.ended_because == "reused"
    assert ended == 1000


@given(
    turns=st.lists(
        st.tuples(st.sampled_from(("owner", "thief")), st.floats(min_value=0, max_value=300)),
        min_size=1,
        max_size=30,
    )
)
def test_two_holders_never_have_different_tokens_of_a_living_session(
    turns: list[tuple[str, float]],
) -> None:
    session, at = _session(), NOON
    holders = {"owner": Holder(0), "thief": Holder(0)}
    for name, seconds in turns:
        at += timedelta(seconds=seconds)
        session, has_token = holders[name].renewed(session, at)
        if session.ended_at is not None:
            return
        assert has_token
        assert holders[name].number == session.number


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ses_1",
        "ses_1.0",
        "ses_1.0.",
        "ses_1.0.identity.mac",
        NumberedToken("ses_1", 0).written(load_key_ring(new_key_ring("identity"))),
        NumberedToken("ses_1", 0).written(KEYS).replace(".0.", ".1."),
        NumberedToken("ses_1", 0).written(KEYS).replace(".0.", ".00."),
        NumberedToken("ses_1", 0).written(KEYS).replace("ses_1", "ses_2"),
        NumberedToken("ses_1", 0).written(KEYS) + "x" * 600,
    ],
)
def test_a_text_that_we_did_not_write_is_no_token(text: str) -> None:
    assert NumberedToken.read(text, KEYS) is None


def test_a_token_is_read_as_it_was_written() -> None:
    token = NumberedToken("ses_1", 12)
    assert NumberedToken.read(token.written(KEYS), KEYS) == token
