"""Parses request bytes into plain values."""

import json
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from shared.kit.errors import WHOLE_BODY, FieldError, Invalid, MalformedRequest
from shared.kit.json_numbers import MOST_DIGITS, fraction, whole_number
from shared.kit.json_parts import below, parts_of

N = TypeVar("N", int, float)

# A value of two bytes can take a hundred and fifty in memory.
MOST_JSON_VALUES = 50_000
DEEPEST_BODY = 100

# Matches from any quote on, also a text without an end, so that no part is read twice.
_JSON_TEXT = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)', re.DOTALL)
_JSON_LEVEL = re.compile(rf"{_JSON_TEXT.pattern}|[\[\]{{}}]", re.DOTALL)
_PLAIN_DIGITS = re.compile(r"(0|[1-9][0-9]*)\Z")
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")
# What Python's reader of JSON expects, in words of people who write JSON.
_EXPECTED = {
    "Expecting value": "a value is missing",
    "Expecting property name enclosed in double quotes": "a key in double quotes is missing",
    "Expecting ':' delimiter": "a colon is missing",
    "Expecting ',' delimiter": "a comma, or the end of a list or an object, is missing",
    "Extra data": "nothing may follow the value",
    "Unterminated string starting at": "a text has no closing quote",
    "Invalid control character at": "a line break or control character in a text needs an escape",
    "Invalid \\escape": "a backslash in a text begins no escape that JSON has",
    "Invalid \\uXXXX escape": "\\u in a text needs four hexadecimal digits",
    "Illegal trailing comma before end of": "a comma has nothing after it",
}
_SHOWN = 100
_TOO_DEEP = f"is nested more than {DEEPEST_BODY} deep"


def parse_json(body: bytes) -> Any:
    """The JSON value in `body`. Raises MalformedRequest for what is not JSON, with the place, and
    Invalid for repeated keys, numbers that a double does not hold or that have more than 309
    digits, lone surrogates and more than 100 levels; and, before it is read, for more than 50,000
    values."""
    text = decoded(body)
    hooks = {"parse_constant": fraction, "parse_float": fraction, "parse_int": whole_number}
    try:
        value = _loaded(text, object_pairs_hook=_object, **hooks)
    except RecursionError as error:
        raise refused(_TOO_DEEP) from error
    _refuse_deep(value)
    if _SURROGATE_ESCAPE.search(text):
        refuse_surrogates(value)
    return value


def parse_json_apart(body: bytes) -> Any:
    """The JSON value in `body`, whose parts are judged one by one, by `refuse_part`: what it
    refuses is refused here only for the keys of the outermost object. Raises MalformedRequest for
    what is not JSON as a whole, and Invalid."""
    text = decoded(body)
    hooks = {"parse_constant": _number, "parse_float": _number, "parse_int": _whole_number}
    try:
        value = _loaded(text, object_pairs_hook=_Object, **hooks)
    except RecursionError:
        value = _loaded(_without_depths(text), object_pairs_hook=_Object, **hooks)
    if isinstance(value, _Object):
        value.refuse_repeated()
    return value


def parse_form(body: bytes) -> dict[str, str]:
    """The fields of an HTML form. Raises MalformedRequest for what is not UTF-8, Invalid for a
    field that is sent twice and for more than a hundred."""
    try:
        text = body.decode()
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_SHOWN)
    except UnicodeDecodeError as error:
        raise unreadable("is not UTF-8") from error
    except ValueError as error:
        raise refused(f"has more than {_SHOWN} fields") from error
    fields = dict(pairs)
    if len(fields) < len(pairs):
        twice = next(name for name, times in Counter(n for n, _ in pairs).items() if times > 1)
        raise Invalid(FieldError(twice[:_SHOWN] or WHOLE_BODY, "is sent twice; send it once"))
    return fields


def refuse_part(value: Any) -> None:
    """Raises Invalid for a part of a value from `parse_json_apart` that `parse_json` refuses."""
    for part in parts_of(value):
        if isinstance(part, _Object):
            part.refuse_repeated()
        elif isinstance(part, _Unread):
            raise refused(part.problem)
    _refuse_deep(value)
    refuse_surrogates(value)


def is_text(value: str) -> bool:
    """Whether the text can be written: it has no lone surrogate."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def whole_number_in(text: str) -> int | None:
    """The number in a header or a query parameter, or None for any other spelling of one than
    ASCII digits without a zero before them. A number too long for any use keeps 309 digits."""
    return int(text[:MOST_DIGITS]) if _PLAIN_DIGITS.match(text) else None


def unreadable(message: str) -> MalformedRequest:
    """The refusal of a body of which nothing can be read."""
    return MalformedRequest(f"{WHOLE_BODY}: {message}", FieldError(WHOLE_BODY, message))


def refused(message: str, path: str = "") -> Invalid:
    """The refusal of a value, or of the part of it at the dotted `path`."""
    return Invalid(FieldError(path or WHOLE_BODY, message))


def refuse_unknown(query: Iterable[tuple[str, str]], known: Collection[str]) -> None:
    """Raises Invalid for a query parameter that is not one of `known`, and for one that is sent
    twice, because the call would ignore it."""
    takes = " and ".join(sorted(known)) or "none"
    errors = [
        FieldError(name[:_SHOWN] or "query", f"is not a parameter of this call; it takes {takes}")
        if name not in known
        else FieldError(name, "is sent twice; send it once")
        for name, times in Counter(name for name, _ in query).items()
        if name not in known or times > 1
    ]
    if errors:
        raise Invalid(*errors[:_SHOWN])


def refuse_zero_bytes(query: Iterable[tuple[str, str]]) -> None:
    """Raises Invalid for each query parameter with the character U+0000, which PostgreSQL has in no
    text."""
    errors = [
        FieldError(
            name, "contains the character U+0000 (%00), which no text here has; leave it out"
        )
        for name, value in query
        if "\0" in value
    ]
    if errors:
        raise Invalid(*errors[:_SHOWN])


def refuse_misspelt(sent: Mapping[str, str], numbers: Iterable[str]) -> None:
    """Raises Invalid for each of the whole `numbers` that is sent in other than plain digits (`05`,
    `+5`, `1_0`), which Python would read."""
    errors = [
        FieldError(name, "must be a whole number, in digits only, like 25")
        for name in numbers
        if name in sent and whole_number_in(sent[name]) is None
    ]
    if errors:
        raise Invalid(*errors)


def refused_cursor() -> Invalid:
    """The refusal of a cursor that the list, with this query, did not give to this tenant."""
    return Invalid(
        FieldError("cursor", "is not one that this list gave for this query; leave it out to begin")
    )


def decoded(body: bytes) -> str:
    """The text of a body in UTF-8. Raises MalformedRequest for other bytes."""
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise unreadable(f"is not UTF-8 from byte {error.start} on") from error


def _separators(text: str) -> int:
    """How many values JSON text has at most: each follows one of these. Where the text has few, its
    strings need not be left out."""
    few = sum(map(text.count, ",:[{"))
    return few if few <= MOST_JSON_VALUES else sum(map(_JSON_TEXT.sub("", text).count, ",:[{"))


def _loaded(text: str, **hooks: Any) -> Any:
    if _separators(text) > MOST_JSON_VALUES:
        raise refused(f"has more than {MOST_JSON_VALUES} values")
    try:
        return json.loads(text, **hooks)
    except json.JSONDecodeError as error:
        said = next((_EXPECTED[each] for each in _EXPECTED if error.msg.startswith(each)), "")
        place = f"line {error.lineno}, column {error.colno}"
        raise unreadable(f"is not JSON: {said or 'it is malformed'} at {place}") from error


def _refuse_deep(value: Any) -> None:
    level = [value]
    for _ in range(DEEPEST_BODY + 1):
        level = [part for each in level for part in below(each)]
        if not level:
            return
    raise refused(_TOO_DEEP)


def _without_depths(text: str) -> str:
    """The text with one value instead of each that is nested too deeply."""
    kept, depth, at = [], 0, 0
    for token in _JSON_LEVEL.finditer(text):
        opens = token[0] in ("[", "{")
        depth += opens - (token[0] in ("]", "}"))
        if opens and depth == DEEPEST_BODY + 1:
            kept.append(text[at : token.start()])
        elif depth == DEEPEST_BODY and token[0] in ("]", "}"):
            kept.append(_DEPTHS)
            at = token.end()
    return "".join([*kept, text[at:]]) if depth <= DEEPEST_BODY else "".join(kept)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for key, item in pairs:
        if key in value:
            raise _repeated(key)
        value[key] = item
    return value


def _repeated(key: str) -> Invalid:
    return refused(f"names the key {ascii(key)[:80]} twice")


class _Object(dict[str, Any]):
    """An object of which the first repeated key is known."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self._again: str | None = None
        if len(self) < len(pairs):
            ((self._again, _),) = Counter(name for name, _ in pairs).most_common(1)

    def refuse_repeated(self) -> None:
        if self._again is not None:
            raise _repeated(self._again)


class _Unread:
    """A part that no body may have, and why."""

    def __init__(self, problem: str) -> None:
        self.problem = problem


# A number of this form stands for what is nested too deeply; nobody else may write it either.
_DEPTHS = "1e999999"


def _number(text: str) -> float | _Unread:
    return _Unread(_TOO_DEEP) if text == _DEPTHS else _read_or_not(fraction, text)


def _whole_number(text: str) -> int | _Unread:
    return _read_or_not(whole_number, text)


def _read_or_not(read: Callable[[str], N], text: str) -> N | _Unread:
    try:
        return read(text)
    except Invalid as refusal:
        return _Unread(refusal.errors[0].message)


def refuse_surrogates(value: Any) -> None:
    """Raises Invalid for a JSON value with a lone surrogate in a text or a key."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except RecursionError as error:
        raise refused(_TOO_DEEP) from error
    except UnicodeEncodeError as error:
        raise refused("has a lone surrogate, which no text has") from error
