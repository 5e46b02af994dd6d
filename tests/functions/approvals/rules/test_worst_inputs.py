"""The largest precedents and contents that the limits allow are compared in little time."""

import gc
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from pydantic import ValidationError

from events.precedents import VALUES, Condition, PrecedentBody
from functions.approvals.rules.drafts import common_conditions
from functions.approvals.rules.genesis import (
    MOST_ENDED,
    MOST_REFUSED,
    Facts,
    covers_request,
    review,
    twin_of,
)
from functions.approvals.rules.gist import gist_of
from functions.approvals.rules.likeness import likeness_of
from functions.approvals.rules.matches import LARGEST_MATCHES_BYTES
from functions.approvals.rules.opening import open_request
from functions.approvals.rules.precedent import MOST_ACTIVE_PER_KIND, Precedent
from functions.approvals.rules.requests import CONTENT
from functions.approvals.rules.risk import assess
from shared.precedents.conditions import MOST_PARTS, TOO_LARGE, is_satisfied, look_up
from tests.functions.approvals.builders import (
    RATIONALE,
    START,
    active,
    opened,
    precedent,
    request,
)
from tests.shared.patience import AMPLE_SECONDS

pytestmark = pytest.mark.repeats

Conditions = tuple[Condition, ...]
EACH = VALUES.most_parts // 16 - 1


def conditions(field: str, op: Any, value: Callable[[int], Any]) -> Conditions:
    """Sixteen conditions, together as large as they may be."""
    return tuple(
        Condition(field=field.replace("#", str(n)), op=op, value=value(n)) for n in range(16)
    )


def numbers(n: int) -> list[Any]:
    return [n * EACH + each for each in range(EACH)]


def words(n: int) -> list[Any]:
    return [f"w{n}x{each}" for each in range(EACH)]


def lists(n: int) -> list[Any]:
    return [[n, each, -1] for each in range(EACH // 4)]


def equal(n: int) -> list[Any]:
    return [1] * (EACH - 1) + [n]


def wrapped(item: Any, levels: int) -> Any:
    for _ in range(levels):
        item = [item]
    return item


WIDE = {
    f"c{n}": [{"a": {"b": {"c": [i % 7, "x"]}}} for i in range(MOST_PARTS // 8)] for n in range(16)
}
CONTENTS: dict[str, Any] = {
    "wide": WIDE,
    "numbers": {"c": list(range(19_000))},
    "just readable": {f"c{n}": list(range(MOST_PARTS - 1)) for n in range(16)},
    "deep": {"c": wrapped([{"a": 1}] * 900, 20)},
    "long text": {f"c{n}": "ab" * 8_000 for n in range(16)},
    "equal lists": {f"c{n}": equal(n + 1) * 33 for n in range(16)},
    "many objects": {"c": [{"a": {}} for _ in range(9_000)]},
}
GROUNDS: dict[str, Conditions] = {
    "in": conditions("content.c", "in", numbers),
    "words in": conditions("content.c", "in", words),
    "not_in": conditions("content.c#", "not_in", words),
    "subset_of": conditions("content.c#", "subset_of", numbers),
    "contains": conditions("content.c#", "contains", equal),
    "contains text": conditions("content.c#", "contains", lambda n: "a" * 500 + str(n)),
    "eq": conditions("content.c#", "eq", equal),
    "lists": conditions("content.c", "in", lists),
    "spread": conditions("content.c#.a.b.c.0", "in", numbers),
    "deep": conditions("content.c" + ".0" * 18 + ".a", "ne", numbers),
    "exists": conditions("content.c.a", "exists", lambda n: n % 2 == 0),
    "paths": conditions("content.c" + ".a" * 90, "eq", numbers),
}


@pytest.fixture(autouse=True, scope="module")
def _own_garbage_only() -> Iterator[None]:
    """What other tests left behind is not collected while these are timed."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


def within(action: Callable[[], Any]) -> Any:
    began = time.process_time()
    result = action()
    assert time.process_time() - began < AMPLE_SECONDS
    return result


@pytest.mark.by_day(10)
@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS.keys())
@pytest.mark.parametrize("ground", GROUNDS.values(), ids=GROUNDS.keys())
def test_a_request_is_compared_with_twenty_precedents_in_bounded_time(
    ground: Conditions, content: Any
) -> None:
    assert CONTENT.problem(content) is None
    precedents = [
        active(precedent_id=f"pre_{number:026}", conditions=ground)
        for number in range(MOST_ACTIVE_PER_KIND)
    ]
    step = within(lambda: open_request(request(content=content), precedents, START))
    named = {each.hash: each for each in step.contents}
    assert step.state.matches_hash is not None
    shown = named[step.state.matches_hash].text.encode()
    assert len(shown) <= LARGEST_MATCHES_BYTES + len("[]") + len(",") * MOST_ACTIVE_PER_KIND


@pytest.mark.parametrize("ours", GROUNDS.values(), ids=GROUNDS.keys())
def test_genesis_reviews_the_largest_precedent_in_bounded_time(
    ours: Conditions,
) -> None:
    theirs = ours[1:] + ours[:1]
    mine = precedent(precedent_id=f"pre_{99:026}", conditions=ours)
    others = [
        precedent(precedent_id=f"pre_{n:026}", conditions=theirs) for n in range(2 * MOST_ENDED)
    ]
    facts = Facts(
        active=[active(precedent_id=each.precedent_id, conditions=theirs) for each in others[:20]],
        ended=[
            each.model_copy(update={"status": "suspended" if n % 2 else "deprecated"})
            for n, each in enumerate(others)
        ],
    )

    def as_at_activation() -> None:
        review(mine, facts)
        twin_of(mine, facts.active)

    within(as_at_activation)


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS.keys())
def test_what_was_rejected_is_compared_in_bounded_time(content: Any) -> None:
    rejected = opened(content=content)

    def as_at_activation(mine: Precedent) -> None:
        for _ in range(MOST_REFUSED):
            covers_request(mine, rejected, content)

    for name in ("not_in", "subset_of", "spread"):
        within(partial(as_at_activation, precedent(conditions=GROUNDS[name])))


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS.keys())
def test_risk_likeness_gist_and_drafts_take_bounded_time(content: Any) -> None:
    def all_of_them() -> None:
        assess("execution", "change", None, content, "undo it")
        likeness_of({**content, "industry": content}, "execution")
        gist_of({"content": content}, is_case=False)
        common_conditions([content] * 3)

    within(all_of_them)


def test_values_beyond_the_limit_are_refused_when_a_precedent_is_posted() -> None:
    too_many = conditions("content.c", "in", lambda n: list(range(EACH + 2)))
    with pytest.raises(ValidationError) as refusal:
        PrecedentBody(
            title="x",
            domain="GOV",
            kind="execution",
            max_risk="low",
            conditions=too_many,
            rationale=RATIONALE,
        )
    (error,) = refusal.value.errors()
    assert error["loc"] == ("conditions",)
    assert "at most 500 parts in all" in error["msg"]


@pytest.mark.parametrize("op", ["eq", "ne", "in", "not_in", "contains", "subset_of", "exists"])
def test_what_is_too_large_to_read_satisfies_nothing(op: Any) -> None:
    spread = {"c": [{"a": 1}] * (MOST_PARTS + 1)}
    assert look_up("content.c.a", spread) is TOO_LARGE
    for value in (1, [1], False, True):
        assert not is_satisfied(Condition(field="content.c.a", op=op, value=value), spread)
    whole = {"c": [1] * MOST_PARTS}
    if op != "exists":
        assert not is_satisfied(Condition(field="content.c", op=op, value=[1]), whole)


def test_a_draft_never_exceeds_what_a_precedent_may_have() -> None:
    content = {f"list{n}": [f"{n}-{'é' * 50}-{each}" for each in range(32)] for n in range(12)}
    drafted = common_conditions([content] * 3)
    assert drafted
    assert VALUES.problem([each.value for each in drafted]) is None
