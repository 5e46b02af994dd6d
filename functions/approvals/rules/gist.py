"""What stays the same when somebody only rewrites a content or the name of its subject.

Names of fields, order, repetition, letter case, width, spaces and punctuation do not count, so a
near copy has the same gist. Different contents may share one too: then a person decides about
both."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from shared.kit.canonical import content_hash

# What a creation case adds to its spec; and the name, which may differ from one try to the next.
_OF_ONE_CASE = frozenset({"name", "case", "classification", "changes", "findings"})
_NO_LETTER_OR_DIGIT = re.compile(r"[\W_]+")


def gist_of(content: dict[str, Any], *, is_case: bool) -> str:
    """A hash of all values in the content; of a creation case's, of those in its spec but the
    agent's name. Takes time in proportion to the content."""
    parts = [value for name, value in content.items() if not (is_case and name in _OF_ONE_CASE)]
    return content_hash(sorted(set(_values(parts))))


def folded(text: str) -> str:
    """The letters and digits of the text, in one case and width."""
    return _NO_LETTER_OR_DIGIT.sub("", unicodedata.normalize("NFKC", text).casefold())


def _values(parts: list[Any]) -> Iterator[str]:
    """Every value that says something, as text; does not recurse, so any depth is safe."""
    waiting = parts
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            waiting.extend(item.values())
        elif isinstance(item, list | tuple):
            waiting.extend(item)
        elif item is not None and (text := _as_text(item)):
            yield text


def _as_text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return folded(value) if isinstance(value, str) else str(value).lower()
