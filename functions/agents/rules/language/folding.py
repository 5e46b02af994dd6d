"""Folds texts that read the same into one form."""

import re
import unicodedata
from functools import lru_cache

from shared.kit.characters import LOOKALIKES

_DIGITS_AS_LETTERS = str.maketrans("013457@$", "oieastas")
_DISGUISED = re.compile(r"\b(?=[a-z0-9@$]*[013457@$])(?=(?:[0-9@$]*[a-z]){3})[a-z0-9@$]{4,}\b")
_SPACED = re.compile(r"\b(?:[a-z][ ._-]{1,3}){3,}[a-z]\b")
_ENDINGS = (
    *("ations", "ation", "itions", "ition", "ions", "ion"),
    *("ings", "ing", "ies", "ied", "ers", "ed", "es", "er", "s"),
)
_CONTRACTIONS = (
    (re.compile(r"\bcan't\b|\bcannot\b"), "can not"),
    (re.compile(r"\bwon't\b"), "will not"),
    (re.compile(r"n't\b"), " not"),
    (re.compile(r"'s\b|s'(?=\s|$)"), "s"),
)


@lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """Lower case, without accents, invisible characters, look-alike letters, digits that stand for
    letters, letters that stand apart, contractions and line breaks."""
    plain = text
    if not text.isascii():
        composed = unicodedata.normalize("NFKC", text).translate(LOOKALIKES)
        decomposed = unicodedata.normalize("NFKD", composed)
        plain = "".join(letter for letter in decomposed if _is_visible(letter))
        plain = plain.replace("’", "'").replace("–", " - ").replace("—", " - ")
    plain = plain.lower()
    for pattern, replacement in _CONTRACTIONS:
        plain = pattern.sub(replacement, plain)
    plain = _SPACED.sub(lambda match: re.sub(r"[ ._-]", "", match[0]), plain)
    return _DISGUISED.sub(lambda match: match[0].translate(_DIGITS_AS_LETTERS), plain)


def _is_visible(letter: str) -> bool:
    return unicodedata.category(letter) not in ("Mn", "Cf")


@lru_cache(maxsize=8192)
def words(text: str) -> tuple[str, ...]:
    """The folded words, in order; hyphens, dots, underscores and inner capitals separate words."""
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    return tuple(re.findall(r"[a-z0-9]+", fold(parted)))


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """A word without its common endings: enough to match `publishing` with `publish`."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)] + ("y" if ending in ("ies", "ied") else "")
            break
    if len(word) > 3 and word.endswith(("e", "al")):
        word = word.removesuffix("al").removesuffix("e")
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "sl" else word
