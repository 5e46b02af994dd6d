"""Who sends text that is not YAML is told where, and what to write instead."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kit.errors import Invalid, MalformedRequest
from shared.kit.plain_yaml import parse_yaml

# The words of the parser, which nobody who writes a spec knows.
_OF_THE_PARSER = re.compile(
    r"block end|document start|stream end|simple key|block mapping|flow|token|node|scalar|while |"
    r"sequence entries|mapping|directive is|http"
)

MISTAKES = [
    ("a:\n\tb: 1", "indent with spaces", 2, 1),
    ("a: @b", "begins with `@`; put a text that has it in quotes", 1, 4),
    ("a: %b", "begins with `%`", 1, 4),
    ("a: 1\nb\nc: 2", "write `key: value`", 2, 1),
    ("a: - b", "begin it in the next line with `- `", 1, 4),
    ("a: b: c", "put a text with a colon in quotes", 1, 5),
    ("a: 1\n  b: 2", "indent the keys of one object alike", 2, 4),
    ("a:\n  b: 1\n c: 2", "indent keys and items of one level alike", 3, 2),
    ("a: 1\n- b", "indent all items of a list alike", 2, 1),
    (r'a: "C:\q"', r"write \\ for a backslash", 1, 8),
    (r'a: "\u12"', r"too few hexadecimal digits after it; write \\ for a backslash", 1, 7),
    ('a: 1\nb: "open\nc: 2', "a text has no closing quote; write it", 2, 4),
    ("a: [b, c", "or no `]`; write it", 1, 9),
    ("a: {b: 1]", "or no `}`; write it", 1, 9),
    ("a: [1, 2]]", "write nothing after them", 1, 10),
    ("a: 'it's'", "close quotes and brackets", 1, 8),
    ("a: ,b", "a value is missing, or begins with `,`", 1, 4),
    ("a: |x\n  b", "begin the text in the next line", 1, 5),
    ("%YAML 3.0\n---\na: 1", "leave it out", 1, 1),
    ("%FOO\na: 1", "no line that begins with `%`", 2, 1),
    ("a: & b", "`&` begins an anchor", 1, 5),
    ("a: * b", "`*` begins an alias", 1, 5),
    ("a: !<x", "`!` begins a tag", 1, 7),
    ("a: !e!x 1", "`!` begins a tag", 1, 4),
    ("a: 1\nb: \x01", "U+0001 is in no text; leave it out", 2, 4),
    ("a: x\u2028b", "U+2028 is in no text; leave it out", 1, 5),
    ("a: 1\nb: 'x\u0085y'", "U+0085 is in no text; leave it out", 2, 6),
    ('a: 1\nb: "\\UFFFFFFFF"', "an escape names a character that does not exist", 2, 5),
    ('a: "\\U00110000"', "an escape names a character that does not exist", 1, 5),
]
REFUSED = [
    ("a: 1\nb: *x", "write the value itself", 2, 4),
    ("a: &x 1", "write the value itself", 1, 4),
    ("a: !!int 1", "leave it out", 1, 4),
    ("a: 1\n---\nb: 2", "second document", 2, 1),
    ("a: 1\nb: 2\na: 3", "names the key 'a' twice: write it once", 3, 1),
    ("a:\n  <<: {b: 1}", "write its keys out", 2, 3),
    ("? [a]\n: b", "write a text", 1, 3),
]


@pytest.mark.parametrize(("text", "said", "line", "column"), MISTAKES)
def test_what_is_not_yaml_is_told_where_and_what_to_write(
    text: str, said: str, line: int, column: int
) -> None:
    with pytest.raises(MalformedRequest) as refusal:
        parse_yaml(text.encode())
    told = str(refusal.value)
    assert said in told
    assert told.endswith(f"(line {line}, column {column})")
    assert _OF_THE_PARSER.search(told) is None, told


@pytest.mark.parametrize(("text", "said", "line", "column"), REFUSED)
def test_yaml_that_is_more_than_json_is_told_where_and_what_to_write(
    text: str, said: str, line: int, column: int
) -> None:
    with pytest.raises(Invalid) as refusal:
        parse_yaml(text.encode())
    told = str(refusal.value)
    assert said in told
    assert told.endswith(f"(line {line}, column {column})")


@given(st.text(st.sampled_from("ab:-?!&*|>'\"%@`{}[],# \t\n\\0U.<=~"), max_size=14))
def test_no_text_is_refused_in_the_words_of_the_parser(text: str) -> None:
    try:
        parse_yaml(text.encode())
    except (Invalid, MalformedRequest) as refusal:
        told = str(refusal)
        assert "not YAML" not in told or re.search(r"line \d+, column \d+\)$", told), told
        assert _OF_THE_PARSER.search(told) is None, told
