"""What is no plain value is refused, whatever it costs its author, within a second."""

import contextlib
import json
import math
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kit.errors import Invalid, MalformedRequest
from shared.kit.parsing import parse_json, parse_json_apart, refuse_part, whole_number_in
from shared.kit.plain_yaml import DEEPEST_YAML, MOST_YAML_VALUES, parse_yaml
from tests.shared.patience import AMPLE_SECONDS
from tests.shared.plain_values import YAML_BOMBS, YAML_SPELLINGS, levels, values_of
from tests.shared.plain_words import assert_no_words_of_python

KEYS = b",".join(b'"k%d":1' % number for number in range(75_000))
JSON_BOMBS: dict[str, bytes] = {
    "nothing": b"",
    "only a space": b" ",
    "half an object": b'{"a": ',
    "two values": b"{} {}",
    "YAML": b"a: 1",
    "nested lists": b"[" * 60_000 + b"]" * 60_000,
    "unclosed lists": b"[" * 900_000,
    "nested objects": b'{"a":' * 150_000,
    "a repeated key": b'{"a": 1, "a": 2}',
    "a repeated key further in": b'{"a": [{"b": 1, "b": 1}]}',
    "a key repeated after 75,000 others": b"{" + KEYS + b',"k74999":2}',
    "NaN": b'{"a": NaN}',
    "infinity": b"[-Infinity]",
    "a number beyond doubles": b"[1e999]",
    "a fraction beyond doubles": b"[" + b"9" * 400 + b".5]",
    "a number of 5,000 digits": b"9" * 5_000,
    "a lone surrogate": b'{"a": "\\ud800"}',
    "a lone surrogate in a key": b'{"\\uDFFF": 1}',
    "no UTF-8": b'"\xff"',
}
BOMBS = [
    pytest.param(parse, body, id=f"{parse.__name__}: {name}")
    for parse, bombs in ((parse_json, JSON_BOMBS), (parse_yaml, YAML_BOMBS))
    for name, body in bombs.items()
]


@pytest.mark.parametrize(("parse", "body"), BOMBS)
def test_what_is_no_plain_value_is_refused_within_a_second(
    parse: Callable[[bytes], Any], body: bytes
) -> None:
    began = time.process_time()
    with pytest.raises((Invalid, MalformedRequest)) as refusal:
        parse(body)
    assert time.process_time() - began < AMPLE_SECONDS
    (error,) = refusal.value.errors
    assert error.field == "body"
    assert 0 < len(error.message) < 300
    assert error.message.encode().isascii()
    assert_no_words_of_python(error.message)


def test_a_repeated_key_is_named() -> None:
    for parse in (parse_json, parse_yaml):
        with pytest.raises(Invalid, match="names the key 'twice' twice"):
            parse(b'{"once": 1, "twice": 2, "twice": 3}')


@pytest.mark.parametrize(
    ("text", "value"), [*YAML_SPELLINGS, ("12345678901234567890", 12345678901234567890)]
)
def test_only_json_words_and_decimal_numbers_are_not_text_in_yaml(text: str, value: Any) -> None:
    read = parse_yaml(f"a: {text}".encode())["a"]
    assert (read, type(read)) == (value, type(value))


def test_a_byte_order_mark_and_an_explicit_document_start_are_no_obstacle() -> None:
    assert parse_yaml(b"\xef\xbb\xbf---\na: 1\n") == {"a": 1}
    assert parse_yaml(b'\xef\xbb\xbf{"a": 1}') == parse_json(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}


def test_a_pair_of_surrogate_escapes_is_one_character() -> None:
    assert parse_json(rb'["\ud83d\ude00"]') == ["\U0001f600"]


def test_escapes_at_any_depth_are_read_or_refused() -> None:
    for depth in range(900, 1_000):
        with contextlib.suppress(Invalid):
            parse_json(b"[" * depth + rb'"\ud83d\ude00"' + b"]" * depth)


def test_yaml_that_starts_as_json_does_is_read_as_json() -> None:
    with pytest.raises(MalformedRequest, match="is not JSON"):
        parse_yaml(b"{a: 1}")
    assert parse_yaml(b"---\n{a: 1}") == {"a": 1}


def test_yaml_has_four_thousand_values_and_twelve_levels_at_most() -> None:
    fullest = ["x"] * (MOST_YAML_VALUES - 1)
    widest = {f"k{number}": "x" for number in range(MOST_YAML_VALUES - 1)}
    deepest = json.loads("[" * DEEPEST_YAML + "]" * DEEPEST_YAML)
    began = time.process_time()
    for value in (fullest, widest, deepest):
        assert parse_yaml(b"---\n" + json.dumps(value).encode()) == value
    assert time.process_time() - began < AMPLE_SECONDS
    for value in ([*fullest, "x"], {**widest, "more": "x"}, [deepest]):
        with pytest.raises(Invalid, match="has more than"):
            parse_yaml(b"---\n" + json.dumps(value).encode())


JSON_VALUES = values_of(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    # What YAML has to escape, or folds, stays out.
    | st.text(st.characters(exclude_categories=("C", "Zl", "Zp")), max_size=5)
)


@given(st.dictionaries(st.sampled_from("abc"), JSON_VALUES))
def test_json_and_the_same_value_as_yaml_read_alike(value: dict[str, Any]) -> None:
    text = json.dumps(value, ensure_ascii=False).encode()
    assert parse_json(text) == value
    if levels(value) <= DEEPEST_YAML:
        # JSON is YAML too; the leading line makes it so.
        assert parse_yaml(b"---\n" + text) == value


@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda text: text.encode()))
def test_any_bytes_are_a_plain_value_or_refused(body: bytes) -> None:
    for parse in (parse_json, parse_yaml):
        with contextlib.suppress(Invalid, MalformedRequest):
            read = parse(body)
            json.dumps(read, ensure_ascii=False, allow_nan=False).encode()
            assert not (isinstance(read, float) and math.isinf(read))


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1, "a": 1}',
        '[{"b": {"c": [{"d": 1, "d": 2}]}}]',
        "[1e999]",
        '{"n": [NaN]}',
        '{"n": -Infinity}',
        r'"\ud83d"',
        r'{"\udfff": 1}',
        f'{{"n": {"9" * 310}}}',
        f'{{"n": -{"9" * 4_301}}}',
        '{"deep": ' + "[" * 101 + "]" * 101 + "}",
        '{"deep": ' + "[" * 5_000 + "]" * 5_000 + "}",
        '{"deep": ' + '{"a":' * 5_000 + "1" + "}" * 5_000 + "}",
    ],
    ids=lambda text: text[:20],
)
def test_a_part_that_is_judged_apart_is_refused_for_the_same_reasons(text: str) -> None:
    with pytest.raises(Invalid) as strict:
        parse_json(text.encode())
    value = parse_json_apart(f'{{"parts": [{text}, "good"]}}'.encode())
    with pytest.raises(Invalid) as apart:
        refuse_part(value["parts"][0])
    words = [str(each.value).partition(":")[2].split()[-1] for each in (strict, apart)]
    assert words[0] == words[1]
    refuse_part(value["parts"][1])


def test_the_outermost_object_is_judged_at_once() -> None:
    with pytest.raises(Invalid, match="names the key 'parts' twice"):
        parse_json_apart(b'{"parts": [], "parts": []}')
    assert parse_json_apart(b"[1]") == [1]


@pytest.mark.parametrize(
    "body",
    [
        b'{"parts": [{' + b'"a":1,' * 150_000 + b'"a":1}]}',
        b'{"parts": [' + b"[" * 400_000 + b"]" * 400_000 + b"]}",
        b'{"parts": [' + b'{"a":{}},' * 100_000 + b"1]}",
    ],
    ids=["one key many times", "deep", "many objects"],
)
def test_a_bomb_is_judged_apart_within_a_second(body: bytes) -> None:
    started = time.process_time()
    with contextlib.suppress(Invalid):
        refuse_part(parse_json_apart(body))
    assert time.process_time() - started < 1


def test_what_is_no_json_is_told_with_its_place_and_in_words() -> None:
    told = {
        b'{"a": }': "a value is missing at line 1, column 7",
        b"{'a': 1}": "a key in double quotes is missing at line 1, column 2",
        b'{"a" 1}': "a colon is missing at line 1, column 6",
        b'{"a": 1\n "b": 2}': "is missing at line 2, column 2",
        b"{} {}": "nothing may follow the value at line 1, column 4",
        b'{"a': "a text has no closing quote at line 1, column 2",
        b'{"a\n": 1}': "needs an escape at line 1, column 4",
        rb'{"a": "\x"}': "begins no escape that JSON has at line 1, column 8",
        rb'{"a": "\u00zz"}': "needs four hexadecimal digits at line 1, column",
        b"\xff": "is not UTF-8 from byte 0 on",
    }
    for body, words in told.items():
        for parse in (parse_json, parse_json_apart):
            with pytest.raises(MalformedRequest) as refusal:
                parse(body)
            (error,) = refusal.value.errors
            assert words in error.message, error.message
            assert_no_words_of_python(refusal.value.detail)


def test_numbers_of_up_to_309_digits_are_read() -> None:
    for parse in (parse_json, parse_json_apart):
        assert parse(b"[-%s]" % (b"9" * 309)) == [-(10**309 - 1)]


def test_parts_that_are_too_deep_take_nothing_else_with_them() -> None:
    deep = "[" * 5_000 + '"]]' + "]" * 4_000 + '"' + "]" * 5_000
    value = parse_json_apart(f'{{"parts": [1, {deep}, {{"a": {deep}}}, [[2]]]}}'.encode())
    first, second, third, last = value["parts"]
    assert (first, last) == (1, [[2]])
    for part in (second, third):
        with pytest.raises(Invalid, match="nested more than 100 deep"):
            refuse_part(part)
    with pytest.raises(MalformedRequest, match="is not JSON"):
        parse_json_apart(("[" * 5_000 + "]" * 4_999).encode())


@pytest.mark.parametrize(
    "text",
    [
        *("", "1_0", "+5", "-5", "05", "00", " 5", "5 ", "5.0", "5e0", "5\n"),
        *("\uff15", "\u0665", "\u00b2"),
    ],
)
def test_a_number_has_one_spelling(text: str) -> None:
    assert whole_number_in(text) is None


def test_the_one_spelling_is_read() -> None:
    assert [whole_number_in(text) for text in ("0", "7", "100", "9" * 5_000)] == [
        *(0, 7, 100, 10**309 - 1)
    ]
