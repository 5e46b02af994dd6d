"""Expressions of capsules: CEL over given data. They read nothing else and change nothing, and have
no regular expressions.

The library takes a fifth of a second to import, so that what only names a place in the data
(`steps.read.output.items[0]`, as most do) is read and evaluated without it."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

LONGEST = 2_000
DEEPEST = 20

# A place in the data: names and positions, the first one a name of the data itself.
Path = tuple[str | int, ...]

_PLACE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*|\[[0-9]{1,6}\])*\Z")
_PART = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|[0-9]+")
_TEXT = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"", re.DOTALL)
_LITERALS = frozenset({"true", "false", "null"})
# Their first argument names what the others read: one item of the list.
_MACROS = frozenset({"all", "exists", "exists_one", "filter", "map"})
_FUNCTIONS = frozenset({
    "bool", "double", "duration", "dyn", "has", "int", "size", "string", "timestamp", "uint",
})  # fmt: skip
_METHODS = frozenset({"contains", "endsWith", "size", "startsWith"})


class ExpressionInvalid(ValueError):
    """The text is no expression, or one that is not evaluated here; says what to write instead."""


class ExpressionFailed(ValueError):
    """The expression has no value over this data; says why."""


class Expression(NamedTuple):
    """An expression and the places in the data that it reads, each as far as it is written out."""

    text: str
    reads: tuple[Path, ...]

    @property
    def place(self) -> Path | None:
        """The place whose value it is, where it names a place and nothing more."""
        return self.reads[0] if _is_place(self.text) else None


@lru_cache(maxsize=4096)
def read(text: str) -> Expression:
    """The expression. Raises ExpressionInvalid, with the column."""
    text = text.strip()
    if not text:
        raise ExpressionInvalid("is empty: write an expression such as inputs.week")
    if len(text) > LONGEST:
        raise ExpressionInvalid(f"has {len(text)} characters; at most {LONGEST} are read")
    if _is_place(text):
        return Expression(text, (_path(text),))
    _refuse_deep(text)
    return Expression(text, tuple(dict.fromkeys(_reads(_tree(text), frozenset()))))


def evaluate(text: str, data: Mapping[str, Any]) -> Any:
    """The JSON value of the expression over JSON data. Raises ExpressionInvalid, and
    ExpressionFailed where it has none."""
    expression = read(text)
    place = expression.place
    return value_at(data, place) if place is not None else _evaluated(expression.text, data)


def value_at(data: Mapping[str, Any], place: Path) -> Any:
    """What is at the place. Raises ExpressionFailed where nothing is."""
    value: Any = data
    for number, part in enumerate(place):
        if not _has(value, part):
            raise ExpressionFailed(f"there is no {in_words(place[: number + 1])}")
        value = value[part]
    return value


def _has(value: Any, part: str | int) -> bool:
    if isinstance(value, Mapping):
        return part in value
    return isinstance(value, list | tuple) and isinstance(part, int) and part < len(value)


def in_words(place: Path) -> str:
    """The place as it is written."""
    written = "".join(f"[{each}]" if isinstance(each, int) else f".{each}" for each in place)
    return written.removeprefix(".")


def _is_place(text: str) -> bool:
    return _PLACE.match(text) is not None and text not in _LITERALS


def _path(text: str) -> Path:
    return tuple(int(each) if each.isdigit() else each for each in _PART.findall(text))


def _refuse_deep(text: str) -> None:
    """The parser's trees are walked by recursion."""
    depth = 0
    for character in _TEXT.sub("", text):
        depth += (character in "([{?") - (character in ")]}")
        if depth > DEEPEST:
            raise ExpressionInvalid(f"is nested more than {DEEPEST} deep: write several steps")


@lru_cache(maxsize=1)
def _parser() -> Any:
    from celpy.celparser import CELParser

    return CELParser()


def _tree(text: str) -> Any:
    from celpy.celparser import CELParseError
    from lark.exceptions import LarkError

    try:
        return _parser().parse(text)
    except CELParseError as error:
        column = error.column or 1
        raise ExpressionInvalid(f"is no CEL expression from its character {column} on") from error
    except (LarkError, ValueError, RecursionError) as error:
        raise ExpressionInvalid("is no CEL expression") from error


def _reads(tree: Any, bound: frozenset[str]) -> Iterator[Path]:
    """The places that a tree reads, without the names that its macros bind."""
    kind, children = str(tree.data), tree.children
    place = _place_of(tree)
    if place is not None:
        yield from () if place[0] in bound else (place,)
        return
    if kind in ("ident_arg", "dot_ident_arg"):
        _refuse_unless(children[0], _FUNCTIONS)
    if kind == "member_dot_arg":
        method = str(children[1])
        _refuse_unless(method, _MACROS | _METHODS)
        if method in _MACROS:
            name = _bound_by(children[2:])
            yield from _reads(children[0], bound)
            for each in children[2].children[1:]:
                yield from _reads(each, bound | {name})
            return
    if kind == "member_object":
        raise ExpressionInvalid("makes an object of a type: write {'name': value} instead")
    for each in children:
        if hasattr(each, "data"):
            yield from _reads(each, bound)


def _refuse_unless(name: str, known: frozenset[str]) -> None:
    if str(name) not in known:
        listed = ", ".join(sorted(known))
        raise ExpressionInvalid(f"calls {str(name)[:40]}, which is not there: use {listed}")


def _bound_by(arguments: Any) -> str:
    first = arguments[0].children[0] if arguments and arguments[0] is not None else None
    place = _place_of(first) if first is not None else None
    if place is None or len(place) != 1 or len(arguments[0].children) < 2:
        raise ExpressionInvalid("has a macro without a name: write list.map(each, each.id)")
    return str(place[0])


def _place_of(tree: Any) -> Path | None:
    """The place that a tree names; None for any other expression. A position that is not written
    out ends the place."""
    tree = _unwrapped(tree)
    kind = str(tree.data)
    if kind in ("ident", "dot_ident"):
        return (str(tree.children[0]),)
    if kind == "member_dot":
        begun = _place_of(tree.children[0])
        return None if begun is None else (*begun, str(tree.children[1]))
    if kind == "member_index":
        begun, part = _place_of(tree.children[0]), _literal(tree.children[1])
        return None if begun is None or part is None else (*begun, part)
    return None


def _unwrapped(tree: Any) -> Any:
    while len(tree.children) == 1 and hasattr(tree.children[0], "data"):
        tree = tree.children[0]
    return tree


def _literal(tree: Any) -> str | int | None:
    tree = _unwrapped(tree)
    if str(tree.data) != "literal":
        return None
    text = str(tree.children[0])
    if text.isdigit():
        return int(text)
    return text[1:-1] if _TEXT.fullmatch(text) and "\\" not in text else None


def _evaluated(text: str, data: Mapping[str, Any]) -> Any:
    from celpy.adapter import json_to_cel
    from celpy.evaluation import CELEvalError

    try:
        given = {name: json_to_cel(value) for name, value in data.items()}
        return _plain(_program(text).evaluate(given))
    except (CELEvalError, ValueError, TypeError, KeyError, RecursionError) as error:
        said = str(error.args[0] if error.args else error)[:200]
        raise ExpressionFailed(f"{text[:100]} has no value: {said}") from error


@lru_cache(maxsize=1024)
def _program(text: str) -> Any:
    from celpy import Environment

    environment = Environment()
    return environment.program(_tree(text))


def _plain(value: Any) -> Any:
    """A value of CEL as JSON. Raises ValueError for bytes, times and types."""
    from celpy import celtypes

    if value is None or isinstance(value, celtypes.BoolType):
        return None if value is None else bool(value)
    if isinstance(value, celtypes.StringType):
        return str(value)
    if isinstance(value, celtypes.MapType):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, celtypes.ListType):
        return [_plain(each) for each in value]
    if isinstance(value, bool | str):
        return value
    if isinstance(value, int | float) and not isinstance(value, celtypes.DurationType):
        return int(value) if isinstance(value, int) else float(value)
    raise ValueError(f"a {type(value).__name__} is no JSON: make a text of it with string()")
