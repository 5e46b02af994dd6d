"""Canonical JSON: RFC 8785's own examples, and what has no canonical form."""

import hashlib
import json
import struct
from enum import IntEnum, StrEnum
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from shared.kit.canonical import canonical_json, content_hash
from shared.kit.errors import Invalid

SAFE = 2**53 - 1


class Level(StrEnum):
    HIGH = "high"


class Rank(IntEnum):
    FIRST = 1


texts = st.text(st.characters(exclude_categories=["Cs"]))
values: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-SAFE, SAFE)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner) | st.dictionaries(texts, inner),
    max_leaves=20,
)


def test_the_rfcs_example_has_the_rfcs_form() -> None:
    document = json.loads(
        r"""{"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
             "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
             "literals": [null, true, false]}"""
    )
    assert canonical_json(document).decode() == (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )


def test_names_sort_by_utf_16_as_the_rfc_has_it() -> None:
    names = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    written = json.loads(canonical_json(dict.fromkeys(names, 0)), object_pairs_hook=list)
    assert [name for name, _ in written] == [
        *("\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33")
    ]


@pytest.mark.parametrize(
    ("bits", "text"),
    [
        ("0000000000000000", "0"),
        ("8000000000000000", "0"),
        ("0000000000000001", "5e-324"),
        ("8000000000000001", "-5e-324"),
        ("7fefffffffffffff", "1.7976931348623157e+308"),
        ("4340000000000000", "9007199254740992"),
        ("4430000000000000", "295147905179352830000"),
        ("44b52d02c7e14af5", "9.999999999999997e+22"),
        ("44b52d02c7e14af6", "1e+23"),
        ("44b52d02c7e14af7", "1.0000000000000001e+23"),
        ("444b1ae4d6e2ef4e", "999999999999999700000"),
        ("444b1ae4d6e2ef4f", "999999999999999900000"),
        ("444b1ae4d6e2ef50", "1e+21"),
        ("3eb0c6f7a0b5ed8c", "9.999999999999997e-7"),
        ("3eb0c6f7a0b5ed8d", "0.000001"),
        ("41b3de4355555553", "333333333.3333332"),
        ("41b3de4355555554", "333333333.33333325"),
        ("41b3de4355555557", "333333333.33333343"),
        ("becbf647612f3696", "-0.0000033333333333333333"),
        ("43143ff3c1cb0959", "1424953923781206.2"),
    ],
)
def test_numbers_are_written_as_the_rfcs_appendix_has_them(bits: str, text: str) -> None:
    number = struct.unpack(">d", bytes.fromhex(bits))[0]
    assert canonical_json(number).decode() == text


@given(values)
def test_the_form_means_the_value_and_is_its_own_form(value: Any) -> None:
    written = canonical_json(value)
    assert canonical_json(json.loads(written)) == written


@given(values)
def test_the_form_is_the_librarys(value: Any) -> None:
    assert canonical_json(value) == rfc8785.dumps(value)


def test_kinds_of_texts_and_numbers_are_written_as_those() -> None:
    value: Any = {Level.HIGH: (Level.HIGH, Rank.FIRST, True, None)}
    assert canonical_json(value) == b'{"high":["high",1,true,null]}' == rfc8785.dumps(value)


def test_a_double_that_is_written_as_an_integer_can_be_read_back() -> None:
    assert canonical_json({"n": [1e16]}) == canonical_json({"n": [10**16]})
    assert canonical_json({"n": [1e16]}) == b'{"n":[10000000000000000]}'


@pytest.mark.repeats
@given(st.dictionaries(texts, values))
def test_the_order_of_names_does_not_change_the_hash(value: dict[str, Any]) -> None:
    reversed_ = dict(reversed(value.items()))
    assert content_hash(value) == content_hash(reversed_)
    assert content_hash(value) == hashlib.sha256(canonical_json(value)).hexdigest()


def _deep(levels: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value",
    [
        {"n": 2**53 + 1},
        {"n": -(2**53) - 1},
        {"n": 10**400},
        {"n": float("nan")},
        {"n": float("inf")},
        {"t": "\ud800"},
        {"\udfff": 1},
        {1: "a name that is no text"},
        {"b": b"bytes"},
        {"s": {1, 2}},
    ],
    ids=repr,
)
def test_what_has_no_canonical_form_is_invalid(value: Any) -> None:
    with pytest.raises(Invalid, match="content: has no canonical JSON form"):
        canonical_json(value)


def test_a_nesting_bomb_is_invalid_and_no_crash() -> None:
    with pytest.raises(Invalid, match="nested too deeply"):
        canonical_json(_deep(100_000))
