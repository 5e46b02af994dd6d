"""Whatever a capsule looks like, it compiles or is refused: each refusal names line and reason."""

import json
import random
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from shared.kit.errors import AssentError
from shared.runtime.bodies import JSON, YAML
from tests.functions.capsules.rules.test_hash import CAPSULE
from tests.functions.capsules.sources import compiled
from tests.functions.capsules.worlds import COUNT_AND_LIST

pytestmark = pytest.mark.repeats

SOURCES = (COUNT_AND_LIST, CAPSULE)
_PLACE = re.compile(r"line [1-9][0-9]*, column [1-9][0-9]*")
# What is refused as a whole, or by its number, has no place of its own.
_OF_THE_WHOLE = (
    "has more than", "is empty", "is nested", "at most", "errors", "number", "digits",
    "surrogate", "canonical form", "a double", "twice",
)  # fmt: skip
_WORDS = st.sampled_from(
    [
        "steps", "inputs", "with", "if", "for_each", "needs", "use", "wait", "parallel", "capsule",
        "agent", "undo", "retry", "assent/counter.add", "assent/people.notify", "model/complete",
        "${{ inputs.shelf }}", "${{ steps.count.output.value }}", "${{ item }}", "${{", "}}",
        "${{ steps.list.output }}", "${{ 1 / 0 }}", "a@1.0.0", "1.0.0", "true", "~", "[", "{", "*a",
        "&a", "!x", "\t", "'", '"', "|", ">", "-", ":", "\u2028", "\x00", "9" * 400, "1e999", "",
    ]
)  # fmt: skip
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | _WORDS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(_WORDS | st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


def judge(text: str, inputs: Any, media_type: str = YAML) -> None:
    """Compiles it; a refusal has a reason and, where it is about a part, a line and a column."""
    try:
        compiled(text, inputs)
    except AssentError as refusal:
        problem = unexplained(refusal)
    else:
        problem = None
    assert problem is None, (text, problem)


def unexplained(refusal: AssentError) -> Any:
    """What a refusal leaves unsaid; None where it has a reason and a place for each mistake."""
    if refusal.http_status not in (400, 413, 422) or not refusal.errors:
        return refusal
    for each in refusal.errors:
        is_whole = any(word in each.message for word in _OF_THE_WHOLE)
        if not each.message.strip() or not (_PLACE.search(each.message) or is_whole):
            return each
    return None


@st.composite
def mangled(draw: st.DrawFn) -> str:
    """A capsule with some of its text left out, doubled, or replaced."""
    text = draw(st.sampled_from(SOURCES))
    for _ in range(draw(st.integers(1, 4))):
        begin = draw(st.integers(0, max(0, len(text) - 1)))
        end = min(len(text), begin + draw(st.integers(0, 30)))
        put = draw(_WORDS | st.text(max_size=6) | st.just(text[begin:end] * 2))
        text = text[:begin] + put + text[end:]
    return text


@st.composite
def altered(draw: st.DrawFn) -> str:
    """A capsule as JSON with other values, keys or steps in some places."""
    from shared.kit.plain_yaml import parse_yaml

    value = parse_yaml(draw(st.sampled_from(SOURCES)).encode())
    for _ in range(draw(st.integers(1, 4))):
        at = value
        chooser = random.Random(draw(st.integers(0, 2**32)))
        while isinstance(at, dict | list) and at:
            key = chooser.choice(list(at) if isinstance(at, dict) else range(len(at)))
            if not isinstance(at[key], dict | list) or chooser.random() < 0.3:
                at[key] = draw(_VALUES)
                break
            at = at[key]
    return json.dumps(value)


INPUTS = st.fixed_dictionaries(
    {}, optional={"shelf": _VALUES, "amount": _VALUES, "shelves": _VALUES, "note": _VALUES}
)


def _judge_many(examples: int, part: int = 0) -> None:
    """So many capsules, half of them mangled texts: others in each part, the same on any day."""
    chosen = settings(
        max_examples=examples // 2,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    seen = 0

    @seed(part)
    @chosen
    @given(mangled(), INPUTS)
    def of_text(text: str, inputs: Any) -> None:
        nonlocal seen
        seen += 1
        judge(text, inputs)

    @seed(part)
    @chosen
    @given(altered(), INPUTS)
    def of_values(text: str, inputs: Any) -> None:
        nonlocal seen
        seen += 1
        judge(text, inputs, JSON)

    of_text()
    of_values()
    assert seen >= examples


def test_a_malformed_capsule_is_refused_and_never_crashes() -> None:
    _judge_many(40)


@pytest.mark.nightly
@pytest.mark.timeout(600)
@pytest.mark.parametrize("part", range(1, 11))
def test_a_thousand_malformed_capsules_are_refused_and_never_crash(part: int) -> None:
    """Ten thousand in all."""
    _judge_many(1_000, part)
