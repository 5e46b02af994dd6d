"""Free JSON is bounded in depth, parts and bytes, and counting stops at the bound."""

import time
from typing import Any

import pytest

from shared.kit.json_limits import DEEPEST_JSON, JsonLimit
from tests.shared.patience import AMPLE_SECONDS

LIMIT = JsonLimit(most_bytes=1_000, most_parts=100)


def _nested(levels: int) -> Any:
    value: Any = []
    for _ in range(levels - 1):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ([1] * 100, "at most 100 parts"),
        ({"a": [{"b": [1] * 50}, {"c": [1] * 50}]}, "at most 100 parts"),
        ("x" * 999, "at most 1000 bytes"),
        ("é" * 500, "at most 1000 bytes"),
        (_nested(DEEPEST_JSON + 1), "nested at most 32 deep"),
        (_nested(50_000), "nested at most 32 deep"),
        (2**60 + 1, "has no canonical JSON form"),
    ],
)
def test_a_value_beyond_a_limit_is_refused_with_that_limit(value: Any, problem: str) -> None:
    assert problem in str(LIMIT.problem(value))
    with pytest.raises(ValueError, match=r"must|has"):
        LIMIT(value)


@pytest.mark.parametrize("value", [[1] * 99, "x" * 998, _nested(DEEPEST_JSON), {}, None])
def test_a_value_at_a_limit_is_taken(value: Any) -> None:
    assert LIMIT(value) is value


@pytest.mark.parametrize(
    "value",
    [[1] * 500_000, "x" * 1_000_000, '"' * 500_000, [{"a": {}}] * 9_000, [1e-7 / 3] * 19_999],
    ids=["parts", "text", "quotes", "objects", "numbers"],
)
def test_the_largest_body_is_measured_in_bounded_time(value: Any) -> None:
    began = time.process_time()
    JsonLimit(most_bytes=256 * 1024).problem(value)
    assert time.process_time() - began < AMPLE_SECONDS
