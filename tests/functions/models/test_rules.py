"""What a call may cost, what it is charged, and that neither happens twice."""

from datetime import UTC, datetime

import pytest

from events.models import BudgetCharged, ModelCallSettled, Prices, Tokens
from functions.models.rules.call import CALL_LOST, ModelCall, Outcome, lost, next_timer
from functions.models.rules.call import reserve as reserved
from functions.models.rules.call import settle as settled
from functions.models.rules.costs import Bound, cost_of, most_of
from functions.models.rules.provider_answer import ProviderAnswer, events_in
from functions.models.rules.refusals import BudgetExhausted
from functions.models.rules.usage import tokens_of_anthropic
from shared.budgets.budget import Budget

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
BOUND = Bound(1_000, 100)
CALL = ModelCall(
    call_id="mdc_1",
    wire="chat.completions",
    route="small",
    provider="openai",
    model="scripted",
    called_by="program",
    called_at=NOON,
    status="reserved",
    reserved_usd_micros=600,
    request_sha256="0" * 64,
    holders=("tenant.2026-11",),
)


def _month(limit: int, *, spent: int = 0, held: int = 0) -> Budget:
    return Budget(
        scope="tenant",
        period="2026-11",
        limit_usd_micros=limit,
        spent_usd_micros=spent,
        held_usd_micros=held,
    )


def test_two_calls_that_fit_alone_do_not_fit_together() -> None:
    _, first = reserved(CALL, (_month(1_000),))
    assert first.state.held_usd_micros == 600
    with pytest.raises(BudgetExhausted, match="has 400 left"):
        reserved(CALL, (first.state,))


@pytest.mark.parametrize(("spent", "state"), [(950, "critical"), (1_000, "exhausted")])
def test_nothing_new_is_held_of_a_budget_that_is_nearly_spent(spent: int, state: str) -> None:
    with pytest.raises(BudgetExhausted, match=state):
        reserved(CALL.but(reserved_usd_micros=1), (_month(1_000, spent=spent),))


def test_a_call_is_settled_once_and_frees_what_it_held() -> None:
    outcome = Outcome(tokens=Tokens(tokens_in=100, tokens_out=20), cost_usd_micros=180)
    call, month = settled(CALL, (_month(10_000, held=900),), outcome, NOON)
    assert (call.state.status, call.event) == ("answered", ModelCallSettled)
    assert (month.state.held_usd_micros, month.state.spent_usd_micros) == (300, 180)
    assert month.event is None
    assert settled(call.state, (month.state,), outcome, NOON) == ()
    assert lost(call.state, (month.state,), NOON) == ()
    assert next_timer(call.state) is None


def test_a_lost_call_costs_all_that_was_held_and_a_refused_one_nothing() -> None:
    timer = next_timer(CALL)
    assert timer is not None
    assert timer[0] == CALL_LOST
    call, month = lost(CALL, (_month(600, held=600),), timer[1])
    assert (call.state.status, call.state.cost_usd_micros) == ("unknown", 600)
    # It has reached thresholds that nobody was told of.
    assert month.event is BudgetCharged
    call, month = settled(CALL, (_month(600, held=600),), Outcome(is_refused=True), NOON)
    assert (call.state.status, month.state.spent_usd_micros) == ("refused", 0)


def test_a_price_that_nobody_said_is_the_dearest() -> None:
    assert most_of(Prices(), Bound(1_000_000, 1_000_000)) == 300_000_000 + 600_000_000
    assert cost_of(Prices(), Tokens(tokens_in=1)) == 150
    prices = Prices(tokens_in_usd_micros=1_000_000, tokens_out_usd_micros=3)
    assert cost_of(prices, Tokens(tokens_out=1)) == 1  # a fraction of a micro-dollar is one more
    assert cost_of(prices, Tokens(tokens_cached_read=5, tokens_cached_write=5)) == 5 + 10


def test_counts_of_anthropic_exclude_what_a_cache_gave() -> None:
    usage = {
        "input_tokens": 10,
        "output_tokens": 5,
        "cache_read_input_tokens": 80,
        "cache_creation_input_tokens": 20,
    }
    tokens = tokens_of_anthropic(usage, BOUND, has_output=True)
    assert tokens == Tokens(
        tokens_in=10, tokens_out=5, tokens_cached_read=80, tokens_cached_write=20
    )
    assert tokens_of_anthropic(usage, Bound(109, 5), has_output=True) is None


def test_a_stream_is_whole_however_its_bytes_are_cut() -> None:
    events = [
        b'data: {"choices": [{"delta": {"content": "hi"}}]}\n\n',
        b'data: {"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 1}}\r\n\r\n',
        b"data: [DONE]\n\n",
    ]
    whole = b"".join(events)
    for size in (1, 7, len(whole)):
        answer, held = ProviderAnswer("chat.completions", BOUND), b""
        assert answer.tokens is None
        for at in range(0, len(whole), size):
            found, held = events_in(held + whole[at : at + size])
            for each in found:
                answer.event(each)
        assert answer.tokens == Tokens(tokens_in=9, tokens_out=1)


def test_a_stream_without_its_end_says_nothing_of_what_was_used() -> None:
    answer = ProviderAnswer("chat.completions", BOUND)
    answer.event(b'data: {"choices": [], "usage": {"prompt_tokens": 9}}\n\n')
    assert answer.tokens is None
