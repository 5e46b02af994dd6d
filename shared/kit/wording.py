"""What is wrong with a field, in the words of people who write requests: what to write instead."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from pydantic import ValidationError

from shared.kit.errors import WHOLE_BODY, FieldError

_A_TIME = "must be a time with its offset from UTC, like 2026-11-20T12:00:00Z"
_A_DATE = "must be a date, like 2026-07-13"
_A_UUID = "must be a UUID, like 5f0c2f0e-8f9c-4f5e-9a53-000000000001"
_A_NUMBER = "must be a number"
_WHOLE = "must be a whole number"
_A_LIST = "must be a list"
_AN_OBJECT = "must be an object"
_TRUTH = "must be true or false"
_DEEP = "is nested too deeply"

# By pydantic's type of error; braces hold what the field's declaration says.
WORDS: Mapping[str, str] = {
    "missing": "must be given",
    "named_tuple_type": "must be a list or an object",
    "extra_forbidden": "is not known here; leave it out",
    "none_required": "must be null",
    "union_tag_not_found": "must say which it is by {discriminator}",
    "union_tag_invalid": "must have as {discriminator} one of {expected_tags}",
    "string_type": "must be text",
    "string_unicode": "must be text, without lone surrogates",
    "string_too_short": "must have at least {min_length} characters",
    "string_too_long": "must have at most {max_length} characters",
    "literal_error": "must be {expected}",
    "bool_type": _TRUTH,
    "bool_parsing": _TRUTH,
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_parsing_size": "must be a smaller number",
    "int_from_float": _WHOLE,
    "float_type": _A_NUMBER,
    "float_parsing": _A_NUMBER,
    "decimal_type": _A_NUMBER,
    "decimal_parsing": _A_NUMBER,
    "decimal_max_digits": "must have at most {max_digits} digits",
    "decimal_max_places": "must have at most {decimal_places} decimal places",
    "decimal_whole_digits": "must have at most {whole_digits} digits before the point",
    "finite_number": "must be a finite number",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "list_type": _A_LIST,
    "tuple_type": _A_LIST,
    "too_short": "must have at least {min_length} items",
    "too_long": "must have at most {max_length} items",
    "dict_type": _AN_OBJECT,
    "model_type": _AN_OBJECT,
    "model_attributes_type": _AN_OBJECT,
    "invalid_key": "must have text as keys",
    "invalid-json-value": "must be JSON: text, a number, true, false, null, a list or an object",
    "json_type": "must be text that holds JSON",
    "json_invalid": "must be text that holds JSON",
    "recursion_loop": _DEEP,
    "uuid_type": _A_UUID,
    "uuid_parsing": _A_UUID,
    "datetime_type": _A_TIME,
    "datetime_parsing": _A_TIME,
    "datetime_from_date_parsing": _A_TIME,
    "datetime_object_invalid": _A_TIME,
    "timezone_aware": _A_TIME,
    "date_type": _A_DATE,
    "date_parsing": _A_DATE,
    "date_from_datetime_parsing": _A_DATE,
    "date_from_datetime_inexact": _A_DATE,
}
# By the pattern that a text does not have.
FORMS: Mapping[str, str] = {
    r"^[a-z0-9]+(-[a-z0-9]+)*$": "must be lower-case words and hyphens, like clinic-writer",
    r"^[A-Za-z0-9][A-Za-z0-9._@:+-]{0,127}$": (
        "must have 1 to 128 of the characters A-Z a-z 0-9 . _ @ : + -, the first a letter or digit"
    ),
    r"^[A-Za-z0-9][A-Za-z0-9._:-]*$": (
        "must have only the characters A-Z a-z 0-9 . _ : -, the first a letter or digit, like"
        " articles.publish"
    ),
    (
        r"^[A-Za-z0-9][A-Za-z0-9._:-]*/"
        r"([A-Za-z0-9][A-Za-z0-9._:-]*|([A-Za-z0-9][A-Za-z0-9._:-]*\.)?\*)$"
    ): (
        "must name a system and one of its operations, like clinic-cms/articles.publish; * may"
        " stand for the last part, as in clinic-cms/articles.*"
    ),
    r"^[!#-\[\]-~ ]*$": "must have printable ASCII, with a space between two scopes",
    r"^[A-Za-z0-9_]{1,255}$": "must have 1 to 255 of the characters A-Z a-z 0-9 _",
    r"^[a-z0-9_.]{1,100}$": ("must have 1 to 100 of the characters a-z 0-9 _ ., like invoice.paid"),
    r"^[a-z]{2,20}$": "must be 2 to 20 lower-case letters, like google",
    r"^[A-Za-z0-9_-]+$": "must be base64url without padding",
    r"^rct_[0-7][0-9A-HJKMNP-TV-Z]{25}$": "must be the id of a receipt, rct_ and 26 characters",
    r"^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,8}[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$": (
        "must be a domain in lower case, like clinic.example"
    ),
    r"^[!-~]+$": "must be printable ASCII without spaces",
    r"^[A-Za-z][A-Za-z0-9_-]{0,49}$": (
        "must have 1 to 50 of the characters A-Z a-z 0-9 _ -, the first a letter, like new-cards"
    ),
    r"\S": "must not be blank",
    r"^https://[!-~]{1,490}$": "must be an https address of at most 498 plain characters",
    r"^https://[!-~]{1,1990}$": "must be an https address of at most 1998 plain characters",
    r"^[A-Za-z0-9_-]{43}$": "must be 32 bytes in base64url without padding: 43 characters",
    r"^[A-Za-z0-9_-]{87}=?$": "must be a P-256 point in base64url: 87 characters",
    r"^[A-Za-z0-9_-]{22}(==)?$": "must be 16 bytes in base64url: 22 characters",
    r"^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$": (
        "must be a compact JWS: three parts in base64url, with a dot between them"
    ),
    r"^[0-9]{8}$": "must be the eight digits that were mailed",
    r"^/": "must begin with a slash, like /articles",
    r"^[A-Za-z0-9][A-Za-z0-9-]*$": "must be the name of a header, like Idempotency-Key",
    r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$": "must be a host in lower case, like api.clinic.example",
    r"^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)$": (
        "must be a version of three numbers, like 1.2.0"
    ),
    r"^[a-z][a-z0-9_]{0,59}$": (
        "must have 1 to 60 lower-case letters, digits and _, the first a letter, like read_orders"
    ),
    r"^[A-Za-z0-9][A-Za-z0-9._:-]*/[A-Za-z0-9][A-Za-z0-9._:-]*$": (
        "must name a system and one of its operations, like assent/counter.add"
    ),
    r"^[a-z0-9]+(-[a-z0-9]+)*@(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)$": (
        "must name a capsule and its version, like weekly-report@1.2.0"
    ),
    r"^[0-9A-Z]{16}$": "must be a code of 16 digits and capital letters",
    r"^[0-9a-f]{64}$": "must be a SHA-256 in 64 lower-case hexadecimal digits",
}
# An answer stays small for every body.
MOST_ERRORS = 100
A_FLOOD = 10_000
LONGEST_FIELD = 200
LONGEST_MESSAGE = 500
# The message of a validator of our own.
_OWN = "value_error"


def one_of(names: Iterable[str]) -> str:
    """The names in alphabetical order, as a choice: `genesis or governor`."""
    *most, last = sorted(names)
    return f"{', '.join(most)} or {last}" if most else last


def shortened(text: str, most: int) -> str:
    """The text, or its beginning and an ellipsis: at most `most` characters."""
    return text if len(text) <= most else text[: most - 1] + "…"


def worded(problem: Mapping[str, Any]) -> str:
    """What to write instead, for one of pydantic's errors. A validator's own message stays; an
    error that has no words here is only said to be of another form."""
    if problem["type"] == _OWN:
        return str(problem["msg"]).removeprefix("Value error, ")
    facts = problem.get("ctx", {})
    if problem["type"] == "string_pattern_mismatch":
        return FORMS.get(facts["pattern"], f"must have the form {facts['pattern']}")
    if facts.get("min_length") == 1 and problem["type"] in ("string_too_short", "too_short"):
        return "must not be empty"
    expected = str(facts.get("expected", "")).replace("'", "")
    words = WORDS.get(problem["type"], "has another form than this field takes")
    return words.format_map({**facts, "expected": expected})


def field_errors(error: ValidationError) -> list[FieldError]:
    """Each error of a model, by its dotted path; at most a hundred. Of very many errors only the
    number, because listing them takes too long."""
    if error.error_count() > A_FLOOD:
        return [FieldError(WHOLE_BODY, f"has {error.error_count()} errors")]
    return worded_errors(error.errors(include_url=False, include_input=False))


def worded_errors(problems: Iterable[Mapping[str, Any]]) -> list[FieldError]:
    """What is wrong with each field, in our words, for at most a hundred of pydantic's errors."""
    return [
        FieldError(
            (".".join(str(part) for part in problem["loc"]) or WHOLE_BODY)[:LONGEST_FIELD],
            worded(problem)[:LONGEST_MESSAGE],
        )
        for problem in islice(_own_mistakes(problems), MOST_ERRORS)
    ]


def _own_mistakes(problems: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """All but a list that is too short because pydantic counts its valid items only; it names the
    items before the list."""
    lists: set[tuple[Any, ...]] = set()
    for problem in problems:
        at = tuple(problem["loc"])
        if problem["type"] == "too_short" and at in lists:
            continue
        lists |= {at[:end] for end, part in enumerate(at) if isinstance(part, int)}
        yield problem
