"""What is no plain value is refused, whatever it costs its author, within a second."""

import contextlib
import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.specs import MOST_BYTES, MOST_PARTS
from shared.kit.errors import Invalid, MalformedRequest
from shared.kit.json_limits import DEEPEST_JSON
from tests.functions.agents.specs import document, read_spec, read_value
from tests.shared.patience import AMPLE_SECONDS
from tests.shared.plain_values import YAML_BOMBS, YAML_SPELLINGS, levels, values_of

BOMBS: dict[str, bytes] = {
    **YAML_BOMBS,
    "ten megabytes": b"x" * 10_000_000,
    "nested JSON lists": b'{"a":' + b"[" * 60_000 + b"]" * 60_000 + b"}",
    "unclosed JSON lists": b'{"a":' + b"[" * 120_000,
    "nested JSON objects": b'{"a":' * 20_000,
    "nested YAML lists": b"[" * MOST_BYTES,
    "nested YAML objects": b"{" * MOST_BYTES,
    "many parts": b"a: [" + b"1," * 60_000 + b"1]",
    "many JSON parts": b'{"a":[' + b"1," * 60_000 + b"1]}",
    "a duplicate JSON key": b'{"a": 1, "a": 2}',
    "NaN": b'{"a": NaN}',
    "a JSON number beyond doubles": b'{"a": 1e999}',
    "a number beyond 2**53": b'{"a": 9007199254740993}',
    "a JSON number of 5,000 digits": b'{"a":' + b"9" * 5_000 + b"}",
    "a lone surrogate in JSON": b'{"a": "\\ud800"}',
    "a NUL": b'{"a": "\\u0000"}',
    "a raw control character": b"a: \x07",
    "an escaped bell": b'a: "\\a"',
    "a direction override": '{"a": "x\u202ey"}'.encode(),
    "a direction isolate": "a: x\u2066y".encode(),
    "a zero-width space": "a: by\u200bpass".encode(),
    "a joiner between Latin letters": "a: by\u200dpass".encode(),
    "a soft hyphen": "a: by\u00adpass".encode(),
    "tag characters": '{"a": "x\U000e0041"}'.encode(),
    "variation selectors": '{"a": "x\U000e0100"}'.encode(),
    "a blank letter": "a: x\u3164".encode(),
    "a private character": "a: x\ue000".encode(),
    "a line separator": '{"a": "x\u2028y"}'.encode(),
    "stacked marks": ("a: x" + "\u0301" * 9).encode(),
    "a Cyrillic letter in a Latin word": "a: cl\u0456nic".encode(),
    "a Greek letter in a Latin word": "a: appr\u03bfve".encode(),
    "a deceptive key": '{"a\u202e": 1}'.encode(),
}


@pytest.mark.by_day(15)
@pytest.mark.parametrize("body", BOMBS.values(), ids=BOMBS.keys())
def test_what_is_no_plain_value_is_refused_within_a_second(body: bytes) -> None:
    began = time.process_time()
    with pytest.raises((Invalid, MalformedRequest)) as refusal:
        read_value(body)
    assert time.process_time() - began < AMPLE_SECONDS
    assert all(error.field and error.message for error in refusal.value.errors)
    refusal.value.detail.encode()  # nothing deceptive is echoed


def test_an_odd_character_is_named_with_the_path_of_its_field() -> None:
    body = json.dumps({"scope": {"in": ["fine", "turned \u202e around"]}})
    with pytest.raises((Invalid, MalformedRequest)) as refusal:
        read_value(body.encode())
    assert refusal.value.errors[0].field == "scope.in.1"
    assert "RIGHT-TO-LEFT OVERRIDE" in refusal.value.errors[0].message


@pytest.mark.parametrize(
    "text",
    [
        "clinic café, 12 °C – “quoted” text…",
        "Übersicht der Öffnungszeiten, yıl sonu",
        "TNFα and IFNγ levels",
        "врач и пациент",
        "می‌خواهم",
        "日本語のメニュー",
        "👩‍⚕️ on call",
        "tabs\tand\nlines",
    ],
)
def test_honest_text_of_any_script_is_read(text: str) -> None:
    assert read_value(json.dumps({"a": text}).encode()) == {"a": text}


@pytest.mark.parametrize(("text", "value"), YAML_SPELLINGS)
def test_only_json_words_and_decimal_numbers_are_not_text_in_yaml(text: str, value: Any) -> None:
    assert read_value(f"a: {text}".encode()) == {"a": value}


def test_a_byte_order_mark_and_an_explicit_document_start_are_no_obstacle() -> None:
    assert read_value(b"\xef\xbb\xbf---\na: 1\n") == {"a": 1}
    assert read_value(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}


def test_json_is_read_as_json_where_the_media_type_says_so() -> None:
    with pytest.raises(MalformedRequest, match="is not JSON"):
        read_value(b"a: 1", "application/json")
    assert read_value(b" [1]", "application/json") == [1]


JSON_VALUES = values_of(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.sampled_from(["", "ok"])
)


@given(st.dictionaries(st.sampled_from("abc"), JSON_VALUES))
def test_json_and_the_same_value_as_yaml_read_alike(value: dict[str, Any]) -> None:
    text = json.dumps(value).encode()
    if levels(value) <= DEEPEST_JSON:
        # JSON is YAML too; the leading line makes it so.
        assert read_value(text) == read_value(b"---\n" + text) == value


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    with contextlib.suppress(Invalid, MalformedRequest):
        read_value(body)


@given(st.text(max_size=200))
def test_any_text_as_a_spec_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(Invalid, MalformedRequest):
        assert read_spec(json.dumps({"name": "some-agent", "purpose": text}).encode())


MANY = [{"name": f"o{number}", "effect": "read"} for number in range(160)]


@pytest.mark.parametrize(
    ("changes", "field", "told"),
    [
        ({"rights": {"alone": [5]}}, "rights.alone.0", "an operation, or an object with"),
        (
            {"rights": {"alone": [{"operation": "a/b", "up_to_usd": 50}]}},
            "rights.alone.0.up_to_usd",
            "an object with usd, and the arguments",
        ),
        (
            {"systems": [{"name": n, "operations": MANY} for n in ("one", "two")]},
            "systems",
            "has 320 operations; at most 300",
        ),
    ],
)
def test_a_part_of_another_form_is_named_with_what_to_write(
    changes: dict[str, Any], field: str, told: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        read_spec(json.dumps(document(**changes)).encode())
    (error,) = refusal.value.errors
    assert error.field == field
    assert told in error.message


def test_spaces_around_a_source_make_no_other_source() -> None:
    access = {"source": "patients ", "mode": "read", "classification": "public"}
    of = read_spec(json.dumps(document(data_access=[access])).encode())
    assert of.data_access[0].source == "patients"


def test_the_largest_readable_value_is_read_within_a_second() -> None:
    body = json.dumps(["x" * 20] * (MOST_PARTS - 1))
    began = time.process_time()
    assert len(read_value(body.encode())) == MOST_PARTS - 1
    assert len(read_value(b"---\n" + body.encode())) == MOST_PARTS - 1
    assert time.process_time() - began < AMPLE_SECONDS
