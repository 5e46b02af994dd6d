"""Letters, marks and signs that imitate ASCII where no language writes them."""

import re
import unicodedata
from collections.abc import Iterator

from shared.kit.unicode_data import COMPANY, DIGITLIKE, LETTERLIKE, LETTERLIKE_SIGNS, READ_AS

_RARE_DIGITLIKE = "".join(each for each, plain in READ_AS.items() if plain.isdigit())
_SIGNS = f"\u0307\u201a\u0589\u2024\u2044\u2215\uff1a{LETTERLIKE_SIGNS}"
_IMITATORS = frozenset(f"{_SIGNS}{LETTERLIKE}{DIGITLIKE}{_RARE_DIGITLIKE}")
_IMITATING = re.compile(
    rf"(?=[{''.join(sorted(_IMITATORS))}])(?:"
    # A dot over a letter that has one (without a Lithuanian accent).
    "(?<=[ij\u0131\u0237])\u0307(?![\u0300\u0301\u0303])"
    # A low quote within a number, an Armenian stop after Latin letters or a dot before them.
    r"|(?<=\d)\u201a(?=\d)"
    "|(?<=[A-Za-z])\u0589|(?<![\u0531-\u0587])\u2024"
    # A fraction's slash beside letters; any sign that reads as ASCII beside a word or an address.
    r"|(?<=[^\W\d_])[\u2044\u2215]|[\u2044\u2215](?=[^\W\d_])"
    rf"|(?:(?<=[A-Za-z]{{2}})|(?<=[:/]))[{LETTERLIKE_SIGNS}]|[{LETTERLIKE_SIGNS}](?=[A-Za-z]{{2}})"
    r"|\uff1a(?=//)"
    # A letter beside Latin ones, with none of its own script beside it.
    rf"|(?<=[A-Za-z])[{LETTERLIKE}]++(?![^\x00-\x7f])|(?<![^\x00-\x7f])[{LETTERLIKE}]++(?=[A-Za-z])"
    # A letter within a number; a rare one beside a number or alone.
    rf"|(?<=[0-9])[{DIGITLIKE}](?=[0-9])"
    rf"|(?<=\d)[{_RARE_DIGITLIKE}]|[{_RARE_DIGITLIKE}](?=\d)|\b[{_RARE_DIGITLIKE}]\b)"
)
_IMITATED = {"\u201a": ",", "\u0589": ":", "\u2044": "/", "\u2215": "/"}
# A product of two quantities, of which one is Greek: hν, 2αt, hν/kT. Not in a name of a host, and
# not with omicron, iota or upsilon, which no formula has, because they are read as o, i and u.
_OF_FORMULAS = "αγεκνρστχ"
_FORMULA = re.compile(
    rf"(?<![\w.@:/\\])[0-9]*(?:[A-Za-z][{_OF_FORMULAS}]|[{_OF_FORMULAS}][A-Za-z])(?![\w@:\\-]|\.\w)"
)
# The letters of one sentence say nothing about the language of another.
_SENTENCE = re.compile(r"[^.!?\n]+")


def imitations(text: str, distinct: set[str]) -> Iterator[int]:
    """Where a mark, a sign or a letter stands as none of its languages writes it, and as ASCII is
    written: the first such place. `distinct` are the characters of the text."""
    if distinct.isdisjoint(_IMITATORS):
        return
    if imitating := _IMITATING.search(text):
        yield imitating.start()


def lone_letters(text: str, distinct: set[str]) -> Iterator[int]:
    """Where a rare letter that reads as ASCII stands in a sentence that has no other letter of a
    language with it. `distinct` are the characters of the text."""
    if distinct.isdisjoint(COMPANY):
        return
    for sentence in _SENTENCE.finditer(text):
        letters = set(unicodedata.normalize("NFC", sentence[0]))
        for letter in sorted(letters & COMPANY.keys()):
            if letters.isdisjoint(COMPANY[letter]):
                yield sentence.start() + sentence[0].index(letter)


def imitated_by(character: str) -> str:
    """What people read the character as, or nothing."""
    return _IMITATED.get(character) or READ_AS.get(character, "")


def without_formulas(text: str) -> str:
    """The text with digits in place of products of two quantities, one of them Greek."""
    if not any(letter in text for letter in _OF_FORMULAS):
        return text
    return _FORMULA.sub(lambda product: "0" * len(product[0]), text)
