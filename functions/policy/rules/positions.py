"""Where in a text of policies something is: Cedar's own messages name no place."""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from typing import NamedTuple

_TOKEN = re.compile(
    r'//[^\r\n]*|"(?:\\.|[^"\\])*"|[A-Za-z_]\w*|\d+|::|&&|\|\||[=!<>]=|\S', re.DOTALL
)
_QUOTED = re.compile(r"`([^`]+)`")
_UNFINISHED = "unexpected end of input"


class Position(NamedTuple):
    """A line and a column, both from 1."""

    line: int
    column: int


class Token(NamedTuple):
    """A word, a text or a sign, and where it begins."""

    text: str
    at: int


class Statement(NamedTuple):
    """One policy: its tokens, with the semicolon where there is one."""

    tokens: tuple[Token, ...]

    def of(self, text: str) -> str:
        """Its part of the whole text."""
        last = self.tokens[-1]
        return text[self.tokens[0].at : last.at + len(last.text)]


def statements(text: str) -> Iterator[Statement]:
    """The policies of a text, also of one that Cedar refuses."""
    tokens: list[Token] = []
    for found in _TOKEN.finditer(text):
        if found[0].startswith("//"):
            continue
        tokens.append(Token(found[0], found.start()))
        if found[0] == ";":
            yield Statement(tuple(tokens))
            tokens = []
    if tokens:
        yield Statement(tuple(tokens))


def place_of(text: str, at: int) -> Position:
    """The line and column of a character."""
    before = text[:at]
    return Position(before.count("\n") + 1, at - before.rfind("\n"))


def named_in(statement: Statement, message: str) -> int:
    """Where the first thing is that a message names, in backticks or at its end; else where the
    policy begins."""
    for name in (*_QUOTED.findall(message), message.rpartition(": ")[2]):
        word = name.rpartition("::")[2]
        for token in statement.tokens:
            if token.text == word:
                return token.at
    return statement.tokens[0].at


def refused_at(text: str, statement: Statement, complaint: Callable[[str], str | None]) -> int:
    """Where Cedar stops reading a policy that it refuses: the first token after which its
    `complaint` is more than that the policy is not finished."""
    start, tokens = statement.tokens[0].at, statement.tokens

    def is_wrong(last: int) -> bool:
        end = tokens[last].at + len(tokens[last].text)
        said = complaint(text[start:end])
        return said is not None and said != _UNFINISHED

    first = bisect_left(range(len(tokens)), True, key=is_wrong)
    if first == len(tokens):
        return tokens[-1].at
    if first == len(tokens) - 1:
        return named_in(statement, complaint(text[start : tokens[-1].at + 1]) or "")
    return tokens[first].at
