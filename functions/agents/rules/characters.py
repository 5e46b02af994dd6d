"""Characters that make text look different to a human than to a machine."""

import re
import unicodedata

# Letters of other scripts that look like Latin letters, and those letters.
LOOKALIKES = str.maketrans(
    "авеԍһіјкӏмոорԛгѕтսѵԝхуցօԁсαεικνορτυχγӕ"
    "АВЕЅІЈКМНОРСТХУԜΑΒΕΖΗΙΚΜΝΟΡΤΥΧ"
    "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢɑɡıȷℓ",
    "abeghijklmnopqrstuvwxygodcaeiknoptuxyæ"
    "ABESIJKMHOPCTXYWABEZHIKMNOPTYX"
    "abcdefghijklmnoprstuvwyzagijl",
)
_FOREIGN = frozenset(
    letter
    for letter in map(chr, LOOKALIKES)
    if not unicodedata.name(letter).startswith(("LATIN", "SCRIPT"))
)
_PLAIN = re.compile(r"[\t\n\r -~]*\Z")
_WORD = re.compile(r"[^\W\d_]+")
_ZERO_WIDTH_JOINERS = "\u200c\u200d"
_BLANK_LETTERS = "\u115f\u1160\u2800\u3164\uffa0"
_REFUSED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_MOST_MARKS = 3


def oddity(text: str) -> str | None:
    """What could make `text` read otherwise than it is, or None: control and invisible characters,
    direction overrides, lone surrogates, words that mix look-alike scripts, stacks of combining
    marks."""
    if _PLAIN.match(text):
        return None
    marks = 0
    for position, character in enumerate(text):
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks > _MOST_MARKS or _is_refused(character, text[position - 1 : position]):
            return f"has {_described(character)} at position {position}"
    for word in _WORD.findall(text):
        if _mixes_scripts(word):
            return f"mixes look-alike letters of two scripts in {word!a}"
    return None


def _mixes_scripts(word: str) -> bool:
    latin = "".join(letter for letter in word if letter.isascii())
    foreign = _FOREIGN.intersection(word)
    # Science writes TNF-alpha and interferon gamma with one small Greek letter after capitals.
    is_notation = latin.isupper() and all("α" <= letter <= "ω" for letter in foreign)
    return bool(latin and foreign) and not is_notation


def _is_refused(character: str, before: str) -> bool:
    if character in "\t\n\r" or (character.isascii() and character.isprintable()):
        return False
    if character in _ZERO_WIDTH_JOINERS:
        # Persian and the Indic scripts need them for spelling, and emoji for joining.
        return before.isascii()
    if "\U000e0100" <= character <= "\U000e01ef":
        return True
    return character in _BLANK_LETTERS or unicodedata.category(character) in _REFUSED_CATEGORIES


def _described(character: str) -> str:
    name = unicodedata.name(character, unicodedata.category(character))
    return f"the character U+{ord(character):04X} ({name})"
