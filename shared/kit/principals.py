"""Names of principals: which of them nobody may have.

Cards and the audit show who decided by name alone. So nobody has a name that reads as silence, as
Assent, as one of its functions, or as a role."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path

from shared.kit.characters import LOOKALIKES
from shared.kit.roles import ROLES

# How one of Assent's functions is called; a token of nobody else says it.
FUNCTION = "service:"
# Cards show the first two names where silence decided.
_ASSENT = "assent"
_NAMES = ("deadline", "silence", "system", _ASSENT, "precedent")
# How places in a rule and functions are written: `role:…`, `principal:…`, `service:…`.
_SPELLINGS = ("role", "principal", "service")
# A precedent decides under its typed id; so that is refused however it is spaced, and others as
# they are written. Crockford's alphabet reads O as 0, I and L as 1.
_TYPED_ID = re.compile(r"(?<![a-z0-9])[a-z]{3}[^a-z0-9]+[0-7][a-z0-9]{25}(?![a-z0-9])")
_PRECEDENT_ID = re.compile(r"pre[0-7][0-9][0-9a-hjkmnp-tv-z]{24}")
# Words that read as an id by that have no digits.
_FEWEST_DIGITS = 3
_CROCKFORD = str.maketrans("oil", "011")
_PACKAGES = ("functions/*/main.py", "*/main.py")

# Letters and digits that look alike, beside those of other alphabets (Unicode's UTS 39).
_ALIKE = str.maketrans({"0": "o", "1": "l", "i": "l", "|": "l"})
_PART = re.compile(r"[^\W_]+")
_OUTER_DIGITS = re.compile(r"^[0-9]+|[0-9]+$")
_MAIL = re.compile(r"(?P<local>[^@\s]+)@(?:[^\W_][\w-]*\.)+[^\W\d_]{2,}")


@lru_cache(maxsize=4096)
def is_reserved(principal: str) -> bool:
    """Whether the name belongs to Assent itself, or reads as one that does: a part of it, or parts
    in a row, are a reserved word, or it holds a typed id. Case, width, punctuation, space, numbers
    around a part and letters that look alike do not count. In a mail address, only what decides of
    itself is reserved, before the @."""
    name = _in_latin(principal)
    if _TYPED_ID.search(name) or _has_precedent_id(name):
        return True
    if mail := _MAIL.fullmatch(name):
        return _has_word(mail["local"], _deciding())
    spelling, colon, _ = name.partition(":")
    if colon and skeleton(spelling) in map(skeleton, _SPELLINGS):
        return True
    return skeleton(name) in _spelled() or _has_word(name, _reserved())


@lru_cache(maxsize=4096)
def is_assents(name: str) -> bool:
    """Whether a thing with that name belongs to Assent itself: a part of the name reads as its own,
    by the same rules, but no parts in a row do ("mail as sent")."""
    parts = _PART.findall(_in_latin(name))
    return any(skeleton(_OUTER_DIGITS.sub("", each)) == skeleton(_ASSENT) for each in parts)


@lru_cache(maxsize=4096)
def skeleton(name: str) -> str:
    """The same text for names that people take for one another, such as `G0vernor.` and
    `governor`."""
    kept = "".join(each for each in _in_latin(name).translate(_ALIKE) if each.isalnum())
    return kept.replace("rn", "m").replace("vv", "w")


@cache
def functions() -> frozenset[str]:
    """The names of the functions, which are those of the packages with a main.py."""
    root = Path(__file__).resolve().parents[2]
    return frozenset(file.parent.name for each in _PACKAGES for file in root.glob(each))


def _has_precedent_id(name: str) -> bool:
    compact = re.sub(r"[^a-z0-9]", "", name)
    return any(
        sum(each.isdigit() for each in compact[slice(*found.span())]) >= _FEWEST_DIGITS
        for found in _PRECEDENT_ID.finditer(compact.translate(_CROCKFORD))
    )


def _has_word(name: str, words: frozenset[str]) -> bool:
    """Whether one of the words, given as skeletons, is a part of the name or several in a row."""
    parts = _PART.findall(name)
    longest = max(map(len, words))
    return any(each in words for each in _rows(parts, longest))


def _rows(parts: list[str], longest: int) -> Iterator[str]:
    # Skeletons are at most half as long as what they are of.
    for first in range(len(parts)):
        row = ""
        for part in parts[first:]:
            row += part
            if len(row) > 3 * longest:
                break
            yield skeleton(row)
            yield skeleton(_OUTER_DIGITS.sub("", row))


def _in_latin(name: str) -> str:
    return unicodedata.normalize("NFKC", name).translate(LOOKALIKES).casefold()


@cache
def _deciding() -> frozenset[str]:
    return frozenset(map(skeleton, _NAMES))


@cache
def _reserved() -> frozenset[str]:
    return frozenset(map(skeleton, (*_NAMES, *functions(), *ROLES)))


@cache
def _spelled() -> frozenset[str]:
    spelled = {skeleton(each) + name for each in _SPELLINGS for name in _reserved()}
    return frozenset(spelled | set(map(skeleton, _SPELLINGS)))
