"""Evidence quotes values as JSON, and never a blank."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from events.cases import Finding
from shared.kit.quoting import LONGEST_QUOTE, NOTHING, Sentence, in_lines, quote
from tests.shared.plain_values import values_of

SENTENCES: TypeAdapter[str] = TypeAdapter(Sentence)
TEXTS = st.text("ab \n\"'\\…é", max_size=300)
VALUES = values_of(st.none() | st.booleans() | st.integers() | TEXTS)


@given(VALUES | TEXTS)
def test_any_value_is_quoted_as_short_json_without_blanks(value: Any) -> None:
    shown = quote(value)
    assert len(shown) <= LONGEST_QUOTE
    assert SENTENCES.validate_python(shown) == shown
    if shown != NOTHING:
        assert quote(json.loads(shown)) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("Drafts\n  letters", '"Drafts letters"'),
        ('says "hello"', r'"says \"hello\""'),
        (["research", "draft"], '["research", "draft"]'),
        ({"in": ["a", "", " "], "out": []}, '{"in": ["a"]}'),
        (list("abcdefghij"), '["a", "b", "c", "d", "e", "f", "g", "h", "…"]'),
        ("x" * 400, f'"{"x" * 119}…"'),
        (["x" * 400] * 2, f'["{"x" * 59}…", "{"x" * 59}…"]'),
        (0, "0"),
    ],
)
def test_a_value_is_shortened_and_stays_json(value: Any, shown: str) -> None:
    assert quote(value) == shown


@pytest.mark.parametrize("value", ["", " \n", [], {}, [" ", []], {"in": [""]}, None])
def test_of_a_blank_it_says_that_nothing_is_there(value: Any) -> None:
    assert quote(value) == NOTHING


@pytest.mark.parametrize("text", ["", " ", 'it says ""', 'in ["", "a"]', 'it says " "'])
def test_no_finding_says_nothing_or_quotes_a_blank(text: str) -> None:
    said = {"check": "scope", "verdict": "fail", "path": "", "evidence": "a", "remedy": "b"}
    assert Finding.model_validate(said)
    for field in ("evidence", "remedy"):
        with pytest.raises(ValidationError):
            Finding.model_validate({**said, field: text})


def test_every_text_is_in_some_line_and_each_line_says_of_what() -> None:
    texts = [f"name-{number} (read)" for number in range(50)]
    lines = in_lines(80, "alone", texts)
    assert max(map(len, lines)) <= 80
    assert all(line.startswith("alone: ") for line in lines)
    assert " ".join(line.removeprefix("alone: ") for line in lines) == ", ".join(texts)
    assert in_lines(80, "alone", []) == ["alone: none"]
