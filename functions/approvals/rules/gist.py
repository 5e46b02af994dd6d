"""What stays the same when somebody only rewrites a content or the name of its subject.

Names of fields, order, repetition, letter case, width, accents, look-alike letters, the script of
digits, spaces and punctuation do not count, so a near copy has the same gist. Different contents
may share one too: then a person decides about both."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from shared.kit.canonical import content_hash
from shared.kit.characters import LOOKALIKES, ONE_IDEOGRAPH, with_one_ideograph

# What a creation case adds to its spec or derives from it; and the name, which may differ from one
# try to the next.
_OF_ONE_CASE = frozenset(
    {"name", "case", "classification", "changes", "findings", "alone_effects", "irreversible"}
)
_NO_LETTER_OR_DIGIT = re.compile(r"[\W_]+")
_WORD = re.compile(
    r"(?P<whole>[0-9]+)(?:\.(?P<fraction>[0-9]+))?"
    r"(?:e(?P<power>[+-]?[0-9]{1,4})(?![^\W_]))?"
    r"|[^\W_0-9]+"
)


class Gist(NamedTuple):
    """Two hashes: whoever splits or joins texts keeps `words`, whoever splits words `values`."""

    words: str
    values: str


def gist_of(content: dict[str, Any], *, is_case: bool) -> Gist:
    """Hashes of all values in the content, and of the words in them; of a creation case's, of those
    in its spec but the agent's name. Takes time in proportion to the content."""
    parts = {n: value for n, value in content.items() if not (is_case and n in _OF_ONE_CASE)}
    words: set[str] = set()
    values: set[str] = set()
    for text, value in _said(parts):
        letters = plain(text)
        words.update(_words(letters))
        values.add(_folded(letters) if value is None else value)
    return Gist(content_hash(sorted(words)), content_hash(sorted(values - {""})))


def folded(text: str) -> str:
    """The letters and digits of the text, in one case, width and alphabet, without accents."""
    return _folded(plain(text))


def plain(text: str) -> str:
    """The text in small letters without accents; look-alikes as Latin letters, digits as ASCII."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text)
    others = set(with_one_ideograph(decomposed)) - {ONE_IDEOGRAPH}
    letters = {ord(each): _plain_letter(each) for each in others}
    return decomposed.translate(letters) if letters else decomposed


@lru_cache(maxsize=32_768)
def _plain_letter(letter: str) -> str:
    small = _latin(letter).casefold()
    letters = map(_latin, unicodedata.normalize("NFKD", small))
    return "".join(str(unicodedata.decimal(each, each)) for each in "".join(letters))


def _latin(letter: str) -> str:
    """Nothing for a mark, a Latin letter for one that looks like it, any other letter itself."""
    return "" if unicodedata.category(letter) == "Mn" else letter.translate(LOOKALIKES)


def _folded(letters: str) -> str:
    return _NO_LETTER_OR_DIGIT.sub("", letters)


def _said(content: dict[str, Any]) -> Iterator[tuple[str, str | None]]:
    """Every value as text or, where it is true or empty, its key and what counts as its value.
    Does not recurse, so any depth is safe."""
    waiting: list[Any] = [content]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            for name, value in item.items():
                if value is True or value is None or value in ("", [], {}):
                    yield name, "true" if value is True else ""
                else:
                    waiting.append(value)
        elif isinstance(item, list | tuple):
            waiting.extend(item)
        elif item is not None:
            yield _as_text(item), None


def _as_text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, str) else str(value)


def _words(letters: str) -> Iterator[str]:
    for word in _WORD.finditer(letters):
        if word["whole"] is None:
            yield word[0]
        else:
            yield _number(word["whole"], word["fraction"] or "", int(word["power"] or 0))


def _number(whole: str, fraction: str, power: int) -> str:
    """The same text for the same number: its digits without outer zeros, and a power of ten."""
    digits = (whole + fraction).lstrip("0")
    kept = digits.rstrip("0")
    return f"{kept}e{power - len(fraction) + len(digits) - len(kept)}" if kept else "0"
