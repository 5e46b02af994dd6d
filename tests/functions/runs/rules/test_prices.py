"""What a model may cost is bounded before it is asked; what is unknown counts as the gravest."""

from hypothesis import given
from hypothesis import strategies as st

from functions.runs.rules.prices import LEAST_TOKENS, MOST_TOKENS, ModelTerms
from shared.models.messages import Usage

PRICE = st.floats(min_value=0, max_value=1_000)


@given(
    usd_in=PRICE,
    usd_out=PRICE,
    budget=st.integers(min_value=-5, max_value=10**7),
    tokens_in=st.integers(min_value=0, max_value=10**6),
)
def test_an_answer_is_as_long_as_the_budget_lets_it(
    usd_in: float, usd_out: float, budget: int, tokens_in: int
) -> None:
    terms = ModelTerms("m", usd_in, usd_out)
    most = terms.tokens_for(budget, tokens_in)
    if most == 0:
        assert terms.cost(tokens_in, LEAST_TOKENS) > budget
        return
    assert LEAST_TOKENS <= most <= MOST_TOKENS
    assert terms.cost(tokens_in, most) <= budget
    assert most == MOST_TOKENS or terms.cost(tokens_in, most + 2) > budget


def test_what_is_unknown_counts_as_the_gravest() -> None:
    assert ModelTerms("m").cost(1_000_000, 1_000_000) == 750_000_000
    terms = ModelTerms("m", 1, 4)
    assert terms.cost_of(None, 900) == 900
    assert terms.cost_of(Usage(tokens_in=100, tokens_out=20), 900) == 180
