"""The SDK's canonical form is the one that the platform hashes."""

import math
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from shared.sdk.canonical import canonical

LARGEST = 2**53 - 1
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-LARGEST, LARGEST)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(VALUES)
def test_it_is_that_of_rfc_8785(value: Any) -> None:
    assert canonical(value) == rfc8785.dumps(value)


@pytest.mark.parametrize("number", [1e21, 1e20, 123456789.5, 1e-6, 1e-7, 5e-324, -0.0, 1.5e300])
def test_numbers_are_written_as_ecmascript_writes_them(number: float) -> None:
    assert canonical(number) == rfc8785.dumps(number)


def test_keys_are_sorted_by_utf_16() -> None:
    assert canonical({"\ue000": 1, "\U0001f600": 2}) == rfc8785.dumps(
        {"\ue000": 1, "\U0001f600": 2}
    )


@pytest.mark.parametrize("value", [2**53, math.nan, math.inf, "\ud800", {"\udfff": 1}])
def test_what_json_cannot_say_exactly_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match=r"JSON|character"):
        canonical(value)


@pytest.mark.parametrize("value", [b"bytes", {1: 2}, {"a": {1, 2}}, object()])
def test_what_json_has_not_is_refused(value: Any) -> None:
    with pytest.raises(TypeError, match=r"JSON|keys"):
        canonical(value)
