"""A number is kept as it was sent, or refused."""

import json
import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kit.canonical import canonical_json
from shared.kit.errors import Invalid
from shared.kit.json_numbers import MOST_DIGITS, fraction, whole_number
from shared.kit.parsing import parse_json, parse_json_apart, refuse_part
from shared.kit.plain_yaml import parse_yaml
from tests.shared.patience import AMPLE_SECONDS

# As sent, and what a double would make of it.
OTHERS = [
    ("0.12345678901234567", "0.12345678901234566"),
    ("0.10000000000000000555", "0.1"),
    ("123456789.123456789123", "123456789.12345679"),
    ("9007199254740993.0", "9007199254740992.0"),
    ("-1.00000000000000000001", "-1.0"),
]
BEYOND_YAML = [("1e-400", "0.0"), ("4.9e-324", "5e-324"), (f"1e-{'9' * 30}", "0.0")]
SAME = ["0.1", "1.10", "-0.0", "1.50000000000000000000000", "1e5", "9007199254740992.0", "2.5E-3"]


@pytest.mark.parametrize(("sent", "kept"), [*OTHERS, *BEYOND_YAML])
def test_a_number_that_would_become_another_is_refused(sent: str, kept: str) -> None:
    with pytest.raises(Invalid, match=f"would be kept as {kept}: write {kept}, or the number in"):
        fraction(sent)


@pytest.mark.parametrize(("sent", "kept"), OTHERS)
def test_json_and_yaml_refuse_it_alike(sent: str, kept: str) -> None:
    for parse, form in ((parse_json, '{"a": [%s]}'), (parse_yaml, "a: [%s]")):
        with pytest.raises(Invalid, match=f"kept as {kept}"):
            parse((form % sent).encode())
    read = parse_json_apart(b'{"a": [%s], "b": 1}' % sent.encode())
    refuse_part(read["b"])
    with pytest.raises(Invalid, match=f"kept as {kept}"):
        refuse_part(read["a"])


@pytest.mark.parametrize("sent", [*SAME, f"0e{'9' * 30}"])
def test_a_number_in_another_spelling_is_kept(sent: str) -> None:
    assert fraction(sent) == float(sent)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_double_is_kept_as_languages_write_it(number: float) -> None:
    assert fraction(repr(number)) == fraction(repr(number).replace("e", "E")) == number
    assert parse_json(json.dumps({"a": number}).encode()) == {"a": number}


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-9, max_value=9))
def test_what_is_hashed_is_what_was_sent(number: Decimal) -> None:
    read = parse_json(f"[{number:f}]".encode())
    assert Decimal(canonical_json(read).decode()[1:-1]) == number


@pytest.mark.parametrize("form", ["1.{}", "{}e-5", "0.{}", "1e{}", "{}.5"])
def test_a_fraction_has_as_many_digits_at_most_as_a_whole_number(form: str) -> None:
    for read, sent in ((fraction, form.format("0" * 400)), (whole_number, "1" * 400)):
        with pytest.raises(Invalid, match=f"at most {MOST_DIGITS} are read"):
            read(sent)


@pytest.mark.parametrize("sent", ["1e999", "-1E400", "NaN", "Infinity", "-Infinity"])
def test_a_number_that_is_not_finite_is_refused(sent: str) -> None:
    with pytest.raises(Invalid, match="no finite number"):
        fraction(sent)


def test_a_body_full_of_long_fractions_takes_little_time() -> None:
    body = json.dumps(["@"] * 3_000).replace('"@"', "1." + "0" * 300).encode()
    began = time.process_time()
    assert parse_json(body) == [1.0] * 3_000
    with pytest.raises(Invalid):
        parse_json(b"[" + b"1." + b"1" * 900_000 + b"]")
    assert time.process_time() - began < AMPLE_SECONDS
